"""The end of login sessions: pam-oauth2 sessions, and revoke_on = close."""

import fcntl
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from house import ALLOWED, STACK, example_stack
from later_fixtures import records, refused
from logbook import fields
from sessions import SESSIONS, Shell, notes, only, read

CLOSE = {"revoke_on": "close"}
LOCKS = Path("/run/pam_oauth2/locks")
SOON = 5  # s
REVOKED = "event=revoked"
REVOCATION = "/token/revocation"


@pytest.fixture(scope="module", autouse=True)
def examples(house):
    """The very file of conf."""
    house.write_stack("sshd", example_stack("sshd"))
    yield
    house.write_stack("sshd", STACK)


@pytest.fixture
def told(house, provider):
    """Count what the provider is told from now on."""
    house.use_provider(provider, **CLOSE)
    mark = len(provider.events())
    return lambda: [e["status"] for e in provider.events()[mark:]
                    if e.get("path") == REVOCATION]


@pytest.fixture
def sessions(pytestconfig):
    """Run pam-oauth2 sessions; its items, or None."""
    program = f"{pytestconfig.getoption('stage')}/usr/sbin/pam-oauth2"

    def run(*arguments):
        done = subprocess.run([program, "--json", "sessions", *arguments],
                              check=False, capture_output=True)
        said = json.loads(done.stdout)
        assert done.returncode == (0 if said["items"] else 1), done
        text = subprocess.run([program, "sessions", *arguments], check=False,
                              capture_output=True, text=True)
        assert max(map(len, text.stdout.splitlines()), default=0) <= 80
        assert len(text.stdout.splitlines()) == (
            len(said["items"]) + 1 if said["items"] else 0)
        return said["items"]

    return run


def leave(house, alice):
    """Log out; returns what was noted."""
    mark = house.log.mark()
    alice.leave()
    house.log.wait_for("close_session", mark)
    closed, = notes(house, mark, "close_session")
    assert closed["reason"] == "session"
    return mark


def test_who_has_a_session(house, provider, approved, sessions):
    """It is listed while it is open."""
    house.use_provider(provider, **CLOSE)
    assert sessions() == []
    alice = approved()
    item, = sessions()
    assert item["session"] == read(only(SESSIONS))["audit_session"]
    assert (item["user"], item["service"], item["sub"], item["issuer"]) == (
        "alice", "sshd", "sub-of-alice", provider.issuer)
    assert item["open"] is True and 0 <= item["signed_in_s"] < 30
    assert item["rhost"] in ("127.0.0.1", "::1", "localhost")
    approved("bob")
    assert {each["user"] for each in sessions()} == {"alice", "bob"}
    assert [each["user"] for each in sessions("bob")] == ["bob"]
    assert sessions("carol") == []
    leave(house, alice)
    assert [each["user"] for each in sessions()] == ["bob"]
    os.kill(sessions()[0]["pid"], signal.SIGKILL)
    deadline = time.monotonic() + SOON
    while sessions()[0]["open"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_is_not_a_session_is_no_item(house, provider, approved, sessions):
    """Files with other names, or without sense."""
    house.use_provider(provider, **CLOSE)
    approved()
    name = only(SESSIONS).name
    for other in ("0x1.session", "-1.session", "4294967296.session",
                  "1.session.session", f"{name}~"):
        (SESSIONS / other).write_text("{}")
    spoilt = SESSIONS / "4294967294.session"
    spoilt.write_text("{}")
    spoilt.chmod(0o600)
    assert [f"{item['session']}.session" for item in sessions()] == [name]


def test_the_last_session_gives_the_token_back(
        house, told, approved, by_key):
    """Here and at the provider; a key lets in no more."""
    alice = approved()
    kept, = records()
    mark = leave(house, alice)
    house.log.wait_for(REVOKED, mark)
    assert told() == [200]
    assert records() == [kept]
    for _ in range(3):
        refused(by_key(), "account_disabled")
    assert told() == [200]


def test_while_another_session_is_open_it_is_kept(house, told, approved):
    """Whichever is closed first; the other one is the last."""
    first, second, bob = approved(), approved(), approved("bob")
    leave(house, first)
    assert told() == []
    leave(house, bob)
    assert told() == [200]
    mark = leave(house, second)
    house.log.wait_for(REVOKED, mark)
    assert told() == [200, 200]


def test_a_session_that_was_killed_is_not_open(house, told, approved):
    """It keeps nothing from being given back."""
    approved()
    opener = read(only(SESSIONS))["pid"]
    alice = approved()
    os.kill(opener, signal.SIGKILL)
    mark = leave(house, alice)
    house.log.wait_for(REVOKED, mark)
    assert told() == [200]


def test_what_came_by_key_is_no_such_session(house, told, approved, login):
    """Nor is its end the end of one."""
    alice = approved()
    by_key = Shell(login(
        command=None, IdentityFile=house.authorize_key("alice"),
        PreferredAuthentications="publickey"))
    by_key.leave()
    house.wait_no_helpers()
    assert told() == []
    leave(house, alice)
    house.wait_no_helpers()
    assert told() == [200]


@pytest.mark.parametrize("revoke_on", ["never", "max-age"])
def test_it_has_to_be_asked_for(house, provider, told, approved, revoke_on):
    """Else it stays for the next day."""
    house.use_provider(provider, revoke_on=revoke_on, services={
        "sudo": {"refresh_use": "session"}})
    leave(house, approved())
    assert told() == []


def test_a_provider_that_is_down_changes_nothing_here(
        house, approved, by_key):
    """It is ended on this host, and said that nobody has heard."""
    mine = house.start_provider()
    house.use_provider(mine, **CLOSE)
    alice = approved(at=mine)
    mine.stop()
    mark = leave(house, alice)
    assert "provider_unreachable" in house.log.wait_for(
        "event=not_revoked", mark)
    refused(by_key(), "account_disabled")


def not_revoked(house, mark):
    """Return the reason why a token is good still."""
    line = house.log.wait_for("event=not_revoked", mark)
    return fields(line)["reason"]


def test_what_is_kept_ends_whatever_root_has_broken(
        house, told, approved, by_key):
    """The provider cannot be told by these settings; here it stands."""
    alice = approved()
    house.write_allowlist(ALLOWED + "bob nonsense\n")
    mark = leave(house, alice)
    assert not_revoked(house, mark) == "allowlist_invalid"
    house.write_allowlist(ALLOWED)
    refused(by_key(), "account_disabled")
    assert told() == []


def test_a_record_in_use_is_said_to_be_kept(house, told, approved):
    """Whoever holds its lock may never let go: nobody waits for that."""
    alice = approved()
    lock, = LOCKS.glob("*.token.lock")
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        mark = leave(house, alice)
        assert not_revoked(house, mark) == "store_failed"
    assert told() == []


def test_a_provider_that_dawdles_is_said_not_to_have_heard(
        house, provider, gate, approved, by_key):
    """The session is closed, and nobody waits any more."""
    house.use_provider(provider, at_provider={
        "revocation_endpoint": gate.settings["token_endpoint"]}, **CLOSE)
    alice = approved()
    gate.does = "hang"
    mark = leave(house, alice)
    assert not_revoked(house, mark) == "provider_timeout"
    gate.opened.set()
    refused(by_key(), "account_disabled")
