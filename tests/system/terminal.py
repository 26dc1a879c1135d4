"""A program on a terminal of its own, read like expect does, or without.

Every byte that comes out is kept with the time it arrived.
"""

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

READ_SIZE = 65536


class TerminalError(AssertionError):
    """What was expected did not come; the text shows what did."""


class Terminal:
    """One program on a pseudo-terminal."""

    def __init__(self, argv, env, rows=24, columns=80):
        self._master, slave = os.openpty()
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
        self.output = b""
        self._arrivals = []
        self._mark = 0
        self._program = subprocess.Popen(
            ["setsid", "--ctty", *argv], stdin=slave, stdout=slave,
            stderr=slave, env=env)
        os.close(slave)

    @property
    def text(self):
        """Everything shown so far."""
        return self.output.decode(errors="replace")

    def _read(self, timeout):
        """Take what is there; False at the end of the output."""
        if not select.select([self._master], [], [], max(timeout, 0))[0]:
            return True
        try:
            data = os.read(self._master, READ_SIZE)
        except OSError:
            data = b""
        if data:
            self._arrivals.append((len(self.output), time.time()))
            self.output += data
        return bool(data)

    def arrived(self, offset):
        """Return the wall clock time at which a byte of output came."""
        times = [when for start, when in self._arrivals if start <= offset]
        return times[-1]

    def expect(self, pattern, timeout=15):
        """Wait for a pattern (bytes) in the output not yet matched."""
        deadline = time.monotonic() + timeout
        more = True
        while True:
            match = re.compile(pattern).search(self.output, self._mark)
            if match:
                self._mark = match.end()
                return match
            left = deadline - time.monotonic()
            if not more or left <= 0:
                why = "timeout" if more else "end of output"
                raise TerminalError(f"{why} waiting for {pattern!r}, "
                                    f"shown so far:\n{self.text}")
            more = self._read(left)

    def send(self, data):
        """Type; returns the time."""
        when = time.time()
        os.write(self._master, data)
        return when

    def press_enter(self):
        """Press Enter and take its echo away; returns the time."""
        when = self.send(b"\r")
        self.expect(rb"\r?\n")
        return when

    def first_byte(self, timeout=15):
        """Return the time at which the next byte came."""
        return self.arrived(self.expect(rb"(?s).", timeout).start())

    def command(self, line, timeout=15):
        """Run a line in the shell and return what it printed."""
        self.send(b"echo STA''RT; " + line.encode() + b"; echo EN''D\r")
        shown = self.expect(rb"(?s)START\r\n(.*?)END\r\n", timeout)
        return shown.group(1).decode()

    def wait(self, timeout=15):
        """Read to the end; returns the program's exit status."""
        deadline = time.monotonic() + timeout
        while self._read(deadline - time.monotonic()):
            if time.monotonic() >= deadline:
                raise TerminalError(f"still running after {timeout} s:\n"
                                    f"{self.text}")
        return self._program.wait(max(deadline - time.monotonic(), 1))

    def hang_up(self, number=signal.SIGHUP):
        """End the program as a closed window does, or by another signal."""
        self._program.send_signal(number)

    def close_window(self):
        """Take the terminal away from under the program."""
        os.close(self._master)
        self._master = None

    def close(self):
        """End the program if it still runs."""
        if self._program.poll() is None:
            self.hang_up()
            try:
                self._program.wait(5)
            except subprocess.TimeoutExpired:
                self._program.kill()
                self._program.wait()
        if self._master is not None:
            self.close_window()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


ASKPASS = """\
#!/bin/sh
printf '%s' "$1" >{place}/new
mv {place}/new {place}/asked
exec cat {place}/answer
"""


class Askpass:
    """Where a program asks that another starts to ask for it."""

    def __init__(self, place):
        self._place = Path(place)
        self._place.mkdir()
        self._place.chmod(0o777)
        os.mkfifo(self._place / "answer")
        os.chmod(self._place / "answer", 0o666)
        self.program = self._place / "askpass"
        self.program.write_text(ASKPASS.format(place=place))
        self.program.chmod(0o755)

    @property
    def text(self):
        """What was asked, all of it; empty before that."""
        asked = self._place / "asked"
        return asked.read_text() if asked.exists() else ""

    def wait_asked(self, timeout=15):
        """Wait for the question."""
        deadline = time.monotonic() + timeout
        while not self.text:
            if time.monotonic() > deadline:
                raise TerminalError(f"{self.program} was not started")
            time.sleep(0.01)

    def answer(self, text):
        """Answer the question."""
        (self._place / "answer").write_text(text)


class Detached(subprocess.Popen):
    """A program that has no terminal anywhere; killed at the end."""

    def __init__(self, argv, env, stdin=subprocess.DEVNULL):
        super().__init__(["setsid", *argv], env=env, stdin=stdin,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         text=True)

    def __exit__(self, *exception):
        if self.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)
        super().__exit__(*exception)
