"""sudo as people use it. What it is like to be let in: test_text.py."""

import signal
import subprocess
import time
from pathlib import Path

import pytest
from house import ENVIRONMENT, HOME, as_user, write_file
from story import POLL, REACHED, Login, reached_by
from terminal import Askpass, Detached

SOON = 1
KEYS = {"Ctrl-C": b"\x03", "Ctrl-\\": b"\x1c"}
REFUSED = "may not sign in as alice here"
LATER = "(read -r x </dev/tty; echo; echo line)"
SUDO = reached_by("sudo")
NON_INTERACTIVE = Path("/etc/sudoers.d/non-interactive")


@pytest.fixture
def prompting(house, provider):
    """Settings under which sudo asks for Enter."""
    house.use_provider(provider, display="prompt")


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("display", ["text", "prompt"])
def test_an_interrupt_ends_it_at_once(
        house, provider, local, display, key, capsys):
    """While polling and at the prompt: no second code, no crash."""
    house.use_provider(provider, display=display)
    alice = local("alice", *SUDO)
    alice.wait_prompt() if display == "prompt" else alice.wait_text()
    time.sleep(0.2)  # sudo misses a key in the instant before it reads
    begin = alice.session.send(KEYS[key])
    alice.denied("cancelled")
    took = time.time() - begin
    with capsys.disabled():
        print(f"\n{key} at a {display}: sudo ended after {took:.2f} s",
              end="")
    assert took < SOON and alice.session.text.count("Code:") == 1
    assert "cannot ask you" not in alice.session.text
    assert alice.requests(POLL) == []


def test_a_denial_is_repeated_up_to_passwd_tries(house, prompting, local):
    """Three people try in vain, each with a code of its own."""
    alice = local("alice", *SUDO)
    codes = set()
    for person in ("bob", "mallory", "carol"):
        alice.wait_prompt().approve(person)
        codes.add(alice.user_code)
        alice.press_enter()
    assert not alice.outcome()
    assert len(codes) == 3 and alice.session.text.count(REFUSED) == 3
    assert [d["reason"] for d in house.log.decisions(alice.log_mark)] == [
        "identity_not_allowed"] * 3


def test_sudo_asks_again_and_lets_in(prompting, local):
    """The wrong person first, then the right one."""
    alice = local("alice", *SUDO)
    alice.wait_prompt().approve("bob").press_enter()
    alice.wait_prompt().approve("alice").press_enter()
    assert alice.outcome()


def test_a_reply_that_is_too_long_is_no_answer(prompting, local):
    """sudo refuses 512 bytes, and says no more than after Ctrl-C."""
    alice = local("alice", *SUDO).wait_prompt().approve("alice")
    alice.session.send(b"x" * 600 + b"\r")
    alice.denied("cancelled")


def test_askpass_gets_the_whole_prompt(house, provider, prompting, opened):
    """sudo -A: a program asks in the terminal's place."""
    asked = Askpass(HOME / "askpass-sudo")
    opened.append(house.local("alice", *reached_by("sudo", "-A"),
                              env={"SUDO_ASKPASS": asked.program}))
    asked.wait_asked()
    assert "\u2588" in asked.text and "press Enter" in asked.text
    Login(house, provider, asked).approve("alice")
    asked.answer("\n")
    assert opened[-1].wait() == 0 and REACHED in opened[-1].text


@pytest.mark.parametrize("options", [[], ["-S"], ["-A"], ["-b"]])
@pytest.mark.parametrize("display", ["text", "prompt"])
def test_without_a_terminal_it_is_denied_at_once(
        house, provider, display, options):
    """Nothing is sent, and the input is still there for the next."""
    house.use_provider(provider, display=display)
    mark, events = house.log.mark(), len(provider.events())
    command = ["sh", "-c", 'printf "one\\ntwo\\n" | ("$@"; cat)', "sh",
               "sudo", *options, "cat"]
    env = {**ENVIRONMENT, "SUDO_ASKPASS": "/bin/true"}
    with Detached(as_user("alice", *command), env) as shell:
        output, errors = shell.communicate(timeout=10)
    assert output == "one\ntwo\n" and "cannot ask you" in errors
    assert {d["reason"] for d in house.log.decisions(mark)} == {
        "no_conversation"}
    assert len(provider.events()) == events


def test_sudo_n_bothers_nobody(house, provider):
    """Not even the helper."""
    mark = house.log.mark()
    done = subprocess.run(as_user("alice", "sudo", "-n", "true"),
                          env=ENVIRONMENT, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 1 and "password is required" in done.stderr
    assert house.log.decisions(mark) == []


def test_sudo_n_cannot_answer(prompting, local):
    """Where it does ask (noninteractive_auth), its prompt fails at once."""
    write_file(NON_INTERACTIVE, "Defaults noninteractive_auth\n", 0o440)
    try:
        alice = local("alice", *reached_by("sudo", "-n"))
        alice.denied("cancelled")
    finally:
        NON_INTERACTIVE.unlink()
    assert alice.requests(POLL) == []


def test_s_takes_enter_from_the_input(prompting, local):
    """sudo -S with a question: the first line is its answer, as ever."""
    alice = local("alice", "sh", "-c", LATER + " | sudo -S sh -c '"
                  'read -r it && echo "$it: reached"\'')
    alice.wait_prompt().approve("alice").session.send(b"\r")
    assert alice.outcome()
    assert "line: reached" in alice.session.text


@pytest.mark.parametrize("how", ["killed", "closed"])
def test_no_helper_outlives_sudo(house, local, how):
    """Somebody kills it, or closes the window: nothing goes on."""
    alice = local("alice", *SUDO).wait_text()
    if how == "killed":
        alice.session.hang_up(signal.SIGKILL)
    else:
        alice.session.close_window()
    house.wait_no_helpers(SOON)
    assert alice.decision()["reason"] in ("cancelled", "client_gone")
    assert alice.requests(POLL) == []
