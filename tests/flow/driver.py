"""Runs client_driver: each command in a process of its own, or in a child of
one that valgrind has started.

Starting valgrind takes 1.7 s a command; a child of a process that has made a
request before takes 0.1 s, because it finds its code translated. It reports
its own errors and leaks, and its own exit status.
"""

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import threading

import documents
from scripted import Reply, Server

VALGRIND = ("/usr/bin/valgrind", "-q", "--error-exitcode=99",
            "--leak-check=full",
            "--errors-for-leak-kinds=definite,indirect,possible")
PATIENCE = 60   # seconds for one command
# Everything takes longer under valgrind: these only, the product's stay.
TIMEOUTS = ("timeout_ms", "connect_timeout_ms", "deadline_ms", "stop_ms")
SLOWNESS = 4


class Driver:
    """driver("fetch", url=...) returns what the command printed.

    The environment is empty unless given; prefix goes before the command.
    is_leaky: libcurl leaves a resolver's thread and what it holds behind.
    """

    def __init__(self, program, authority):
        self.program, self.authority = str(program), authority

    def __call__(self, command, environment=None, prefix=(), is_leaky=False,
                 **options):
        words = self.words(command, **options)
        if environment or prefix or is_leaky:
            return self.run_alone(words, environment, prefix, is_leaky)
        return self.run(words)

    def words(self, command, **options):
        """Return the words of a command."""
        options = {"ca_file": self.authority.ca, **options}
        return [command, *(f"{key}={value}" for key, value in options.items()
                           if value is not None)]

    def run(self, words):
        """Run a command that needs nothing of its own."""
        return self.run_alone(words)

    def run_alone(self, words, environment=None, prefix=(), _=False):
        """Run a command in a new process."""
        done = subprocess.run(
            [*prefix, self.program, *words], env=environment or {},
            capture_output=True, timeout=PATIENCE)
        return read(done.stdout, done.returncode, done.stderr)

    def close(self):
        """Leave nothing behind."""


class Served(Driver):
    """The same, each command in a child of one process."""

    STARTER = ()

    def __init__(self, program, authority):
        super().__init__(program, authority)
        self._errors = tempfile.TemporaryFile(buffering=0)
        self._process = None

    def run(self, words):
        """Run a command in a child."""
        if self._process is None:
            self._start()
        process = self._process
        self._errors.seek(0)
        self._errors.truncate()
        timer = threading.Timer(PATIENCE, self.close)
        timer.start()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(
                b"".join(os.fsencode(word) + b"\0" for word in [*words, ""]))
            process.stdin.flush()
        output = status = process.stdout.readline()
        if output.startswith(b"{"):
            status = process.stdout.readline()
        timer.cancel()
        self._errors.seek(0)
        return read(output, int(status or -1), self._errors.read())

    def _start(self):
        """Start the process with a request, so that all is translated."""
        with Server(self.authority.make("localhost")) as server:
            server.on("/token", Reply(json=documents.TOKEN))
            words = self.words("poll", **documents.by_hand(server))
            self._process = subprocess.Popen(
                [*self.STARTER, self.program, "serve", *words], env={},
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=self._errors, start_new_session=True)
            read(self._process.stdout.readline(), 0, b"")

    def close(self):
        """End the process and its child."""
        process, self._process = self._process, None
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Memcheck(Served):
    """The same under valgrind."""

    STARTER = VALGRIND

    def words(self, command, **options):
        """Return the words of a command, with more time for it."""
        for key in TIMEOUTS:
            if options.get(key) is not None:
                options[key] = options[key] * SLOWNESS
        return super().words(command, **options)

    def run_alone(self, words, environment=None, prefix=(), is_leaky=False):
        """Run a command in a new process."""
        how = ("--leak-check=no",) if is_leaky else ()
        return super().run_alone(
            words, environment, (*prefix, *VALGRIND, *how))


def read(output, status, errors):
    """Return what a command printed, if it ended well."""
    assert (status, errors) == (0, b""), errors.decode(errors="replace")
    return json.loads(output.decode(errors="replace"))
