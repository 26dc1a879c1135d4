"""su as people use it. What it is like to be let in: test_text.py."""

import signal
import subprocess
import time

import pytest
from house import ENVIRONMENT
from story import COMMAND, POLL

SOON = 1
SU = ("su", "alice", "-c", COMMAND)
ENDS = {
    "Ctrl-C": lambda session: session.send(b"\x03"),
    "Ctrl-\\": lambda session: session.send(b"\x1c"),
    "a closed window": lambda session: session.close_window(),
    "kill -9": lambda session: session.hang_up(signal.SIGKILL),
}


@pytest.fixture
def prompting(house, provider):
    """Settings under which su asks for Enter."""
    house.use_provider(provider, display="prompt")


@pytest.mark.parametrize("how", ENDS)
def test_no_helper_outlives_su(house, local, how, capsys):
    """It is ended while polling: so is the helper, and no request goes."""
    bob = local("bob", *SU).wait_text()
    begin = time.monotonic()
    ENDS[how](bob.session)
    house.wait_no_helpers(SOON)
    with capsys.disabled():
        print(f"\n{how}: no helper after {time.monotonic() - begin:.2f} s",
              end="")
    assert bob.decision()["reason"] in ("cancelled", "client_gone")
    assert bob.requests(POLL) == []


@pytest.mark.parametrize("key, number", [(b"\x03", signal.SIGINT),
                                         (b"\x1c", signal.SIGQUIT)])
def test_a_key_at_the_prompt_ends_su(house, prompting, local, key, number):
    """Nothing is asked again."""
    bob = local("bob", *SU).wait_prompt()
    bob.session.send(key)
    assert bob.session.wait() == -number
    house.wait_no_helpers(SOON)
    assert bob.decision()["reason"] in ("cancelled", "client_gone")


@pytest.mark.parametrize("person", ["bob", "mallory"])
def test_another_person_is_denied(prompting, local, person):
    """Not even bob, who is who runs su, can be alice."""
    bob = local("bob", *SU).wait_prompt().approve(person)
    bob.press_enter()
    bob.denied("identity_not_allowed")
    assert "may not sign in as alice here" in bob.session.text


def test_the_right_person_is_let_in_by_enter(prompting, local):
    """A prompt at a terminal works as it does in ssh."""
    bob = local("bob", *SU).wait_prompt().approve("alice")
    bob.press_enter()
    assert bob.outcome()
    assert bob.decision()["rule"] == "alice email:alice@example.com"


def test_nobody_becomes_root_by_default(prompting, local):
    """allow_root is off: `su` alone is denied, whoever approves."""
    bob = local("bob", "su", "-c", COMMAND).wait_prompt().approve("bob")
    bob.press_enter()
    bob.denied("user_forbidden", "user_not_listed")


def test_root_needs_no_browser(house):
    """pam_rootok stands before us, as it did."""
    mark = house.log.mark()
    done = subprocess.run(["su", "alice", "-c", COMMAND], env=ENVIRONMENT,
                          capture_output=True, text=True, check=True)
    assert done.stdout == "reached\n" and house.log.decisions(mark) == []
