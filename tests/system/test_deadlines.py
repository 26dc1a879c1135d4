"""Who gives up first: the host, or we before it, and what a person reads.

Nobody approves anything here. All cases wait at the same time.
"""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from house import ENVIRONMENT, STACK, example_stack
from story import COMMAND, POLL, Login
from terminal import Detached

GRACE, SHORT_GRACE, CONSOLE, TIMEOUT = 20, 8, 15, 10
MARGIN = 3
TOLERANCE = 1
EXPIRED = "The code has expired; log in again."
SERVICES = {
    "sshd": {"login_timeout": TIMEOUT},
    "sshd-grace": {"host_limit": GRACE},
    "sshd-text": {"display": "text", "login_timeout": TIMEOUT},
    "login": {"host_limit": CONSOLE},
}
LOGIN_DEFS = Path("/etc/login.defs")


class Case:
    """One login that nobody approves, and how it ended."""

    def __init__(self, login=None):
        self.login = login
        self.begin = time.time()
        self.seconds = 0
        self.shown = ""
        self.decision = {}

    def wait(self):
        """Wait for the end on a terminal."""
        self.login.session.wait(30)
        self.seconds = time.time() - self.begin
        self.shown = self.login.session.text
        self.login.session.close()


class Client(Case):
    """One without a terminal."""

    def __init__(self, command):
        super().__init__()
        self._client = Detached(command, ENVIRONMENT)

    def wait(self):
        """Wait for the end."""
        with self._client:
            self.shown = "".join(self._client.communicate(timeout=30))
        self.seconds = time.time() - self.begin


def start_ssh(house, provider, name, entered=True, **options):
    """Start an sshd and a login there; Enter proves nothing."""
    house.write_stack(name, example_stack("sshd"))
    sshd = house.start_sshd(name=name, **options)
    case = Case(Login(house, provider, house.ssh(sshd, "alice", COMMAND)))
    if entered:
        case.login.wait_prompt().press_enter()
    return case, sshd


def start_console(house, provider):
    """Start login under a short LOGIN_TIMEOUT."""
    text = LOGIN_DEFS.read_text()
    LOGIN_DEFS.write_text(re.sub(
        r"(?m)^LOGIN_TIMEOUT\s.*$", f"LOGIN_TIMEOUT {CONSOLE}", text))
    case = Case(Login(house, provider, house.local("root", "login", "alice")))
    case.login.wait_text()
    LOGIN_DEFS.write_text(text)
    return case


@pytest.fixture(scope="module")
def cases(house, sshd):
    """Every case by its service, played to its end; and the requests."""
    patient = house.start_provider(keep_alive=60)
    house.reset()
    house.use_provider(patient, services=SERVICES)
    mark = house.log.mark()
    made = {
        "sshd-text": start_ssh(house, patient, "sshd-text", False)[0],
        "sshd": Client(house.ssh_command(sshd, "alice", COMMAND)),
        "sshd-grace": start_ssh(house, patient, "sshd-grace",
                                LoginGraceTime=GRACE)[0],
        "sshd-hasty": start_ssh(house, patient, "sshd-hasty",
                                LoginGraceTime=SHORT_GRACE)[0],
        "login": start_console(house, patient),
    }
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda case: case.wait(), made.values()))
    house.wait_no_helpers(1)
    for decision in house.log.decisions(mark):
        made[decision["service"]].decision = decision
    house.write_stack("sshd", STACK)
    return made, len(patient.events()), patient


def check_denied(case, limit, reason="login_timeout"):
    """It is denied when it should be, not before."""
    assert case.decision["reason"] == reason
    assert abs(case.seconds - limit) < TOLERANCE, case.seconds
    assert "reached" not in case.shown


def test_we_end_before_login_grace_time(cases):
    """Three seconds, so that the person reads why."""
    case = cases[0]["sshd-grace"]
    check_denied(case, GRACE - MARGIN)
    assert EXPIRED in case.shown
    assert 0 < case.login.seconds_left <= GRACE - MARGIN


def test_sshd_ends_what_does_not_know_its_limit(cases):
    """host_limit is not LoginGraceTime: sshd gives up, nothing is left."""
    case = cases[0]["sshd-hasty"]
    check_denied(case, SHORT_GRACE, "client_gone")
    assert EXPIRED not in case.shown


def test_we_end_before_login_timeout(cases, capsys):
    """Of login: the person reads why, polling does not outlive it."""
    case = cases[0]["login"]
    ours = int(case.decision["duration_ms"]) / 1000
    with capsys.disabled():
        print(f"\nlogin with LOGIN_TIMEOUT {CONSOLE}: denied after "
              f"{ours:.1f} s, ended after {case.seconds:.1f} s")
    assert case.decision["reason"] == "login_timeout"
    assert abs(ours - (CONSOLE - MARGIN)) < TOLERANCE
    assert case.seconds < CONSOLE + TOLERANCE
    assert EXPIRED in case.shown


def test_a_client_that_cannot_be_asked_is_denied_in_the_end(cases):
    """It has pressed Enter, in a way; that proves nothing."""
    case = cases[0]["sshd"]
    check_denied(case, TIMEOUT)
    assert "Permission denied" in case.shown


def test_a_text_is_not_seen_in_ssh_before_it_is_over(cases):
    """Nor then: ssh cuts it. Why display = prompt is for sshd."""
    case = cases[0]["sshd-text"]
    assert case.decision["reason"] == "login_timeout"
    assert TIMEOUT <= case.seconds < 2 * TIMEOUT + TOLERANCE
    shown = case.login.session
    first = shown.arrived(shown.output.index(b"\\342"))
    assert first - case.begin > TIMEOUT
    assert "Code:" not in case.shown and EXPIRED not in case.shown


def test_nothing_is_asked_of_the_provider_afterwards(cases):
    """Each asked while it waited, none does so now."""
    _made, events, patient = cases
    assert len(patient.events()) == events
    polls = [e for e in patient.events("request") if e["path"] == POLL]
    assert len({e["connection"] for e in polls}) == len(cases[0])
