"""su and sudo hand down what their caller chose: it must not matter.

The caller is an ordinary person of this machine and knows every trick: the
environment, limits, signals, timers, descriptors.
"""

import signal
import subprocess
from itertools import chain
from pathlib import Path

import pytest
from house import ENVIRONMENT, HOME, WORKER_UID, as_user, write_file
from story import COMMAND, POLL, reached_by
from terminal import Detached, TerminalError
from trap import VARIABLES, Trap

OURS = Path("/run/pam_oauth2")
SOON = 1
NOBODY_AT_ALL = 2 ** 32 - 1
EXPIRED = "The code has expired; log in again."
SUDOERS = Path("/etc/sudoers.d/ours")
KEEP = f'Defaults env_keep += "{" ".join(VARIABLES)}"'
SU = ("su", "alice", "-c", COMMAND)
SUDO = reached_by("sudo")
# The line of sudoers, the caller, the command.
WAYS = {
    "su": ("", "bob", SU),
    "su -p": ("", "bob", ("su", "-p", "alice", "-c", COMMAND)),
    "sudo": ("", "alice", SUDO),
    "sudo -E": ("", "alice", reached_by("sudo", "-E")),
    "env_keep": (KEEP, "alice", SUDO),
    "!env_reset": ("Defaults !env_reset", "alice", SUDO),
}


@pytest.fixture(autouse=True)
def prompting(house, provider):
    """Settings under which su and sudo ask for Enter; sudo asks once."""
    house.use_provider(provider, display="prompt")
    write_file(SUDOERS, "Defaults passwd_tries=1\n", 0o440)
    yield
    SUDOERS.unlink()


@pytest.fixture(scope="module")
def trap(house):
    """One trap for all."""
    made = Trap(HOME / "trap")
    yield made
    made.close()


def test_the_trap_catches(trap):
    """A program that obeys its environment is seen in every detail."""
    script = """if True:
        import os, socket, sys
        for name in sys.argv[1:]:
            value = os.environ[name]
            if value.startswith("http"):
                host, port = value.rpartition("/")[2].split(":")
                socket.create_connection((host, int(port)))
            elif os.path.isdir(value):
                open(value + "/.netrc").read()
            else:
                open(value, "a+").read()
    """
    trap.caught()
    argv = ["/usr/bin/python3", "-c", script]
    env = {name: value for name, value in trap.environment.items()
           if name != "LD_PRELOAD"}
    for name in env:
        subprocess.run([*argv, name], env=env, check=True)
        assert trap.caught(), name
    subprocess.run(["/bin/true"], env=trap.environment, check=True,
                   stderr=subprocess.DEVNULL)
    assert any("preload.so" in touched for touched in trap.caught())
    (HOME / "trap" / "keys").unlink()
    assert trap.caught() == []


@pytest.mark.parametrize("way", WAYS)
def test_the_environment_of_a_caller_is_not_obeyed(house, local, trap, way):
    """All variables at once: no file, no connection, and it works.

    Nor does any of them reach the helper, whatever it would do with it.
    """
    line, user, command = WAYS[way]
    write_file(SUDOERS, f"Defaults passwd_tries=1\n{line}\n", 0o440)
    settings = [f"{name}={value}"
                for name, value in trap.environment.items()]
    refused, granted = (local(user, "env", *settings, *command).wait_prompt()
                        for _ in range(2))
    environments = [Path(f"/proc/{process.pid}/environ").read_bytes()
                    for process in house.helpers()]
    assert environments == [b""] * 8  # a monitor and three children each
    refused.approve("mallory").press_enter()
    assert not refused.outcome()
    assert trap.caught() == []
    granted.approve("alice").press_enter()
    assert granted.outcome()
    assert not any("created" in touched or "used" in touched
                   for touched in trap.caught())
    assert "Approve in the browser" in granted.session.text


CALLER = """if True:
    import os, resource as r, signal as s, sys
    def limit(which, value): r.setrlimit(which, (value, value))
    {trick}
    os.execvp(sys.argv[1], sys.argv[1:])
"""
HARMLESS = {
    "no file may grow": "limit(r.RLIMIT_FSIZE, 0)",
    "small stack": "limit(r.RLIMIT_STACK, 2 ** 16)",
    "one process": "limit(r.RLIMIT_NPROC, 1)",
    "core files": "limit(r.RLIMIT_CORE, r.RLIM_INFINITY)",
    "no locked memory": "limit(r.RLIMIT_MEMLOCK, 0)",
    "no pending signals": "limit(r.RLIMIT_SIGPENDING, 0)",
    "no message queues": "limit(r.RLIMIT_MSGQUEUE, 0)",
    "one CPU": "os.sched_setaffinity(0, {0})",
    "the first to be killed": "open('/proc/self/oom_score_adj', 'w')"
                              ".write('1000')",
    "nice": "os.nice(19)",
    "idle": "os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))",
    "alarm": "s.alarm(100)",
    "timers": "s.setitimer(s.ITIMER_VIRTUAL, 10); "
              "s.setitimer(s.ITIMER_PROF, 10)",
    "SIGCHLD ignored": "s.signal(s.SIGCHLD, s.SIG_IGN)",
    "all ignored": "[s.signal(n, s.SIG_IGN) for n in range(1, 32) "
                   "if n not in (9, 19)]",
    "all blocked": "s.pthread_sigmask(s.SIG_BLOCK, range(1, 65))",
    "umask 0": "os.umask(0)",
    "no directory": "os.mkdir('gone'); os.chdir('gone'); "
                    "os.rmdir('../gone')",
    "high descriptors": "[os.dup2(0, n) for n in range(3, 250)]",
}
# Where a limit cannot be raised again nobody can be asked.
HARMFUL = {
    "64 MiB of memory": "limit(r.RLIMIT_AS, 2 ** 26)",
    "8 MiB of memory": "limit(r.RLIMIT_AS, 2 ** 23)",
    "1 MiB of data": "limit(r.RLIMIT_DATA, 2 ** 20)",
    "8 descriptors": "limit(r.RLIMIT_NOFILE, 8)",
    "4 descriptors": "limit(r.RLIMIT_NOFILE, 4)",
    "1 s of CPU": "limit(r.RLIMIT_CPU, 1)",
    "no input": "os.close(0)",
    "no input and output": "os.close(0); os.close(1)",
    "no input and errors": "os.close(0); os.close(2)",
}
PROGRAMS = {"su": ("bob", SU), "sudo": ("alice", SUDO)}
EXPLAINED = {"helper_failed", "sandbox_failed", "no_conversation",
             "conversation_failed", "cancelled", "identity_not_allowed"}


def listing():
    """Return what is where a login might leave a file."""
    places = [path.iterdir() for path in (HOME / "people").iterdir()]
    noted = [path for path in Path("/run/pam_oauth2").rglob("*")
             if not path.is_dir()]
    return {path for path in chain(noted, *places)
            if not path.name.startswith(".")}


@pytest.fixture
def tricked(house, local):
    """Run a program from a caller who plays a trick first."""
    def start(program, trick):
        user, command = PROGRAMS[program]
        script = f"os.chdir('{HOME}/people/{user}'); {trick}"
        return local(user, "/usr/bin/python3", "-c",
                     CALLER.format(trick=script), *command)

    before = listing()
    yield start
    house.wait_no_helpers(SOON)
    assert listing() == before


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("trick", HARMLESS)
def test_a_caller_cannot_disturb_a_sign_in(tricked, program, trick):
    """It works as if nothing had been done."""
    caller = tricked(program, HARMLESS[trick]).wait_prompt()
    caller.approve("alice").press_enter()
    assert caller.outcome()
    assert caller.decision()["reason"] == "approved"


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("trick", HARMFUL)
def test_a_caller_only_harms_itself(tricked, program, trick):
    """The wrong person, at once or in the end: denied, the log says why."""
    caller = tricked(program, HARMFUL[trick])
    try:
        caller.wait_prompt().approve("mallory").session.send(b"\r")
    except TerminalError:
        pass  # it ended without asking, or cannot show anything
    assert caller.session.wait() == 1
    decisions = caller.house.log.decisions(caller.log_mark)
    assert {d["result"] for d in decisions} <= {"denied"}
    assert {d["reason"] for d in decisions} <= EXPLAINED
    assert decisions or trick == "4 descriptors"


@pytest.fixture
def no_worker_user():
    """The worker's user has a number that nobody can become."""
    path = Path("/etc/passwd")
    text = path.read_text()
    path.write_text(text.replace(f":{WORKER_UID}:", f":{NOBODY_AT_ALL}:", 1))
    yield
    path.write_text(text)


def test_a_worker_that_cannot_start_says_why(no_worker_user, local):
    """Its own reason arrives each time, not only that it has ended."""
    reasons = []
    for _ in range(10):
        alice = local("alice", *PROGRAMS["sudo"][1])
        assert alice.session.wait() == 1
        reasons.append(alice.decision()["reason"])
    assert set(reasons) == {"sandbox_failed"}


def test_without_any_descriptor(house):
    """Nothing is open, not even a terminal: denied."""
    mark = house.log.mark()
    for user, command in PROGRAMS.values():
        script = CALLER.format(trick="os.closerange(0, 3)")
        argv = as_user(user, "/usr/bin/python3", "-c", script, *command)
        with Detached(argv, ENVIRONMENT) as caller:
            assert caller.wait(10) == 1
    assert {d["reason"] for d in house.log.decisions(mark)} <= {
        "no_conversation", "conversation_failed"}
    assert len(house.log.decisions(mark)) == 2


def test_an_alarm_of_the_caller_is_a_deadline(house, provider, tricked):
    """It would end su: the person reads before that what has happened."""
    house.use_provider(provider)
    bob = tricked("su", "s.alarm(5)")
    bob.denied("login_timeout")
    assert bob.session.text.count("Code:") == 1
    assert EXPIRED in bob.session.text


def test_a_deadline_that_is_past_is_not_the_providers_fault(house, tricked):
    """An alarm that leaves no time: always the same reason and text."""
    mark = house.log.mark()
    people = [tricked("su", "s.alarm(1)") for _ in range(6)]
    for bob in people:
        assert bob.session.wait() != 0
    assert {d["reason"] for d in house.log.decisions(mark)} == {
        "login_timeout"}


def test_who_lets_an_alarm_end_su_ends_the_helper(house, tricked):
    """At a prompt nobody answers; nothing is left behind."""
    bob = tricked("su", "s.alarm(4)").wait_prompt()
    assert bob.session.wait() == -signal.SIGALRM
    house.wait_no_helpers(SOON)
    assert bob.decision()["result"] == "denied"


def test_a_caller_cannot_put_the_deadline_off(house, provider, tricked):
    """Timers that may be years late: the helper ends when it should."""
    house.use_provider(provider, login_timeout=10)
    bob = tricked("su", "import ctypes; ctypes.CDLL(None).prctl("
                  "29, ctypes.c_ulong(2 ** 60), 0, 0, 0)").wait_text()
    house.wait_no_helpers(10 + SOON)
    assert bob.decision()["reason"] == "login_timeout"
    assert len(bob.requests(POLL)) == 1


HOSTILE = """if True:
    import ctypes, os, signal, sys
    libc = ctypes.CDLL(None, use_errno=True)
    def attempt(name, function, *arguments):
        try:
            function(*arguments)
            print(name, "worked")
        except OSError as error:
            print(name, type(error).__name__)
    def attach(pid):
        if libc.ptrace(16, pid, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "ptrace")
    for pid in map(int, sys.argv[1:]):
        for number in range(1, 32):
            attempt("kill", os.kill, pid, number)
            attempt("killpg", os.killpg, pid, number)
        attempt("ptrace", attach, pid)
        attempt("renice", os.setpriority, os.PRIO_PROCESS, pid, 19)
        for name in ("mem", "environ", "maps", "fd/3"):
            attempt(name, open, f"/proc/{pid}/{name}", "rb")
"""


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_caller_cannot_touch_the_helper(house, local, program):
    """No signal, no debugger, no look inside: neither process."""
    user, command = PROGRAMS[program]
    caller = local(user, *command).wait_prompt()
    helpers = house.helpers()
    assert {process.uid for process in helpers} == {0, WORKER_UID}
    pids = [str(process.pid) for process in helpers]
    done = subprocess.run(
        as_user(user, "/usr/bin/python3", "-c", HOSTILE, *pids),
        capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == len(pids) * (2 * 31 + 6)
    assert "worked" not in done.stdout, done.stdout
    assert "PermissionError" in done.stdout
    assert house.helpers() == helpers
    caller.approve("alice").press_enter()
    assert caller.outcome()
