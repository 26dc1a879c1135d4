"""private_key_jwt: what is signed, who signs, and where it is sent."""

import json
import subprocess
from urllib.parse import parse_qsl

import pytest

from client_case import REDIRECT_FORM, SECRET, base64url, by_hand, posted
from documents import TOKEN, device
from scripted import Reply

NOW = 1700000000
CODE = f"grant_type=authorization_code&code=CODE&redirect_uri={REDIRECT_FORM}"
TYPE = ("&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A"
        "client-assertion-type%3Ajwt-bearer&client_assertion=")
KEYS = {
    "RS256": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "ES256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
}


def openssl(*arguments):
    """Run the openssl command; what it prints."""
    return subprocess.run(["openssl", *map(str, arguments)], check=True,
                          capture_output=True).stdout


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """A private key for each algorithm, by its name."""
    folder = tmp_path_factory.mktemp("keys")
    for name, options in KEYS.items():
        openssl("genpkey", *options, "-out", folder / name)
        openssl("pkey", "-in", folder / name, "-pubout",
                "-out", folder / f"{name}.pub")
    return folder


@pytest.fixture
def send(drive, server, keys):
    """Run a command with private_key_jwt."""
    def run(command="exchange", alg="ES256", **options):
        server.on("/token", Reply(json=TOKEN))
        server.on("/revoke", Reply(204))
        server.on("/device", Reply(json=device(server)))
        server.on("/par", Reply(201, {"request_uri": "urn:x",
                                      "expires_in": 60}))
        return drive(command, **{
            **by_hand(server), "method": "private_key_jwt", "alg": alg,
            "key": keys / alg if alg in KEYS else None, "token": "RT",
            **options})

    return run


def to_der(raw):
    """Return r and s as the DER that openssl takes."""
    parts = b""
    for half in (raw[:32], raw[32:]):
        value = half.lstrip(b"\0")
        value = b"\0" + value if value[0] >= 128 else value
        parts += b"\x02%c%s" % (len(value), value)
    return b"\x30%c%s" % (len(parts), parts)


def assertion_of(server):
    """Return header, claims, signed input and signature of a request."""
    form = dict(parse_qsl(server.requests[-1].body.decode()))
    text = form["client_assertion"]
    header, claims, signature = text.split(".")
    return (json.loads(base64url(header)), json.loads(base64url(claims)),
            f"{header}.{claims}", base64url(signature))


@pytest.mark.parametrize("alg", KEYS)
def test_the_assertion_and_its_signature(send, server, keys, tmp_path, alg):
    assert send(alg=alg, kid="k\"1")["result"] == "OK"
    header, claims, signed, signature = assertion_of(server)
    assert list(header.items()) == [
        ("alg", alg), ("typ", "client-authentication+jwt"), ("kid", 'k"1')]
    assert len(claims.pop("jti")) == 43
    assert claims == {"iss": "CLIENT_ID", "sub": "CLIENT_ID",
                      "aud": server.url, "iat": NOW, "exp": NOW + 60}
    (tmp_path / "input").write_text(signed)
    if alg == "ES256":
        assert len(signature) == 64
        signature = to_der(signature)
    (tmp_path / "signature").write_bytes(signature)
    assert openssl("dgst", "-sha256", "-verify", keys / f"{alg}.pub",
                   "-signature", tmp_path / "signature",
                   tmp_path / "input") == b"Verified OK\n"


def test_the_request_byte_for_byte(send, server):
    send(signature="s" * 64)
    _, _, signed, signature = assertion_of(server)
    assert signature == b"s" * 64
    assert posted(server, "/token", (
        f"{CODE}&client_id=CLIENT_ID{TYPE}{signed}.{'c3Nz' * 21}cw").encode())


def test_no_two_assertions_are_alike(send, server):
    send(repeat=2)
    first, second = [r.body for r in server.to("/token")]
    assert first != second


def test_without_kid_there_is_none(send, server):
    send()
    assert list(assertion_of(server)[0]) == ["alg", "typ"]


def test_an_audience_for_a_provider_that_wants_its_own(send, server):
    send(audience=server.url + "/token")
    header, claims, _, _ = assertion_of(server)
    assert (header["typ"], claims["aud"]) == ("JWT", server.url + "/token")


def test_a_client_id_is_escaped(send, server):
    send(client_id='c"l\\é')
    assert assertion_of(server)[1]["iss"] == 'c"l\\é'


@pytest.mark.parametrize("command, path, form", [
    ("refresh", "/token",
     "grant_type=refresh_token&refresh_token=RT&client_id=CLIENT_ID"),
    ("push", "/par", "response_type=code&client_id=CLIENT_ID&redirect_uri="
     + REDIRECT_FORM),
    ("start", "/device", "client_id=CLIENT_ID"),
    ("poll", "/token", "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type"
     "%3Adevice_code&device_code=DC&client_id=CLIENT_ID")])
def test_every_request_proves_the_client(send, server, command, path, form):
    assert send(command, second_ms=1)["result"] == "OK"
    request, = server.to(path)
    assert request.body.decode().startswith(form + TYPE)
    assert request.header("Authorization") is None
    assert assertion_of(server)[1]["aud"] == server.url


def test_v5_revocation_by_an_assertion_alone(send, server):
    got = send("revoke", method="client_secret_post", **SECRET,
               revocation_method="private_key_jwt")
    assert got["result"] == "OK"
    assert server.requests[0].body.startswith(
        f"token=RT&client_id=CLIENT_ID{TYPE}".encode())


def test_v5_a_secret_for_revocation_alone(send, server):
    got = send("revoke", revocation_method="client_secret_post", **SECRET)
    assert got["result"] == "OK"
    assert posted(server, "/revoke", b"token=RT&client_id=CLIENT_ID"
                  b"&client_secret=CLIENT_SECRET")


@pytest.mark.parametrize("error, result", [
    ("CLOSED", "CLOSED"), ("NOMEM", "NOMEM"), ("CONFIG", "INTERNAL"),
    ("NOT_FOUND", "INTERNAL"), ("LIMIT", "INTERNAL")])
def test_a_signer_that_fails_ends_the_request(send, server, error, result):
    for command in ("exchange", "refresh", "revoke", "push", "start"):
        got = send(command, sign_error=error,
                   revocation_method="private_key_jwt")
        assert (got["result"], server.connections) == (result, 0)
        assert "access_token" not in got


@pytest.mark.parametrize("signature", ["", "s" * 63, "s" * 65, "s" * 1025])
def test_a_signature_that_is_none_is_not_sent(send, server, signature):
    assert send(signature=signature)["result"] == "INTERNAL"
    assert server.connections == 0


@pytest.mark.parametrize("options, word", [
    ({"alg": None}, "private_key_file: missing"),
    ({"alg": "HS256"}, "RS256 or ES256"), ({"alg": "none"}, "RS256 or ES256"),
    ({"alg": "PS256"}, "RS256 or ES256"), ({"alg": "EdDSA"}, "RS256 or ES256"),
    ({"kid": ""}, "private_key_id"), ({"kid": "a\nb"}, "private_key_id"),
    ({"audience": "http://a.example/"}, "audience"),
    ({"audience": ""}, "audience"), (SECRET, "client_secret: "),
    ({"method": "none"}, "private_key_file: only used")])
def test_signer_and_method_fit_each_other(send, server, options, word):
    got = send(revocation_method=None, revocation_endpoint=None, **options)
    assert got["result"] == "CONFIG"
    assert word in got["text"]
    assert server.connections == 0
