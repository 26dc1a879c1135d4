"""Hosts that show a text: sudo, su and login let in without a key press.

All of them sign in at the same time, so that their waiting is done once.
"""

import time
from itertools import pairwise

import pytest
from house import HOME
from story import COMMAND, POLL, REACHED, Login, reached_by

INTERVAL = 5
ALLOWANCE = 0.5
OUTPUT = HOME / "people" / "bob" / "output"
TO_FILE = ["sh", "-c", f'exec "$@" >{OUTPUT}', "sh"]
IN_PIPE = ["sh", "-c", 'echo line | "$@"', "sh"]
LINE = "the input was line"
READ_LINE = ["sh", "-c", 'read -r it && echo "the input was $it"']

COMMANDS = {
    "sudo": ("alice", *reached_by("sudo")),
    "sudo -i": ("alice", "sudo", "-i", "--", "echo", REACHED),
    "sudo -u bob": ("alice", *reached_by("sudo", "-u", "bob")),
    "sudo in a pipe": ("alice", *IN_PIPE, "sudo", *READ_LINE),
    "sudo -S in a pipe": ("alice", *IN_PIPE, "sudo", "-S", *READ_LINE),
    "su": ("bob", "su", "alice", "-c", COMMAND),
    "su -": ("bob", "su", "-", "alice", "-c", COMMAND),
    "su > file": ("bob", *TO_FILE, "su", "alice", "-c", COMMAND),
    "login": ("root", "login", "alice"),
}
SERVICES = {"sudo -i": "sudo-i", "su -": "su-l"}
IN_PIPES = ("sudo in a pipe", "sudo -S in a pipe")


class Played:
    """One login that has been played to its end."""

    def __init__(self, name, login):
        self.name = name
        self.login = login
        self.approved_at = 0
        self.screen = ""
        self.reached_at = None

    def approve(self):
        """Do it; nothing is typed on the login's own terminal."""
        self.login.approve("alice")
        self.approved_at = self.login.approved_at()

    def finish(self):
        """Wait until it lets in, and end what it let into."""
        session = self.login.session
        expected = {"login": rb"alice@\S+\$ ", "su > file": rb"\n"}
        shown = session.expect(expected.get(
            self.name, rb"input was|" + REACHED.encode()))
        self.reached_at = session.arrived(shown.end() - 1)
        if self.name == "login":
            session.send(b"exit\r")
        assert session.wait() == 0, session.text
        if self.name == "su > file":
            self.reached_at = OUTPUT.stat().st_mtime


def play(house, provider):
    """Start all, let them poll once in vain, approve all, wait."""
    played = [Played(name, Login(house, provider, house.local(*command)))
              for name, command in COMMANDS.items()]
    for one in played:
        one.login.wait_text()
    time.sleep(INTERVAL)
    for one in played:
        one.approve()
    for one in played:
        one.finish()
        one.login.session.close()
    return {one.name: one for one in played}


@pytest.fixture(scope="module")
def told(house):
    """The logins by name, what the log says, and the polls."""
    patient = house.start_provider(keep_alive=60)
    house.reset()
    house.use_provider(patient)
    mark = house.log.mark()
    played = play(house, patient)
    house.wait_no_helpers()
    polls = [e for e in patient.events("request") if e["path"] == POLL]
    return played, house.log.decisions(mark), polls


@pytest.fixture(params=COMMANDS)
def one(request, told):
    """One of the logins."""
    return told[0][request.param]


def test_granted_within_the_interval_without_a_key(one, capsys):
    """Nobody presses anything, and it takes no longer than a poll."""
    waited = one.reached_at - one.approved_at
    with capsys.disabled():
        print(f"\napproval -> {one.name}: {waited:.2f} s", end="")
    assert 0 < waited < INTERVAL + ALLOWANCE


def test_never_two_polls_closer_than_the_interval(told, capsys):
    """By the provider's log; each login has one connection."""
    times = {}
    for event in told[2]:
        times.setdefault(event["connection"], []).append(event["t"] / 1000)
    gaps = [later - earlier for polls in times.values()
            for earlier, later in pairwise(polls)]
    with capsys.disabled():
        print(f"\nsmallest gap between two polls: {min(gaps):.3f} s of "
              f"{len(gaps)}")
    assert len(times) == len(COMMANDS) and len(gaps) >= len(COMMANDS)
    assert min(gaps) >= INTERVAL


def test_every_text_login_has_its_record(told):
    """Granted, each under the name of its service."""
    _played, decisions, _polls = told
    services = [SERVICES.get(name, name.split()[0]) for name in COMMANDS]
    assert {d["reason"] for d in decisions} == {"approved"}
    assert sorted(d["service"] for d in decisions) == sorted(services)


def test_a_text_is_not_a_question(one):
    """Nobody is told to press a key that does nothing."""
    assert "press" not in one.login.session.text


@pytest.mark.parametrize("name", IN_PIPES)
def test_the_input_of_a_command_stays_its_own(told, name):
    """`echo line | sudo cat`: the line is for cat."""
    assert LINE in told[0][name].login.session.text


def test_the_output_of_a_command_stays_clean(told):
    """`su -c cmd > file`: the person sees the code, the file does not."""
    shown = told[0]["su > file"].login.session.text
    assert "Open:  https://" in shown
    assert OUTPUT.read_text() == REACHED + "\n"
