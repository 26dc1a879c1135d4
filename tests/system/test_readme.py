"""The four ways of README.md to use later sessions, as they stand there.

The files are those of conf, the settings and options those of README.md. What
each way refuses besides: the tests that are named like it.
"""

import signal

import pytest
import readme
from house import STACK, example_stack
from later_fixtures import let_in, people_but, reboot, refused

TRIES = 3
PIN = "hunter2 and more"
ASKED = rb"PIN \(Enter alone: sign in in the browser\): "
OFFER = rb"Choose a PIN that spares you the browser .*: "
REPEAT = rb"The same PIN again: "
PROMPT = rb"alice@\S+\$ "


@pytest.fixture(scope="module", autouse=True)
def examples(house):
    """sshd as conf has it; those of the others are in place."""
    house.write_stack("sshd", example_stack("sshd"))
    yield
    house.write_stack("sshd", STACK)


def asked(attempt, *reasons):
    """Check that the browser is asked; then leave."""
    attempt.wait_prompt()
    line, = [line for line in attempt.house.log.since(attempt.log_mark)
             if "event=browser" in line]
    assert any(f'reason="{reason}"' in line for reason in reasons), line
    attempt.session.hang_up(signal.SIGKILL)
    assert attempt.decision()["result"] == "denied"


def test_ssh_key_and_re_check(sign_in, by_key, people):
    """The key alone, until the account is disabled; then not any more."""
    line, = readme.blocks("SSH key + re-check")
    assert line.split() in [
        line.split() for line in example_stack("sshd").splitlines()]
    sign_in()
    let_in(by_key(), "account_active")
    people(people_but("alice", disabled=True))
    refused(by_key(), "account_disabled", requests=1)
    for _ in range(TRIES - 1):
        refused(by_key(), "account_disabled")
    reboot()
    refused(by_key(), "account_disabled")


def test_ssh_key_and_second_factor(house, provider, login, people):
    """The browser at first, then none; another key, or a disabled account."""
    heading = "SSH key + second factor"
    house.use_provider(provider, services=readme.services(heading))
    two_steps = house.start_sshd(**readme.option(heading))
    key = {"to": two_steps, "IdentitiesOnly": "yes",
           "IdentityFile": house.authorize_key("alice"),
           "PreferredAuthentications": "publickey,keyboard-interactive"}
    first = login(**key)
    first.wait_prompt().approve("alice").press_enter()
    assert first.outcome() and first.decision()["reason"] == "approved"
    for _ in range(TRIES):
        let_in(login(**key), "second_factor")
    other = house.authorize_key("alice", "another")
    asked(login(**{**key, "IdentityFile": other}), "token_binding")
    let_in(login(**key), "second_factor")
    people(people_but("alice", disabled=True))
    for _ in range(TRIES):
        asked(login(**key), "token_revoked", "account_disabled")


def test_sudo_step_up(house, provider, approved, people):
    """A browser for ssh, none for sudo; not of a disabled account."""
    house.use_provider(
        provider, services=readme.services("sudo step-up"))
    alice = approved()
    for line in ("sudo id -u", "sudo -i id -u"):
        alice.steps_up(line)
    people(people_but("alice", disabled=True))
    for _ in range(TRIES):
        alice.asks("token_revoked")


def test_console_pin(house, provider, local, people):
    """Chosen at the console and good there; not of a disabled account."""
    house.use_provider(
        provider, services=readme.services("Console PIN"))
    first = local("root", "login", "alice").wait_text().approve("alice")
    for question in (OFFER, REPEAT):
        first.session.expect(question)
        first.session.send(PIN.encode() + b"\r")
    first.session.expect(PROMPT)
    for _ in range(TRIES):
        attempt = local("root", "login", "alice")
        attempt.session.expect(ASKED)
        attempt.session.send(PIN.encode() + b"\r")
        attempt.session.expect(PROMPT)
        assert attempt.decision()["reason"] == "pin"
    people(people_but("alice", disabled=True))
    for n in range(TRIES):
        attempt = local("root", "login", "alice")
        if n == 0:
            attempt.session.expect(ASKED)
            attempt.session.send(PIN.encode() + b"\r")
        attempt.wait_text()
        assert not [d for d in house.log.decisions(attempt.log_mark)
                    if d["result"] == "granted"]
        attempt.session.hang_up(signal.SIGKILL)
