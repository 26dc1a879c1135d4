"""Every preset once as a whole, and the quirks of their grants."""

import pytest

from client_case import failed
from provider_case import has_none, is_person, refused
from provider_doubles import ALICE, BEARER, DOUBLES, device
from scripted import Reply

pytest_plugins = ["provider_fixtures"]

DEVICE = [name for name, double in DOUBLES.items() if double.device]
CODE = [name for name, double in DOUBLES.items() if not double.device]


def no_bearer_in_urls(server):
    """Whether the token was in no address, and only where it belongs."""
    for request in server.requests:
        assert "AT" not in request.target
        is_api = request.method == "GET"
        assert request.header("Authorization") == (
            "Bearer AT" if is_api else None)
    return True


@pytest.mark.parametrize("name", DEVICE)
def test_a_login_by_device(run, server, name):
    hosts = "www.google.com github.com gitlab.com microsoft.com " \
        "corp.okta.com sso.corp.example corp.eu.auth0.com aai.egi.eu " \
        "cilogon.org"
    got = run(name, "login", verification_hosts=hosts)
    assert is_person(got, name)
    shown = DOUBLES[name].device
    assert got["verification_uri"] == shown.get(
        "verification_uri", shown.get("verification_url"))
    assert got["user_code"] == shown["user_code"]
    assert got["expires_in"] == shown["expires_in"]
    assert got["polls"] == "AUTHORIZATION_PENDING 5\nOK 5"


@pytest.mark.parametrize("name", CODE)
def test_a_login_by_code(run, name):
    options = {"email_verified_string": 1} if name == "cognito" else {}
    assert is_person(run(name, "code_login", client_secret="S", **options),
                     name)


@pytest.mark.parametrize("name", DOUBLES)
def test_p17_the_token_is_in_no_address(run, server, name):
    run(name, "code_login" if name in CODE else "identity")
    assert no_bearer_in_urls(server)


def test_an_unknown_preset(run, server):
    got = run("google", preset="googel")
    assert (got["result"], server.requests) == ("CONFIG", [])
    assert "preset" in got["text"]


def test_p16_naver_refuses_a_code_with_200(run, server):
    DOUBLES["naver"].script(server)
    server.on("/token", Reply(200, {
        "error": "invalid_request", "error_description": "no valid data"}))
    got = run("naver", "code_login", script=False)
    assert failed(got, "GET_ACCESS_TOKEN", "http")
    assert got["error"] == "invalid_request"


# Shopify: the token says whose it is

def shopify(**changes):
    """Return its reply to a code, with changes; ... leaves out."""
    whole = {**DOUBLES["shopify"].token, **changes}
    return Reply(json={k: v for k, v in whole.items() if v is not Ellipsis})


@pytest.mark.parametrize("user", [
    ..., None, [], "x", {}, {"id": "902541635"}, {"id": 2**53}, {"id": 0}])
def test_shopify_a_token_of_nobody(run, server, user):
    server.on("/token", shopify(associated_user=user))
    got = run("shopify", "code_login", script=False)
    assert failed(got, "GET_ACCESS_TOKEN", "protocol")
    assert not server.to("/me")


def test_a9_shopify_alone_leaves_the_type_out(run, server):
    assert run("shopify", "code_login")["result"] == "OK"
    for kind in ("mac", None, 5):
        server.on("/token", shopify(token_type=kind))
        got = run("shopify", "code_login", script=False)
        assert failed(got, "GET_ACCESS_TOKEN", "protocol")
    for name in ("google", "github", "naver"):
        server.on("/token", shopify())
        got = run(name, "exchange", script=False)
        assert failed(got, "GET_ACCESS_TOKEN", "protocol")


# Profile only

@pytest.mark.parametrize("name", [
    name for name, double in DOUBLES.items() if not double.takes_email])
def test_no_word_of_theirs_makes_an_address(person, run, name):
    changes = {"email": ALICE, "email_verified": True, "verified": True}
    if name == "shopify":
        assert has_none(run(name, "code_login"))
    else:
        assert has_none(person(name, **changes))


def test_p13_franceconnect_signs_userinfo(run, server):
    DOUBLES["franceconnect"].script(server)
    server.on("/me", Reply(body=b"e30.e30.c2ln", type="application/jwt"))
    assert refused(run("franceconnect", script=False), "protocol")
    assert run("franceconnect", "userinfo", script=False)[
        "jwt"] == "e30.e30.c2ln"


# Tokens and codes

@pytest.mark.parametrize("name, scopes", [
    ("github", "read:user user:email"), ("linkedin", "openid email"),
    ("shopify", "read_products")])
def test_a16_scopes_with_commas(run, server, name, scopes):
    DOUBLES[name].script(server).on("/token", Reply(json=DOUBLES[name].token))
    got = run(name, "exchange", script=False, required_scopes=scopes)
    assert (got["result"], got["scope"]) == (
        "OK", DOUBLES[name].token["scope"].replace(",", " "))


def test_a16_commas_are_nobody_elses(run, server):
    server.on("/token", Reply(json={**BEARER, "scope": "openid,email"}))
    got = run("google", "exchange", script=False, required_scopes="email")
    assert failed(got, "GET_ACCESS_TOKEN", "policy")


@pytest.mark.parametrize("error", [
    "bad_verification_code", "incorrect_client_credentials",
    "redirect_uri_mismatch", "unverified_user_email"])
def test_a6_github_refuses_a_code_with_200(run, server, error):
    server.on("/token", Reply(200, {
        "error": error, "error_description": "d", "error_uri": "u"}))
    got = run("github", "exchange", script=False)
    assert failed(got, "GET_ACCESS_TOKEN", "http")
    assert (got["error"], got["description"]) == (error, "d")


# The device grant

@pytest.mark.parametrize("name, reply, result", [
    ("google", Reply(428, {"error": "authorization_pending"}),
     "AUTHORIZATION_PENDING"),
    ("google", Reply(403, {"error": "slow_down"}), "SLOW_DOWN"),
    ("google", Reply(403, {"error": "access_denied"}), "ACCESS_DENIED"),
    ("github", Reply(200, {"error": "authorization_pending"}),
     "AUTHORIZATION_PENDING"),
    ("github", Reply(200, {"error": "access_denied"}), "ACCESS_DENIED"),
    ("github", Reply(200, {"error": "expired_token"}), "EXPIRED_TOKEN"),
    ("github", Reply(200, {"error": "token_expired"}), "EXPIRED_TOKEN"),
    ("github", Reply(200, {"error": "incorrect_device_code"}),
     "EXPIRED_TOKEN"),
    ("github", Reply(200, {"error": "incorrect_client_credentials"}),
     "GET_ACCESS_TOKEN"),
    ("entra", Reply(400, {"error": "authorization_declined"}),
     "ACCESS_DENIED"),
    ("entra", Reply(400, {"error": "bad_verification_code"}),
     "EXPIRED_TOKEN"),
    ("entra", Reply(400, {"error": "expired_token"}), "EXPIRED_TOKEN"),
    ("auth0", Reply(403, {"error": "authorization_pending"}),
     "AUTHORIZATION_PENDING"),
    ("auth0", Reply(429, {"error": "slow_down"}), "SLOW_DOWN"),
    ("auth0", Reply(403, {"error": "expired_token"}), "EXPIRED_TOKEN"),
    ("auth0", Reply(403, {"error": "invalid_grant"}), "EXPIRED_TOKEN"),
    ("auth0", Reply(403, {"error": "access_denied"}), "ACCESS_DENIED"),
])
def test_d4_d6_d7_what_a_poll_is_told(run, server, name, reply, result):
    server.on("/token", reply)
    got = run(name, "poll", script=False)
    assert (got["result"], got["error"]) == (result, reply.json["error"])


def test_d5_github_says_the_new_interval(run, server):
    server.on("/token", Reply(200, {"error": "slow_down", "interval": 17}))
    assert run("github", "poll", script=False)["polls"] == "SLOW_DOWN 17"


@pytest.mark.parametrize("status", [200, 400])
def test_github_says_that_its_device_flow_is_off(run, server, status):
    server.on("/device", Reply(status, {
        "error": "device_flow_disabled",
        "error_description": "Device Flow must be explicitly enabled"}))
    got = run("github", "start", script=False)
    assert failed(got, "DEVICE_AUTHORIZATION", "http")
    assert got["error"] == "device_flow_disabled"
    assert "explicitly enabled" in got["description"]


def test_d9_google_says_verification_url(run, server):
    server.on("/device", Reply(json=device(
        "https://www.google.com/device", name="verification_url")))
    got = run("google", "start", script=False,
              verification_hosts="www.google.com")
    assert got["verification_uri"] == "https://www.google.com/device"
    assert run("google", "start", script=False)["result"] == "POLICY"
