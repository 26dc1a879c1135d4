"""Whole logins with every preset: the real helper at a double of each.

The issuer is the real one, and so are the hosts that people may be sent to;
the endpoints are set by hand, so that nothing goes anywhere else.
"""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

import wire
from provider_doubles import DOUBLES, TENANT, device
from scripted import Reply

pytest_plugins = ["helper_fixtures"]

LANDING = "https://host.corp.example/callback"
SECRET = Path("/etc/pam_oauth2/flow-secret")
DEVICE = [name for name, double in DOUBLES.items() if double.device]
CODE = [name for name, double in DOUBLES.items() if not double.device]
ISSUERS = {"reddit": "https://www.reddit.com",
           "naver": "https://nid.naver.com",
           "facebook": "https://www.facebook.com",
           "franceconnect": "https://oidc.franceconnect.gouv.fr/api/v2"}
SCOPES = {"github": "read:user user:email", "discord": "identify email",
          "kakao": "account_email", "reddit": "identity", "naver": None,
          "facebook": "public_profile", "shopify": None,
          "franceconnect": "openid"}
USUAL = ("response_type", "client_id", "redirect_uri", "state", "scope",
         "code_challenge", "code_challenge_method", "nonce")
FRAGMENTS = {"facebook": "#_=_", "reddit": "#_"}
PARAMS = {"shopify": [("grant_options[]", "per-user")],
          "franceconnect": [("acr_values", "eidas1")]}


@pytest.fixture
def at(logins):
    """Set up for a preset: at(name, **provider) returns the logins.

    person: changes to what the provider says of alice; ... leaves out.
    """
    def at(name, flow="auto", person=(), **provider):
        double, url = DOUBLES[name], logins.server.url
        double.script(logins.server, **dict(person))
        if double.device is not None:
            logins.server.on("/device", Reply(json={
                **double.device, "interval": 1}))
        SECRET.write_text("SECRET\n")
        SECRET.chmod(0o600)
        logins.set(flow=flow, provider={
            "preset": name, "issuer": double.issuer,
            "client_secret_file": SECRET, "redirect_uri": LANDING,
            "authorization_endpoint": url + "/auth",
            "token_endpoint": url + "/token",
            "device_authorization_endpoint":
                url + "/device" if double.device else None,
            "userinfo_endpoint": url + "/me" if double.person else None,
            "verification_hosts": None, **double.settings, **provider})
        return logins

    return at


def allow(logins, name):
    """Let alice in by address where that counts, else by sub."""
    double = DOUBLES[name]
    rule = f"email:{double.email}"
    if not double.takes_email:
        rule = f"sub:{double.issuer or ISSUERS[name]}|{double.sub}"
    logins.house.write_allowlist(f"alice {rule}\n")


def approve_by_device(logins):
    """Sign alice in; returns what was shown, and the verdict."""
    module = logins.start().greet()
    text = module.invited()
    module.reply()
    return text, module.verdict()


def invited_to_open(module):
    """Go on to where an address is to be opened; returns its parameters."""
    module.probe().reply()
    asked = module.expect("ASK")
    assert asked["ECHO"] == wire.ECHOS["ON"]
    url = re.search(r"Open:\s+(https://\S+)", asked["TEXT"]).group(1)
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)


def landed(query, fragment="", **changes):
    """Return the address on which the browser lands, to be pasted."""
    state = dict(query)["state"]
    extra = "".join(f"&{k}={v}" for k, v in changes.items())
    return f"{LANDING}?code=CODE-1&state={state}{extra}{fragment}"


@pytest.mark.parametrize("name", DEVICE)
def test_device(at, name):
    """Shown the provider's own address, polled, let in by the address."""
    logins = at(name)
    allow(logins, name)
    text, verdict = approve_by_device(logins)
    assert verdict == ("GRANT", "approved")
    shown = DOUBLES[name].device
    uri = shown.get("verification_uri", shown.get("verification_url"))
    assert f"Open:  {uri}\n" in text and shown["user_code"] in text
    started = dict(logins.server.to("/device")[0].form)
    assert started["scope"] == SCOPES.get(name, "openid profile email")
    assert dict(logins.server.to("/token")[-1].form)[
        "client_secret"] == "SECRET"
    assert all(request.path != "/.well-known/openid-configuration"
               for request in logins.server.requests)


@pytest.mark.parametrize("name", CODE)
def test_code(at, name):
    """Without a device grant auto is the code, with no useless request."""
    logins = at(name)
    allow(logins, name)
    start = len(logins.server.requests)
    module = logins.start().greet()
    query = invited_to_open(module)
    assert len(logins.server.requests) == start
    usual = [key for key in USUAL if key in dict(query)]
    assert [key for key, _ in query[:len(usual)]] == usual
    assert query[len(usual):] == PARAMS.get(name, [])
    assert dict(query).get("scope") == SCOPES.get(
        name, "openid profile email")
    module.reply(landed(query, FRAGMENTS.get(name, "")))
    assert module.verdict() == ("GRANT", "approved")
    assert logins.house.log.decisions(logins.mark)[-1]["flow"] == "code"


@pytest.mark.parametrize("name", CODE)
def test_code_is_bound_by_pkce_but_for_linkedin(at, name):
    """LinkedIn refuses a verifier: there the state has to come back."""
    logins = at(name)
    allow(logins, name)
    module = logins.start().greet()
    query = dict(invited_to_open(module))
    module.reply("CODE-1")
    if name != "linkedin":
        assert module.verdict() == ("GRANT", "approved")
        form = dict(logins.server.to("/token")[0].form)
        assert query["code_challenge_method"] == "S256"
        assert len(form["code_verifier"]) == 43
        return
    assert "code_challenge" not in query
    assert "paste it again" in module.expect("ASK")["TEXT"]
    assert not logins.server.to("/token")
    module.reply(landed(query))
    assert module.verdict() == ("GRANT", "approved")
    assert "code_verifier" not in dict(logins.server.to("/token")[0].form)


def test_reddit_shows_its_secret_in_a_header(at):
    """As its documents want it, without a setting."""
    logins = at("reddit")
    allow(logins, "reddit")
    module = logins.start().greet()
    module.reply(landed(invited_to_open(module)))
    assert module.verdict() == ("GRANT", "approved")
    request, = logins.server.to("/token")
    assert request.header("Authorization").startswith("Basic ")
    assert "client_secret" not in dict(request.form)


def test_github_names_its_issuer_in_the_callback(at):
    """RFC 9207: https://github.com/login/oauth, and no other."""
    logins = at("github", flow="code")
    logins.server.on("/token", Reply(json=DOUBLES["github"].token))
    allow(logins, "github")
    module = logins.start().greet()
    query = invited_to_open(module)
    module.reply(landed(query, iss="https%3A%2F%2Fgithub.com"))
    assert "paste it again" in module.expect("ASK")["TEXT"]
    module.reply(landed(
        query, iss="https%3A%2F%2Fgithub.com%2Flogin%2Foauth"))
    assert module.verdict() == ("GRANT", "approved")


@pytest.mark.parametrize("host", [
    "evil.example", "www.google.com.evil.example", "google.com"])
def test_google_sends_people_nowhere_else(at, host):
    """The hosts of the preset are those of the provider alone."""
    logins = at("google")
    logins.server.on("/device", Reply(json=device(f"https://{host}/device")))
    module = logins.start().greet()
    module.probe().reply()
    assert module.verdict() == ("DENY", "verification_uri_refused")


def test_hosts_are_nobody_elses(at):
    """Another issuer with the preset gets none of its hosts."""
    logins = at("google", issuer="https://id.corp.example")
    module = logins.start().greet()
    module.probe().reply()
    assert module.verdict() == ("DENY", "verification_uri_refused")


@pytest.mark.parametrize("claim, verdict", [
    ("corp.example", ("GRANT", "approved")),
    ("evil.example", ("DENY", "tenant_not_allowed")),
    (["corp.example", "evil.example"], ("DENY", "tenant_not_allowed")),
    (..., ("DENY", "tenant_not_allowed"))])
def test_hd_is_asked_for_and_checked(at, claim, verdict):
    """Asking for it proves nothing: what counts is the claim."""
    logins = at("google", flow="code", hd="corp.example",
                person={"hd": claim})
    logins.server.on("/token", Reply(json=DOUBLES["google"].token))
    allow(logins, "google")
    module = logins.start().greet()
    query = invited_to_open(module)
    assert query[-1] == ("hd", "corp.example")
    module.reply(landed(query))
    assert module.verdict() == verdict


@pytest.mark.parametrize("claim, verdict", [
    (TENANT, ("GRANT", "approved")),
    (TENANT.replace("0", "1"), ("DENY", "tenant_not_allowed")),
    (..., ("DENY", "tenant_not_allowed"))])
def test_tid_makes_an_address_count(at, claim, verdict):
    """What a tenant says of itself, by a setting that names the tenant."""
    logins = at("entra", tid=TENANT, assume_email_verified="yes",
                person={"tid": claim, "xms_edov": ...})
    allow(logins, "entra")
    assert approve_by_device(logins)[1] == verdict


def test_p9_entra_without_its_word(at):
    """An address nobody vouches for lets nobody in."""
    logins = at("entra", person={"xms_edov": ...})
    allow(logins, "entra")
    assert approve_by_device(logins)[1] == ("DENY", "email_unverified")


def test_params_of_the_settings_are_sent(at):
    """In order, behind what the request has by itself."""
    logins = at("google", flow="code",
                authorize_params="prompt=select_account x=1%2&")
    module = logins.start().greet()
    assert invited_to_open(module)[-2:] == [
        ("prompt", "select_account"), ("x", "1%2&")]


@pytest.mark.parametrize("name", [
    name for name, double in DOUBLES.items() if not double.takes_email])
def test_profile_only_refuses_rules_about_addresses(at, name):
    """Before anything is asked: file, line, and why."""
    logins = at(name)
    logins.house.write_allowlist(
        "alice sub:https://id.example|1\nbob email:bob@corp.example\n")
    start = len(logins.server.requests)
    module = logins.start().greet()
    assert module.verdict() == ("DENY", "allowlist_invalid")
    assert len(logins.server.requests) == start
    detail = logins.decision()["detail"]
    assert detail.startswith("/etc/pam_oauth2/allowlist:2: email: ")


def test_p16_naver_says_no_with_200(at):
    """A failure with HTTP 200 is one."""
    logins = at("naver")
    allow(logins, "naver")
    logins.server.on("/me", Reply(json={
        "resultcode": "024", "message": "Authentication failed"}))
    module = logins.start().greet()
    module.reply(landed(invited_to_open(module)))
    assert module.verdict() == ("DENY", "provider_malformed")
    assert "resultcode" in logins.house.log.decisions(
        logins.mark)[-1]["detail"]
