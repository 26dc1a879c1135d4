"""The account phase: a key lets in only while the provider says so."""

from pathlib import Path

import pytest
from gate import other_ca
from house import ALLOWED, CA_FILE, SECRET_FILE, STACK, write_file
from later_fixtures import (let_in, people_but, reboot, records, refused,
                            with_account_line)
from story import reached_by

AGAIN = "ssh -o PreferredAuthentications=keyboard-interactive"
WARNING = "<84>"  # authpriv.warning
DEVICE = "/device/auth"

pytestmark = pytest.mark.usefixtures("account_stack")


def test_who_never_signed_in_is_let_pass(by_key):
    """And said not to be checked."""
    alice = by_key()
    let_in(alice, "account_not_checked", requests=0)
    assert alice.session.text == "reached\r\n"


def test_a_live_account(sign_in, by_key):
    """The provider is asked each time, once, with the token it gave last."""
    sign_in()
    for _ in range(6):
        alice = by_key()
        decision = let_in(alice, "account_active")
        assert decision["phase"] == "account"
        assert alice.requests("/token")[0]["status"] == 200
        assert alice.session.text == "reached\r\n"
    assert len(records()) == 1


def test_right_after_a_sign_in_nobody_is_asked_again(sign_in):
    """The account phase of the same login has its answer."""
    alice = sign_in()
    assert [e["grant_type"].split(":")[-1] for e in alice.requests(
        "/token")] == ["device_code"]


def test_a_disabled_account(people, sign_in, by_key):
    """Its key lets nobody in until somebody signs in in the browser."""
    sign_in()
    let_in(by_key(), "account_active")
    people(people_but("alice", disabled=True))
    alice = by_key()
    refused(alice, "account_disabled", requests=1)
    assert AGAIN in alice.session.text
    for _ in range(2):
        refused(by_key(), "account_disabled", requests=0)
    reboot()
    refused(by_key(), "account_disabled", requests=0)
    people(people_but("alice"))
    refused(by_key(), "account_disabled", requests=0)
    sign_in()
    let_in(by_key(), "account_active")


def test_a_disabled_account_of_somebody_else(people, sign_in, by_key):
    """Nobody else notices."""
    sign_in()
    sign_in("bob")
    people(people_but("bob", disabled=True))
    refused(by_key("bob"), "account_disabled", requests=1)
    let_in(by_key(), "account_active")


def test_a_token_that_the_provider_has_revoked(provider, sign_in, by_key):
    """Reuse of an old token ends it: nobody comes in by the old or the new."""
    sign_in()
    [record] = records()
    old = record.read_bytes()
    let_in(by_key(), "account_active")
    new = record.read_bytes()
    record.write_bytes(old)
    mark = len(provider.events("grant_revoked"))
    refused(by_key(), "account_disabled", requests=1)
    assert len(provider.events("grant_revoked")) == mark + 1
    record.write_bytes(new)
    refused(by_key(), "account_disabled", requests=1)
    refused(by_key(), "account_disabled", requests=0)
    sign_in()
    let_in(by_key(), "account_active")


def test_the_provider_is_stopped(house, provider, gate, sign_in, by_key):
    """Grace, loud in the log; then a denial; then all is as before."""
    house.use_provider(provider, at_provider=gate.settings)
    sign_in()
    gate.shut()
    alice = by_key()
    let_in(alice, "account_grace", requests=0)
    assert house.log.wait_for("account_grace", alice.log_mark).startswith(
        WARNING)
    house.use_provider(provider, at_provider=gate.settings, grace_max=0)
    refused(by_key(), "grace_over")
    house.use_provider(provider, at_provider=gate.settings, idp_down="deny")
    refused(by_key(), "provider_unreachable")
    gate.open()
    let_in(by_key(), "account_active")


@pytest.mark.parametrize("status", [500, "hang"])
def test_the_provider_gives_no_answer(
        house, provider, gate, sign_in, by_key, status):
    """It is not the account's fault, and the token is good afterwards."""
    house.use_provider(provider, at_provider=gate.settings)
    sign_in()
    gate.does = status
    let_in(by_key(), "account_grace", requests=0)
    gate.does = "pass"
    gate.opened.set()
    let_in(by_key(), "account_active")


def test_the_provider_answers_nonsense(house, provider, gate, sign_in, by_key):
    """A wrong address, say: it is not down, and the token stays good."""
    house.use_provider(provider, at_provider=gate.settings)
    sign_in()
    gate.does = 404
    refused(by_key(), "provider_error")
    gate.does = "pass"
    gate.opened.set()
    let_in(by_key(), "account_active")


def test_an_answer_that_was_lost(house, provider, gate, sign_in, by_key):
    """Nobody can know what it said: not a revocation, and no more than
    grace; a sign-in in the browser ends it."""
    house.use_provider(provider, at_provider=gate.settings)
    sign_in()
    gate.does = "lose"
    before = gate.count
    let_in(by_key(), "account_grace", requests=1)
    assert gate.count == before + 1
    gate.does = "pass"
    for _ in range(2):
        let_in(by_key(), "account_grace", requests=1)
    house.use_provider(provider, at_provider=gate.settings, grace_max=0)
    refused(by_key(), "grace_over", requests=1)
    sign_in()
    let_in(by_key(), "account_active")


@pytest.mark.parametrize("how", ["impostor", "ca_file"])
def test_a_wrong_certificate_gets_no_grace(
        house, provider, gate, sign_in, by_key, how):
    """Whoever answers is not the provider, and the token stays here."""
    house.use_provider(provider, at_provider=gate.settings)
    sign_in()
    before = gate.count
    house.use_provider(provider, at_provider=gate.settings, idp_down="grace")
    if how == "impostor":
        gate.does = "impostor"
    else:
        other = (other_ca() / "ca.pem").read_text()
        write_file(CA_FILE, other, 0o644)
    try:
        refused(by_key(), "provider_tls")
    finally:
        write_file(CA_FILE, provider.ca_file.read_text(), 0o644)
    assert gate.count == before
    gate.does = "pass"
    house.use_provider(provider, at_provider=gate.settings)
    let_in(by_key(), "account_active")


def test_an_expired_client_secret(house, provider, sign_in, by_key):
    """The provider does not take this host: idp_down decides."""
    house.use_provider(provider, "demo-post")
    sign_in()
    write_file(SECRET_FILE, "yesterday's\n", 0o600)
    let_in(by_key(), "account_grace")
    house.use_provider(provider, "demo-post", idp_down="deny")
    write_file(SECRET_FILE, "yesterday's\n", 0o600)
    refused(by_key(), "client_rejected", requests=1)
    house.use_provider(provider, "demo-post")
    let_in(by_key(), "account_active")


def test_account_token_missing(house, provider, by_key):
    """deny: who has never signed in is not let in."""
    house.use_provider(provider, account_token_missing="deny")
    alice = by_key()
    refused(alice, "account_token_missing")
    assert AGAIN in alice.session.text


def test_account_exempt(house, provider, people, sign_in, by_key):
    """The way in for emergencies asks nobody, and no helper speaks."""
    sign_in()
    people(people_but("alice", disabled=True))
    refused(by_key(), "account_disabled", requests=1)
    house.use_provider(provider, account_exempt="alice")
    alice = by_key()
    assert alice.outcome() and alice.requests("/token") == []
    assert house.log.decisions(alice.log_mark) == []


def test_a_user_without_a_line(house, sign_in, by_key):
    """Is none of our business at the account phase."""
    sign_in()
    house.write_allowlist(ALLOWED.replace("alice ", "zoe "))
    alice = by_key()
    assert alice.outcome() and alice.requests("/token") == []
    assert house.log.decisions(alice.log_mark) == []


def test_another_service(house, people, sign_in, by_key):
    """Only those in account_services ask."""
    house.write_stack("sshd-other", with_account_line())
    other = house.start_sshd(name="sshd-other")
    sign_in()
    people(people_but("alice", disabled=True))
    alice = by_key(to=other)
    assert alice.outcome() and alice.requests("/token") == []
    refused(by_key(), "account_disabled", requests=1)


def test_sudo_without_a_question(
        house, provider, people, sign_in, by_key, local):
    """NOPASSWD skips us at auth, not at account, where it is named."""
    rule = Path("/etc/sudoers.d/later")
    write_file(rule, "alice ALL = (ALL) NOPASSWD: ALL\n", 0o440)
    try:
        sign_in()
        people(people_but("alice", disabled=True))
        assert local("alice", *reached_by("sudo")).outcome()
        house.use_provider(provider, account_services="sshd sudo")
        alice = local("alice", *reached_by("sudo"))
        refused(alice, "account_disabled", requests=1)
        refused(by_key(), "account_disabled", requests=0)
    finally:
        rule.unlink()


def test_off_keeps_nothing(house, provider, sign_in, by_key):
    """Nor is it asked for; the provider sends a token all the same."""
    alice = sign_in()
    assert "offline_access" in alice.requests(DEVICE)[0]["scope"]
    house.reset()
    house.use_provider(provider, refresh_use="off")
    alice = sign_in()
    assert "offline_access" not in alice.requests(DEVICE)[0]["scope"]
    assert records() == []
    alice = by_key()
    assert alice.outcome() and alice.requests("/token") == []


RULES = {
    "another address": "alice email:somebody.else@example.com\n",
    "another subject": "alice sub:{issuer}|sub-of-bob\n",
    "a group": "alice email:alice@example.com group:admins\n",
}


@pytest.mark.parametrize("name", RULES)
def test_the_rules_hold_for_those_who_come_back(
        house, provider, sign_in, by_key, name):
    """Who is not allowed any more has a live token, and is refused."""
    sign_in()
    house.write_allowlist(RULES[name].format(issuer=provider.issuer))
    refused(by_key(), "identity_not_allowed", requests=1)
    refused(by_key(), "identity_not_allowed", requests=1)
    house.write_allowlist(ALLOWED)
    let_in(by_key(), "account_active")


CHANGES = {
    "groups": ({"groups": []}, "identity_not_allowed"),
    "email": ({"email": "alice@elsewhere.example"}, "identity_not_allowed"),
    "email_verified": ({"email_verified": False}, "email_unverified"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_the_provider_says_now_counts(
        house, people, sign_in, by_key, name):
    """Not what it said at the sign-in."""
    house.write_allowlist("alice email:alice@example.com group:oncall\n")
    sign_in()
    changes, reason = CHANGES[name]
    people(people_but("alice", **changes))
    refused(by_key(), reason, requests=1)


def test_a_sign_in_of_somebody_else_changes_nothing(
        house, login, people, sign_in, by_key):
    """Only who may sign in ends a refusal: mallory does not."""
    sign_in()
    people(people_but("alice", disabled=True))
    refused(by_key(), "account_disabled", requests=1)
    mallory = login().wait_prompt().approve("mallory")
    mallory.press_enter()
    mallory.denied("identity_not_allowed")
    refused(by_key(), "account_disabled", requests=0)


def test_the_stack_without_the_line_is_as_ever(house, by_key):
    """Nobody who has not asked for it is checked."""
    house.write_stack("sshd", STACK)
    alice = by_key()
    assert alice.outcome()
    assert house.log.decisions(alice.log_mark) == []
    house.write_stack("sshd", with_account_line())
