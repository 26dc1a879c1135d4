"""A house with PAM stacks of its own, a driver, and a helper to replace.

No test of this suite talks to a machine but this one.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "system"), str(ROOT / "tests" / "flow")]

from house import HOME, write_file  # noqa: E402  (what the lines above say)
from module import HELPER, Module  # noqa: E402

pytest_plugins = ["house_fixtures"]
DRIVER = ROOT / "build" / "release" / "tests" / "pam" / "driver"
STACKS = HOME / "stacks"
FAKE_NOTES = HOME / "fake-notes"
ID = re.compile(r"\(([0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4})\)")

# What su and sudo let their caller choose; nothing of it may count.
ENVIRONMENT = {"SSLKEYLOGFILE": "/run/house/keys", "PATH": "/nowhere",
               "https_proxy": "http://localhost:9", "LC_ALL": "xx_XX"}
# What the fake helper writes down when it came to its end.
FAKE_DONE = "done\n"
FAKE = """\
#!/usr/bin/python3 -ISB
import sys
sys.path[:0] = {places!r}
from fake import play
play({notes!r}, {script!r})
"""


class Played:
    """What a driver has printed."""

    def __init__(self, output, errors):
        assert not errors, errors
        self.output = output
        self.messages = re.findall(r"^message (\w+) (.*)$", output, re.M)
        self.results = [int(code) for code in re.findall(
            r"^result \w+ (-?\d+)$", output, re.M)]
        left = re.search(r"^left descriptors=(\d+)", output, re.M)
        assert left, f"the driver died:\n{output}"
        self.descriptors = int(left.group(1))
        self.decisions = []

    @property
    def result(self):
        """The return code of the only operation."""
        assert len(self.results) == 1, self.output
        return self.results[0]

    @property
    def errors(self):
        """The texts shown as errors."""
        return [text for style, text in self.messages if style == "error"]


class Running:
    """A driver that waits for what a person would type."""

    def __init__(self, argv, before=None):
        self.process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, errors="surrogateescape",
            env=ENVIRONMENT, preexec_fn=before)
        self._shown = ""

    def wait_for(self, word):
        """Read the driver's lines up to one with this word."""
        for line in self.process.stdout:
            self._shown += line
            if word in line:
                return line
        raise AssertionError(f"no {word!r} in:\n{self._shown}")

    def press_enter(self):
        """Answer the prompt; a host that has ended does not mind."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write("\n")
            self.process.stdin.flush()

    def end(self):
        """Leave nothing behind, whatever the test did."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()

    def finish(self, timeout=20):
        """Wait for its end."""
        output, errors = self.process.communicate(timeout=timeout)
        return Played(self._shown + output, errors)


def processes():
    """Return every process of the house that is no zombie."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            continue
        if stat.rpartition(")")[2].split()[0] != "Z":
            found[int(pid)] = stat
    return found


class Stage:
    """Plays logins, and looks after each that nothing is left."""

    def __init__(self, house):
        self.house = house
        self.running = None
        STACKS.mkdir()
        self.write_stack("other", "auth required pam_deny.so")
        self.write_stack("quiet", "auth required pam_permit.so")
        self.write_stack("logs", "auth required pam_warn.so",
                         "auth required pam_permit.so")
        self._descriptors = {
            logs: self._driver("logs" if logs else "quiet").descriptors
            for logs in (False, True)}

    @staticmethod
    def write_stack(service, *lines):
        """Replace a stack."""
        write_file(STACKS / service, "\n".join(lines) + "\n", 0o644)

    @staticmethod
    def command(service, *operations, options=(), user="alice", prefix=()):
        """Return the driver's command line."""
        return [*prefix, str(DRIVER), *options, str(STACKS), service, user,
                *(operations or ("authenticate",))]

    def _driver(self, service):
        done = subprocess.run(self.command(service), env={}, text=True,
                              capture_output=True, check=False)
        return Played(done.stdout, done.stderr)

    def start(self, service="test", *operations, stack=(), before=None,
              **how):
        """Start a login; before: what the host has done to itself."""
        self.write_stack(service, *(stack or self.stack()))
        self._mark = self.house.log.mark()
        self._before = processes()
        self.running = Running(
            self.command(service, *operations, **how), before)
        return self.running

    @staticmethod
    def stack(control="required", *arguments):
        """Return the one line of a stack of ours."""
        return (" ".join(["auth", control, "pam_oauth2.so", *arguments]),)

    def finish(self, running, decisions=1, timeout=20):
        """Wait for a login's end, and look for what it left."""
        played = running.finish(timeout)
        self.check_processes()
        played.decisions = self._decisions(decisions)
        logged = any("pam_oauth2(" in line
                     for line in self.house.log.since(self._mark))
        assert played.descriptors == self._descriptors[logged]
        return played

    def play(self, *what, typed="", decisions=1, timeout=20, **how):
        """Play one login to its end; what: a service and operations."""
        running = self.start(*what, **how)
        running.process.stdin.write(typed)
        return self.finish(running, decisions, timeout)

    def check_processes(self):
        """See that no process is there that was not there before."""
        deadline = time.monotonic() + 2
        while set(processes()) - set(self._before):
            left = set(processes()) - set(self._before)
            assert time.monotonic() < deadline, [
                processes().get(pid) for pid in left]
            time.sleep(0.005)

    def _decisions(self, count):
        """Return the decisions logged: not one more, not one less."""
        if count:
            self.house.log.wait_for("event=decision", self._mark)
        time.sleep(0.02)  # for one that should not come
        found = self.house.log.decisions(self._mark)
        assert len(found) == count, found
        return found


TABLE = []


@pytest.fixture(scope="session")
def table():
    """Lines that are printed at the end, whatever passed."""
    return TABLE


def pytest_terminal_summary(terminalreporter):
    """Print what the sandboxed processes could not do."""
    for line in TABLE:
        terminalreporter.write_line(line)


@pytest.fixture
def fresh():
    """Do nothing where tests/system begins anew: see stage."""


@pytest.fixture(scope="session")
def _stage(house):
    return Stage(house)


UNREACHABLE = """\
[pam_oauth2]
{settings}
[provider nobody]
issuer = https://localhost:1
client_id = somebody
"""


@pytest.fixture
def stage(house, _stage):
    """Logins against a provider that does not answer, unless changed."""
    house.reset()
    house.write_settings(UNREACHABLE.format(settings=""))
    yield _stage
    if _stage.running is not None:
        _stage.running.end()
    house.wait_no_helpers()


@pytest.fixture
def settings(house, stage):
    """Return a function that writes settings for [pam_oauth2]."""
    def write(**values):
        text = "\n".join(f"{k} = {v}" for k, v in values.items())
        house.write_settings(UNREACHABLE.format(settings=text))

    return write


@pytest.fixture
def replace_helper(stage):
    """Return a function that moves the helper away; it comes back."""
    aside = HELPER.with_name("aside")

    def replace():
        HELPER.rename(aside)
        return HELPER

    yield replace
    if aside.exists():
        HELPER.unlink(missing_ok=True)
        aside.rename(HELPER)


@pytest.fixture
def fake_helper(replace_helper):
    """Return a function that puts a fake helper in place."""
    places = [str(ROOT / "tests" / "pam"), str(ROOT / "tests" / "flow")]

    def put(script):
        FAKE_NOTES.unlink(missing_ok=True)
        path = replace_helper()
        path.write_text(FAKE.format(places=places, notes=str(FAKE_NOTES),
                                    script=script))
        path.chmod(0o755)

    return put


@pytest.fixture
def fake(stage, fake_helper):
    """Return a function that plays a login with a fake helper."""
    def run(script, *what, **how):
        fake_helper(script)
        played = stage.play(*what, **how)
        notes = FAKE_NOTES.read_text() if FAKE_NOTES.exists() else "nothing"
        assert notes == FAKE_DONE, notes
        return played

    return run


@pytest.fixture
def module(stage):
    """The real helper, started by us, with nothing said yet."""
    made = Module()
    yield made
    made.end()
    shutil.rmtree(HOME / "scratch", ignore_errors=True)
