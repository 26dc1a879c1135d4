"""A refresh token that was kept, and a provider that does anything with it."""

import os
import signal
import socket
import time

import pytest

import documents
import wire
from helper_house import ALICE, PENDING, TOKEN, sign_in, token
from kept_case import (FIRST, REVOKED, SETTINGS, TOKENS, check, keeping,
                       revoking, sent, without_id_token)
from module import monotonic_ns, wait_until
from scripted import Raw, Reply

pytest_plugins = ["helper_fixtures"]

INVALID = Reply(400, {"error": "invalid_grant"})
SAID = {"email": "alice@example.com", "email_verified": True}


def test_each_use_brings_the_next_one(kept):
    """The one that came last is the one that is sent."""
    for number in range(1, 4):
        kept.server.on("/token", keeping(f"token-{number}"))
        assert check(kept) == ("GRANT", "account_active")
    assert sent(kept) == [FIRST, "token-1", "token-2"]
    assert [r.path for r in kept.server.requests] == ["/token", "/me"] * 3


def test_one_request_where_the_id_token_says_all(kept):
    """And one handshake."""
    kept.server.on("/token", keeping("second", **SAID))
    before = kept.server.connections
    assert check(kept) == ("GRANT", "account_active")
    assert [r.path for r in kept.server.requests] == ["/token"]
    assert kept.server.connections == before + 1


def test_r3_no_new_one_and_the_old_goes_on(kept):
    """RFC 6749 section 6."""
    kept.server.on("/token", TOKEN)
    for _ in range(3):
        assert check(kept) == ("GRANT", "account_active")
    assert sent(kept) == [FIRST] * 3


def test_r4_it_is_on_the_disk_before_success_is_told(kept):
    """Whoever is killed when the verdict comes has kept it."""
    kept.server.on("/token", keeping("second"))
    module = kept.start().greet(PHASE=wire.PHASE_ACCOUNT)
    module.expect("READY")
    assert module.receive().fields["REASON"] == "account_active"
    os.kill(module.pid, signal.SIGKILL)
    module.wait()
    assert check(kept) == ("GRANT", "account_active")
    assert sent(kept) == [FIRST, "second"]


def test_r4_a_full_disk_is_known_before_anything_is_sent(logins, mounted):
    """Nothing is lost, nobody is let in; and it is over with the disk's."""
    TOKENS.mkdir(mode=0o700)
    with mounted(TOKENS, "size=256k"):
        logins.set(**SETTINGS)
        logins.answer(keeping(FIRST))
        assert sign_in(logins) == ("GRANT", "approved")
        logins.forget()
        logins.server.on("/token", keeping("second"))
        filler = TOKENS / "filler"
        with filler.open("wb", 0) as file, pytest.raises(OSError):
            while True:
                file.write(b"x" * 4096)
        assert check(logins) == ("DENY", "store_failed")
        assert sent(logins) == []
        filler.unlink()
        assert check(logins) == ("GRANT", "account_active")
        assert sent(logins) == [FIRST]


def test_r5_invalid_grant_is_its_end(kept):
    """Refused until somebody signs in again; nobody is asked any more."""
    kept.server.on("/token", INVALID)
    for _ in range(3):
        assert check(kept) == ("DENY", "account_disabled")
    assert sent(kept) == [FIRST]
    kept.forget()
    kept.answer(keeping("of-another-sign-in"))
    assert sign_in(kept) == ("GRANT", "approved")
    kept.forget()
    assert check(kept) == ("GRANT", "account_active")
    assert sent(kept) == ["of-another-sign-in"]


NO_ANSWER = [
    ("503", Reply(503, {"error": "temporarily_unavailable"})),
    ("500", Reply(500)),
    ("cut off", Raw(end="cut")),
    ("reset", Raw(end="reset")),
    ("no JSON", Reply(body=b"NOT JSON")),
    ("no token", Reply(json={"token_type": "Bearer"})),
    ("invalid_client", Reply(401, {"error": "invalid_client"})),
]


@pytest.mark.parametrize("answer", [
    pytest.param(answer, id=name) for name, answer in NO_ANSWER])
def test_r7_no_answer_is_no_end(kept, answer):
    """The token is kept, and the next answer is believed."""
    kept.server.on("/token", answer)
    verdict, reason = check(kept)
    assert (verdict, reason) in (("GRANT", "account_grace"),
                                 ("DENY", "provider_malformed"))
    assert sent(kept) == [FIRST]
    kept.server.on("/token", TOKEN)
    assert check(kept) == ("GRANT", "account_active")
    assert sent(kept) == [FIRST] * 2


@pytest.mark.parametrize("idp_down, verdict", [
    ("grace", ("GRANT", "account_grace")),
    ("deny", ("DENY", "provider_error"))])
def test_idp_down(kept, idp_down, verdict):
    """What the settings say about a provider that does not answer."""
    kept.set(idp_down=idp_down, **SETTINGS)
    kept.server.on("/token", Reply(503))
    assert check(kept) == verdict


@pytest.mark.parametrize("left, delay, reasons, requests", [
    (2, 0, ["login_timeout"], 0),
    (4, 6, ["login_timeout", "provider_timeout"], 1),  # who notices first
    (4, 0, ["provider_error"], 1)])
def test_who_dawdles_gets_no_grace(kept, left, delay, reasons, requests):
    """The host's limit was near when we began: not even where it is down."""
    kept.server.on("/token", Reply(503, delay=delay))
    now = monotonic_ns()
    verdict, reason = check(
        kept, STARTED_NS=now, ALARM_NS=now + (3 + left) * 10**9)
    assert verdict == "DENY" and reason in reasons, (verdict, reason)
    assert len(kept.server.to("/token")) == requests


@pytest.mark.parametrize("answer, reason", [
    # What never came may have been the next token.
    (Raw(end="cut"), "account_grace"), (Reply(500), "account_grace"),
    # Here it was said that nothing has happened.
    (Reply(400, {"error": "invalid_request"}), "account_disabled"),
    (Reply(503, {"error": "temporarily_unavailable"}), "account_disabled")])
def test_an_answer_that_was_lost_is_not_taken_for_an_end(
        kept, answer, reason):
    """Then invalid_grant may be about a token that was replaced."""
    kept.server.on("/token", answer, INVALID)
    check(kept)
    verdict = "GRANT" if reason == "account_grace" else "DENY"
    assert check(kept) == (verdict, reason)
    assert sent(kept) == [FIRST] * 2


def test_what_was_never_sent_is_not_lost(kept):
    """Nobody was reached; then invalid_grant is about this very token."""
    kept.server.on("/token", INVALID)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and nobody listens
        host, _port = kept.server.url.rsplit(":", 1)
        kept.set(provider={
            "token_endpoint": f"{host}:{nobody.getsockname()[1]}/token"},
            **SETTINGS)
        assert check(kept) == ("GRANT", "account_grace")
    kept.set(**SETTINGS)
    assert sent(kept) == []
    assert check(kept) == ("DENY", "account_disabled")
    assert sent(kept) == [FIRST]


def test_r9_another_sub_is_its_end(kept):
    """In an ID token that the provider has signed."""
    kept.server.on("/token", keeping("second", sub="sub-of-mallory"))
    assert check(kept) == ("DENY", "subject_changed")
    assert check(kept) == ("DENY", "account_disabled")
    assert sent(kept) == [FIRST]


def test_r9_another_issuer_is_its_end(kept):
    """Signed with the same keys, by another tenant."""
    kept.server.on("/token", keeping("second", iss="https://evil.example"))
    assert check(kept) == ("DENY", "subject_changed")
    assert check(kept) == ("DENY", "account_disabled")
    assert sent(kept) == [FIRST]


def test_it_goes_on_for_the_same_audience(logins):
    """OpenID Connect section 12.2: aud is what it was."""
    both = {"aud": ["CLIENT_ID", "other"], "azp": "CLIENT_ID"}
    logins.set(provider={"extra_audiences": "other third"}, **SETTINGS)
    logins.answer(keeping(FIRST, **both))
    assert sign_in(logins) == ("GRANT", "approved")
    for changes in ({}, {**both, "aud": ["CLIENT_ID", "third"]},
                    {**both, "aud": [*both["aud"], "third"]}):
        logins.server.on("/token", keeping("next", **changes))
        assert check(logins) == ("DENY", "id_token_invalid")
    logins.server.on("/token", keeping("next", **{
        **both, "aud": ["other", "CLIENT_ID"]}))
    assert check(logins) == ("GRANT", "account_active")


def test_r9_another_sub_in_userinfo_alone(kept):
    """Where no ID token comes with a refresh."""
    kept.server.on("/token", without_id_token("second"))
    kept.server.on("/me", Reply(json={**ALICE, "sub": "sub-of-mallory"}))
    assert check(kept) == ("DENY", "subject_changed")
    assert check(kept) == ("DENY", "account_disabled")
    assert sent(kept) == [FIRST]


def test_userinfo_says_it_where_no_id_token_comes(kept):
    """With an equal sub; the log says that nobody has signed it."""
    kept.server.on("/token", without_id_token("second"))
    assert check(kept) == ("GRANT", "account_active")
    assert kept.decision()["detail"].startswith("unsigned")


def test_an_id_token_where_nothing_else_counts(kept):
    """email_from = id_token: a refresh without one is not enough."""
    kept.set(email_from="id_token", **SETTINGS)
    kept.server.on(
        "/token", without_id_token("second"), token(**SAID))
    assert check(kept) == ("DENY", "id_token_invalid")
    assert check(kept) == ("GRANT", "account_active")
    assert sent(kept) == [FIRST, "second"]


def test_the_rules_of_today_are_applied(kept):
    """The account lives, and the allowlist has changed."""
    kept.server.on("/token", TOKEN)
    kept.house.write_allowlist("alice email:carol@example.com\n")
    assert check(kept) == ("DENY", "identity_not_allowed")
    kept.house.write_allowlist("alice email:alice@example.com\n")
    assert check(kept) == ("GRANT", "account_active")


def test_an_email_that_is_not_verified_any_more(kept):
    """What the provider says now."""
    kept.server.on("/token", without_id_token("second"))
    kept.server.on("/me", Reply(json={**ALICE, "email_verified": False}))
    assert check(kept) == ("DENY", "email_unverified")


def test_who_hangs_up_does_not_lose_the_token(kept):
    """It is on its way: what comes is kept, though nobody waits."""
    def slowly(request):
        time.sleep(0.5)
        return keeping("second")(request)

    kept.server.on("/token", slowly)
    module = kept.start().greet(PHASE=wire.PHASE_ACCOUNT)
    wait_until(lambda: kept.server.to("/token"))
    module.socket.close()
    module.wait(5)
    kept.server.on("/token", TOKEN)
    assert check(kept) == ("GRANT", "account_active")
    assert sent(kept) == [FIRST, "second"]


def test_it_is_sent_once(kept):
    """A kept connection that closes without a reply: no second time."""
    kept.server.on("/token", Raw(end="close"), TOKEN)
    assert check(kept) == ("GRANT", "account_grace")
    assert sent(kept) == [FIRST]


def test_killed_while_it_is_on_its_way(kept):
    """Then its answer is unknown: no way in, and nobody is locked out."""
    kept.server.on("/token", Reply(json={}, delay=5))
    module = kept.start().greet(PHASE=wire.PHASE_ACCOUNT)
    wait_until(lambda: kept.server.to("/token"))
    os.kill(module.pid, signal.SIGKILL)
    module.wait()
    kept.server.on("/token", INVALID)
    assert check(kept) == ("GRANT", "account_grace")
    kept.answer(keeping("of-another-sign-in"))
    kept.forget()
    assert sign_in(kept) == ("GRANT", "approved")
    kept.forget()
    assert check(kept) == ("GRANT", "account_active")


def test_refresh_params(kept):
    """What this provider wants besides."""
    kept.set(provider={"refresh_params": "scope=openid resource=x"},
             **SETTINGS)
    kept.server.on("/token", TOKEN)
    assert check(kept) == ("GRANT", "account_active")
    assert kept.server.to("/token")[0].form == [
        ("grant_type", "refresh_token"), ("refresh_token", FIRST),
        ("scope", "openid"), ("resource", "x"), ("client_id", "CLIENT_ID")]


def test_who_has_never_signed_in(logins):
    """Nothing is asked; the settings say what that means."""
    logins.set(**SETTINGS)
    assert check(logins) == ("GRANT", "account_not_checked")
    logins.set(account_token_missing="deny", **SETTINGS)
    assert check(logins) == ("DENY", "account_token_missing")
    assert logins.server.requests == []


@pytest.mark.parametrize("settings, hello", [
    ({}, {}), ({"account_services": "other"}, {}),
    ({**SETTINGS, "refresh_use": "off"}, {}),
    ({**SETTINGS, "account_exempt": "bob alice"}, {}),
    (SETTINGS, {"USER": "root", "UID": 0}),
    (SETTINGS, {"UID": 999}), (SETTINGS, {"USER": "dave"})])
def test_whose_account_is_left_alone(kept, settings, hello):
    """By root's own settings; of these there is no record."""
    kept.set(**settings)
    assert check(kept, **hello) == ("IGNORE", "account_not_checked")
    assert kept.server.requests == []
    assert kept.said("event=decision") == []


def revoke(logins, **hello):
    """Have what is kept of alice revoked; returns the verdict."""
    return check(logins, wire.PHASE_REVOKE, **hello)


def test_it_is_given_back(kept):
    """At the provider, and here."""
    revoking(kept, REVOKED)
    assert revoke(kept) == ("GRANT", "token_revoked")
    assert kept.server.to("/revoke")[0].form == [
        ("token", FIRST), ("token_type_hint", "refresh_token"),
        ("client_id", "CLIENT_ID")]
    assert check(kept) == ("DENY", "account_disabled")
    assert revoke(kept) == ("DENY", "token_missing")
    assert sent(kept) == []


@pytest.mark.parametrize("answer, reason", [
    (Reply(503), "provider_error"), (Raw(end="cut"), "provider_unreachable"),
    (Reply(401, {"error": "invalid_client"}), "client_rejected"),
    (Reply(200, {"error": "invalid_request"}), "provider_error")])
def test_v10_the_local_record_is_gone_whatever_the_provider_says(
        kept, answer, reason):
    """It stands, and is said to be all that does."""
    revoking(kept, answer)
    assert revoke(kept) == ("DENY", reason)
    assert check(kept) == ("DENY", "account_disabled")
    assert sent(kept) == []


def test_v10_where_the_provider_takes_nothing_back(kept):
    """It announces no place for it."""
    assert revoke(kept)[0] == "DENY"
    assert check(kept) == ("DENY", "account_disabled")


def test_nothing_of_somebody_else_is_revoked(kept):
    """Of whom nothing is kept."""
    revoking(kept, REVOKED)
    assert revoke(kept, USER="bob", UID=21002) == ("DENY", "token_missing")
    assert check(kept) != ("DENY", "account_disabled")
    assert kept.server.to("/revoke") == []


def test_offline_access_is_asked_for_where_it_is_offered(logins):
    """And where what comes is going to be used."""
    for offered, settings, is_asked in (
            (["openid", "offline_access"], SETTINGS, True),
            (["openid"], SETTINGS, False), (None, SETTINGS, False),
            (["offline_access"], {}, False),
            (["offline_access"], {**SETTINGS, "refresh_use": "off"}, False)):
        logins.house.reset()
        logins.set(**settings)
        logins.answer(PENDING)
        logins.server.on(documents.WELL_KNOWN, Reply(json={
            **documents.metadata(logins.server),
            **({"scopes_supported": offered} if offered else {})}))
        logins.forget()
        module = logins.start().greet()
        module.invited()
        form = dict(logins.server.to("/device")[0].form)
        assert ("offline_access" in form["scope"].split()) == is_asked
        module.end()
