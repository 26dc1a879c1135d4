"""The real helper against what the OpenID Foundation tests, and more.

The list is openid_cases.py. Every case is a whole login: settings, requests,
verdict and the decision in the log; the table is printed at the end.
"""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

import documents
import wire
from helper_house import ALICE, TOKEN, sign_in
from idtoken import SIGNER
from kept_case import check, keeping
from openid_cases import CASES, NOT_APPLICABLE
from scripted import Reply

pytest_plugins = ["helper_fixtures"]

LANDING = "https://login.example/pam_oauth2/"
CODE = "SplxlOBeZQQYbYS6WxSbIA"
PLAYED = [(case, flow) for case in CASES for flow in case.flows]


def without_none(changes):
    """Return a document without what is None."""
    return {k: v for k, v in changes.items() if v is not None}


class Play:
    """One case in one flow."""

    def __init__(self, logins, case, flow):
        self.logins, self.case, self.flow = logins, case, flow
        self.server = logins.server
        self._script()
        if case.is_known:
            self._sign_in_before()
        landing = {"redirect_uri": LANDING} if flow == "code" else {}
        logins.set({**landing, **case.provider}, flow=flow, **case.settings)
        if case.allowlist is not None:
            logins.house.write_allowlist(case.allowlist)
        self.requested = {}

    def _script(self):
        """Teach the server."""
        case, url = self.case, self.server.url
        changes = {k: v(url) if callable(v) else v
                   for k, v in case.metadata.items()}
        self.logins.answer(person=without_none({**ALICE, **case.person}))
        self.server.on(documents.WELL_KNOWN, Reply(json=without_none({
            **documents.metadata(self.server), **changes})))
        self.server.on("/jwks", Reply(
            json=case.keys() if case.keys else SIGNER.jwks()))
        if case.userinfo is not None:
            self.server.on("/me", Reply(
                body=case.userinfo(url).encode(), type="application/jwt"))

    def _answer(self, nonce=None):
        """Have the next request for a token answered."""
        self.server.on("/token", Reply(json={
            **documents.TOKEN,
            "id_token": self.case.id_token(self.server.url, nonce)}))

    def _sign_in_before(self):
        """Have alice sign in, which binds her email to her sub."""
        self.server.on("/token", TOKEN)
        self.server.on("/me", Reply(json=ALICE))
        assert sign_in(self.logins) == ("GRANT", "approved")
        self.logins.forget()
        self._script()

    def run(self):
        """Return verdict and reason."""
        return sign_in(self.logins, self._approve)

    def _approve(self, asked):
        """Do what people do in the browser; returns what they type."""
        if self.flow == "device":
            self.requested = dict(self.server.to("/device")[0].form)
            self._answer()
            return ""
        assert asked["ECHO"] == wire.ECHOS["ON"]
        url = re.search(r"Open:\s+(https://\S+)", asked["TEXT"]).group(1)
        self.requested = dict(parse_qsl(urlsplit(url).query))
        self._answer(self.requested["nonce"])
        return CODE


@pytest.fixture
def play(logins, table):
    """Play a case; notes it in the table."""
    def play(case, flow):
        made = Play(logins, case, flow)
        verdict, reason = made.run()
        seen = reason if verdict != "GRANT" else f"{reason}, granted"
        table.append(f"  {case.title:68} {flow:6} {case.expected:22} {seen}")
        return made, verdict, reason

    return play


@pytest.mark.parametrize(
    "case, flow", PLAYED, ids=[f"{c.title}-{f}" for c, f in PLAYED])
def test_openid(play, case, flow):
    """What a provider does, and what comes of it."""
    made, verdict, reason = play(case, flow)
    is_granted = case.expected == "approved"
    assert (verdict, reason) == (
        "GRANT" if is_granted else "DENY", case.expected)
    decision = made.logins.decision()
    assert case.says in decision["detail"], decision["detail"]
    for name, value in case.asks.items():
        assert made.requested.get(name) == value
    if not is_granted:
        assert "alice@example.com" not in str(decision)
    if reason == "id_token_invalid":
        assert not made.server.to("/me")
    asked = bool(made.server.to("/me"))
    assert case.userinfo_asked in (None, asked)
    if is_granted and case.userinfo is None:
        assert decision["detail"].startswith("unsigned") == asked
    for request in made.server.to("/me"):
        assert request.header("Authorization") == "Bearer AT"
        assert (request.method, request.target) == ("GET", "/me")


REFRESHED = {
    "oidcc-client-test-refresh-token-invalid-issuer":
        {"iss": "https://evil.example"},
    "oidcc-client-test-refresh-token-invalid-sub": {"sub": "sub-of-mallory"},
}


@pytest.mark.parametrize("name", REFRESHED)
def test_openid_refreshed(kept, table, name):
    """An ID token that comes with a refresh, and is about somebody else."""
    kept.server.on("/token", keeping("second", **REFRESHED[name]))
    verdict, reason = check(kept)
    seen = reason if verdict != "GRANT" else f"{reason}, granted"
    table.append(f"  {name:68} {'kept':6} {'subject_changed':22} {seen}")
    assert (verdict, reason) == ("DENY", "subject_changed")
    assert check(kept) == ("DENY", "account_disabled")


def test_the_list_has_what_the_foundation_tests(table):
    """Every test of the three plans is played, or said not to apply."""
    names = ({case.name for case in CASES} | set(REFRESHED)
             | set(PLAYED_ELSEWHERE))
    assert PLANS <= names | set(NOT_APPLICABLE)
    assert not names & set(NOT_APPLICABLE)
    for file, test in PLAYED_ELSEWHERE.values():
        text = (Path(__file__).parent / file).read_text()
        assert f"def {test}(" in text
    for name, why in NOT_APPLICABLE.items():
        table.append(f"  {name:68} not applicable: {why}")


ROTATION = "oidcc-client-test-signing-key-rotation"
PLAYED_ELSEWHERE = {
    "oidcc-client-test-client-secret-basic":
        ("test_helper_client.py", "test_a_secret_in_the_header"),
    ROTATION: ("test_openid_keys.py", "test_signing_key_rotation"),
    ROTATION + "-just-before-signing":
        ("test_openid_keys.py",
         "test_signing_key_rotation_just_before_signing"),
}
# What the plans of the basic, config and dynamic profile consist of, and
# what of the comprehensive one is about a login by code.
PLANS = {f"oidcc-client-test{name}" for name in """
-aggregated-claims -client-secret-basic -discovery-issuer-mismatch
-discovery-jwks-uri-keys -discovery-openid-config -discovery-webfinger-acct
-discovery-webfinger-url -distributed-claims -dynamic-registration
-idtoken-sig-none -idtoken-sig-rs256 -invalid-athash -invalid-aud
-invalid-chash -invalid-iss -invalid-sig-es256 -invalid-sig-hs256
-invalid-sig-rs256 -kid-absent-multiple-jwks -kid-absent-single-jwks
-missing-athash -missing-aud -missing-chash -missing-iat -missing-sub
-nonce-invalid -nonce-unless-code-flow -refresh-token-invalid-issuer
-refresh-token-invalid-sub -request-uri-signed-none
-request-uri-signed-rs256 -scope-userinfo-claims -signing-key-rotation
-signing-key-rotation-just-before-signing -userinfo-invalid-sub
-userinfo-signed""".split()} | {"oidcc-client-test"}
