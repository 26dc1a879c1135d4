"""Ways round the account phase, and ways to be locked out by it: none."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import idtoken
import wire
from helper_house import ALICE, CA_FILE, TOKEN, lines, sign_in, token
from helper_house import SETTINGS as FORM
from kept_case import (FIRST, SETTINGS, TOKENS, check, keeping, sent,
                       without_id_token)
from module import wait_until
from scripted import Raw, Reply

pytest_plugins = ["helper_fixtures"]

INVALID = Reply(400, {"error": "invalid_grant"})
UNVERIFIED = Reply(json={**ALICE, "email_verified": False})


def check_long(logins, **hello):
    """Check, and wait long."""
    module = logins.start().greet(PHASE=wire.PHASE_ACCOUNT, **hello)
    message = module.receive(60)
    if message.type == "READY":
        message = module.receive(60)
    return module.judged(message, "alice", wire.PHASE_ACCOUNT)


def test_no_grace_after_the_provider_has_caused_a_denial(kept):
    """The last word that came was a no; then the provider is down."""
    kept.server.on("/token", without_id_token("second"), Reply(503))
    kept.server.on("/me", UNVERIFIED)
    assert check(kept) == ("DENY", "email_unverified")
    assert check(kept)[0] == "DENY"


@pytest.mark.parametrize("answer", [
    Reply(503), Reply(401, {"error": "invalid_token"}), Reply(403)])
def test_grace_is_over_one_day(kept, answer):
    """Nobody ever says again who it is: a refresh alone is no success."""
    kept.set(grace_max=2, **SETTINGS)
    kept.server.on("/token", without_id_token("second"))
    kept.server.on("/me", answer)
    time.sleep(2.2)
    for _ in range(2):
        assert check(kept)[0] == "DENY"


def test_a_crowd_of_ones_own_logins_brings_no_grace(kept):
    """Each is denied, and asks anew; who waits too long is let in?"""
    def slowly(request):
        time.sleep(2)
        return without_id_token("next")

    kept.server.on("/token", slowly)
    kept.server.on("/me", UNVERIFIED)
    with ThreadPoolExecutor(9) as pool:
        came = [f.result() for f in
                [pool.submit(check_long, kept) for _ in range(9)]]
    assert {verdict for verdict, _ in came} == {"DENY"}, came


@pytest.mark.parametrize("status, error", [
    (403, "access_denied"), (400, "interaction_required"),
    (400, "unauthorized_client"), (200, "bad_refresh_token"),
    (400, "account_disabled"), (429, "")])
def test_a_clear_no_is_no_outage(kept, status, error):
    """The provider is there, and refuses."""
    kept.server.on(
        "/token", Reply(status, {"error": error} if error else None))
    assert check(kept)[0] == "DENY"


def test_no_uid_for_a_moment_is_no_way_round(kept):
    """NSS has failed in the host: no static setting."""
    kept.server.on("/token", INVALID)
    assert check(kept) == ("DENY", "account_disabled")
    assert check(kept, UID=None)[0] == "DENY"


def test_a_tombstone_outlives_the_line_of_the_allowlist(kept):
    """Who is taken off the list is not let in by that."""
    kept.server.on("/token", INVALID)
    assert check(kept) == ("DENY", "account_disabled")
    kept.house.write_allowlist("carol email:carol@example.com\n")
    assert check(kept)[0] == "DENY"


@pytest.mark.parametrize("settings, hello", [
    ({**SETTINGS, "account_exempt": "alice"}, {}),
    ({"account_services": "sshd"}, {"SERVICE": "cron"}),
    (SETTINGS, {"UID": 33, "USER": "www-data"})])
@pytest.mark.parametrize("fault", ["allowlist", "secret"])
def test_exempt_whatever_else_is_wrong(kept, settings, hello, fault):
    """Break-glass users and cron jobs: none of our business."""
    if fault == "allowlist":
        kept.set(**settings)
        kept.house.write_allowlist("alice emial:alice@example.com\n")
    else:
        kept.set(provider={"client_secret_file": "/etc/no/such"}, **settings)
    assert check(kept, **hello) == ("IGNORE", "account_not_checked")


def test_a_good_token_is_not_thrown_away(kept):
    """A later sign-in of the same person brings no other one."""
    kept.answer(TOKEN)
    assert sign_in(kept) == ("GRANT", "approved")
    assert len(list(TOKENS.glob("*.token"))) == 1
    kept.server.on("/token", INVALID)
    assert check(kept)[0] == "DENY"


def other_client(logins, **settings):
    """Settings with a second client of the same issuer for service other."""
    logins.house.write_settings(f"""\
[pam_oauth2]
account_services = flow other
provider = flow
[service other]
provider = second
{chr(10).join(f"{k} = {v}" for k, v in settings.items())}
[provider flow]
client_id = CLIENT_ID
ca_file = /etc/pam_oauth2/flow-ca.pem
issuer = {logins.server.url}
[provider second]
client_id = SECOND
ca_file = /etc/pam_oauth2/flow-ca.pem
issuer = {logins.server.url}
""")


def sign_in_other(logins):
    """Sign alice in at the other service."""
    module = logins.start().greet(SERVICE="other")
    message = module.receive()
    while message.type in ("READY", "ASK"):
        if message.type == "ASK":
            module.reply("")
        message = module.receive()
    return module.judged(message)


def test_another_client_does_not_overwrite(kept):
    """Two services, two clients, one issuer: the first goes on."""
    other_client(kept)
    kept.server.on("/token", keeping("second"))
    assert check(kept) == ("GRANT", "account_active")
    kept.answer(keeping("of-second", aud="SECOND"))
    assert sign_in_other(kept) == ("GRANT", "approved")
    kept.server.on("/token", keeping("third"))
    assert check(kept) == ("GRANT", "account_active")


def test_another_client_does_not_heal(kept):
    """Who was revoked at the one is not good again by the other."""
    other_client(kept)
    kept.server.on("/token", INVALID)
    assert check(kept) == ("DENY", "account_disabled")
    kept.answer(token(aud="SECOND"))
    assert sign_in_other(kept) == ("GRANT", "approved")
    assert check(kept)[0] == "DENY"


@pytest.mark.parametrize("changes", [
    {"acr": ""}, {"email": ""}, {"amr": [""]}], ids=str)
def test_an_empty_claim_is_no_reason_to_keep_nothing(kept, changes):
    """A tombstone heals with the next sign-in."""
    kept.house.write_allowlist(f"alice sub:{kept.server.url}|sub-of-alice\n")
    kept.server.on("/token", INVALID)
    assert check(kept) == ("DENY", "account_disabled")
    kept.answer(keeping("of-another-sign-in", **changes))
    assert sign_in(kept) == ("GRANT", "approved")
    assert check(kept) == ("GRANT", "account_active")


def test_a_sign_in_outlives_a_renewal_that_is_under_way(kept):
    """The old token's end comes after the new token."""
    kept.answer(keeping("of-another-sign-in"))
    calls = []

    def answer(request):
        form = dict(request.form)
        if form["grant_type"] == "refresh_token" and \
                form["refresh_token"] == FIRST:
            calls.append(1)
            time.sleep(8)
            return INVALID
        return keeping("of-another-sign-in")(request)

    kept.server.on("/token", answer)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(check_long, kept)
        wait_until(lambda: calls)
        assert sign_in(kept) == ("GRANT", "approved")
        slow.result()
    assert check(kept) == ("GRANT", "account_active")


@pytest.mark.parametrize("who", ["judge", "fetcher"])
def test_the_end_of_another_child_does_not_lose_the_token(kept, who):
    """From here on nothing but the answer ends the wait."""
    if who == "fetcher":  # it is waited for only where keys are old
        for path in Path("/var/cache/pam_oauth2").iterdir():
            path.unlink()
        kept.server.on("/jwks", Reply(json={}, delay=3))

    def slowly(request):
        time.sleep(1)
        return keeping("second")(request)

    kept.server.on("/token", slowly)
    module = kept.start()
    pid = getattr(module, who)
    module.greet(PHASE=wire.PHASE_ACCOUNT)
    wait_until(lambda: kept.server.to("/token"))
    os.kill(pid, signal.SIGKILL)
    module.wait(15)
    kept.forget()
    kept.answer()
    kept.server.on("/token", TOKEN)
    check(kept)
    assert sent(kept) == ["second"]


def test_an_answer_is_not_shared_with_other_settings(kept):
    """config=: the other file has another allowlist."""
    strict = Path("/etc/pam_oauth2/strict.conf")
    rules = Path("/etc/pam_oauth2/strict.allow")
    rules.write_text("alice email:carol@example.com\n")
    rules.chmod(0o600)
    strict.write_text(FORM.format(
        settings=lines({**SETTINGS, "allowlist": rules}), ca_file=CA_FILE,
        provider=lines({"issuer": kept.server.url})))
    strict.chmod(0o640)

    def slowly(request):
        time.sleep(1)
        return without_id_token("next")

    kept.server.on("/token", slowly)
    assert check_long(kept, CONFIG_PATH=str(strict))[0] == "DENY"
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(check_long, kept)
        time.sleep(0.6)
        theirs = [pool.submit(check_long, kept, CONFIG_PATH=str(strict))
                  for _ in range(2)]
        ours = [pool.submit(check_long, kept) for _ in range(4)]
        assert {f.result()[0] for f in [first, *ours]} == {"GRANT"}
        came = [f.result() for f in theirs]
    assert {verdict for verdict, _ in came} == {"DENY"}, came


def test_what_is_denied_moves_no_clock(kept):
    """A year of denials, each of which makes the grace begin anew."""
    kept.set(grace_max=2, **SETTINGS)
    kept.server.on("/token", without_id_token("second"))
    kept.server.on("/me", Reply(json={**ALICE, "email_verified": False}))
    time.sleep(3)
    assert check(kept) == ("DENY", "email_unverified")
    kept.server.on("/token", Reply(503))
    assert check(kept)[0] == "DENY"


def test_second_factor_keys_survive_a_sign_in_elsewhere(logins):
    """sudo's sign-in replaces the record of sshd's, without its keys."""
    logins.set(refresh_use="second-factor", refresh_requires="prior-module")
    logins.answer(keeping(FIRST))
    assert sign_in(logins) == ("GRANT", "approved")
    logins.server.on("/token", TOKEN)
    assert check(logins, wire.PHASE_AUTHENTICATE,
                 IS_PRIOR_MODULE=1) == ("GRANT", "second_factor")


STRANGER = idtoken.Signer(prefix="key")


@pytest.mark.parametrize("what", ["signed by a stranger", "of another"])
def test_a_no_after_an_outage_is_a_no(kept, what):
    """The keys came at the second try: then the provider has answered."""
    for file in Path("/var/cache/pam_oauth2").glob("*.keys"):
        file.unlink()
    kept.server.on("/jwks", Reply(503), Reply(json=idtoken.SIGNER.jwks()))
    if what == "of another":
        kept.server.on("/token", keeping("second"))
        kept.server.on("/me", Reply(json={**ALICE, "sub": "sub-of-mallory"}))
        expected = "userinfo_mismatch"
    else:
        kept.server.on("/token", token(by=STRANGER))
        expected = "id_token_invalid"
    assert check(kept) == ("DENY", expected)
    assert len(kept.server.to("/jwks")) == 2


def test_what_is_open_stays_open_beyond_a_sign_in(kept):
    """Which brings no other token: the old one may have been replaced."""
    kept.server.on("/token", Raw(end="cut"))
    assert check(kept) == ("GRANT", "account_grace")
    kept.answer(TOKEN)
    assert sign_in(kept) == ("GRANT", "approved")
    kept.server.on("/token", INVALID)
    assert check(kept) == ("GRANT", "account_grace")


def signed_userinfo(request):
    """Answer with what the provider has signed, who knows when."""
    said = {**ALICE, "iss": f"https://{request.header('Host')}",
            "aud": "CLIENT_ID"}
    return Reply(body=idtoken.SIGNER.sign(said).encode(),
                 type="application/jwt")


@pytest.mark.parametrize("answer", [
    pytest.param(token(iat=int(time.time()) - 700,
                       exp=int(time.time()) + 9000, email=ALICE["email"],
                       email_verified=True), id="an old ID token"),
    pytest.param(without_id_token("second"), id="signed userinfo")])
def test_what_was_signed_earlier_lets_nobody_in(logins, answer):
    """A worker that was taken over before may have kept it."""
    factor = {"refresh_use": "second-factor",
              "refresh_requires": "prior-module"}
    logins.set(**factor, **SETTINGS)
    logins.answer(keeping(FIRST))
    assert sign_in(logins) == ("GRANT", "approved")
    logins.server.on("/token", answer)
    logins.server.on("/me", signed_userinfo)
    logins.server.on("/device", Reply(400, {"error": "invalid_client"}))
    assert check(logins) == ("GRANT", "account_active")
    logins.forget()
    module = logins.start().greet(IS_PRIOR_MODULE=1).probe()
    module.reply()
    assert module.judged(module.receive(20))[0] == "DENY"
    assert any("no new ID token" in line
               for line in logins.said("event=browser"))


def test_a_fault_of_this_host_is_no_word_of_the_provider(kept):
    """Who could not be decided about is not refused in the next outage."""
    subjects = Path("/var/lib/pam_oauth2/subjects")
    file = next(file for file in subjects.iterdir())
    before = file.read_bytes()
    file.write_bytes(b"nonsense")
    kept.set(subject_binding="strict", **SETTINGS)
    kept.server.on("/token", keeping("second"), Reply(503))
    assert check(kept) == ("DENY", "store_failed")
    file.write_bytes(before)
    assert check(kept) == ("GRANT", "account_grace")


def test_a_machine_id_that_is_gone_opens_nothing(kept):
    """As after `cloud-init clean --machine-id`: there may be a tombstone."""
    file = Path("/etc/machine-id")
    before = file.read_text()
    file.write_text("")
    try:
        assert check(kept) == ("DENY", "store_failed")
        for record in TOKENS.iterdir():
            record.unlink()
        assert check(kept) == ("GRANT", "account_not_checked")
    finally:
        file.write_text(before)
