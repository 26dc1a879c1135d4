"""A helper that is not there, or ends when it should not."""

import os
import signal
import time

import pytest

from conftest import ID
from house import WORKER_UID
from module import HELPER, is_child, wait_until

SUCCESS, AUTH_ERR = 0, 7


def check_denied(played, reason="helper_failed"):
    """Denied once, told and logged with the same id."""
    assert played.result == AUTH_ERR
    decision = played.decisions[0]
    assert (decision["result"], decision["reason"]) == ("denied", reason)
    assert [ID.search(text).group(1) for text in played.errors] == [
        decision["id"]]


def test_missing(stage, replace_helper):
    """Not installed."""
    replace_helper()
    check_denied(stage.play())


@pytest.mark.parametrize("mode", [0o644, 0o000])
def test_not_executable(stage, replace_helper, mode):
    """Nobody's to run."""
    path = replace_helper()
    path.write_bytes(HELPER.with_name("aside").read_bytes())
    path.chmod(mode)
    check_denied(stage.play())


@pytest.mark.parametrize("content", [b"", b"no program", b"#!/nowhere\n"])
def test_no_program(stage, replace_helper, content):
    """Nothing that the kernel would start."""
    path = replace_helper()
    path.write_bytes(content)
    path.chmod(0o755)
    check_denied(stage.play())


def test_directory(stage, replace_helper):
    """Not even a file."""
    path = replace_helper()
    path.mkdir()
    check_denied(stage.play())
    path.rmdir()


@pytest.mark.parametrize("name", ["true", "false", "cat"])
def test_another_program(stage, replace_helper, name):
    """Whatever its exit status: it decides nothing."""
    path = replace_helper()
    path.symlink_to(f"/bin/{name}")
    check_denied(stage.play())


@pytest.fixture
def approved(stage, house, provider):
    """Return a function: a login that only waits for Enter, and is due."""
    house.use_provider(provider)

    def start(**how):
        running = stage.start(**how)
        running.text = running.wait_for("prompt_echo_on")
        return running

    return start


def monitor(house):
    """The monitor that runs now."""
    return wait_until(lambda: [p.pid for p in house.helpers()
                               if p.uid != WORKER_UID])[0]


def child(name):
    """Return what finds the child of this name that runs now."""
    def find(house):
        return wait_until(lambda: [
            p.pid for p in house.helpers()
            if p.uid == WORKER_UID and is_child(p.pid, name)])[0]

    find.__name__ = name
    return find


CHILDREN = [child(name) for name in ("po2-worker", "po2-judge",
                                     "po2-fetcher")]
VICTIMS = [monitor, *CHILDREN]


def name_of(victim):
    """Return the name of a process, for the name of a test."""
    return victim.__name__


@pytest.mark.parametrize("options", [(), ("-s",)])
def test_monitor_killed_while_the_person_reads(
        stage, house, approved, options):
    """Killed at the prompt: denied, and its children die with it."""
    running = approved(options=options)
    os.kill(monitor(house), signal.SIGKILL)
    house.wait_no_helpers(2)
    running.press_enter()
    check_denied(stage.finish(running))


@pytest.mark.parametrize("victim", CHILDREN, ids=name_of)
def test_child_killed_while_the_person_reads(stage, house, approved, victim):
    """The monitor hears of it, and says so."""
    running = approved()
    os.kill(victim(house), signal.SIGKILL)
    running.press_enter()
    check_denied(stage.finish(running))


@pytest.mark.parametrize("victim", VICTIMS, ids=name_of)
def test_killed_while_it_polls(stage, house, approved, victim):
    """Killed after Enter, with nothing approved."""
    running = approved()
    running.press_enter()
    time.sleep(0.1)
    os.kill(victim(house), signal.SIGKILL)
    check_denied(stage.finish(running))


@pytest.mark.parametrize("after_ms", range(0, 40, 5))
@pytest.mark.parametrize("victim", VICTIMS, ids=name_of)
def test_killed_at_any_moment(stage, house, provider, victim, after_ms):
    """From its first instructions on: never a success."""
    house.use_provider(provider)
    running = stage.start()
    found = victim(house)
    time.sleep(after_ms / 1000)
    os.kill(found, signal.SIGKILL)
    running.press_enter()
    check_denied(stage.finish(running))


def test_driver_killed(stage, house, approved):
    """A host that dies takes the helper with it."""
    mark = house.log.mark()
    running = approved()
    running.process.kill()
    running.process.wait()
    house.wait_no_helpers(1)
    house.log.wait_for('reason="client_gone"', mark)
    assert len(house.log.decisions(mark)) == 1
