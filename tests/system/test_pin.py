"""refresh_use = pin: a PIN instead of the browser, at a real login and su.

Bob sits at the terminal and runs su: he knows alice's name, and what she
tells him.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from house import (ACCOUNTS, ALLOWED, ENVIRONMENT, STACK, as_user,
                   example_stack)
from provider import ROOT
from story import COMMAND, Login
from terminal import Terminal

sys.path.append(str(ROOT / "tests" / "flow"))

import memory  # noqa: E402

PIN, OTHER, WRONG = "hunter2 and its long tail ", "correct horse", "7Gk-3pQ"
TOKENS = Path("/var/lib/pam_oauth2/tokens")
TOKEN, DEVICE = "/token", "/device/auth"
SU = ("su", "alice", "-c", COMMAND)
LOGIN = ("root", "login", "alice")
USE = {"refresh_use": "pin", "display": "prompt"}
ASKED = rb"PIN \(Enter alone: sign in in the browser\): "
AGAIN = rb"That is not the PIN\. Again: "
OFFER = rb"Choose a PIN that spares you the browser .*: "
REPEAT = rb"The same PIN again: "
SHELL = rb"alice@\S+\$ "
HALF_A_DAY = 43200
TRIES = 5


@pytest.fixture(autouse=True)
def settings(house, provider, fresh):
    """PINs at the console and in su; sshd is as ever."""
    use(house, provider)


def use(house, provider, services=("login", "su"), **changes):
    """Write settings with PINs in these services."""
    house.use_provider(provider, services={
        name: {**USE, **changes} for name in services})


@pytest.fixture
def su(local):
    """Become alice, from bob's terminal."""
    return lambda **how: local("bob", *SU, **how)


def kept(kind="pin"):
    """Return the files under a PIN, or under the host's key."""
    return sorted(TOKENS.glob(f"*.{kind}")) if TOKENS.exists() else []


def tell(session, question, answer):
    """Answer a question without an echo."""
    session.expect(question)
    session.send(answer.encode() + b"\r")


def choose(session, pin=PIN, question=OFFER):
    """Choose a PIN, twice the same."""
    tell(session, question, pin)
    tell(session, REPEAT, pin)


def approve(attempt, person="alice"):
    """Sign in in the browser, up to what comes then."""
    attempt.wait_prompt().approve(person)
    attempt.press_enter()
    return attempt


def let_in(attempt, reason, requests=1):
    """See that it is let in, for this reason, with so many requests."""
    assert attempt.outcome(), attempt.session.text
    decision = attempt.decision()
    assert (decision["result"], decision["reason"]) == ("granted", reason)
    assert len(attempt.requests(TOKEN)) == requests
    return decision


def with_pin(attempt, pin=PIN):
    """See that a PIN is enough, and that the provider was asked once."""
    tell(attempt.session, ASKED, pin)
    decision = let_in(attempt, "pin")
    assert decision["flow"] == "refresh" and decision["sub"] == "sub-of-alice"
    assert attempt.requests(DEVICE) == []
    return attempt


def browser(attempt, *reasons):
    """See that the browser is asked, why, and that nobody is in; leave."""
    attempt.wait_prompt()
    lines = [line for line in attempt.house.log.since(attempt.log_mark)
             if "event=browser" in line]
    assert len(lines) == 1, lines
    assert re.search(r'reason="(\w+)"', lines[0]).group(1) in reasons, lines
    attempt.session.hang_up(signal.SIGKILL)
    assert attempt.decision()["reason"] in ("client_gone", "cancelled")
    return attempt


@pytest.fixture
def people(provider):
    """Disable some of the provider's people, until the test ends."""
    def disable(*names):
        provider.write_accounts([
            {**each, "disabled": each["login"] in names}
            for each in ACCOUNTS])

    yield disable
    provider.write_accounts(ACCOUNTS)


@pytest.fixture
def by_key(house, login):
    """Log in by an SSH key alone, where the account is checked."""
    house.write_stack("sshd", STACK.replace(
        "password ", "account required pam_oauth2.so\npassword ", 1))
    key = house.authorize_key("alice")
    yield lambda: login(IdentityFile=key, IdentitiesOnly="yes",
                        PreferredAuthentications="publickey")
    house.write_stack("sshd", STACK)


@pytest.fixture
def chosen(su):
    """Alice has signed in, and chosen a PIN."""
    attempt = approve(su())
    choose(attempt.session)
    let_in(attempt, "approved")
    assert (len(kept()), kept("token")) == (1, [])
    return attempt


def test_at_the_console(house, provider, local):
    """Chosen at the first login, enough for the next, and never shown."""
    use(house, provider, display="auto")
    first = local(*LOGIN).wait_text().approve("alice")
    choose(first.session)
    first.session.expect(SHELL)
    assert first.decision()["reason"] == "approved"
    second = local(*LOGIN)
    tell(second.session, ASKED, PIN)
    second.session.expect(SHELL)
    assert "(alice)" in second.session.command("id")
    assert second.decision()["reason"] == "pin"
    assert len(second.requests(TOKEN)) == 1
    assert second.requests(DEVICE) == []
    lines = "\n".join(house.log.since(first.log_mark))
    for text in (first.session.text, second.session.text, lines):
        assert PIN.strip() not in text


def test_each_time_the_provider_is_asked(chosen, su):
    """It replaces the token with each use: the new one is under the PIN."""
    seen = {kept()[0].read_bytes()}
    for _ in range(3):
        with_pin(su())
        seen.add(kept()[0].read_bytes())
    assert len(seen) == 4 and kept("token") == []


@pytest.mark.parametrize("answer", ["\r", "\x04"])
def test_who_wants_no_pin_is_let_in(su, answer):
    """Enter, or Ctrl-D: nothing is kept, and nothing is asked next time."""
    attempt = approve(su())
    attempt.session.expect(OFFER)
    attempt.session.send(answer.encode())
    let_in(attempt, "approved")
    assert kept() == kept("token") == []
    browser(su(), "token_missing")


def test_what_is_no_pin_is_explained(su):
    """Three rounds; who does not succeed is let in without one."""
    attempt = approve(su())
    tell(attempt.session, OFFER, "12 45")
    tell(attempt.session, rb"has 6 to 64 .*Choose a PIN: ", "123456")
    tell(attempt.session, rb"guessed\. Choose another PIN: ", PIN)
    tell(attempt.session, REPEAT, OTHER)
    let_in(attempt, "approved")
    assert kept() == []


def test_a_slip_is_repeated(su):
    """The third round counts."""
    attempt = approve(su())
    tell(attempt.session, OFFER, "short")
    tell(attempt.session, rb"Choose a PIN: ", PIN)
    tell(attempt.session, REPEAT, OTHER)
    choose(attempt.session, question=rb"These were two\. Choose a PIN: ")
    let_in(attempt, "approved")
    with_pin(su())


@pytest.mark.parametrize("host", ["su", "sshd"])
def test_who_leaves_at_the_offer_is_not_let_in(
        house, provider, su, login, host):
    """There is nobody; and nothing is kept, not even for the account."""
    use(house, provider, services=("su", "sshd"))
    attempt = approve(su() if host == "su" else login())
    attempt.session.expect(OFFER)
    attempt.session.close_window()
    assert attempt.decision()["reason"] in ("client_gone", "cancelled")
    assert kept() == kept("token") == []


def test_enter_alone_leads_to_the_browser(chosen, su):
    """And another PIN may be chosen; the old one is none any more."""
    attempt = su()
    tell(attempt.session, ASKED, "")
    choose(approve(attempt).session, OTHER)
    let_in(attempt, "approved")
    assert len(kept()) == 1
    wrong = su()
    tell(wrong.session, ASKED, PIN)
    tell(wrong.session, AGAIN, OTHER)
    let_in(wrong, "pin")


def test_three_wrong_ones(chosen, su):
    """End the login; the provider is not asked, and the PIN is good."""
    attempt = su()
    tell(attempt.session, ASKED, WRONG)
    for _ in range(2):
        tell(attempt.session, AGAIN, WRONG)
    attempt.denied("pin_wrong")
    assert "The PIN is wrong, or locked." in attempt.session.text
    assert attempt.requests(TOKEN, DEVICE) == []
    with_pin(su())


def test_five_wrong_ones_of_another_person(
        login, by_key, chosen, su):
    """Bob spoils alice's PIN and nothing else of hers."""
    let_in(approve(login()), "approved")
    [record] = kept("token")
    before = record.read_bytes()
    three = su()
    for question in (ASKED, AGAIN, AGAIN):
        tell(three.session, question, WRONG)
    three.denied("pin_wrong")
    two = su()
    for question in (ASKED, AGAIN):
        tell(two.session, question, WRONG)
    browser(two, "pin_locked")
    assert kept() == [] and record.read_bytes() == before
    browser(su(), "token_missing")
    let_in(by_key(), "account_active")


def test_one_token_is_in_one_place(house, provider, login, by_key, su):
    """Skipped: for the account phase. Chosen: that one has its own."""
    use(house, provider, services=("su", "sshd"))
    skipped = approve(login())
    tell(skipped.session, OFFER, "")
    let_in(skipped, "approved")
    assert (len(kept()), len(kept("token"))) == (0, 1)
    before = kept("token")[0].read_bytes()
    attempt = approve(login())
    choose(attempt.session)
    let_in(attempt, "approved")
    assert (len(kept()), len(kept("token"))) == (1, 1)
    assert kept("token")[0].read_bytes() == before
    let_in(by_key(), "account_active")
    with_pin(login())
    let_in(by_key(), "account_active")
    with_pin(su())


def test_a_sign_in_lifts_what_was_ended(
        house, provider, login, by_key, people, su):
    """Also in a service whose accounts nobody checks."""
    let_in(approve(login()), "approved")
    people("alice")
    by_key().denied("account_disabled")
    people()
    attempt = approve(su())
    choose(attempt.session)
    let_in(attempt, "approved")
    assert (len(kept()), len(kept("token"))) == (1, 0)
    let_in(by_key(), "account_not_checked", requests=0)


def test_a_password_is_no_pin(house, provider, chosen):
    """sshd's password method answers all questions: none is asked."""
    use(house, provider, services=("login", "su", "sshd"), display="text")
    before = kept()[0].read_bytes()
    sshd = house.start_sshd(PasswordAuthentication="yes")
    session = house.ssh(sshd, "alice", COMMAND,
                        PreferredAuthentications="password")
    with session:
        attempt = Login(house, provider, session)
        tell(session, rb"assword: ", PIN)
        attempt.denied("password_conversation")
    assert kept()[0].read_bytes() == before
    assert attempt.requests(TOKEN, DEVICE) == []


def test_what_sshd_types_for_those_it_refuses(house, provider, chosen, su):
    """It is a wrong PIN, and costs no try."""
    use(house, provider, services=("login", "su", "sshd"))
    before = kept()[0].read_bytes()
    sshd = house.start_sshd(DenyUsers="alice")
    with house.ssh(sshd, "alice", COMMAND) as session:
        attempt = Login(house, provider, session)
        for question in (ASKED, AGAIN, AGAIN):
            tell(session, question, PIN)
        attempt.denied("pin_wrong")
    assert kept()[0].read_bytes() == before
    with_pin(su())


@pytest.mark.parametrize("user", ["nobody-knows", "carol"])
def test_without_a_pin_nobody_is_asked(house, provider, login, chosen, user):
    """Users without one, and those that are none: straight to the browser."""
    use(house, provider, services=("login", "su", "sshd"))
    attempt = login(user)
    attempt.wait_prompt()
    assert "PIN" not in attempt.session.text


def test_the_account_was_disabled(chosen, su, people):
    """A tombstone: the PIN is not asked for any more."""
    people("alice")
    attempt = su()
    tell(attempt.session, ASKED, PIN)
    browser(attempt, "token_revoked")
    assert len(attempt.requests(TOKEN)) == 1
    people()
    again = browser(su(), "token_revoked")
    assert again.requests(TOKEN) == []
    assert "PIN" not in again.session.text
    attempt = approve(su())
    choose(attempt.session)
    let_in(attempt, "approved")
    with_pin(su())


def test_the_provider_is_down(house, chosen, su):
    """Neither in, nor the end of the PIN."""
    house.use_provider(chosen.provider, services={"su": USE}, at_provider={
        "token_endpoint": "https://localhost:1/token"})
    attempt = su()
    tell(attempt.session, ASKED, PIN)
    browser(attempt, "provider_unreachable")
    use(house, chosen.provider)
    with_pin(su())


def later(house, provider, seconds):
    """Become alice on a machine that has been up for longer."""
    argv = ["unshare", "--time", "--boottime", str(seconds),
            *as_user("bob", *SU)]
    return Login(house, provider, Terminal(argv, ENVIRONMENT), failed=1)


def test_it_is_too_old(house, provider, chosen, opened):
    """The browser, and then the same PIN goes on: it was just told."""
    first = later(house, provider, HALF_A_DAY)
    opened.append(first.session)
    tell(first.session, ASKED, PIN)
    house.log.wait_for('event=browser.*"token_expired"', first.log_mark)
    let_in(approve(first), "approved")
    assert "Choose a PIN" not in first.session.text
    again = later(house, provider, HALF_A_DAY)
    opened.append(again.session)
    with_pin(again)


def test_the_pin_of_one_does_not_serve_another(
        house, provider, chosen, opened):
    """Who approves now is not who chose it: they choose their own."""
    house.write_allowlist(ALLOWED + "alice email:bob@example.com\n")
    attempt = later(house, provider, HALF_A_DAY)
    opened.append(attempt.session)
    tell(attempt.session, ASKED, PIN)
    approve(attempt, "bob")
    before = kept()[0].read_bytes()
    tell(attempt.session, OFFER, "")
    let_in(attempt, "approved")
    assert kept()[0].read_bytes() == before


def test_the_allowlist_is_asked_again(house, chosen, su):
    """Who is not on it any more is not let in, whatever they know."""
    house.write_allowlist(ALLOWED.replace("alice@", "alicia@"))
    attempt = su()
    tell(attempt.session, ASKED, PIN)
    browser(attempt, "identity_not_allowed")


def test_another_machine(house, chosen, su):
    """What was copied to it is of no use there."""
    machine_id = Path("/etc/machine-id")
    before = machine_id.read_text()
    try:
        machine_id.write_text("f" * 32 + "\n")
        browser(su(), "token_binding")
    finally:
        machine_id.write_text(before)
    with_pin(su())


def test_the_clock_was_set_back(house, provider, chosen, opened):
    """A boot that is younger than the record."""
    up = float(Path("/proc/uptime").read_text().split()[0])
    attempt = later(house, provider, -int(up - 5))
    opened.append(attempt.session)
    tell(attempt.session, ASKED, PIN)
    browser(attempt, "clock_suspect")


@pytest.fixture
def deaf():
    """A token endpoint that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"https://localhost:{server.getsockname()[1]}/token"


def test_no_memory_of_a_pin(house, chosen, su, deaf):
    """While the provider is asked: neither in su nor in the helper."""
    house.use_provider(chosen.provider, services={"su": USE},
                       at_provider={"token_endpoint": deaf})
    attempt = su()
    attempt.session.expect(ASKED)
    before = kept()[0].stat().st_ino
    attempt.session.send(PIN.encode() + b"\r")
    time.sleep(2)  # the record is open, and the refresh is sent
    assert kept()[0].stat().st_ino != before
    hosts = [int(pid) for pid in subprocess.run(
        ["pgrep", "-x", "su"], text=True, capture_output=True,
        check=True).stdout.split()]
    helpers = [each.pid for each in house.helpers()]
    assert hosts and len(helpers) == 4
    # Not its beginning, where malloc() writes when it is freed.
    canary = {"PIN": PIN[16:].encode()}
    assert {pid: memory.found(pid, canary)
            for pid in (*hosts, *helpers)} == {
                pid: set() for pid in (*hosts, *helpers)}
    attempt.session.hang_up(signal.SIGKILL)


def monitors(house):
    """Return the helpers that run as root."""
    return [each.pid for each in house.helpers() if each.uid == 0]


def test_who_kills_the_helper_has_lost_the_try(house, chosen, su):
    """Five that were never answered: the right one comes too late."""
    [record] = kept()
    for _ in range(TRIES):
        before = record.stat().st_ino
        attempt = su()
        tell(attempt.session, ASKED, WRONG)
        while record.stat().st_ino == before:
            time.sleep(0.001)
        for pid in monitors(house):
            os.kill(pid, signal.SIGKILL)
        attempt.denied("helper_failed")
    attempt = su()
    tell(attempt.session, ASKED, PIN)
    browser(attempt, "pin_locked")
    assert kept() == []


def test_many_at_once_and_kills_in_between(house, chosen, su, capsys):
    """20 guesses, every third helper killed: five at most are looked at."""
    mark = house.log.mark()
    attempts = [su() for _ in range(20)]
    for attempt in attempts:
        attempt.session.expect(ASKED)
    for number, attempt in enumerate(attempts):
        attempt.session.send(f"{WRONG}{number}\r".encode())
        if number % 3 == 2:
            time.sleep(0.2)
            os.kill(monitors(house)[0], signal.SIGKILL)
    looked_at = killed = 0
    for attempt in attempts:
        shown = attempt.session.expect(
            AGAIN + rb"|Open: |set up correctly").group()
        looked_at += shown.startswith(b"That")
        killed += shown.startswith(b"set up")
        attempt.session.hang_up(signal.SIGKILL)
    house.wait_no_helpers()
    locked = sum('reason="pin_locked"' in line and "event=browser" in line
                 for line in house.log.since(mark))
    with capsys.disabled():
        print(f"\n20 guesses: {looked_at} wrong, {locked} locked, "
              f"{killed} killed")
    assert looked_at <= TRIES and kept() == []
    browser(su(), "token_missing")


def test_nobody_is_let_in_by_what_is_kept(
        house, provider, chosen, local, login, capsys):
    """Sole factor: a record under a PIN, and no PIN, in every service."""
    hosts = {"login": LOGIN, "su": ("bob", *SU), "sshd": None,
             "sudo": ("alice", "sudo", "sh", "-c", COMMAND)}
    before = kept()[0].read_bytes()
    total = silent = 0
    for used in ("off", "account-check", "second-factor", "pin", "session"):
        use(house, provider, services=hosts, refresh_use=used)
        for argv in hosts.values():
            for typed in ("", "\t", "yes") if used == "pin" else ("",):
                attempt = local(*argv) if argv else login()
                if used == "pin":
                    tell(attempt.session, ASKED, typed)
                shown = attempt.session.expect(
                    rb"Open: |not the PIN|reached|alice@\S+\$ ").group()
                total += 1
                silent += shown not in (b"Open: ", b"not the PIN")
                attempt.session.hang_up(signal.SIGKILL)
                house.wait_no_helpers()
                assert attempt.requests(TOKEN) == []
    with capsys.disabled():
        print(f"\nsole factor: {total} logins with a PIN that nobody typed, "
              f"{silent} silent successes")
    assert silent == 0 and kept()[0].read_bytes() == before


@pytest.fixture
def passwd(house, provider, local):
    """Run passwd, in the stack that we recommend."""
    before = Path("/etc/pam.d/passwd").read_text()
    house.write_stack("passwd", example_stack("passwd"))
    yield lambda user="alice", *name: local(user, "passwd", *name)
    house.write_stack("passwd", before)


OLD = rb"Current PIN \(Enter alone: leave it\): "
NEW = rb"New PIN \(Enter alone: forget the PIN\): "
FORGET = rb"Type yes to forget the PIN; .*: "


def done(attempt, said, detail=None):
    """See that passwd has done it, and what the log says."""
    assert attempt.session.wait() == 0, attempt.session.text
    assert said in attempt.session.text
    decision = attempt.decision()
    assert (decision["phase"], decision["reason"]) == ("change_pin", "pin")
    assert decision["detail"] == said


def undone(attempt):
    """See that passwd has not."""
    assert attempt.session.wait() == 10, attempt.session.text
    assert "password unchanged" in attempt.session.text


def test_changed(chosen, passwd, su):
    """By who knows the old one."""
    attempt = passwd()
    tell(attempt.session, OLD, PIN)
    choose(attempt.session, OTHER, NEW)
    done(attempt, "PIN changed.")
    assert attempt.requests(TOKEN) == []
    with_pin(su(), OTHER)
    wrong = su()
    tell(wrong.session, ASKED, PIN)
    wrong.session.expect(AGAIN)


def test_forgotten(chosen, passwd, su):
    """With a word; then there is none."""
    attempt = passwd()
    tell(attempt.session, OLD, PIN)
    tell(attempt.session, NEW, "")
    tell(attempt.session, FORGET, "no")
    undone(attempt)
    assert len(kept()) == 1
    attempt = passwd()
    tell(attempt.session, OLD, PIN)
    tell(attempt.session, NEW, "")
    tell(attempt.session, FORGET, "yes")
    done(attempt, "PIN forgotten.")
    assert kept() == []
    browser(su(), "token_missing")


def test_left_as_it_is(chosen, passwd, su):
    """Enter alone, and three new ones that are none."""
    attempt = passwd()
    tell(attempt.session, OLD, "")
    undone(attempt)
    attempt = passwd()
    tell(attempt.session, OLD, PIN)
    tell(attempt.session, NEW, "short")
    tell(attempt.session, rb"Choose a PIN: ", "short")
    tell(attempt.session, rb"Choose a PIN: ", "short")
    undone(attempt)
    with_pin(su())


def test_the_old_one_is_wrong(chosen, passwd, su):
    """These tries count as well: the fifth is the last."""
    attempt = passwd()
    for question in (OLD, AGAIN, AGAIN):
        tell(attempt.session, question, WRONG)
    undone(attempt)
    assert attempt.decision()["reason"] == "pin_wrong"
    attempt = passwd()
    for question in (OLD, AGAIN):
        tell(attempt.session, question, WRONG)
    undone(attempt)
    assert attempt.decision()["reason"] == "pin_locked"
    assert kept() == []


def test_it_was_used_while_the_new_one_was_typed(chosen, passwd, su):
    """What the refresh has brought is what the new one opens."""
    attempt = passwd()
    tell(attempt.session, OLD, PIN)
    attempt.session.expect(NEW)
    meanwhile = su()
    tell(meanwhile.session, ASKED, PIN)
    assert meanwhile.outcome() and len(meanwhile.requests(TOKEN)) == 1
    attempt.session.send(OTHER.encode() + b"\r")
    tell(attempt.session, REPEAT, OTHER)
    assert attempt.session.wait() == 0
    with_pin(su(), OTHER)


def test_root_removes_it_and_learns_nothing(chosen, passwd, su):
    """No old PIN, no new one: yes, or the password's turn."""
    attempt = passwd("root", "alice")
    attempt.session.expect(rb"alice has a PIN\. Type yes to remove it .*: ")
    attempt.session.send(b"\r")
    attempt.session.expect(rb"New password: ")
    attempt.session.hang_up(signal.SIGKILL)
    with_pin(su())
    attempt = passwd("root", "alice")
    attempt.session.expect(rb"alice has a PIN\. .*: ")
    attempt.session.send(b"yes\r")
    done(attempt, "PIN removed.")
    assert kept() == []


def test_without_a_pin_passwd_is_about_the_password(house, passwd):
    """Also where the settings are wrong, so that nobody can say."""
    for user, question in (("alice", rb"Current password: "),
                           ("root", rb"New password: ")):
        attempt = passwd(user)
        attempt.session.expect(question)
        attempt.session.hang_up(signal.SIGKILL)
        assert "Your account" not in attempt.session.text
        assert house.log.decisions(attempt.log_mark) == []
    house.write_settings("nonsense\n")
    passwd("root").session.expect(rb"New password: ")
