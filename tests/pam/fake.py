"""A helper for what the real one never sends: plays a few lines of Python.

The lines find a Fake by the name of `fake`. An end that the module brought
about is an end like any other; an error of the script's own is written down.
"""

import os
import socket
import time
import traceback
from pathlib import Path

import wire

MODULE_FD = 3
FAR_S = 60


class Fake:
    """The monitor's side of the leg to the module."""

    def __init__(self):
        self.socket = socket.socket(fileno=MODULE_FD)
        self.hello = None
        self.nonce = None

    def greet(self):
        """Hear who is asking."""
        message = self.receive("HELLO")
        self.hello, self.nonce = message.fields, message.nonce

    def receive(self, kind):
        """Return the next message, which is of this type."""
        data = self.socket.recv(wire.RECEIVE_MAX)
        if not data:
            raise ConnectionResetError("the module has gone")
        message = wire.parse(data)
        assert message.type == kind, message
        return message

    def send_raw(self, data):
        """Send any bytes as one packet."""
        self.socket.send(data)

    def send(self, kind, values, **damage):
        """Send a message; damage goes to wire.packet()."""
        damage.setdefault("nonce", self.nonce)
        self.send_raw(wire.packet(kind, wire.fields(values), **damage))

    def ready(self, seconds=FAR_S):
        """Say that we are at work, and until when."""
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        self.send("READY", {"DEADLINE_NS": now + seconds * 10**9})

    def show(self, text="look", style=wire.STYLE_INFO):
        """Have something shown."""
        self.send("SHOW", {"STYLE": style, "TEXT": text})

    def ask(self, text="well?", echo="ON"):
        """Have something asked."""
        self.send("ASK", {"ECHO": wire.ECHOS.get(echo, echo), "TEXT": text})

    def result_fields(self, **changes):
        """Return the fields of a grant for this login, with changes."""
        return {"VERDICT": wire.VERDICTS["GRANT"], "REASON": "approved",
                "PHASE": wire.PHASE_AUTHENTICATE,
                "USER": self.hello["USER"], "TEXT": "", **changes}

    def result(self, **changes):
        """Grant, with changes."""
        self.send("RESULT", self.result_fields(**changes))

    def grant(self):
        """Do what the real helper does for somebody who is let in."""
        self.greet()
        self.ready()
        self.ask()
        self.receive("REPLY")
        self.result()

    def close(self):
        """Close the leg, and go on living."""
        self.socket.close()

    @staticmethod
    def stay(seconds):
        """Do nothing, with the leg open."""
        time.sleep(seconds)


def play(notes, script):
    """Run a script; what came of it is written to a file."""
    outcome = "done\n"
    os.close(os.open(notes, os.O_WRONLY | os.O_CREAT))
    Path(notes).write_text(outcome)  # it may be killed any time
    try:
        exec(script, {"fake": Fake(), "wire": wire, "os": os})
    except (BrokenPipeError, ConnectionResetError):
        pass
    except BaseException:
        Path(notes).write_text(traceback.format_exc())
