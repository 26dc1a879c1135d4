"""The real helper, driven over the wire, with a scripted provider."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

import documents
import wire
from helper_house import (ALICE, PENDING, SLOW_DOWN, STAGES, TOKEN,
                          check_ended, invited, new, polling, token)
from module import children, is_running, monotonic_ns, wait_until
from scripted import Raw, Reply

pytest_plugins = ["helper_fixtures"]

SECOND = 10**9
# What a busy machine of two cores may add.
SLACK = 0.6


def seconds_left(deadline_ns):
    """Return how far a deadline is away."""
    return (deadline_ns - monotonic_ns()) / SECOND


def test_grant(logins):
    """The whole story: asked, approved, granted, recorded."""
    logins.answer(TOKEN)
    module = logins.start().greet()
    text = module.invited()
    assert "WDJB-MJHT" in text
    assert f"{logins.server.url}/activate" in text
    module.reply()
    assert module.verdict() == ("GRANT", "approved")
    assert module.wait() == 0
    decision = logins.decision()
    assert decision["result"] == "granted"
    assert decision["sub"] == "sub-of-alice"
    assert decision["id"] == "TEST-1234"
    # The keys are fetched while the person reads.
    paths = [r.path for r in logins.server.requests if r.path != "/jwks"]
    assert paths == [documents.WELL_KNOWN, "/device", "/token", "/me"]
    assert len(logins.server.to("/jwks")) == 1
    # One of the key-fetcher, for two documents, and one of the worker.
    assert logins.server.connections == 2


@pytest.mark.parametrize("person, reason", [
    ({"sub": "s", "email": "bob@example.com", "email_verified": True},
     "identity_not_allowed"),
    ({"sub": "s", "email": "alice@example.com", "email_verified": "true"},
     "email_unverified"),
    ({"sub": "s", "email": "alice@example.com"}, "email_unverified"),
    ({"sub": "s"}, "email_missing"),
])
def test_somebody_else(logins, person, reason):
    """Whoever approved is not who may sign in."""
    logins.answer(token(sub="s"), person=person)
    module = logins.start().greet()
    module.invited()
    module.reply()
    assert module.verdict() == ("DENY", reason)
    assert logins.decision()["result"] == "denied"


def test_unknown_user_takes_the_same_steps(logins):
    """Nobody learns from outside who exists."""
    logins.answer(TOKEN)
    module = logins.start().greet(UID=None)
    module.invited()
    module.reply()
    assert module.verdict() == ("DENY", "user_unknown")
    assert len(logins.polls) == 1


def test_no_poll_before_enter_and_then_at_once(logins):
    """Behind a prompt the first poll comes with Enter."""
    logins.answer(TOKEN)
    module = logins.start().greet()
    module.invited()
    time.sleep(1.5)  # longer than the interval
    assert not logins.polls
    entered = time.monotonic()
    module.reply()
    assert module.verdict() == ("GRANT", "approved")
    assert len(logins.polls) == 1
    assert 0 <= logins.polls[0] - entered < 0.15


def test_first_poll_after_an_interval_where_text_is_shown(logins):
    """Without a prompt nobody can have approved before."""
    logins.answer(TOKEN, interval=2)
    logins.set(display="text")
    module = logins.start().greet()
    module.expect("READY")
    shown = module.expect("SHOW")
    at = time.monotonic()
    assert shown["STYLE"] == wire.STYLE_INFO and "WDJB-MJHT" in shown["TEXT"]
    assert module.verdict() == ("GRANT", "approved")
    assert 1.9 < logins.polls[0] - at < 2 + SLACK


def test_polls_keep_to_the_interval(logins):
    """Never faster than told."""
    logins.answer(PENDING, PENDING, TOKEN)
    module = logins.start().greet()
    module.invited()
    module.reply()
    assert module.verdict() == ("GRANT", "approved")
    gaps = [b - a for a, b in zip(logins.polls, logins.polls[1:])]
    assert len(gaps) == 2
    assert all(1 <= gap < 1 + SLACK for gap in gaps)


def test_slow_down(logins):
    """Five seconds more, for good."""
    logins.answer(SLOW_DOWN, TOKEN)
    module = logins.start().greet()
    module.invited()
    module.reply()
    assert module.verdict() == ("GRANT", "approved")
    assert 6 <= logins.polls[1] - logins.polls[0] < 6 + SLACK


def test_pending_for_ever(logins):
    """Denied at the deadline, on time."""
    logins.set(login_timeout=10)
    module = logins.start().greet(STARTED_NS=monotonic_ns() - 7 * SECOND)
    deadline = module.expect("READY")["DEADLINE_NS"]
    assert 2.5 < seconds_left(deadline) < 3
    module.expect("ASK")
    module.reply()
    module.expect("ASK")
    module.reply()
    assert module.verdict() == ("DENY", "login_timeout")
    assert -SLACK < seconds_left(deadline) <= 0
    assert logins.decision()["reason"] == "login_timeout"
    assert len(logins.polls) == 3


def test_nobody_presses_enter(logins):
    """The same deadline where the person does nothing."""
    logins.set(login_timeout=10)
    module = logins.start().greet(STARTED_NS=monotonic_ns() - 9 * SECOND)
    module.invited()
    assert module.verdict() == ("DENY", "login_timeout")
    assert not logins.polls


def test_code_expires(logins):
    """What the provider allows may be less than we would."""
    logins.answer(expires_in=2)
    module = logins.start().greet()
    text = module.invited()
    assert "(valid for 1 s" in text or "(valid for 2 s" in text
    module.reply()
    assert module.verdict() == ("DENY", "code_expired")


def test_declined(logins):
    """Declined in the browser."""
    logins.answer(Reply(400, {"error": "access_denied"}))
    module = logins.start().greet()
    module.invited()
    module.reply()
    assert module.verdict() == ("DENY", "access_denied")


def test_ready_names_the_login_timeout(logins):
    """The deadline counts from where the sign-in began."""
    logins.set(login_timeout=123)
    started = monotonic_ns() - 2 * SECOND
    module = logins.start().greet(STARTED_NS=started)
    assert module.expect("READY")["DEADLINE_NS"] == started + 123 * SECOND


def test_start_in_the_future_is_now(logins):
    """A host cannot lengthen the deadline."""
    logins.set(login_timeout=10)
    module = logins.start().greet(STARTED_NS=monotonic_ns() + 900 * SECOND)
    left = seconds_left(module.expect("READY")["DEADLINE_NS"])
    assert 9 < left <= 10


def age():
    """Return how long this program, the host, has run."""
    ticks = int(Path("/proc/self/stat").read_text()
                .rpartition(")")[2].split()[19])
    boot = time.clock_gettime(time.CLOCK_BOOTTIME)
    return boot - ticks / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("settings, service, seconds", [
    ({"login_timeout": 100, "host_limit": 40}, "flow", 37),
    ({"login_timeout": 30, "host_limit": 40}, "flow", 30),
    ({"login_timeout": 100}, "login", 57),
    ({"login_timeout": 100}, "su", 100),
])
def test_ready_honours_the_host_limit(logins, settings, service, seconds):
    """The host's own limit, less three seconds; su has none."""
    logins.set(**settings)
    started = monotonic_ns()
    ready = logins.start().greet(
        SERVICE=service, STARTED_NS=started).expect("READY")
    assert ready["DEADLINE_NS"] == started + seconds * SECOND


def test_ready_honours_an_alarm(logins):
    """The host has said itself when it is going to end."""
    alarm = monotonic_ns() + 20 * SECOND
    ready = logins.start().greet(ALARM_NS=alarm).expect("READY")
    assert ready["DEADLINE_NS"] == alarm - 3 * SECOND


def test_alarm_long_past(logins):
    """Nothing is left: denied before anything is asked."""
    module = logins.start().greet(ALARM_NS=1)
    assert module.verdict() == ("DENY", "login_timeout")


def test_who_waits_for_the_hosts_limit_finds_no_provider_down(logins):
    """Else a client could have the next module of the stack at will."""
    logins.set(unavailable="authinfo_unavail")
    logins.server.on("/device", Reply(json={}, delay=30))
    module = logins.start().greet(ALARM_NS=monotonic_ns() + 4 * SECOND)
    module.probe().reply()
    assert module.verdict() == ("DENY", "provider_timeout")


# What sshd calls the process that runs PAM.
TITLE = "sshd: alice [pam]"
SSHD_CHILD = """\
import sys
sys.path.insert(0, sys.argv[1])
from module import Module
module = Module()
print(module.greet(SERVICE="sshd").expect("READY")["DEADLINE_NS"])
module.end()
"""


def test_sshd_counts_from_the_connection(logins):
    """Its limit began when the process above the PAM process did."""
    limit = int(age()) + 20
    logins.set(login_timeout=100, host_limit=limit)
    done = subprocess.run(
        [TITLE, "-ISB", "-c", SSHD_CHILD, str(Path(__file__).parent)],
        executable="/usr/bin/python3", text=True, capture_output=True,
        check=False)
    assert not done.stderr
    left = seconds_left(int(done.stdout))
    assert abs(left - (limit - 3 - age())) < 0.3


@pytest.mark.parametrize("stage", STAGES)
def test_hang_up(logins, stage):
    """The host goes: no further request, no process within a second."""
    module = logins.start()
    stage(module)
    worker = module.worker
    module.hang_up()
    check_ended(module, worker)
    requests = len(logins.server.requests)
    time.sleep(1.2)  # an interval and more
    assert len(logins.server.requests) == requests
    if stage is not new:
        assert logins.decision()["reason"] == "client_gone"


def test_hang_up_during_a_request(logins):
    """Even while the provider keeps the helper waiting."""
    logins.answer(Raw(b"HTTP/1.1 200 OK\r\n", end="hold"))
    module = logins.start().greet()
    module.invited()
    module.reply()
    logins.wait_polls(1)
    worker = module.worker
    module.hang_up()
    check_ended(module, worker)
    assert len(logins.polls) == 1


@pytest.mark.parametrize("cause, reason", [
    ("CONVERSATION", "conversation_failed"), ("SIGNAL", "cancelled"),
    ("PASSWORD", "password_conversation"), ("GONE", "client_gone")])
@pytest.mark.parametrize("stage", STAGES[1:])
def test_cancel(logins, stage, cause, reason):
    """Why there is no answer is the reason of the denial."""
    module = logins.start()
    stage(module)
    worker = module.worker
    module.cancel(cause)
    assert module.verdict(1) == ("DENY", reason)
    check_ended(module, worker)
    assert logins.decision()["reason"] == reason


@pytest.mark.parametrize("stage", STAGES)
def test_monitor_killed(logins, stage):
    """The worker dies with it."""
    module = logins.start()
    stage(module)
    worker = module.worker
    os.kill(module.pid, signal.SIGKILL)
    wait_until(lambda: not is_running(worker), 1)
    assert module.receive() is None
    assert module.wait() == -signal.SIGKILL


def test_monitor_killed_while_the_worker_hangs(logins):
    """The worker dies even where it cannot hear of it."""
    module = logins.start()
    polling(module)
    os.kill(module.worker, signal.SIGSTOP)
    os.kill(module.pid, signal.SIGKILL)
    wait_until(lambda: not is_running(module.worker), 1)


@pytest.mark.parametrize("stage", STAGES)
def test_worker_killed(logins, stage):
    """A fault of this host, told and recorded."""
    module = logins.start()
    stage(module)
    os.kill(module.worker, signal.SIGKILL)
    if stage is new:
        module.greet().probe()
    if stage is not polling:
        module.reply()
    assert module.verdict(1) == ("DENY", "helper_failed")
    assert logins.decision()["reason"] == "helper_failed"


@pytest.mark.parametrize("stage", [invited, polling])
def test_worker_that_hangs(logins, stage):
    """The monitor waits until the deadline, and not longer."""
    logins.set(login_timeout=10)
    module = logins.start()
    module.greet(STARTED_NS=monotonic_ns() - 8 * SECOND)
    module.probe().reply()
    module.expect("ASK")
    if stage is polling:
        module.reply()
    os.kill(module.worker, signal.SIGSTOP)
    if stage is invited:
        module.reply()
    assert module.verdict() == ("DENY", "login_timeout")
    assert module.wait() == 0


def test_monitor_that_is_frozen(logins):
    """Until it is too late: an approval that came in time is none."""
    logins.set(login_timeout=10)
    logins.answer(TOKEN)
    logins.server.on("/me", Reply(json=ALICE, delay=0.5))
    module = logins.start()
    deadline = 2 * SECOND + monotonic_ns()
    module.greet(STARTED_NS=deadline - 10 * SECOND).invited()
    module.reply()
    logins.wait_polls(1)
    os.kill(module.pid, signal.SIGSTOP)
    time.sleep(seconds_left(deadline) + 0.1)
    assert logins.server.to("/me") and not is_running(module.worker)
    os.kill(module.pid, signal.SIGCONT)
    assert module.verdict() == ("DENY", "login_timeout")


def test_log_that_comes_late(logins):
    """Its socket was not there when the helper started: no record is lost."""
    device = Path("/dev/log")
    aside = device.rename("/dev/log.aside")
    try:
        module = logins.start()
        wait_until(lambda: "\nSeccomp:\t2" in
                   Path(f"/proc/{module.pid}/status").read_text())
    finally:
        aside.rename(device)
    polling(module)
    module.cancel()
    assert module.verdict(1) == ("DENY", "cancelled")
    assert logins.decision()["reason"] == "cancelled"


def test_three_children_and_no_more(logins):
    """Nobody else is started, and nobody starts anybody."""
    module = logins.start().greet()
    module.invited()
    names = {pid: Path(f"/proc/{pid}/comm").read_text().strip()
             for pid in children(module.pid)}
    assert sorted(names.values()) == [
        "po2-fetcher", "po2-judge", "po2-worker"]
    assert not any(children(pid) for pid in names)
