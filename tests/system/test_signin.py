"""Signing in over a real ssh, and every way in which it must not work."""

import os
import signal
import time

import pytest
from house import WORKER_UID

SHORT = 10
LIFETIME = 6


def test_the_person_who_approves_gets_a_shell(login):
    """The whole story, as the demo shows it."""
    alice = login(command=None).wait_prompt().approve("alice")
    alice.press_enter()
    assert "uid=21001(alice)" in alice.session.command("id")
    assert alice.decision()["reason"] == "approved"


def test_enter_before_the_approval_waits_for_it(login):
    """Enter proves nothing; the approval does, whenever it comes."""
    alice = login().wait_prompt()
    alice.press_enter()
    alice.approve("alice")
    assert alice.outcome()
    assert alice.decision()["result"] == "granted"


def test_the_first_poll_comes_with_enter(login):
    """An approval that came before is then known at once."""
    alice = login().wait_prompt().approve("alice")
    time.sleep(1)
    assert alice.requests("/token") == []
    alice.press_enter()
    assert alice.outcome()
    assert len(alice.requests("/token")) == 1


def test_one_connection_carries_the_whole_login(login):
    """Code and token, whose ID token says it all: one TLS handshake."""
    alice = login().wait_prompt().approve("alice")
    alice.press_enter()
    assert alice.outcome()
    requests = alice.requests("/device/auth", "/token", "/me")
    assert [e["path"] for e in requests] == ["/device/auth", "/token"]
    assert len({e["connection"] for e in requests}) == 1


@pytest.mark.parametrize("client", ["demo-basic", "demo-post"])
def test_a_client_with_a_secret_signs_in(house, provider, login, client):
    """The secret travels in the header or in the form."""
    house.use_provider(provider, client)
    alice = login().wait_prompt().approve("alice")
    alice.press_enter()
    assert alice.outcome()
    assert {e["client"] for e in alice.requests("/token")} == {client}


@pytest.mark.parametrize("person", ["bob", "mallory"])
def test_another_person_is_denied(login, person):
    """Who approves is not who is allowed to be alice here."""
    alice = login().wait_prompt().approve(person)
    alice.press_enter()
    alice.denied("identity_not_allowed")
    assert "may not sign in as alice here" in alice.session.text


def test_an_unverified_email_is_denied(login):
    """The provider says itself that it has not checked the address."""
    carol = login("carol").wait_prompt().approve("carol")
    carol.press_enter()
    carol.denied("email_unverified")


def test_a_user_without_a_line_in_the_allowlist_is_denied(house, login):
    """An identity that would do for somebody else does not help."""
    house.write_allowlist("alice email:alice@example.com\n")
    bob = login("bob").wait_prompt().approve("bob")
    bob.press_enter()
    bob.denied("user_not_listed")


def test_an_unknown_user_sees_the_same_and_is_denied(login):
    """Whether a user exists cannot be learned at the prompt."""
    nobody = login("nobody-knows").wait_prompt().approve("alice")
    nobody.press_enter()
    nobody.denied("user_unknown")
    assert "may not sign in as nobody-knows here" in nobody.session.text


@pytest.mark.parametrize("how", [(), ("--login", "alice")])
def test_declined_in_the_browser_is_denied(login, how):
    """Declined before signing in at the provider, and after."""
    alice = login().wait_prompt().decline(*how)
    alice.press_enter()
    alice.denied("access_denied")
    assert "Sign-in was declined in the browser." in alice.session.text


def test_an_expired_code_is_denied(house, login):
    """A code the provider has let expire, approved by nobody."""
    short = house.start_provider(device_ttl=LIFETIME)
    house.use_provider(short)
    alice = login(at=short).wait_prompt()
    time.sleep(LIFETIME + 0.5)
    alice.press_enter()
    alice.denied("code_expired", "login_timeout")


def test_pending_for_ever_is_denied_at_the_deadline(house, provider, login):
    """One presses Enter at once, one approves and presses it too late."""
    house.use_provider(provider, login_timeout=SHORT)
    early, late = login().wait_prompt(), login().wait_prompt()
    early.press_enter()
    begin = time.monotonic()
    assert not early.outcome(SHORT + 10)
    assert time.monotonic() - begin < SHORT + 5
    time.sleep(max(0, SHORT + 1 - (time.monotonic() - begin)))
    late.approve("alice")
    late.press_enter()
    assert not late.outcome()
    house.wait_no_helpers()
    decisions = house.log.decisions(early.log_mark)
    assert [d["reason"] for d in decisions] == ["login_timeout"] * 2


def kill_helper(house, role):
    """Kill -9 one of the helper's processes as soon as it exists."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for process in house.helpers():
            if (process.uid == WORKER_UID) == (role == "worker"):
                os.kill(process.pid, signal.SIGKILL)
                return
    raise AssertionError(f"no {role} came: {house.helpers()}")


@pytest.mark.parametrize("role", ["monitor", "worker"])
@pytest.mark.parametrize("moment", ["start", "prompt", "entered"])
def test_a_killed_helper_never_lets_in(house, login, moment, role):
    """With the approval given, only the helper could say yes."""
    alice = login()
    if moment != "start":
        alice.wait_prompt()
    if moment == "prompt":
        alice.approve("alice")
    if moment == "entered":
        alice.press_enter()
        time.sleep(0.5)
    kill_helper(house, role)
    if moment == "prompt":
        alice.press_enter()
    if moment == "entered":
        alice.approve("alice")
    alice.denied("helper_failed")
