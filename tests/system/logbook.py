"""A /dev/log of our own: keeps every line sent to syslog."""

import re
import socket
import threading
import time
from pathlib import Path

LINE_LIMIT = 65536
# Sent by ourselves: what was sent before it has been kept when it comes.
CAUGHT_UP = b"caught up"
CATCH_UP_TIMEOUT = 5
FIELD = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))')


def fields(line):
    """Return the name=value pairs of a record; values may be quoted."""
    return {name: quoted or plain
            for name, quoted, plain in FIELD.findall(line)}


class Logbook:
    """The system log inside, as a list and in a file."""

    def __init__(self, file, device="/dev/log"):
        self._file = Path(file)
        self._lines = []
        self._device = device
        self._caught_up = threading.Event()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(device)
        Path(device).chmod(0o666)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        with self._file.open("a", encoding="utf-8") as file:
            while True:
                data = self._socket.recv(LINE_LIMIT)
                if data == CAUGHT_UP:
                    self._caught_up.set()
                    continue
                line = data.decode(errors="backslashreplace")
                self._lines.append(line)
                file.write(line + "\n")
                file.flush()

    def _catch_up(self):
        """Wait until all that was sent so far has been kept."""
        self._caught_up.clear()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(CAUGHT_UP, self._device)
        if not self._caught_up.wait(CATCH_UP_TIMEOUT):
            raise AssertionError("the log is not being read any more")

    def mark(self):
        """Return a place in the log, for since()."""
        self._catch_up()
        return len(self._lines)

    def since(self, mark=0):
        """Return the lines written after a mark."""
        self._catch_up()
        return self._lines[mark:]

    def decisions(self, mark=0):
        """Return the decision records written after a mark, as dicts."""
        return [fields(line) for line in self.since(mark)
                if "event=decision" in line]

    def wait_for(self, pattern, mark=0, timeout=10):
        """Wait for a line that matches; returns the line."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            for line in self.since(mark):
                if re.search(pattern, line):
                    return line
            time.sleep(0.01)
        lines = "\n".join(self.since(mark))
        raise AssertionError(f"no {pattern!r} in the log:\n{lines}")
