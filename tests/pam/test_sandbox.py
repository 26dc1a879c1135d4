"""What our processes could do if they were taken over.

The real helper is started as the module starts it, and stopped before it has
heard anything: then the real worker and the real monitor are made to perform
system calls. Each line of the table is printed with what came of it.
"""

import errno
import os
import re
import socket
import subprocess
from pathlib import Path

import pytest

from house import HOME, WORKER_UID
from module import children, is_running, wait_until
from sandbox_calls import (
    AF_UNIX, AT_FDCWD, CAP_KILL, DONE, FAMILIES, FIOSETOWN, F_SETFL, F_SETOWN,
    F_SETSIG, INTERNAL, KILLED, MONITOR, NO_FAMILY, O_ASYNC, SIGKILL, SIGPIPE,
    ENOSYS, JUDGE, SIGXFSZ, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET,
    SOCK_STREAM, WORKER)

INJECT = (Path(__file__).resolve().parents[2]
          / "build" / "release" / "tests" / "pam" / "inject")


CHILDREN = ("worker", "judge", "fetcher")


def wait_closed(module):
    """Wait until the monitor's sandbox is closed: after its children's."""
    wait_until(lambda: status(module.pid)["Seccomp"] == "2")


@pytest.fixture
def other(module):
    """A process of the same user, as another login's worker is."""
    process = subprocess.Popen(["sleep", "60"], user=WORKER_UID,
                               stdin=subprocess.DEVNULL)
    yield process.pid
    process.kill()
    process.wait()


def inject(pid, call):
    """Have a process perform a call; what came of it."""
    done = subprocess.run([INJECT, str(pid), *call.split()], text=True,
                          capture_output=True, check=False, timeout=10)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def probe(table, who, pid, what, call, expected):
    """Have a process perform a call, and write it into the table."""
    came = inject(pid, call)
    table.append(f"{who:8} {what:40} {came}")
    assert re.fullmatch(expected, came), (what, call, came)
    alive = expected != KILLED
    assert is_running(pid) or not alive


ROWS = [(who, *row) for who, rows in (
    ("worker", WORKER), ("fetcher", WORKER), ("judge", JUDGE))
    for row in rows]


@pytest.mark.parametrize("who, what, call, expected", ROWS,
                         ids=[f"{row[0]}-{row[1]}" for row in ROWS])
def test_child(module, table, other, who, what, call, expected):
    """A system call from inside a real child."""
    child = getattr(module, who)
    Path("/etc/pam_oauth2/demo-secret").write_text("secret\n")
    os.chmod("/etc/pam_oauth2/demo-secret", 0o600)
    scratch = HOME / "scratch"
    scratch.mkdir()
    (scratch / "own").touch()
    for path in (scratch, scratch / "own"):
        os.chown(path, WORKER_UID, WORKER_UID)
    values = {"pid": child, "monitor": module.pid, "other": other,
              "other_hex": other.to_bytes(4, "little").hex()}
    probe(table, who, child, what, call.format(**values), expected)
    assert os.listdir(scratch) == ["own"]
    assert is_running(module.pid)


@pytest.mark.parametrize("what, call, expected", MONITOR,
                         ids=[row[0] for row in MONITOR])
def test_monitor(module, table, other, what, call, expected):
    """A system call from inside the real monitor."""
    ours = {name: getattr(module, name) for name in CHILDREN}
    (HOME / "scratch").mkdir()
    wait_closed(module)
    probe(table, "monitor", module.pid, what,
          call.format(other=other, **ours), expected)
    assert os.listdir(HOME / "scratch") == []
    assert is_running(other)
    if expected == KILLED:
        wait_until(lambda: not any(map(is_running, ours.values())), timeout=1)


@pytest.mark.parametrize("who, expected", [
    ("worker", NO_FAMILY), ("fetcher", NO_FAMILY), ("judge", ENOSYS)])
def test_no_other_socket(module, table, who, expected):
    """Every family but IPv4 and IPv6, by name in the table."""
    names = {int(value): value.name for value in socket.AddressFamily}
    for family in FAMILIES:
        for kind in (SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET):
            rows = table if kind == SOCK_STREAM else []
            probe(rows, who, getattr(module, who),
                  f"socket {names.get(family, family)}",
                  f"socket {family} {kind} 0", expected)


@pytest.mark.parametrize("who", CHILDREN)
def test_no_child_can_write_to_the_system_log(house, module, who):
    """No record of a decision can be forged from inside."""
    child = getattr(module, who)
    mark = house.log.mark()
    path = b"/dev/log\0"
    address = (socket.AF_UNIX.to_bytes(2, "little") + path).hex()
    for kind in (SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET):
        inject(child, f"socketpair {AF_UNIX} {kind} 0 @8")
        for fd in range(3, 12):
            if is_running(child):
                came = inject(child, f"sendto {fd} s:event=forged 12"
                              f" 0x4000 x:{address} {2 + len(path)}")
                assert came != "= 12" or fd == 3, (kind, fd, came)
    assert not [line for line in house.log.since(mark) if "forged" in line]


@pytest.mark.parametrize("who", CHILDREN)
def test_no_child_can_have_others_killed(module, other, who):
    """The kernel signals the owner of a descriptor, if it may be set."""
    for call in (f"fcntl 3 {F_SETOWN} {other}",
                 f"ioctl 3 {FIOSETOWN} x:{other.to_bytes(4, 'little').hex()}",
                 f"fcntl 3 {F_SETSIG} {SIGKILL}",
                 f"fcntl 3 {F_SETFL} {O_ASYNC}"):
        print(call, inject(getattr(module, who), call))
    module.greet()  # so that something comes for the children
    module.probe().reply()
    module.verdict()
    assert is_running(other)


def status(pid):
    """Return /proc/PID/status as a dict."""
    text = Path(f"/proc/{pid}/status").read_text()
    pairs = (line.split(":", 1) for line in text.splitlines())
    return {name: value.strip() for name, value in pairs}


def limits(pid):
    """Return the soft and hard limits of a process, by name."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    return {line[:26].strip(): tuple(line[26:].split()[:2])
            for line in lines}


def descriptors(pid):
    """Return what the descriptors of a process are."""
    directory = Path(f"/proc/{pid}/fd")
    return {int(fd.name): os.readlink(fd) for fd in directory.iterdir()}


def signals(mask):
    """Return the numbers in a mask of /proc/PID/status."""
    bits = int(mask, 16)
    return {number for number in range(1, 65) if bits >> (number - 1) & 1}


@pytest.mark.parametrize("who", CHILDREN)
def test_child_is_nobody(module, who):
    """Its user, capabilities, groups and filter."""
    found = status(getattr(module, who))
    who = "\t".join([str(WORKER_UID)] * 4)
    assert (found["Uid"], found["Gid"]) == (who, who)
    assert found["Groups"] == ""
    for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert int(found[name], 16) == 0, name
    assert found["NoNewPrivs"] == "1"
    assert found["Seccomp"] == "2"
    assert found["Threads"] == "1"


@pytest.mark.parametrize("who", CHILDREN)
def test_child_is_small(module, who):
    """Its limits."""
    found = limits(getattr(module, who))
    for name, value in {"core file size": 0, "file size": 0,
                        "open files": 64, "cpu time": 60,
                        "address space": 1024**3,
                        "locked memory": 0}.items():
        assert found[f"Max {name}"] == (str(value),) * 2, name


@pytest.mark.parametrize("who", CHILDREN)
def test_child_has_four_descriptors(module, who):
    """/dev/null three times, and the leg to the monitor."""
    child = getattr(module, who)
    wait_closed(module)
    found = descriptors(child)
    assert sorted(found) == [0, 1, 2, 3]
    assert {found[fd] for fd in (0, 1, 2)} == {"/dev/null"}
    assert found[3].startswith("socket:")
    assert found[3] != descriptors(module.pid)[3]


def test_monitor_has_few_descriptors(module):
    """The module's leg, those of its children, and the log."""
    wait_closed(module)
    found = descriptors(module.pid)
    assert {found[fd] for fd in (0, 1, 2)} == {"/dev/null"}
    sockets = [what for fd, what in found.items() if fd > 2]
    assert len(sockets) == 2 + len(CHILDREN)
    assert all(what.startswith("socket:") for what in sockets)


def test_monitor_is_root_and_nothing_else(module):
    """The monitor's ids, and what a host cannot hand down to it."""
    wait_closed(module)
    found = status(module.pid)
    root = "\t".join(["0"] * 4)
    assert (found["Uid"], found["Gid"]) == (root, root)
    assert found["Groups"] == ""
    assert found["Umask"] == "0077"
    for name in ("CapInh", "CapAmb"):
        assert int(found[name], 16) == 0, name
    for name in ("CapPrm", "CapEff"):
        assert int(found[name], 16) == 1 << CAP_KILL, name
    assert found["NoNewPrivs"] == "1"
    assert int(found["SigBlk"], 16) == 0
    assert int(found["SigCgt"], 16) == 0
    assert signals(found["SigIgn"]) - INTERNAL == {SIGPIPE, SIGXFSZ}
    assert os.readlink(f"/proc/{module.pid}/cwd") == "/"
    assert limits(module.pid)["Max core file size"] == ("0", "0")


def test_all_are_apart(module):
    """An empty environment, a session of their own, no way to look in."""
    for pid in (module.pid, module.worker, module.judge, module.fetcher):
        assert Path(f"/proc/{pid}/environ").read_bytes() == b""
        assert os.getsid(pid) == module.pid
        # Not dumpable: its files in /proc are root's, and only root's.
        assert Path(f"/proc/{pid}/mem").stat().st_uid == 0
        seen = subprocess.run(
            ["head", "-c", "1", f"/proc/{pid}/environ"], user=WORKER_UID,
            capture_output=True, check=False)
        assert b"Permission denied" in seen.stderr


# Root with the one capability that the monitor has itself.
LIKE_THE_MONITOR = ["setpriv", "--bounding-set=-all,+kill"]


def can_look_into(pid):
    """Tell whether such a root may read a process's memory."""
    done = subprocess.run(
        [*LIKE_THE_MONITOR, "head", "-c", "1", f"/proc/{pid}/environ"],
        text=True, capture_output=True, check=False)
    assert done.returncode == 0 or "Permission denied" in done.stderr
    return done.returncode == 0


def test_monitor_cannot_be_looked_into(module):
    """Not dumpable: no core, and nobody traces it without more rights."""
    wait_closed(module)
    open_one = subprocess.Popen([*LIKE_THE_MONITOR, "sleep", "60"])
    wait_until(lambda: status(open_one.pid)["Name"] == "sleep")
    try:
        assert can_look_into(open_one.pid)
        assert not can_look_into(module.pid)
        for who in CHILDREN:
            assert not can_look_into(getattr(module, who))
    finally:
        open_one.kill()
        open_one.wait()


HOSTILE = """\
import ctypes, os, resource, signal, sys
sys.path.insert(0, sys.argv[1])
from module import spawn
import socket
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
os.umask(0)
os.chdir("/tmp")
os.setgroups([4, 24])
for number in (signal.SIGPIPE, signal.SIGCHLD, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
signal.alarm(1)
for name, value in dict(FSIZE=0, CPU=5, AS=2**30, DATA=2**30, STACK=2**20,
                        NOFILE=20, NPROC=50).items():
    limit = getattr(resource, "RLIMIT_" + name)
    resource.setrlimit(limit, (value, resource.getrlimit(limit)[1]))
os.nice(10)
os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
ctypes.CDLL(None).prctl(29, ctypes.c_ulong(2**60), 0, 0, 0)
os.setresuid(21001, 0, 0)
os.setresgid(21001, 0, 0)
print(spawn(theirs.fileno(), env={}), flush=True)
sys.stdin.read()
"""


def test_monitor_takes_nothing_from_a_hostile_caller(module, tmp_path):
    """What su and sudo let a caller choose is undone."""
    flow = str(Path(__file__).resolve().parents[1] / "flow")
    host = subprocess.Popen(
        ["/usr/bin/python3", "-ISB", "-c", HOSTILE, flow], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    pid = int(host.stdout.readline())
    wait_until(lambda: status(pid)["Seccomp"] == "2")
    try:
        test_monitor_is_root_and_nothing_else(Like(pid))
        found = limits(pid)
        for name in ("cpu time", "file size", "address space", "data size"):
            assert found[f"Max {name}"] == ("unlimited",) * 2, name
        assert found["Max open files"] == ("256",) * 2
        assert len(set(found["Max processes"])) == 1
        assert found["Max stack size"] == (str(8 * 1024**2),) * 2
        ours = children(pid)
        assert len(ours) == len(CHILDREN)
        for process in (pid, *ours):
            assert os.getpriority(os.PRIO_PROCESS, process) == 0
            assert os.sched_getscheduler(process) == os.SCHED_OTHER
            slack = Path(f"/proc/{process}/timerslack_ns").read_text()
            assert int(slack) == 50000
    finally:
        host.communicate("")


class Like:
    """Somebody else's helper."""

    def __init__(self, pid):
        self.pid = pid


def test_the_injector_can_fail():
    """A call that is allowed comes through: the table means something."""
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        wait_until(lambda: children(os.getpid()))
        assert inject(sleeper.pid, f"openat {AT_FDCWD} s:/etc/shadow 0"
                      ).startswith("= ")
        assert re.fullmatch(DONE, inject(
            sleeper.pid, f"socket {AF_UNIX} {SOCK_STREAM} 0"))
        assert inject(sleeper.pid, f"openat {AT_FDCWD} s:/nowhere 0"
                      ) == f"= -1 {errno.errorcode[errno.ENOENT]}"
        assert is_running(sleeper.pid)
    finally:
        sleeper.kill()
        sleeper.wait()
