"""A PAM module that shows how a host behaves, in place of ours: probe.c."""

import subprocess
from pathlib import Path

from house import HOME, write_file
from provider import program

SOURCE = Path(__file__).with_suffix(".c")
MODULE = HOME / "probe.so"
NOTES = HOME / "probe-notes"
FLAGS = ["-std=gnu17", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]


class Note:
    """A line that the module has written: what happened, and with what."""

    def __init__(self, line):
        self.phase, self.step, *pairs = line.split(" ")
        self._values = dict(pair.split("=", 1) for pair in pairs)

    def __getitem__(self, name):
        return self._values[name]

    @property
    def code(self):
        """The PAM code that the conversation returned."""
        return int(self["rc"])

    @property
    def reply(self):
        """What the host answered for the person; None when nothing."""
        reply = self._values.get("reply")
        return None if reply is None else bytes.fromhex(reply)

    def list(self, name):
        """Return a value that is a list."""
        return [item for item in self[name].split(",") if item]


class Probe:
    """The module, in a stack of its own."""

    def __init__(self):
        subprocess.run([program("cc"), *FLAGS, "-o", MODULE, SOURCE, "-lpam"],
                       check=True)
        self.steps()

    def steps(self, *steps, account=()):
        """Forget the notes; return a stack that takes these steps."""
        write_file(NOTES, "", 0o600)
        lines = [self._line("auth", steps), self._line("account", account),
                 self._line("session"), "password required pam_deny.so"]
        return "\n".join([*lines, ""])

    @staticmethod
    def _line(facility, steps=()):
        quoted = [f"[{step}]" for step in steps]
        return " ".join([facility, "required", str(MODULE), f"file={NOTES}",
                         *quoted])

    @staticmethod
    def notes(step=None, phase="authenticate"):
        """Return the notes of a phase, or those of one step of it."""
        notes = [Note(line) for line in NOTES.read_text().splitlines()]
        return [note for note in notes if note.phase == phase
                and step in (None, note.step)]

    def note(self, step, phase="authenticate"):
        """Return the only note of a step."""
        notes = self.notes(step, phase)
        assert len(notes) == 1, NOTES.read_text()
        return notes[0]
