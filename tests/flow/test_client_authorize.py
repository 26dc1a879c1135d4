"""The authorization request: vectors U1-U11, and RFC 9126."""

import pytest

from client_case import (BASIC, CHALLENGE, POST_PROOF, REDIRECT_FORM,
                         REDIRECT_URI, SECRET, by_hand, failed, posted)
from scripted import Raw, Reply

START = ("https://www.camelot.bt/authorize?response_type=code"
         "&client_id=CLIENT_ID&redirect_uri=" + REDIRECT_FORM)
PKCE = {"challenge": CHALLENGE, "challenge_method": "S256"}
REQUEST_URI = "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c"
FINE = {"request_uri": REQUEST_URI, "expires_in": 60}
FORM = f"response_type=code&client_id=CLIENT_ID&redirect_uri={REDIRECT_FORM}"


@pytest.fixture
def url(drive):
    """Ask for the URL of a request; options change the usual one."""
    def run(**options):
        return drive("url", **{
            "issuer": "https://www.camelot.bt", "client_id": "CLIENT_ID",
            "authorization_endpoint": "https://www.camelot.bt/authorize",
            "redirect_uri": REDIRECT_URI, **options})

    return run


def refused(got, word):
    """Whether it was refused, and the URL not told."""
    assert (got["result"], got["url"]) == ("CONFIG", None), got
    assert word in got["text"], got
    return True


def test_u1_the_parameters_in_order(url):
    got = url()
    assert (got["result"], got["url"]) == ("OK", START)
    assert url(state="STATE", **PKCE)["url"] == (
        f"{START}&state=STATE&code_challenge={CHALLENGE}"
        "&code_challenge_method=S256")


def test_u1_all_there_is(url):
    assert url(state="S", nonce="N", scopes="a b", extras="x=1",
               **PKCE)["url"] == (
        f"{START}&state=S&scope=a+b&code_challenge={CHALLENGE}"
        "&code_challenge_method=S256&nonce=N&x=1")


def test_u2_scopes_of_the_request(url):
    got = url(request_scopes="SCOPE1 SCOPE2 SCOPE3", scopes="other")
    assert got["url"] == START + "&scope=SCOPE1+SCOPE2+SCOPE3"


def test_u2_scopes_of_the_client(url):
    assert url(scopes="openid email")["url"] == START + "&scope=openid+email"


def test_u3_a_state_is_encoded(url):
    assert url(state="S T&é")["url"] == START + "&state=S+T%26%C3%A9"


@pytest.mark.parametrize("query, between", [
    ("?x=1", "&"), ("", "?"), ("?", ""), ("?x=1&", ""), ("?x", "&")])
def test_u4_an_endpoint_may_have_a_query(url, query, between):
    got = url(authorization_endpoint="https://www.camelot.bt/a" + query)
    assert got["url"].startswith(
        f"https://www.camelot.bt/a{query}{between}response_type=code&")


def test_u5_extras_in_order(url):
    assert url(extras="prompt=consent\nclaims={\"a\": null}\nempty=")[
        "url"] == (START + "&prompt=consent"
                   "&claims=%7B%22a%22%3A+null%7D&empty=")


@pytest.mark.parametrize("name", [
    "client_id", "state", "nonce", "response_type", "redirect_uri", "scope",
    "code_challenge", "code_challenge_method", "request", "request_uri",
    "client_secret", "client_assertion", "client_assertion_type"])
def test_u6_extras_with_names_of_ours(url, name):
    assert refused(url(extras=f"a=b\n{name}=x"), name)


@pytest.mark.parametrize("extras", [
    "a=1\na=2", "=x", "a b=x", "é=x", "a=\x1b", "n" * 65 + "=1"])
def test_u6_extras_that_are_none(url, extras):
    assert refused(url(extras=extras), "extra parameter")


def test_u7_a_new_verifier_and_its_challenge(drive):
    first, second = drive("pkce"), drive("pkce")
    for key in ("verifier", "challenge", "state"):
        assert len(first[key]) == 43
        assert first[key] != second[key]
    assert len({*first.values()} & {*second.values()}) < len(first)


def test_u9_no_scopes_no_scope(url):
    assert "scope" not in url()["url"]
    assert "scope" not in url(request_scopes="", scopes="a")["url"]


@pytest.mark.parametrize("options", [
    {"challenge": CHALLENGE}, {"challenge_method": "S256"},
    {"challenge": CHALLENGE, "challenge_method": "plain"},
    {"challenge": CHALLENGE, "challenge_method": "s256"},
    {"challenge": CHALLENGE, "challenge_method": ""},
    {"challenge": CHALLENGE[:-1], "challenge_method": "S256"},
    {"challenge": CHALLENGE + "x", "challenge_method": "S256"},
    {"challenge": CHALLENGE[:-1] + "=", "challenge_method": "S256"},
    {"challenge": CHALLENGE[:-1] + "~", "challenge_method": "S256"},
    {"challenge": "", "challenge_method": "S256"},
    {"challenge": "a" * 42, "challenge_method": "plain", "pkce": "plain"},
])
def test_u10_challenge_and_method_fit_each_other(url, options):
    assert refused(url(**options), "code_challenge")


def test_u10_plain_where_the_provider_knows_no_better(url):
    options = {"challenge": "a" * 43, "pkce": "plain"}
    got = url(**options, challenge_method="plain")
    assert got["url"].endswith("&code_challenge_method=plain")
    assert url(**PKCE, pkce="plain")["result"] == "OK"
    assert url(pkce="S256", **PKCE)["result"] == "OK"
    assert url(pkce="other")["result"] == "CONFIG"


@pytest.mark.parametrize("scope", ['a"', "a\\", "é", "a\x7f"])
def test_u11_a_scope_of_the_request(url, scope):
    assert refused(url(request_scopes="fine " + scope), "scopes: a scope")


@pytest.mark.parametrize("uri", [
    "https://a.example/", "https://a.example/cb?x=1", "http://localhost/",
    "http://localhost:8080/cb", "http://127.0.0.1:1/", "http://[::1]:9/",
    "HTTP://LOCALHOST/"])
def test_redirect_uris(url, uri):
    assert url(redirect_uri=uri)["result"] == "OK"


@pytest.mark.parametrize("uri", [
    None, "", "http://a.example/", "http://localhost.a.example/",
    "http://127.0.0.2/", "http://user@localhost/", "https://a.example/#f",
    "javascript:alert(1)", "urn:ietf:wg:oauth:2.0:oob", "/cb",
    "https://a.example/\r\n", "http://localhost#f", "file:///tmp/cb.html"])
def test_redirect_uris_that_are_none(url, uri):
    assert refused(url(redirect_uri=uri), "redirect_uri: ")


@pytest.mark.parametrize("key", ["state", "nonce"])
@pytest.mark.parametrize("value", ["", "a\nb", "\x1b", "a" * 1025, "\u202e"])
def test_what_comes_back_is_text(url, key, value):
    assert refused(url(**{key: value}), key + ": not valid")


def test_a_url_has_a_limit(url):
    assert url(extras="a=" + "b" * 7900)["result"] == "OK"
    assert refused(url(extras="a=" + "b" * 8192), "too long")
    assert refused(url(extras="a=" + "b" * 8080), "too long")


def test_an_endpoint_that_is_not_known(url):
    assert url(authorization_endpoint=None)["result"] == "INTERNAL"


# Pushed

@pytest.fixture
def push(drive, server):
    """Push a request; options change the usual one."""
    def run(reply=None, **options):
        server.on("/par", reply or Reply(201, FINE))
        return drive("push", **{**by_hand(server), **options})

    return run


def test_a_pushed_request_and_what_is_left_of_the_url(push, server):
    got = push(state="S T", nonce="N", scopes="a b", extras="x=1", **PKCE)
    assert posted(server, "/par", (
        f"{FORM}&state=S+T&scope=a+b&code_challenge={CHALLENGE}"
        "&code_challenge_method=S256&nonce=N&x=1").encode())
    assert (got["result"], got["expires_in"]) == ("OK", 60)
    assert got["url"] == (
        server.url + "/auth?client_id=CLIENT_ID&request_uri="
        + REQUEST_URI.replace(":", "%3A"))


@pytest.mark.parametrize("method, proof, authorization", [
    ("client_secret_post", POST_PROOF.replace(b"&client_id=CLIENT_ID", b""),
     None), ("client_secret_basic", b"", BASIC)])
def test_a_pushed_request_proves_the_client(
        push, server, method, proof, authorization):
    push(method=method, **SECRET)
    assert posted(server, "/par", FORM.encode() + proof, authorization)


@pytest.mark.parametrize("changes", [
    {"request_uri": ...}, {"request_uri": ""}, {"request_uri": 5},
    {"request_uri": "a b"}, {"request_uri": "u" * 1025},
    {"request_uri": "urn:\x1b"}, {"expires_in": ...}, {"expires_in": 0},
    {"expires_in": -1}, {"expires_in": "x"}, {"expires_in": 1.5}])
def test_a_reply_without_what_it_must_have(push, changes):
    reply = {k: v for k, v in {**FINE, **changes}.items() if v is not ...}
    got = push(Reply(201, reply))
    assert failed(got, "PUSHED_AUTHORIZATION", "protocol")
    assert (got["url"], got["expires_in"]) == (None, 0)


def test_a_request_lives_a_day_at_most(push):
    got = push(Reply(201, {**FINE, "expires_in": 1e20}))
    assert got["expires_in"] == 86400


@pytest.mark.parametrize("reply", [
    Reply(200, FINE), Reply(202, FINE), Reply(204), Reply(302),
    Reply(400, {"error": "invalid_request"}), Reply(413), Reply(429),
    Reply(201, {**FINE, "error": "nope"}), Reply(503)])
def test_only_201_counts(push, server, reply):
    assert failed(push(reply), "PUSHED_AUTHORIZATION", "http")
    assert len(server.requests) == 1


def test_the_word_of_who_refused_is_kept(push):
    got = push(Reply(400, {"error": "invalid_request",
                           "error_description": "no\x1b"}))
    assert (got["error"], got["description"]) == ("invalid_request",
                                                  "no\\x1b")


def test_transport_failures_say_which(push):
    assert failed(push(Raw(end="close")), "PUSHED_AUTHORIZATION",
                  "transport")
    assert failed(push(Raw(end="hold"), timeout_ms=300),
                  "PUSHED_AUTHORIZATION", "timeout")


def test_what_may_not_be_asked_is_not_pushed(push, server):
    assert push(redirect_uri="http://a.example/")["result"] == "CONFIG"
    assert push(extras="state=x")["result"] == "CONFIG"
    assert push(par_endpoint=None)["result"] == "INTERNAL"
    assert push(authorization_endpoint=None)["result"] == "INTERNAL"
    assert server.connections == 0
