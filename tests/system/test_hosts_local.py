"""How sudo, su and login of this machine behave: the facts we build on.

A module of the test's own stands in the stack: see probe.c. The project's
list of these facts is HOSTS.md.
"""

import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from house import ENVIRONMENT, HOME, as_user, example_stack, write_file
from terminal import Detached

PAM_PERM_DENIED, PAM_AUTH_ERR, PAM_AUTHINFO_UNAVAIL = 6, 7, 9
PAM_MAXTRIES, PAM_CONV_ERR, PAM_ABORT = 11, 19, 26
RETRIED = {PAM_PERM_DENIED, PAM_AUTH_ERR, PAM_AUTHINFO_UNAVAIL, PAM_MAXTRIES}
PAM_CODES = {3, 4, 5, 8, 10, 12, 13, 14, 27} | RETRIED | {
    PAM_CONV_ERR, PAM_ABORT}
PAM_SILENT = 0x8000
SUDO_REPLY_LIMIT, SUDO_READS, LINE_LIMIT = 511, 1023, 4095
PROMPT = rb"say> "
SERVICES = ("sudo", "su", "login")
LOGIN_DEFS = Path("/etc/login.defs")
NON_INTERACTIVE = Path("/etc/sudoers.d/non-interactive")
OUTPUT = HOME / "people" / "bob" / "text-output"
STRANGE = {"HTTP_PROBE": "1", "LANG": "C.UTF-8"}


@pytest.fixture(scope="module", autouse=True)
def stacks(house):
    """Put back what the tests replace."""
    yield
    for service in SERVICES:
        house.write_stack(service, example_stack(service))


@pytest.fixture
def run(house, probe, opened):
    """Run programs through a stack that takes the steps given."""
    commands = {"sudo": ("alice", "sudo", "id"),
                "su": ("bob", "su", "alice", "-c", "id"),
                "login": ("root", "login", "alice")}

    def start(service, *steps, command=(), env=()):
        house.write_stack(service, probe.steps(*steps))
        user, *argv = command or commands[service]
        opened.append(house.local(user, *argv, env=env))
        return opened[-1]

    return start


@pytest.fixture
def detached(house, probe):
    """Run sudo without a terminal; returns its status, output, errors."""
    def start(*argv, steps=()):
        house.write_stack("sudo", probe.steps(*steps))
        with Detached(as_user("alice", *argv), ENVIRONMENT,
                      stdin=subprocess.PIPE) as sudo:
            output, errors = sudo.communicate("one\ntwo\nthree\n", 10)
        return sudo.returncode, output, errors

    return start


def answer(session, data=b"\r"):
    """Type an answer to the prompt."""
    session.expect(PROMPT)
    session.send(data)


@pytest.mark.parametrize("service, expected", [
    ("sudo", {"uid": "21001", "euid": "0", "flags": hex(PAM_SILENT),
              "sigint": "blocked", "sigquit": "blocked",
              "sigpipe": "ignored", "alarm": "none"}),
    ("su", {"uid": "21002", "euid": "0", "flags": "0",
            "sigint": "default", "sigquit": "default",
            "sigpipe": "default", "alarm": "none"}),
    ("login", {"uid": "0", "euid": "0", "flags": "0",
               "sigint": "default", "sigquit": "default",
               "sigpipe": "default", "alarm": "set", "environ": "TERM,LANG"}),
])
def test_what_the_host_gives_the_module(run, probe, service, expected):
    """Ids, flags, signals, timer and environment; a terminal always."""
    session = run(service, "facts=", f"return={PAM_ABORT}", env=STRANGE)
    session.expect(rb"\n")
    session.hang_up(signal.SIGTERM)
    facts = probe.note("facts")
    assert {name: facts[name] for name in expected} == expected
    assert facts["tty"].startswith("/dev/pts/")


def test_sudo_hides_the_environment_from_getenv_only(run, probe):
    """What the caller has set is all there, in environ."""
    assert run("sudo", "facts=", env=STRANGE).wait() == 0
    assert "HTTP_PROBE-" in probe.note("facts").list("environ")


def test_su_passes_the_environment(run, probe):
    """All of it."""
    assert run("su", "facts=", env=STRANGE).wait() == 0
    assert "HTTP_PROBE" in probe.note("facts").list("environ")


CALLER = """
import os, resource, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
signal.alarm(100)
resource.setrlimit(resource.RLIMIT_AS, (2 ** 28, 2 ** 28))
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
os.execvp(sys.argv[1], sys.argv[1:])
"""


def test_su_passes_limits_timer_and_ignored_signals(run, probe):
    """A module finds itself with what an unprivileged caller chose."""
    command = ("bob", "/usr/bin/python3", "-c", CALLER, "su", "alice", "-c",
               "id")
    assert run("su", "facts=", command=command).wait() == 0
    facts = probe.note("facts")
    assert (facts["as"], facts["fsize"]) == (str(2 ** 28), "4096")
    assert (facts["alarm"], facts["sigchld"]) == ("set", "ignored")


@pytest.mark.parametrize("code", sorted(PAM_CODES))
def test_sudo_asks_again_after_some_codes(run, probe, code):
    """Four denials are repeated up to passwd_tries; others end it."""
    session = run("sudo", f"return={code}")
    assert session.wait() == 1
    tries = 3 if code in RETRIED else 1
    assert len(probe.notes("call")) == tries


@pytest.mark.parametrize("key", [b"\x03", b"\x1c"])
def test_sudo_blocks_the_keys_that_end_it(run, probe, key):
    """Ctrl-C and Ctrl-\\ are pending while a module runs."""
    session = run("sudo", "info=patience", "sleep=800",
                  f"return={PAM_ABORT}")
    session.expect(rb"patience")
    begin = time.monotonic()
    session.send(key)
    assert session.wait() == 1
    assert time.monotonic() - begin > 0.6 and probe.notes("slept")


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_sudo_puts_a_hang_up_off(run, probe, number):
    """Its handlers wait for its own loop: a closed window is not seen."""
    session = run("sudo", "info=patience", "sleep=800", "return=0")
    session.expect(rb"patience")
    begin = time.monotonic()
    session.hang_up(number)
    session.wait()
    assert time.monotonic() - begin > 0.6 and probe.notes("slept")


@pytest.mark.parametrize("key", [b"\x03", b"\x1c"])
def test_sudo_refuses_a_prompt_that_is_interrupted(run, probe, key):
    """The conversation fails, and no code makes sudo ask again."""
    session = run("sudo", "on=say> ", f"return={PAM_AUTH_ERR}")
    session.expect(PROMPT)
    time.sleep(0.2)  # it misses a key in the instant before it reads
    session.send(key)
    assert session.wait() == 1
    assert [note.code for note in probe.notes("on")] == [PAM_CONV_ERR]


@pytest.mark.parametrize("length", [SUDO_REPLY_LIMIT, SUDO_REPLY_LIMIT + 1])
def test_sudo_refuses_a_reply_of_512_bytes(run, probe, length):
    """It is not cut: the conversation fails."""
    session = run("sudo", "on=say> ")
    answer(session, b"x" * length + b"\r")
    status = session.wait()
    fits = length <= SUDO_REPLY_LIMIT
    assert (probe.note("on").code == 0) == fits
    assert status == (0 if fits else 1)


def test_sudo_leaves_the_rest_of_a_long_line(run, probe):
    """It reads 1023 bytes; the rest answers the next question."""
    session = run("sudo", "on=say> ", "on=say> ")
    answer(session, b"x" * SUDO_READS + b"the rest\r")
    assert session.wait() == 1
    first, second = probe.notes("on")
    assert first.code == PAM_CONV_ERR and second.reply == b"the rest"


def test_sudo_asks_nothing_more_after_a_key(run, probe):
    """Further prompts fail, unseen and at once."""
    session = run("sudo", "on=say> ", "on=again> ", "off=once more> ")
    session.expect(PROMPT)
    time.sleep(0.2)  # it misses a key in the instant before it reads
    session.send(b"\x03")
    assert session.wait() == 1 and "again" not in session.text
    codes = [note.code for note in probe.notes("on") + probe.notes("off")]
    assert codes == [PAM_CONV_ERR] * 3


def test_sudo_without_a_terminal_prompts_into_the_input(detached, probe):
    """With an echo it eats a line, without one it refuses."""
    steps = ("info=text", "on=say> ", "off=password> ")
    status, output, errors = detached("sudo", "cat", steps=steps)
    assert status == 1 and output == "text\n"
    assert probe.note("on").reply == b"one"
    assert probe.note("off").code == PAM_CONV_ERR
    assert "a terminal is required" in errors


def test_sudo_without_a_terminal_has_no_tty(detached, probe):
    """PAM_TTY is empty: the way to know."""
    assert detached("sudo", "cat", steps=["facts="])[0] == 0
    assert probe.note("facts")["tty"] == ""


def test_sudo_s_answers_from_the_input(detached, probe):
    """-S takes every answer from it, the command gets the rest."""
    status, output, _errors = detached(
        "sudo", "-S", "cat", steps=["on=say> ", "off=password> "])
    assert (status, output) == (0, "three\n")
    assert probe.note("on").reply == b"one"
    assert probe.note("off").reply == b"two"


def test_sudo_n_does_not_call_the_module(run, probe):
    """Unless noninteractive_auth is set."""
    session = run("sudo", "info=text",
                  command=("alice", "sudo", "-n", "id"))
    assert session.wait() == 1 and not probe.notes()


def test_sudo_n_with_noninteractive_auth_can_show(run, probe):
    """Texts are shown, prompts fail."""
    write_file(NON_INTERACTIVE, "Defaults noninteractive_auth\n", 0o440)
    try:
        session = run("sudo", "info=text", "on=say> ", "off=password> ",
                      command=("alice", "sudo", "-n", "id"))
        assert session.wait() == 1 and "text\r\n" in session.text
    finally:
        NON_INTERACTIVE.unlink()
    assert probe.note("info").code == 0
    assert probe.note("on").code == PAM_CONV_ERR
    assert probe.note("off").code == PAM_CONV_ERR


def test_su_writes_texts_to_the_output(run):
    """`su -c cmd > file`: texts are in the file, errors and prompts not."""
    session = run("su", "info=a text", "error=an error", "on=say> ", command=(
        "bob", "sh", "-c", f'exec "$@" >{OUTPUT}', "sh", "su", "alice", "-c",
        "echo the output"))
    answer(session)
    assert session.wait() == 0
    assert OUTPUT.read_text() == "a text\nthe output\n"
    assert "an error\r\n" in session.text and "a text" not in session.text


@pytest.mark.parametrize("steps", [["sleep=3000"], ["on=well> "]])
def test_su_is_ended_by_ctrl_c(run, steps):
    """While a module runs, and at its prompt: nothing is blocked."""
    session = run("su", "error=say> ", *steps)
    begin = time.monotonic()
    answer(session, b"\x03")
    assert session.wait() == -signal.SIGINT
    assert time.monotonic() - begin < 1


def test_login_ends_everything_after_login_timeout(run, probe):
    """In the middle of a module, too."""
    text = LOGIN_DEFS.read_text()
    short = re.sub(r"(?m)^LOGIN_TIMEOUT\s+60$", "LOGIN_TIMEOUT 2", text)
    assert short != text  # 60 s is the default
    LOGIN_DEFS.write_text(short)
    try:
        begin = time.monotonic()
        session = run("login", "sleep=10000")
        session.wait()
    finally:
        LOGIN_DEFS.write_text(text)
    assert 1.5 < time.monotonic() - begin < 3
    assert "timed out after 2 seconds" in session.text
    assert not probe.notes("slept")


@pytest.mark.parametrize("service, done", [
    ("login", rb"\$ "), ("su", rb"uid=\d+")])
def test_the_kernel_cuts_a_pasted_reply(run, probe, service, done):
    """The line discipline of a terminal keeps 4095 bytes."""
    session = run(service, "on=say> ")
    answer(session, b"x" * 4200 + b"\r")
    session.expect(done)
    assert probe.note("on").reply == b"x" * LINE_LIMIT
