"""The code exchange: vectors A1-A18, B1-B4 and E1-E11."""

import pytest

from client_case import (BASIC, POST_PROOF, REDIRECT_FORM, SECRET, VERIFIER,
                         by_hand, config_error, failed, posted)
from documents import TOKEN
from scripted import Raw, Reply

FORM = f"grant_type=authorization_code&code=CODE&redirect_uri={REDIRECT_FORM}"
ERROR = "GET_ACCESS_TOKEN"


@pytest.fixture
def exchange(drive, server):
    """Exchange a code; a dict is the JSON of a reply."""
    def run(*replies, **options):
        server.on("/token", *[
            Reply(json=r) if isinstance(r, dict) else r
            for r in replies or [TOKEN]])
        return drive("exchange", **{**by_hand(server), **options})

    return run


def test_a1_client_secret_post(exchange, server):
    got = exchange(verifier=VERIFIER, method="client_secret_post", **SECRET)
    assert posted(server, "/token", (
        f"{FORM}&code_verifier={VERIFIER}").encode() + POST_PROOF)
    assert (got["result"], got["access_token"]) == ("OK", "AT")
    assert got["lifetime"] == 3600
    assert (got["refresh_token"], got["id_token"], got["scope"]) == (
        None, None, None)
    assert (got["cause"], got["text"], got["is_request"]) == ("none", "", 0)


def test_a1_post_is_what_a_secret_means(exchange, server):
    exchange(**SECRET)
    assert posted(server, "/token", FORM.encode() + POST_PROOF)


def test_a2_client_secret_basic(exchange, server):
    got = exchange(method="client_secret_basic", **SECRET)
    assert posted(server, "/token", FORM.encode(), BASIC)
    assert (got["access_token"], got["lifetime"]) == ("AT", 3600)


def test_a3_all_is_encoded(exchange, server):
    exchange(code="c/d+e f", client_id="c:l i/é", client_secret="s&=")
    assert posted(server, "/token", (
        "grant_type=authorization_code&code=c%2Fd%2Be+f&redirect_uri="
        f"{REDIRECT_FORM}&client_id=c%3Al+i%2F%C3%A9"
        "&client_secret=s%26%3D").encode())


@pytest.mark.parametrize("client_id, secret, header", [
    ("CLIENT_ID", "CLIENT_SECRET", "Q0xJRU5UX0lEOkNMSUVOVF9TRUNSRVQ="),
    ("a:b", "c:d", "YSUzQWI6YyUzQWQ="),
    ("client id", "p+q%r/s=&", "Y2xpZW50K2lkOnAlMkJxJTI1ciUyRnMlM0QlMjY="),
    ("app@example.com", "pä55",
     "YXBwJTQwZXhhbXBsZS5jb206cCVDMyVBNDU1")],
    ids=["b1", "b2", "b3", "b4"])
def test_b1_b4_basic_is_form_encoded(
        exchange, server, client_id, secret, header):
    exchange(method="client_secret_basic", client_id=client_id,
             client_secret=secret)
    assert posted(server, "/token", FORM.encode(), "Basic " + header)


def test_basic_raw_is_what_the_reference_sends(exchange, server):
    exchange(method="client_secret_basic", basic_raw=1, client_id="a@b",
             client_secret="c:d é")
    assert posted(server, "/token", FORM.encode(),
                  "Basic YUBiOmM6ZCDDqQ==")


def test_a4_the_error_of_a_refusal_is_kept(exchange):
    got = exchange(Reply(400, {"error": "invalid_request",
                               "error_description": "no code"}))
    assert failed(got, ERROR, "http")
    assert (got["http_status"], got["error"], got["description"]) == (
        400, "invalid_request", "no code")


@pytest.mark.parametrize("method", [
    "client_secret_post", "client_secret_basic"])
def test_a5_no_second_try_with_another_method(exchange, server, method):
    got = exchange(Reply(401, {"error": "invalid_client"}, headers=(
        'WWW-Authenticate: Basic realm="x"',)), method=method, **SECRET)
    assert failed(got, ERROR, "http")
    assert (got["http_status"], got["error"]) == (401, "invalid_client")
    assert len(server.requests) == 1


def test_a6_an_error_with_status_200(exchange):
    got = exchange({"error": "bad_verification_code"})
    assert failed(got, ERROR, "http")
    assert (got["http_status"], got["error"]) == (
        200, "bad_verification_code")


def test_a7_an_error_beside_a_token(exchange):
    assert failed(exchange({**TOKEN, "error": "x"}), ERROR, "http")


@pytest.mark.parametrize("reply", [
    {}, {"access_token": "AT"}, {**TOKEN, "token_type": "mac"},
    {**TOKEN, "token_type": "DPoP"}, {**TOKEN, "token_type": None},
    {**TOKEN, "access_token": None}, {**TOKEN, "access_token": 5},
    {**TOKEN, "access_token": ""}, {**TOKEN, "access_token": []}],
    ids=["a8", "a9", "a10", "a12", "a9 null", "a13 null", "a13 5",
         "a13 empty", "a13 array"])
def test_a8_a13_what_is_no_token(exchange, reply):
    assert failed(exchange(reply), ERROR, "protocol")


def test_a11_the_case_of_bearer_does_not_matter(exchange):
    assert exchange({**TOKEN, "token_type": "bEaReR"})["result"] == "OK"


@pytest.mark.parametrize("code", [
    None, "", "a\nb", "\x1b", "é", "c" * 4097])
def test_a14_a_code_that_is_none_is_not_sent(exchange, server, code):
    assert config_error(exchange(code=code), server, "code: ")


@pytest.mark.parametrize("uri", [None, "", "http://a.example/", "x"])
def test_a14_nor_one_without_redirect_uri(exchange, server, uri):
    assert config_error(exchange(redirect_uri=uri), server, "redirect_uri: ")


@pytest.mark.parametrize("verifier", [
    "", "a" * 42, "a" * 129, "a" * 42 + "+", "a" * 42 + "é"])
def test_u8_a_verifier_has_43_to_128_characters(exchange, server, verifier):
    got = exchange(verifier=verifier)
    assert config_error(got, server, "code_verifier: ")


def test_u8_the_longest_verifier(exchange):
    assert exchange(verifier="a.-_~Z09" * 16)["result"] == "OK"


def test_a14_the_longest_code(exchange):
    assert exchange(code="c" * 4096)["result"] == "OK"


@pytest.mark.parametrize("granted", ["openid", "openid emails", "EMAIL", ","])
def test_a15_a_required_scope_that_was_not_granted(exchange, granted):
    got = exchange({**TOKEN, "scope": granted}, required_scopes="email")
    assert failed(got, ERROR, "policy")
    assert got["text"] == "the required scope email was not granted"


@pytest.mark.parametrize("granted", [
    ..., None, "email", "a email", "email a", " email  a "])
def test_a15_a_required_scope_that_was(exchange, granted):
    reply = {**TOKEN, "scope": granted}
    if granted is ...:
        del reply["scope"]
    assert exchange(reply, required_scopes="email")["result"] == "OK"


def test_a16_scopes_with_commas(exchange):
    reply = {**TOKEN, "scope": "repo,gist"}
    got = exchange(reply, preset="github", required_scopes="gist repo")
    assert (got["result"], got["scope"]) == ("OK", "repo gist")
    assert failed(exchange(reply, required_scopes="repo"), ERROR, "policy")


def test_a17_what_the_provider_says_is_cleaned_and_cut(exchange):
    got = exchange(Reply(400, {
        "error": "x\x1b", "error_description": "\x1b[2J\n" + "d" * 10000}))
    assert got["error"] == "x\\x1b"
    assert got["description"].startswith("\\x1b[2J\\x0ad")
    assert len(got["description"]) == 128


def test_a18_a_public_client(exchange, server):
    exchange(verifier=VERIFIER)
    assert posted(server, "/token", (
        f"{FORM}&code_verifier={VERIFIER}&client_id=CLIENT_ID").encode())


def test_a_code_is_sent_once_on_a_connection_that_closes(exchange, server):
    """libcurl alone sends a POST again when a kept connection closes."""
    got = exchange(Reply(400, {"error": "x"}), Raw(end="close"), TOKEN,
                   repeat=2)
    assert failed(got, ERROR, "transport")
    assert len(server.requests) == 2


@pytest.mark.parametrize("reply", [
    Reply(302, headers=("Location: /other",)),
    Reply(307, headers=("Location: /other",)), Reply(304),
    Reply(500, body=b"<html>", type="text/html"),
    Reply(503, headers=("Retry-After: 1",)), Reply(201, TOKEN), Reply(204)],
    ids=["n1 302", "n1 307", "n2", "n3", "n4", "201", "204"])
def test_only_200_counts(exchange, server, reply):
    got = exchange(reply)
    assert failed(got, ERROR, "http")
    assert got["http_status"] == reply.status
    assert len(server.requests) == 1


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BROKEN = {
    "n7": (Raw(HEAD + b"Content-Length: 99\r\n\r\n{}"), "transport"),
    "n8": (Raw(end="close"), "transport"),
    "n9": (Raw(b"SSH-2.0-x\r\n"), "http"),
    "n10": (Raw(end="hold"), "timeout"),
    "n11": (Raw(HEAD, b"X: 1\r\n", gap=0.2, forever=True), "timeout"),
    "n12": (Raw(HEAD, b"X: 1\r\n" * 999, forever=True), "too_big"),
    "n13": (Raw(HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
            "http"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_transport_failures_say_which(exchange, server, name):
    reply, cause = BROKEN[name]
    assert failed(exchange(reply, timeout_ms=400), ERROR, cause)
    assert len(server.requests) == 1


def test_n5_a_code_is_not_sent_where_nobody_listens(exchange, server):
    server.close()
    got = exchange()
    assert failed(got, ERROR, "transport")
    assert got["http_status"] == 0
    assert server.requests == []


@pytest.mark.parametrize("name", [
    "wrong_name", "expired", "self_signed", "client_only"],
    ids=["n14", "n15", "n16", "n17"])
def test_a_code_is_not_sent_to_anybody(drive, make_server, name):
    server = make_server(name)
    server.on("/token", Reply(json=TOKEN))
    assert failed(drive("exchange", **by_hand(server)), ERROR, "tls")
    assert server.requests == []


def test_an_endpoint_that_is_not_known(exchange):
    assert exchange(token_endpoint=None)["result"] == "INTERNAL"


EXPIRY = {
    "e1 digits": ("3600", 3600),
    "e4 zero": (0, 0),
    "e5 clamped": (1e20, 10 * 366 * 24 * 3600),
    "e7 null": (None, -1),
    "e10 none": (..., -1),
}


@pytest.mark.parametrize("name", EXPIRY)
def test_e_expiry(exchange, name):
    given, lifetime = EXPIRY[name]
    reply = {k: v for k, v in {**TOKEN, "expires_in": given}.items()
             if v is not ...}
    got = exchange(reply)
    assert (got["result"], got["lifetime"]) == ("OK", lifetime)


@pytest.mark.parametrize("given", [
    3600.9, -1, True, [], "abc", "1_000", " 36 "],
    ids=["e2", "e3", "e8 true", "e8 array", "e8 abc", "e8 underscore",
         "e8 blanks"])
def test_e2_e3_e8_what_is_no_lifetime(exchange, given):
    got = exchange({**TOKEN, "expires_in": given})
    assert failed(got, ERROR, "protocol")


@pytest.mark.parametrize("given", [b"1e400", b"NaN", b"-Infinity"])
def test_e6_what_is_no_number(exchange, given):
    body = (b'{"access_token":"AT","token_type":"Bearer","expires_in":%s}'
            % given)
    assert failed(exchange(Reply(body=body)), ERROR, "json")


def test_e9_the_providers_own_clock_is_not_asked(exchange):
    got = exchange({**TOKEN, "expires_at": 5})
    assert (got["result"], got["lifetime"]) == ("OK", 3600)
