"""The system log: one record for each login, and nothing secret."""

import re
import signal
import time

import pytest
from house import ACCOUNTS
from logbook import fields

FIELDS = {
    "time", "id", "phase", "result", "reason", "host", "service", "user",
    "uid", "rhost", "tty", "flow", "iss", "sub", "rule", "duration_ms",
}
# Every code and token of the provider has 43 of these or more.
TOKEN = re.compile(r"[A-Za-z0-9_-]{40,}")
# What debug = yes tells of a login: the second words.
STEPS = ["of", "person", "provider", "person", "provider"]
SOON = 2
MALLORY = next(a for a in ACCOUNTS if a["login"] == "mallory")


def check_no_secret(login):
    """Look for codes, tokens and the address of somebody denied."""
    lines = login.house.log.since(login.log_mark)
    code = login.user_code
    for line in lines:
        assert code not in line and code.replace("-", "") not in line, line
        assert MALLORY["email"] not in line, line
        assert not TOKEN.search(line), line
    assert lines


@pytest.mark.parametrize("debug", ["no", "yes"])
@pytest.mark.parametrize("person, result", [
    ("alice", "granted"), ("mallory", "denied")])
def test_a_login_leaves_one_record(
        house, provider, login, person, result, debug):
    """One record, complete, and no secret in any line at any level."""
    house.use_provider(provider, debug=debug)
    alice = login().wait_prompt().approve(person)
    alice.press_enter()
    assert alice.outcome() == (result == "granted")
    record = alice.decision()
    assert FIELDS <= set(record)
    assert record["result"] == result
    assert record["user"] == "alice" and record["service"] == "sshd"
    assert record["iss"] == provider.issuer
    check_no_secret(alice)
    steps = [fields(line) for line in house.log.since(alice.log_mark)
             if "event=step" in line]
    assert {step["id"] for step in steps} == (
        {record["id"]} if debug == "yes" else set())
    assert [step["step"].split()[1] for step in steps] == (
        STEPS if debug == "yes" else [])


def test_a_declined_login_leaves_one_record(login):
    """No secret in the log of somebody who declined either."""
    alice = login().wait_prompt().decline("--login", "mallory")
    alice.press_enter()
    alice.denied("access_denied")
    check_no_secret(alice)


@pytest.mark.parametrize("entered", [False, True])
def test_a_client_that_goes_leaves_one_record(login, entered):
    """The window is closed: denied, and the helper ends soon."""
    alice = login().wait_prompt()
    if entered:
        alice.press_enter()
        time.sleep(0.5)
    alice.session.hang_up(signal.SIGKILL)
    alice.house.wait_no_helpers(SOON)
    assert alice.decision()["reason"] in ("cancelled", "client_gone")
