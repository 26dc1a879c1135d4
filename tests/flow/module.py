"""The module's side of the wire: starts the real helper and talks to it."""

import errno
import os
import select
import signal
import socket
import time
from pathlib import Path

import wire

HELPER = Path("/usr/libexec/pam_oauth2/pam_oauth2_helper")
ID = "TEST-1234"
ALICE_UID = 21001
EXIT_WAIT = 5


def monotonic_ns():
    """Return the clock that deadlines are on."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


def hello(**changes):
    """Return the fields of a HELLO for alice; None leaves one out."""
    return {"PHASE": wire.PHASE_AUTHENTICATE, "ID": ID, "SERVICE": "flow",
            "DEBUG": 0, "FLAGS": 0, "CAN_CONVERSE": 1, "USER": "alice",
            "IS_PRIOR_MODULE": 0,
            "UID": ALICE_UID, "RUID": 0, "STARTED_NS": monotonic_ns(),
            **changes}


def inheritable():
    """Return the descriptors that a program started now would have."""
    found = []
    for fd in map(int, os.listdir("/proc/self/fd")):
        try:
            if os.get_inheritable(fd):
                found.append(fd)
        except OSError:
            continue
    return found


def spawn(fd, path=HELPER, arguments=(), env=None):
    """Start a helper as the module does: fd becomes descriptor 3."""
    files = [(os.POSIX_SPAWN_DUP2, fd, 3)] if fd is not None else []
    files += [(os.POSIX_SPAWN_CLOSE, other) for other in inheritable()
              if other > 3 or (other == 3 and fd is None)]
    files += [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
              (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0),
              (os.POSIX_SPAWN_DUP2, 1, 2)]
    return os.posix_spawn(path, [str(path), *arguments], env or {},
                          file_actions=files, setsid=True)


def children(pid):
    """Return the processes that a process has started."""
    found = []
    for other in filter(str.isdigit, os.listdir("/proc")):
        try:
            stat = Path(f"/proc/{other}/stat").read_text()
        except OSError:
            continue
        if int(stat.rpartition(")")[2].split()[1]) == pid:
            found.append(int(other))
    return found


def is_child(pid, name):
    """Tell whether a process is this child, with its sandbox closed."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    return (f"Name:\t{name}\n" in status and "\nSeccomp:\t2" in status)


def is_running(pid):
    """Tell whether a process runs: not gone, not a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def wait_until(condition, timeout=10):
    """Wait for a condition; returns what it returned."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.005)
    raise AssertionError("waited in vain")


# Python in front of the helper: a kernel that answers a call with an error.
OLDER = """\
import ctypes, os, struct
code = struct.pack("HBBI" * 4, 0x20, 0, 0, 0, 0x15, 0, 1, {call},
                   0x6, 0, 0, 0x50000 | {error}, 0x6, 0, 0, 0x7fff0000)
held = ctypes.create_string_buffer(code)
program = struct.pack("HP", 4, ctypes.addressof(held))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, program, 0, 0) == 0
os.execve({helper!r}, [{helper!r}], {{}})
"""


def without(call, error=errno.ENOSYS):
    """Return how to spawn a helper for which a system call fails so."""
    script = OLDER.format(call=call, error=error, helper=str(HELPER))
    return {"path": "/usr/bin/python3", "arguments": ("-ISB", "-c", script)}


class Module:
    """One login, held with the real helper; how: for spawn()."""

    def __init__(self, **how):
        self.nonce = os.urandom(wire.NONCE_SIZE)
        self.socket, theirs = socket.socketpair(
            socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.pid = spawn(theirs.fileno(), **how)
        theirs.close()
        self._status = None
        self._children = {}

    def child(self, name):
        """Return one of the helper's children, its sandbox closed."""
        if name not in self._children:
            self._children[name] = wait_until(lambda: [
                pid for pid in children(self.pid) if is_child(pid, name)])[0]
        return self._children[name]

    @property
    def worker(self):
        """The helper's worker."""
        return self.child("po2-worker")

    @property
    def judge(self):
        """Its judge."""
        return self.child("po2-judge")

    @property
    def fetcher(self):
        """Its key-fetcher."""
        return self.child("po2-fetcher")

    def send_raw(self, data):
        """Send any bytes as one packet."""
        self.socket.send(data)

    def send(self, kind, values, **damage):
        """Send a message; damage goes to wire.packet()."""
        damage.setdefault("nonce", self.nonce)
        self.send_raw(wire.packet(kind, wire.fields(values), **damage))

    def greet(self, **changes):
        """Say HELLO for alice, with changes."""
        self.send("HELLO", hello(**changes))
        return self

    def reply(self, text=""):
        """Answer what was asked."""
        self.send("REPLY", {"TEXT": text})

    def cancel(self, cause="SIGNAL"):
        """Say that the person is gone."""
        self.send("CANCEL", {"CAUSE": wire.CANCELS[cause]})

    def receive(self, timeout=10):
        """Return the next message, or None when the helper has closed."""
        if not select.select([self.socket], [], [], timeout)[0]:
            raise AssertionError("the helper says nothing")
        try:
            data = self.socket.recv(wire.RECEIVE_MAX)
        except ConnectionResetError:
            # It left ours unread; what it said comes behind the reset.
            data = self.socket.recv(wire.RECEIVE_MAX)
        if not data:
            return None
        message = wire.parse(data)
        assert message.nonce == self.nonce
        return message

    def expect(self, kind, timeout=10):
        """Return the fields of the next message, which is of this type."""
        message = self.receive(timeout)
        assert message is not None, f"closed instead of {kind}"
        assert message.type == kind, message
        return message.fields

    def probe(self):
        """Go on to where the helper has asked whether anybody is there."""
        self.expect("READY")
        assert self.expect("ASK")["ECHO"] == wire.ECHOS["PROBE"]
        return self

    def invited(self):
        """Go on to where the person is asked to approve; the text."""
        self.probe().reply()
        asked = self.expect("ASK")
        assert asked["ECHO"] == wire.ECHOS["ENTER"]
        return asked["TEXT"]

    def verdict(self, timeout=10):
        """Return (verdict, reason), after which the helper has to close."""
        return self.judged(self.receive(timeout))

    def judged(self, message, user="alice", phase=wire.PHASE_AUTHENTICATE):
        """Return (verdict, reason) of a RESULT, which is the last word."""
        assert message is not None and message.type == "RESULT", message
        result = message.fields
        assert self.receive() is None
        assert (result["USER"], result["PHASE"]) == (user, phase)
        names = {number: name for name, number in wire.VERDICTS.items()}
        return names[result["VERDICT"]], result["REASON"]

    def hang_up(self):
        """Close our end, as a host does that dies."""
        self.socket.close()

    def wait(self, timeout=EXIT_WAIT):
        """Wait for the helper's end; its exit status, or -signal."""
        def ended():
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            return pid == self.pid and (status,)

        if self._status is None:
            status = wait_until(ended, timeout)[0]
            self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def end(self):
        """Leave nothing behind, whatever the test did."""
        self.socket.close()
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()
