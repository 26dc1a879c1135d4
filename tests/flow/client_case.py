"""What the tests of the client's grants share."""

import base64

import documents

REDIRECT_URI = "https://www.tintagel.bt/oauth-callback"
REDIRECT_FORM = "https%3A%2F%2Fwww.tintagel.bt%2Foauth-callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
SECRET = {"client_secret": "CLIENT_SECRET"}
POST_PROOF = b"&client_id=CLIENT_ID&client_secret=CLIENT_SECRET"
BASIC = "Basic Q0xJRU5UX0lEOkNMSUVOVF9TRUNSRVQ="


def is_request(server, line, body, *headers):
    """Whether exactly one request came, and was this one to the byte."""
    request, = server.requests
    assert (request.method, request.target) == line
    assert request.body == body
    agent = request.header("User-Agent")
    assert agent.startswith("pam_oauth2/")
    assert request.headers == [
        ("Host", f"localhost:{server.port}"), ("User-Agent", agent),
        ("Accept", "application/json"),
        *[header for header in headers if header[1] is not None]]
    return True


def posted(server, path, body, authorization=None):
    """Whether one form was posted, and nothing else."""
    return is_request(
        server, ("POST", path), body, ("Authorization", authorization),
        ("Content-Length", str(len(body))),
        ("Content-Type", "application/x-www-form-urlencoded"))


def fetched(server, path, authorization=None):
    """Whether one document was asked for, and nothing else."""
    return is_request(server, ("GET", path), b"",
                      ("Authorization", authorization))


def failed(got, result, cause):
    """Whether a request failed as expected, and no token was told."""
    assert (got["result"], got["cause"]) == (result, cause), got
    assert got["is_request"] == 1
    assert "access_token" not in got and "sub" not in got
    return True


def config_error(got, server, word):
    """Whether it was refused before anything was sent."""
    assert got["result"] == "CONFIG", got
    assert word in got["text"]
    assert server.connections == 0
    return True


def by_hand(server):
    """Return driver options that name every endpoint there is."""
    return {
        **documents.by_hand(server),
        "authorization_endpoint": server.url + "/auth",
        "par_endpoint": server.url + "/par",
        "revocation_endpoint": server.url + "/revoke",
        "jwks_uri": server.url + "/jwks",
        "revocation_method": "none",
        "redirect_uri": REDIRECT_URI,
        "code": "CODE",
        "refresh_token": "RT",
    }


def base64url(text):
    """Return the bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
