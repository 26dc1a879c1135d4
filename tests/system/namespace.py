"""A private world for one program: own mounts, own process numbers.

enter() forks. The caller stays outside and ends with the status of the
program that goes on inside. When that program ends, however it ends, the
kernel kills everything that was started inside and takes the mounts away,
so nothing can be left behind.
"""

import ctypes
import os
import signal
import subprocess
import sys

CLONE_NEWNS = 0x00020000
CLONE_NEWPID = 0x20000000
PR_SET_PDEATHSIG = 1

LOWER = "/run/lower"
DEVICES = {
    "null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8),
    "urandom": (1, 9), "tty": (5, 0), "ptmx": (5, 2),
}

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name, *arguments):
    """Call a function of the C library; an error becomes OSError."""
    if getattr(_libc, name)(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")


def mount(*arguments):
    """Run mount(8); its error text becomes ours."""
    done = subprocess.run(["mount", *arguments], capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"mount {' '.join(arguments)}: {done.stderr.strip()}")


def tmpfs(path, mode="0755"):
    """Put an empty file system of our own over a directory."""
    mount("-t", "tmpfs", "-o", f"mode={mode}", "tmpfs", path)


def graft(path, without):
    """Make a system directory ours: its entries stay, as links.

    One name is left out, for us to put a file or directory of our own there.
    """
    lower = LOWER + path
    os.makedirs(lower)
    mount("--bind", path, lower)
    tmpfs(path)
    for name in set(os.listdir(lower)) - {without}:
        os.symlink(os.path.join(lower, name), os.path.join(path, name))


def copy_over(path, scratch):
    """Replace a directory by a copy of itself that is ours."""
    subprocess.run(["cp", "-a", path, scratch], check=True)
    mount("--bind", scratch, path)


def own_devices(scratch):
    """Replace /dev by the few devices programs need, terminals included."""
    os.makedirs(os.path.join(scratch, "pts"))
    mount("--bind", "/dev/pts", os.path.join(scratch, "pts"))
    for name, (major, minor) in DEVICES.items():
        path = os.path.join(scratch, name)
        os.mknod(path, 0o020666, os.makedev(major, minor))
        os.chmod(path, 0o666)
    os.symlink("/proc/self/fd", os.path.join(scratch, "fd"))
    mount("--rbind", scratch, "/dev")


def _status(wait_status):
    """Return the exit status a shell would show for a wait status."""
    code = os.waitstatus_to_exitcode(wait_status)
    return code if code >= 0 else 128 - code


def _wait_outside(first):
    """Stay behind: end with the status of the world inside."""
    def stop(signum, _frame):
        os.kill(first, signal.SIGKILL)
        os.waitpid(first, 0)
        os._exit(128 + signum)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    os._exit(_status(os.waitpid(first, 0)[1]))


def _be_init(program):
    """Be process 1 inside: collect orphans until the program has ended."""
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    while True:
        pid, status = os.wait()
        if pid == program:
            os._exit(_status(status))


def require_root():
    """Say early what nobody else could do."""
    if os.geteuid() != 0:
        raise PermissionError("needs root, for a private mount namespace")


def _hear_keys():
    """Let Ctrl-C and Ctrl-\\ work inside, whoever ignored them outside."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)


def enter():
    """Go on inside a world of our own. Returns there only."""
    require_root()
    sys.stdout.flush()
    sys.stderr.flush()
    _call("unshare", CLONE_NEWNS | CLONE_NEWPID)
    first = os.fork()
    if first != 0:
        _wait_outside(first)
    _call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    mount("--make-rprivate", "/")
    mount("-t", "proc", "proc", "/proc")
    program = os.fork()
    if program != 0:
        _be_init(program)
    _hear_keys()
