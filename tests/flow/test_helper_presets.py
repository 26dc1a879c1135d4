"""Whole logins with every preset: the real helper at a double of each.

The issuer is the real one, and so are the hosts that people may be sent to;
the endpoints are set by hand, so that nothing goes anywhere else.
"""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

import idtoken
import wire
from idtoken import SIGNER
from provider_doubles import DOUBLES, TENANT, device
from scripted import Reply

pytest_plugins = ["helper_fixtures"]

LANDING = "https://host.corp.example/callback"
BARE = "SplxlOBeZQQYbYS6WxSbIA"
SECRET = Path("/etc/pam_oauth2/flow-secret")
DEVICE = [name for name, double in DOUBLES.items() if double.device]
CODE = [name for name, double in DOUBLES.items() if not double.device]
ISSUERS = {"google": "https://accounts.google.com",
           "gitlab": "https://gitlab.com",
           "egi": "https://aai.egi.eu/auth/realms/egi",
           "cilogon": "https://cilogon.org",
           "linkedin": "https://www.linkedin.com/oauth",
           "reddit": "https://www.reddit.com",
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


class Customer:
    """Logins of somebody who uses a preset."""

    def __init__(self, logins, name, person):
        self.logins, self.server = logins, logins.server
        self.double, self.person = DOUBLES[name], dict(person)
        self.issuer = self.double.issuer or ISSUERS.get(name)
        without = dict.fromkeys(self.double.unsaid, ...)
        self.double.script(self.server, **{**self.person, **without})
        if self.double.device is not None:
            self.server.on("/device", Reply(json={
                **self.double.device, "interval": 1}))
            self.server.on("/token", self.double.pending, self.token())

    def token(self, **claims):
        """Return an answer with a token; keywords: of the ID token."""
        return self.double.sign(self.issuer, self.person, **claims)

    def set(self, name, flow, **provider):
        """Write settings: endpoints by hand, the rest is the preset's."""
        url, double = self.server.url, self.double
        SECRET.write_text("SECRET\n")
        SECRET.chmod(0o600)
        self.logins.set(flow=flow, provider={
            "preset": name, "issuer": double.issuer,
            "client_secret_file": SECRET, "redirect_uri": LANDING,
            "authorization_endpoint": url + "/auth",
            "token_endpoint": url + "/token",
            "device_authorization_endpoint":
                url + "/device" if double.device else None,
            "userinfo_endpoint": url + "/me" if double.person else None,
            "jwks_uri": url + "/jwks" if double.is_openid else None,
            **double.settings, **provider})

    def allow(self, *more):
        """Let alice in by address where that counts, else by sub."""
        rule = f"email:{self.double.email}"
        if not self.double.takes_email:
            rule = f"sub:{self.issuer}|{self.double.sub}"
        self.logins.house.write_allowlist(" ".join(
            ["alice", rule, *more]) + "\n")

    def start(self):
        """Begin a login."""
        return self.logins.start().greet()

    def approve_by_device(self):
        """Sign alice in; returns what was shown, and the verdict."""
        module = self.start()
        text = module.invited()
        module.reply()
        return text, module.verdict()

    def open(self, module, **claims):
        """Go on to where an address is to be opened; its parameters.

        The code gives a token that knows the nonce: claims change it.
        """
        module.probe().reply()
        asked = module.expect("ASK")
        assert asked["ECHO"] == wire.ECHOS["ON"]
        url = re.search(r"Open:\s+(https://\S+)", asked["TEXT"]).group(1)
        query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
        self.server.on("/token", self.token(
            **{"nonce": dict(query).get("nonce"), **claims}))
        return query

    def decision(self):
        """Return the last decision of the log."""
        return self.logins.house.log.decisions(self.logins.mark)[-1]


@pytest.fixture
def at(logins):
    """Set up for a preset: at(name, **provider) returns a Customer.

    person: changes to what the provider says of alice; ... leaves out.
    """
    def at(name, flow="auto", person=(), **provider):
        made = Customer(logins, name, person)
        made.set(name, flow, **provider)
        return made

    return at


# What these put behind the address, for browsers.
FRAGMENTS = {"facebook": "#_=_", "reddit": "#_"}


def landed(query, fragment="", **changes):
    """Return the address on which the browser lands, to be pasted."""
    state = dict(query)["state"]
    extra = "".join(f"&{k}={v}" for k, v in changes.items())
    return f"{LANDING}?code={BARE}&state={state}{extra}{fragment}"


def is_asked(customer):
    """Whether userinfo is asked, and the log says that it decided."""
    asked = bool(customer.server.to("/me"))
    said = customer.decision()["detail"].startswith("unsigned")
    assert said == asked or "shopify" in customer.issuer
    return asked


@pytest.mark.parametrize("name", DEVICE)
def test_device(at, name):
    """Shown the provider's own address, polled, let in by the address."""
    customer = at(name)
    customer.allow()
    text, verdict = customer.approve_by_device()
    assert verdict == ("GRANT", "approved")
    double, server = customer.double, customer.server
    shown = double.device
    uri = shown.get("verification_uri", shown.get("verification_url"))
    assert f"Open:  {uri}\n" in text and shown["user_code"] in text
    started = dict(server.to("/device")[0].form)
    assert started["scope"] == SCOPES.get(name, "openid profile email")
    assert dict(server.to("/token")[-1].form)["client_secret"] == "SECRET"
    assert is_asked(customer) == (not double.signed)
    assert all(request.path != "/.well-known/openid-configuration"
               for request in server.requests)


@pytest.mark.parametrize("name", CODE)
def test_code(at, name):
    """Without a device grant auto is the code, with no useless request."""
    customer = at(name)
    customer.allow()
    start = len(customer.server.requests)
    module = customer.start()
    query = customer.open(module)
    sent = [r.path for r in customer.server.requests[start:]]
    assert sent in ([], ["/jwks"])
    usual = [key for key in USUAL if key in dict(query)]
    assert [key for key, _ in query[:len(usual)]] == usual
    assert query[len(usual):] == PARAMS.get(name, [])
    assert dict(query).get("scope") == SCOPES.get(
        name, "openid profile email")
    module.reply(landed(query, FRAGMENTS.get(name, "")))
    assert module.verdict() == ("GRANT", "approved")
    assert customer.decision()["flow"] == "code"
    assert is_asked(customer) == (
        customer.double.person is not None and not customer.double.is_openid)


@pytest.mark.parametrize("name", [
    name for name, double in DOUBLES.items() if double.is_openid])
def test_an_openid_provider_has_to_sign(at, name):
    """A token alone, with the best of userinfo, lets nobody in."""
    customer = at(name)
    customer.allow()
    module = customer.start()
    if name in CODE:
        query = customer.open(module)
    else:
        module.invited()
    customer.server.on("/token", Reply(json=customer.double.token))
    module.reply(landed(query) if name in CODE else "")
    assert module.verdict() == ("DENY", "id_token_invalid")
    assert not customer.server.to("/me")
    assert customer.decision()["detail"] == "the provider sent no ID token"


@pytest.mark.parametrize("name, nonce", [
    (name, nonce) for name in CODE if DOUBLES[name].is_openid
    for nonce in (None, "another")])
def test_a_nonce_binds_the_id_token_but_for_linkedin(at, name, nonce):
    """LinkedIn never repeats ours, so that it is not sent there."""
    customer = at(name)
    customer.allow()
    module = customer.start()
    query = customer.open(module, nonce=nonce)
    module.reply(landed(query))
    is_good = name == "linkedin" and nonce is None
    assert module.verdict() == (("GRANT", "approved") if is_good
                                else ("DENY", "id_token_invalid"))
    assert ("nonce" in dict(query)) == (name != "linkedin")


@pytest.mark.parametrize("name", CODE)
def test_code_is_bound_by_pkce_but_for_linkedin(at, name):
    """LinkedIn refuses a verifier: there the state has to come back."""
    customer = at(name)
    customer.allow()
    module = customer.start()
    query = dict(customer.open(module))
    module.reply(BARE)
    if name != "linkedin":
        assert module.verdict() == ("GRANT", "approved")
        form = dict(customer.server.to("/token")[0].form)
        assert query["code_challenge_method"] == "S256"
        assert len(form["code_verifier"]) == 43
        return
    assert "code_challenge" not in query
    assert "paste it again" in module.expect("ASK")["TEXT"]
    assert not customer.server.to("/token")
    module.reply(landed(query))
    assert module.verdict() == ("GRANT", "approved")
    assert "code_verifier" not in dict(customer.server.to("/token")[0].form)


def test_reddit_shows_its_secret_in_a_header(at):
    """As its documents want it, without a setting."""
    customer = at("reddit")
    customer.allow()
    module = customer.start()
    module.reply(landed(customer.open(module)))
    assert module.verdict() == ("GRANT", "approved")
    request, = customer.server.to("/token")
    assert request.header("Authorization").startswith("Basic ")
    assert "client_secret" not in dict(request.form)


def test_github_names_its_issuer_in_the_callback(at):
    """RFC 9207: https://github.com/login/oauth, and no other."""
    customer = at("github", flow="code")
    customer.allow()
    module = customer.start()
    query = customer.open(module)
    module.reply(landed(query, iss="https%3A%2F%2Fgithub.com"))
    assert "paste it again" in module.expect("ASK")["TEXT"]
    module.reply(landed(
        query, iss="https%3A%2F%2Fgithub.com%2Flogin%2Foauth"))
    assert module.verdict() == ("GRANT", "approved")


@pytest.mark.parametrize("host", [
    "evil.example", "www.google.com.evil.example", "google.com"])
def test_google_sends_people_nowhere_else(at, host):
    """The hosts of the preset are those of the provider alone."""
    customer = at("google")
    customer.server.on("/device", Reply(json=device(
        f"https://{host}/device")))
    module = customer.start()
    module.probe().reply()
    assert module.verdict() == ("DENY", "verification_uri_refused")


def test_hosts_are_nobody_elses(at):
    """Another issuer with the preset gets none of its hosts."""
    module = at("google", issuer="https://id.corp.example").start()
    module.probe().reply()
    assert module.verdict() == ("DENY", "verification_uri_refused")


@pytest.mark.parametrize("claim, verdict", [
    ("corp.example", ("GRANT", "approved")),
    ("evil.example", ("DENY", "tenant_not_allowed")),
    (["corp.example", "evil.example"], ("DENY", "tenant_not_allowed")),
    (..., ("DENY", "tenant_not_allowed"))])
def test_hd_is_asked_for_and_checked(at, claim, verdict):
    """Asking for it proves nothing: what counts is the claim."""
    customer = at("google", flow="code", hd="corp.example",
                  person={"hd": claim})
    customer.allow()
    module = customer.start()
    query = customer.open(module)
    assert query[-1] == ("hd", "corp.example")
    module.reply(landed(query))
    assert module.verdict() == verdict


@pytest.mark.parametrize("claim, verdict", [
    (TENANT, ("GRANT", "approved")),
    (TENANT.replace("0", "1"), ("DENY", "tenant_not_allowed")),
    (..., ("DENY", "tenant_not_allowed"))])
def test_tid_makes_an_address_count(at, claim, verdict):
    """What a tenant says of itself, by a setting that names the tenant."""
    customer = at("entra", tid=TENANT, assume_email_verified="yes",
                  person={"tid": claim, "xms_edov": ...})
    customer.allow()
    assert customer.approve_by_device()[1] == verdict


def test_p9_entra_without_its_word(at):
    """An address nobody vouches for lets nobody in."""
    customer = at("entra", person={"xms_edov": ...})
    customer.allow()
    assert customer.approve_by_device()[1] == ("DENY", "email_unverified")


def test_params_of_the_settings_are_sent(at):
    """In order, behind what the request has by itself."""
    customer = at("google", flow="code",
                  authorize_params="prompt=select_account x=1%2&")
    assert customer.open(customer.start())[-2:] == [
        ("prompt", "select_account"), ("x", "1%2&")]


@pytest.mark.parametrize("name", [
    name for name, double in DOUBLES.items() if not double.takes_email])
def test_profile_only_refuses_rules_about_addresses(at, name):
    """Before anything is asked: file, line, and why."""
    customer = at(name)
    customer.logins.house.write_allowlist(
        "alice sub:https://id.example|1\nbob email:bob@corp.example\n")
    start = len(customer.server.requests)
    assert customer.start().verdict() == ("DENY", "allowlist_invalid")
    assert len(customer.server.requests) == start
    detail = customer.logins.decision()["detail"]
    assert detail.startswith("/etc/pam_oauth2/allowlist:2: email: ")


def test_p16_naver_says_no_with_200(at):
    """A failure with HTTP 200 is one."""
    customer = at("naver")
    customer.allow()
    customer.server.on("/me", Reply(json={
        "resultcode": "024", "message": "Authentication failed"}))
    module = customer.start()
    module.reply(landed(customer.open(module)))
    assert module.verdict() == ("DENY", "provider_malformed")
    assert "resultcode" in customer.decision()["detail"]


@pytest.mark.parametrize("changes, verdict", [
    ({}, ("GRANT", "approved")),
    ({"sub": "other"}, ("DENY", "userinfo_mismatch")),
    ({"aud": "other"}, ("DENY", "identity_invalid")),
    ({"birthcountry": "99109"}, ("DENY", "identity_not_allowed"))])
def test_p13_franceconnect_signs_userinfo(at, changes, verdict):
    """It is judged like an ID token, and is as good as one."""
    customer = at("franceconnect")
    customer.allow("claim:birthcountry=99100")
    told = idtoken.claims(customer.issuer, **{
        **customer.double.says(), "birthcountry": "99100", **changes})
    customer.server.on("/me", Reply(
        type="application/jwt", body=SIGNER.sign(told, "ES256").encode()))
    module = customer.start()
    module.reply(landed(customer.open(module)))
    assert module.verdict() == verdict
    assert len(customer.server.to("/me")) == 1
    assert "unsigned" not in customer.decision()["detail"]
