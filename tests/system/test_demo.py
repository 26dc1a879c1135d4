"""`make demo AUTO=1`, as README has it: what it shows, and what it leaves.

It runs on the machine itself, so these tests come before all others, which
go into a namespace of their own: see the Makefile.
"""

import ctypes
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from provider import ROOT
from story import PROMPT
from terminal import Terminal

WARM_S = 120
PR_SET_CHILD_SUBREAPER = 36
# Compared to the last byte, and by their names alone.
FILES = ("/etc", "/usr/libexec", "/usr/lib/x86_64-linux-gnu/security")
NAMES = ("/dev", "/root", "/run", "/usr/lib", "/usr/share", "/var/cache",
         "/var/lib", "/var/log")
OTHERS = "pam_oauth2_test"  # what other suites make beside this one
ENDS = {"ctrl-c": signal.SIGINT, "term": signal.SIGTERM,
        "kill": signal.SIGKILL}


@pytest.fixture(autouse=True)
def fresh():
    """Enter no namespace, unlike all other tests here."""
    assert Path("/proc/self/mountinfo").read_text().count("/run/lower") == 0


def listing(place):
    """Return every file below a directory, with what changes with it."""
    found = {}
    for directory, _names, names in os.walk(place):
        for name in names:
            path = Path(directory, name)
            state = path.lstat()
            found[str(path)] = (state.st_mode, state.st_uid, state.st_size,
                                state.st_mtime_ns, state.st_ino)
    return found


def machine():
    """Return what a demo could leave on this machine."""
    status = subprocess.run(
        ["git", "status", "--porcelain", "--ignored"], cwd=ROOT, text=True,
        capture_output=True, check=True).stdout
    return {"mounts": Path("/proc/self/mountinfo").read_text(),
            "repository": set(status.splitlines()) - {"!! build/"},
            **{place: {name for name in os.listdir(place)
                       if not name.startswith(OTHERS)} for place in NAMES},
            **{place: listing(place) for place in FILES}}


def children():
    """Wait for those who have ended; tell whether any goes on."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


@pytest.fixture
def untouched(tmp_path):
    """Return an environment; see afterwards that nothing was left."""
    # Whom a demo leaves behind becomes our child.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before = machine()
    own = {name: tmp_path / name.lower() for name in ("HOME", "TMPDIR")}
    for path in own.values():
        path.mkdir()
    yield {"PATH": os.environ["PATH"], "TERM": "xterm",
           "LC_ALL": "C.UTF-8", **own}
    deadline = time.monotonic() + 5
    while children():
        assert time.monotonic() < deadline, "somebody goes on"
        time.sleep(0.05)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    assert not any(os.listdir(path) for path in own.values())
    after = machine()
    for what, was in before.items():
        assert after[what] == was, what


@pytest.fixture
def demo(untouched):
    """Start the demo that plays the person too."""
    with subprocess.Popen(
            ["make", "demo", "AUTO=1"], cwd=ROOT, env=untouched,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            start_new_session=True) as process:
        yield process


def test_it_plays_a_login_and_leaves_nothing(demo):
    """The screen, the shell's id, status 0; within two minutes."""
    begin = time.monotonic()
    output, _ = demo.communicate(timeout=WARM_S)
    assert demo.returncode == 0, output
    seen, _, after = output.partition("--- the person approves")
    assert "\u2580\u2580\u2580\u2580" in seen and "press Enter" in seen
    assert re.search(r"Open:  https://localhost:\d+/device\s", seen)
    assert re.search(r"Code:  [A-Z]{4}-[A-Z]{4} ", seen)
    assert "\nuid=21001(alice) gid=21001(alice)" in after
    assert time.monotonic() - begin < WARM_S


@pytest.mark.parametrize("end", ENDS)
def test_interrupted_it_leaves_nothing(demo, end):
    """In the middle of the login, in whatever way."""
    for line in demo.stdout:
        if line.startswith("--- the person approves"):
            break
    os.killpg(demo.pid, ENDS[end])
    demo.stdout.read()
    assert demo.wait(10) != 0


def test_a_person_plays_it(untouched):
    """With the command that it prints, and the code from the screen."""
    with Terminal(["make", "-C", ROOT, "demo"], untouched) as session:
        session.expect(PROMPT, WARM_S)
        command = re.search(r"^ +(/\S+ \S+/approve\.py [^\r]*)",
                            session.text, re.M).group(1)
        code = re.search(r"Code:  (\S+)", session.text).group(1)
        done = subprocess.run(command.split(), input=code + "\n", text=True,
                              capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        session.press_enter()
        session.expect(rb"alice@\S+\$ ")
        assert "uid=21001(alice)" in session.command("id")
        session.send(b"exit\r")
        assert session.wait() == 0
