"""A refresh that is cut off: the token is good afterwards, or the browser is.

The provider has taken the old token and made a new one; its answer is late.
"""

import os
import signal
import time

import pytest
from house import PAM
from later_fixtures import let_in, people_but, refused
from test_crowd import rush

SOON = 5
DELAY = 1

pytestmark = pytest.mark.usefixtures("account_stack")


@pytest.fixture(autouse=True)
def slow(house, provider, gate, fresh, sign_in):
    """Alice has signed in; from now on answers are late."""
    house.use_provider(provider, at_provider=gate.settings)
    sign_in()
    gate.delay = DELAY
    return gate


def wait_sent(gate, before):
    """Wait until the old token has been used."""
    deadline = time.monotonic() + SOON
    while gate.count == before:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.2)


def parent_of(pid):
    """Return the process that started another."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        return int(stat.read().rpartition(")")[2].split()[1])


def monitor(house):
    """Return the one helper that runs as root."""
    [found] = [each.pid for each in house.helpers() if each.uid == 0]
    return found


@pytest.mark.parametrize("who, number", [
    ("ssh", signal.SIGKILL), ("sshd", signal.SIGKILL),
    ("sshd", signal.SIGTERM)])
def test_who_asked_is_gone(house, slow, by_key, who, number):
    """The answer is waited for, and kept."""
    before = slow.count
    alice = by_key()
    wait_sent(slow, before)
    if who == "ssh":
        alice.session.hang_up(number)
    else:
        os.kill(parent_of(monitor(house)), number)
    house.wait_no_helpers()
    slow.delay = 0
    let_in(by_key(), "account_active")


def test_the_helper_is_killed(house, slow, sign_in, by_key):
    """The login is denied, later ones have grace; the browser ends it."""
    before = slow.count
    alice = by_key()
    wait_sent(slow, before)
    os.kill(monitor(house), signal.SIGKILL)
    refused(alice, "helper_failed", "protocol_error", requests=1)
    slow.delay = 0
    let_in(by_key(), "account_grace")
    let_in(by_key(), "account_grace")
    sign_in()
    let_in(by_key(), "account_active")


def test_the_worker_is_killed(house, slow, sign_in, by_key):
    """The same, but that the monitor says it."""
    before = slow.count
    alice = by_key()
    wait_sent(slow, before)
    for each in house.helpers():
        if each.uid != 0:
            os.kill(each.pid, signal.SIGKILL)
    assert not alice.outcome()
    house.wait_no_helpers()
    slow.delay = 0
    let_in(by_key(), "account_grace")
    sign_in()
    let_in(by_key(), "account_active")


def test_a_helper_that_is_stopped(house, slow, by_key):
    """Others of the same user wait as long as an answer may take, in vain."""
    before = slow.count
    alice = by_key()
    wait_sent(slow, before)
    stopped = monitor(house)
    os.kill(stopped, signal.SIGSTOP)
    try:
        begin = time.monotonic()
        other = by_key()
        assert not other.outcome(20)
        assert time.monotonic() - begin < 12 + 3
        house.log.wait_for('reason="provider_timeout"', other.log_mark)
        bob = by_key("bob")
        assert bob.outcome()
    finally:
        os.kill(stopped, signal.SIGCONT)
    assert alice.outcome()
    house.wait_no_helpers()
    slow.delay = 0
    let_in(by_key(), "account_active")


def test_a_crowd_before_a_slow_provider(house, slow, sshd, by_key):
    """All are let in, by the answer to one of them."""
    slow.delay = 4
    before, mark = slow.count, house.log.mark()
    outputs = rush(house, sshd, 12)
    assert {text for text in outputs} == {"reached\n"}
    house.wait_no_helpers()
    reasons = {d["reason"] for d in house.log.decisions(mark)}
    assert reasons <= {"account_active", "account_grace"}
    assert slow.count - before <= 3
    slow.delay = 0
    let_in(by_key(), "account_active")


def test_who_dawdles_gets_no_grace(
        house, provider, slow, people, probe, login, by_key, sign_in):
    """The provider answers; that no time is left to ask it is the client's
    doing, who may know that the account was disabled."""
    slow.delay = 0
    house.use_provider(provider, services={"sshd": {"host_limit": 9}})
    before = (PAM / "sshd").read_text()
    people(people_but("alice", disabled=True))
    house.write_stack("sshd", before.replace(
        "auth required pam_oauth2.so",
        probe.steps("on=say> ").splitlines()[0]))
    try:
        alice = login()
        alice.session.expect(b"say> ")
        time.sleep(3.5)
        alice.session.send(b"\r")
        assert not alice.outcome(), alice.decision()
    finally:
        house.write_stack("sshd", before)
