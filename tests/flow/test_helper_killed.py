"""Children of the monitor that end, or hang, at any moment of a login.

Denied at once, and the log says whose end it was; a hang ends at the
deadline; nobody is left behind.
"""

import contextlib
import os
import signal
import threading
import time

import pytest

import wire
from helper_house import ALICE, STAGES, TOKEN, new, polling, probed
from module import is_running, monotonic_ns, wait_until
from scripted import Reply

pytest_plugins = ["helper_fixtures"]

SECOND = 10**9
NAMES = {"worker": "worker", "judge": "judge", "fetcher": "key-fetcher"}
AT_ONCE = 1             # seconds
APPROVED, FAILED = ("GRANT", "approved"), ("DENY", "helper_failed")


def family(module):
    """Return all four processes."""
    return [module.pid, *(getattr(module, name) for name in NAMES)]


def finish(module, timeout=AT_ONCE):
    """Answer what is asked, up to the verdict."""
    while True:
        message = module.receive(timeout)
        assert message is not None, "closed without a verdict"
        if message.type == "RESULT":
            names = {number: name for name, number in wire.VERDICTS.items()}
            assert module.receive() is None
            return (names[message.fields["VERDICT"]],
                    message.fields["REASON"])
        if message.type == "ASK":
            module.reply()


def check_gone(processes, seconds=AT_ONCE):
    """See that all have ended; the first one is our child."""
    wait_until(lambda: not any(map(is_running, processes)), seconds)


def warm(logins):
    """Fill the cache with a login."""
    logins.answer(TOKEN)
    assert finish(logins.start().greet()) == APPROVED
    logins.answer()
    logins.mark = logins.house.log.mark()


def kill(pid):
    """End a process that may have ended before."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def kill_at(module, stage, victim):
    """Go on to a stage, and kill there; then the person goes on."""
    stage(module)
    os.kill(getattr(module, victim), signal.SIGKILL)
    if stage is new:
        module.greet()
    elif stage is not polling:
        module.reply()


@pytest.mark.parametrize("is_warm", [False, True], ids=["cold", "warm"])
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("victim", NAMES)
def test_killed(logins, stage, victim, is_warm):
    """Denied, unless it was the key-fetcher and the keys are known."""
    if is_warm:
        warm(logins)
    module = logins.start()
    processes = family(module)
    kill_at(module, stage, victim)
    if victim == "fetcher" and is_warm:
        logins.server.on("/token", TOKEN)
        assert finish(module, 3) == APPROVED
    else:
        assert finish(module) == FAILED
        decision = logins.decision()
        assert decision["detail"] == f"the {NAMES[victim]} ended"
    check_gone(processes)


@pytest.mark.parametrize("victim, verdict", [
    ("worker", FAILED), ("judge", FAILED), ("fetcher", APPROVED)])
def test_killed_while_userinfo_is_fetched(logins, victim, verdict):
    """The keys were told before: nobody asks the key-fetcher again."""
    logins.answer(TOKEN)
    logins.server.on("/me", Reply(json=ALICE, delay=0.7))
    module = logins.start()
    processes = family(module)
    module.greet().invited()
    module.reply()
    wait_until(lambda: logins.server.to("/me"))
    os.kill(getattr(module, victim), signal.SIGKILL)
    assert finish(module) == verdict
    check_gone(processes)


@pytest.mark.parametrize("after_ms", [*range(0, 24, 2), *range(24, 60, 6)])
@pytest.mark.parametrize("victim", NAMES)
def test_killed_at_any_moment(logins, victim, after_ms):
    """Of a login that would be granted in some ten milliseconds."""
    logins.answer(TOKEN)
    module = logins.start()
    processes = family(module)
    pid = getattr(module, victim)
    timer = threading.Timer(after_ms / 1000, kill, (pid,))
    timer.start()
    came = finish(module.greet())
    timer.join()
    assert came in (APPROVED, FAILED)
    if came == FAILED:
        assert logins.decision()["detail"] == f"the {NAMES[victim]} ended"
    check_gone(processes)


@pytest.mark.parametrize("stage", STAGES)
def test_all_end_with_the_monitor(logins, stage):
    """Whatever they are at."""
    module = logins.start()
    stage(module)
    processes = family(module)
    os.kill(module.pid, signal.SIGKILL)
    assert module.wait() == -signal.SIGKILL
    check_gone(processes)


@pytest.mark.parametrize("victim, reason", [
    ("worker", "provider_timeout"), ("judge", "login_timeout"),
    ("fetcher", "provider_timeout")])
def test_one_that_hangs(logins, victim, reason):
    """From the start: the login ends at its deadline, and ends them all."""
    logins.set(login_timeout=10)
    logins.answer(TOKEN)
    module = logins.start()
    processes = family(module)
    os.kill(getattr(module, victim), signal.SIGSTOP)
    deadline = monotonic_ns() + 2 * SECOND
    module.greet(STARTED_NS=deadline - 10 * SECOND)
    assert finish(module, 4) == ("DENY", reason)
    assert 0 <= monotonic_ns() - deadline < SECOND / 2
    check_gone(processes)


def test_all_hang_when_the_monitor_dies(logins):
    """The kernel ends them: they need not hear of it."""
    module = logins.start()
    probed(module)
    processes = family(module)
    for pid in processes[1:]:
        os.kill(pid, signal.SIGSTOP)
    os.kill(module.pid, signal.SIGKILL)
    time.sleep(0.05)
    assert module.wait() == -signal.SIGKILL
    check_gone(processes)
