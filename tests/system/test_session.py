"""sudo without the browser, in a login session that was approved there.

What happens to the ticket on the way there: test_session_ticket.py.
"""

import os
import signal
import time
from pathlib import Path

import pytest
import readme
from house import ACCOUNTS, ALLOWED, HOME, STACK, example_stack, write_file
from sessions import (
    LOGINUID, PENDING, SESSIONS, SUDO, Shell, edit, notes, only, read, stack)
from story import Login

TOKEN = "/token"
ASKING = Path("/etc/sudoers.d/asking")
STEP_UP = readme.services("sudo step-up")


@pytest.fixture(autouse=True)
def machine(house, provider):
    """The very files of conf, and the lines of README.md."""
    house.write_stack("sshd", example_stack("sshd"))
    house.use_provider(provider, services=STEP_UP)
    yield
    house.write_stack("sshd", STACK)
    provider.write_accounts(ACCOUNTS)
    ASKING.unlink(missing_ok=True)


@pytest.fixture
def by_key(house, login):
    """Open a shell by way of a key."""
    key = {"IdentityFile": house.authorize_key("alice"),
           "PreferredAuthentications": "publickey"}
    return lambda **how: Shell(login(command=None, **{**key, **how}))


def test_a_browser_for_ssh_and_none_for_sudo(house, approved):
    """One refresh for each; nothing of it reaches the person's shell."""
    mark = house.log.mark()
    alice = approved()
    opened, = notes(house, mark)
    assert opened["reason"] == "session"
    assert not list(PENDING.iterdir())
    session = only(SESSIONS)
    assert session.name == f"{opened['session']}.session"
    assert session.stat().st_mode == 0o100600
    environment = alice.run("env")
    assert "USER=alice" in environment and "OAUTH2" not in environment
    for line in (SUDO, SUDO, "sudo -i id -u"):
        before = len(alice.login.requests(TOKEN))
        found = alice.steps_up(line)
        assert (found["user"], found["flow"], found["sub"]) == (
            "alice", "refresh", "sub-of-alice")
        assert len(alice.login.requests(TOKEN)) == before + 1


def test_login_opens_sessions_too(house, provider, opened):
    """On the console."""
    opened.append(house.local("root", "login", "alice"))
    login = Login(house, provider, opened[-1]).wait_text().approve("alice")
    opened[-1].expect(rb"alice@\S+\$ ")
    alice = Shell(login)
    alice.steps_up()
    assert "OAUTH2" not in alice.run("env")
    alice.leave()
    assert not list(SESSIONS.iterdir())


def test_who_came_by_key_is_asked(house, by_key, approved):
    """Although the same person has an approved session: another terminal."""
    mark = house.log.mark()
    first = by_key()
    assert notes(house, mark) == []
    first.asks(detail="this login session was not approved")
    approved().steps_up()
    first.asks(detail="this login session was not approved")
    by_key().asks(detail="this login session was not approved")


def test_each_approved_session_steps_up(approved):
    """Two windows, both approved; and one after the other is closed."""
    first, second = approved(), approved()
    first.steps_up()
    second.steps_up()
    first.leave()
    second.steps_up()


@pytest.mark.parametrize("line", [
    f"script -qec '{SUDO}' /dev/null",
    f"exec script -qec '{SUDO}; exec sh -i' /dev/null"])
def test_a_terminal_made_in_the_session_is_asked(approved, line):
    """What tmux does, too: it can be attached to from elsewhere."""
    alice = approved()
    alice.asks(detail="not the terminal of the login", line=line)


def test_without_a_terminal_it_is_no_session(house, approved):
    """Then nobody can be asked either."""
    alice = approved()
    mark = house.log.mark()
    alice.run(f"setsid -w {SUDO} </dev/null 2>&1 | cat")
    lines = "\n".join(house.log.since(mark))
    assert "not the terminal of the login" in lines
    assert {d["reason"] for d in house.log.decisions(mark)} == {
        "no_conversation"}


def test_another_terminal_of_the_connection_is_asked(house, sshd, approved):
    """ControlMaster: the one that was first is the one."""
    first = approved(ControlMaster="yes", ControlPath=HOME / "mux")
    with house.ssh(sshd, "alice", ControlPath=HOME / "mux") as terminal:
        second = Shell(Login(house, first.login.provider, terminal))
        assert second.run("cat /proc/self/sessionid") == first.run(
            "cat /proc/self/sessionid")
        first.steps_up()
        second.asks(detail="another terminal of the login")
        first.steps_up()


def test_after_logout_nothing_is_left(house, approved):
    """What goes on in the session steps up no more."""
    alice = approved()
    alice.run(f"setsid -f sh -c 'sleep 1; {SUDO}' "
              "</dev/null >/dev/null 2>&1")
    mark = house.log.mark()
    alice.leave()
    house.log.wait_for("close_session", mark)
    closed, = notes(house, mark, "close_session")
    assert closed["reason"] == "session"
    assert not list(SESSIONS.iterdir())
    line = house.log.wait_for("event=browser", mark)
    assert "session_unknown" in line and "was not approved" in line


def test_a_session_that_was_killed_is_swept(approved, by_key):
    """sshd gets no chance to close it; the next one cleans up."""
    alice = approved()
    first = only(SESSIONS)
    opener = read(first)["pid"]
    assert Path(f"/proc/{opener}/comm").read_text() == "sshd\n"
    os.kill(opener, signal.SIGKILL)
    assert first.exists()
    alice.asks(detail="the login session is over")
    approved()
    assert only(SESSIONS) != first


EDITS = {
    "reused-pid": ({"started": 1}, "session_unknown", "session is over"),
    "another-boot": ({"boot_id": "0" * 8}, "session_unknown",
                     "session is over"),
    "another-uid": ({"uid": 1}, "session_unknown", "another user's"),
    "another-name": ({"user": "alicia"}, "session_unknown",
                     "another user's"),
    "another-provider": ({"issuer": "https://id.example"}, "session_unknown",
                         "another provider"),
    "another-account": ({"sub": "sub-of-bob"}, "token_binding",
                        "another account"),
    "another-number": ({"audit_session": 1}, "session_unknown",
                       "was not approved"),
    "max-age": ({"boot_s": -3600}, "token_expired", "refresh_max_age ago"),
    "of-the-future": ({"boot_s": 3600}, "clock_suspect", "in the future"),
}


@pytest.mark.parametrize("what", EDITS)
def test_what_is_noted_has_to_fit(house, provider, approved, what):
    """Each part of it, also where no real login could make it so."""
    changes, reason, detail = EDITS[what]
    house.use_provider(provider, services={
        "sudo": {"refresh_use": "session", "refresh_max_age": 3600}})
    alice = approved()
    alice.steps_up()
    edit(only(SESSIONS), **changes)
    alice.asks(reason, detail)


def test_what_the_sign_in_was_like_is_remembered(house, provider, approved):
    """Not what a later one elsewhere was like."""
    alice = approved()
    alice.steps_up()
    house.use_provider(provider, services={
        "sudo": {"refresh_use": "session", "require_acr": "mfa"}})
    alice.asks("acr_amr_missing")


@pytest.mark.parametrize("option", ["rootpw", "targetpw", "runaspw"])
def test_only_the_persons_own_account_is_stepped_up(approved, option):
    """sudo may be told to ask for another user than who calls it."""
    write_file(ASKING, f"Defaults {option}\n", 0o440)
    alice = approved()
    bob = approved("bob")
    found = alice.asks(detail="another user than who calls it")
    assert found["user"] == "root"
    if option == "targetpw":
        found = alice.asks(detail="another user than who calls it",
                           line="sudo -u bob id -u")
        assert found["user"] == "bob"
    bob.leave()


def test_su_in_the_session_takes_nothing_along(approved):
    """Who has become bob has not logged in as bob."""
    alice = approved()
    alice.session.send(b"sudo su bob\r")
    bob = Shell(alice.login)
    assert bob.run("id -un") == "bob\r\n"
    bob.asks(detail="somebody else has logged in")


@pytest.mark.parametrize("lines", ["missing", "behind"])
def test_without_an_audit_session_there_is_none(house, approved, lines):
    """pam_loginuid.so has to stand in the stack, and before ours."""
    house.write_stack("sshd", stack(
        after=LOGINUID.replace("required", "optional")
        if lines == "behind" else "", without=LOGINUID))
    mark = house.log.mark()
    alice = approved()
    refused, = notes(house, mark)
    assert refused["reason"] == "session_unknown"
    assert "there is no audit session" in refused["detail"]
    assert not list(SESSIONS.iterdir())
    alice.asks()


def test_a_disabled_account_is_asked(house, provider, approved):
    """And steps up again once it has been approved again, in sudo."""
    alice = approved()
    alice.steps_up()
    provider.write_accounts([{**a, "disabled": True} for a in ACCOUNTS])
    alice.asks("token_revoked")
    alice.asks("token_revoked")
    provider.write_accounts(ACCOUNTS)
    alice.asks("token_revoked")
    login = Login(house, provider, alice.session)
    alice.session.send(SUDO.encode() + b"\r")
    login.wait_text().approve("alice")
    alice.session.expect(rb"\n0\r\n")
    assert not list(PENDING.iterdir())
    alice.steps_up()


@pytest.mark.parametrize("allowed, reason", [
    (ALLOWED.replace("alice ", "carol "), "user_not_listed"),
    ("alice email:bob@example.com\n", "identity_not_allowed"),
    ("alice email:alice@example.com group:wheel\n", "identity_not_allowed")])
def test_the_allowlist_is_applied_again(house, approved, allowed, reason):
    """Who may not sign in any more is not stepped up either."""
    alice = approved()
    alice.steps_up()
    house.write_allowlist(allowed)
    alice.asks(reason)


def test_a_provider_that_is_down_lets_nobody_in(house, approved):
    """Nor is the browser of any help."""
    mine = house.start_provider()
    house.use_provider(mine, services=STEP_UP)
    alice = approved(at=mine)
    alice.steps_up()
    mine.stop()
    mark = house.log.mark()
    alice.session.send(SUDO.encode() + b"\r")
    alice.session.expect(rb"3 incorrect password attempts", 30)
    assert "provider_unreachable" in house.log.wait_for("event=browser", mark)
    assert {d["reason"] for d in house.log.decisions(mark)} == {
        "provider_unreachable"}


def test_for_all_services_it_is_for_sudo(house, provider, approved):
    """At a login there is no session yet: nothing is looked for."""
    house.use_provider(provider, refresh_use="session")
    mark = house.log.mark()
    alice = approved()
    assert not [line for line in house.log.since(mark)
                if "event=browser" in line]
    alice.steps_up()


@pytest.mark.parametrize("use", ["off", "account-check"])
def test_it_has_to_be_asked_for(house, provider, login, use):
    """By default nothing is noted, nor where nothing is kept."""
    services = {"sudo": {"refresh_use": use}} if use != "off" else {
        "sshd": {"refresh_use": use}, **STEP_UP}
    house.use_provider(provider, services=services)
    mark = house.log.mark()
    person = login(command=None)
    person.wait_prompt().approve("alice").press_enter()
    alice = Shell(person)
    assert notes(house, mark) == []
    assert not list(PENDING.iterdir()) and not list(SESSIONS.iterdir())
    alice.session.send(SUDO.encode() + b"\r")
    alice.session.expect(rb"waiting for it until")


def test_it_is_quick(house, approved, capsys):
    """A figure to look at: how long sudo takes, the provider included."""
    alice = approved()
    took = []
    for _ in range(5):
        begin = time.monotonic()
        alice.steps_up()
        took.append(time.monotonic() - begin)
    with capsys.disabled():
        print(f"\nsudo in an approved session: {min(took) * 1000:.0f} ms",
              end="")
    assert min(took) < 1
