"""Login sessions, what is noted of them, and sudo in them."""

import json
import os
from pathlib import Path

from house import HOME, example_stack
from logbook import fields
from story import WAITING

RUN = Path("/run/pam_oauth2")
PENDING, SESSIONS = RUN / "pending", RUN / "sessions"
LINE = "session    optional     pam_oauth2.so\n"
LOGINUID = "session    required     pam_loginuid.so\n"
CTRL_C = b"\x03"
SUDO = "sudo id -u"


def stack(before="", after="", without=""):
    """Return conf/pam.d/sshd with lines about ours, or without others."""
    text = example_stack("sshd")
    assert text.count(LINE) == 1 and without in text
    return text.replace(LINE, before + LINE + after).replace(without, "")


def read(path):
    """Return what is noted in a file."""
    return json.loads(path.read_text())


def edit(path, **changes):
    """Change what is noted: numbers are added, texts replace."""
    noted = read(path)
    for name, value in changes.items():
        noted[name] = (noted[name] + value if isinstance(value, int)
                       else value)
    text = json.dumps(noted, separators=(",", ":"))
    new = path.with_name("edited")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    new.rename(path)


def only(directory):
    """Return the one file of a directory."""
    found = list(directory.iterdir())
    assert len(found) == 1, found
    return found[0]


class Gate:
    """A module of a stack that waits until a test has done its work."""

    def __init__(self):
        self._reached, self._open = HOME / "gate-reached", HOME / "gate-open"
        self._script = HOME / "gate"
        self._script.write_text(
            f"#!/bin/sh\ntouch {self._reached}\n"
            f"until [ -e {self._open} ]; do sleep 0.02; done\n")
        self._script.chmod(0o755)
        self.shut()

    @property
    def line(self):
        """The line of the stack."""
        return ("session required pam_exec.so type=open_session quiet "
                f"{self._script}\n")

    @property
    def is_reached(self):
        """Whether somebody waits."""
        return self._reached.exists()

    def open(self):
        """Let them go on."""
        self._open.touch()

    def shut(self):
        """Have the next one wait."""
        self._reached.unlink(missing_ok=True)
        self._open.unlink(missing_ok=True)


class Shell:
    """A shell that a login has led to."""

    def __init__(self, login):
        self.house = login.house
        self.login = login
        self.session = login.session
        assert "ready" in self.run("echo ready")

    def run(self, line):
        """Return what a command prints."""
        return self.session.command(line)

    def steps_up(self, line=SUDO):
        """Check that sudo needs no browser; returns its record."""
        mark = self.house.log.mark()
        assert self.run(line).endswith("0\r\n"), self.session.text
        found, = self.house.log.decisions(mark)
        assert (found["phase"], found["result"], found["reason"]) == (
            "authenticate", "granted", "session")
        assert not [line for line in self.house.log.since(mark)
                    if "event=browser" in line]
        return found

    def asks(self, reason="session_unknown", detail="", line=SUDO):
        """Check that sudo asks the browser, and why; then give up."""
        mark = self.house.log.mark()
        self.session.send(line.encode() + b"\r")
        self.session.expect(WAITING)
        found = fields(self.house.log.wait_for("event=browser", mark))
        self.session.send(CTRL_C)
        self.session.expect(rb"(?s)a password is required\r\n.*?\$ ")
        self.house.log.wait_for("event=decision", mark)
        self.run("true")
        granted = [d for d in self.house.log.decisions(mark)
                   if d["result"] == "granted"]
        assert not granted, granted
        assert found["reason"] == reason and detail in found["detail"], found
        return found

    def leave(self):
        """Log out."""
        self.session.send(b"exit\r")
        self.session.wait()


def notes(house, mark, phase="open_session"):
    """Return what was logged about sessions, as dicts."""
    house.wait_no_helpers()
    found = [fields(line) for line in house.log.since(mark)
             if "event=session" in line]
    return [note for note in found if note["phase"] == phase]
