"""open_session and close_session: quick, silent, and never in the way.

What a session that was approved is good for: tests/system/test_session.py.
"""

import pytest

from house import HOME

SUCCESS, AUTH_ERR = 0, 7
TICKET = "00112233445566778899aabbccddeeff"
VARIABLE = "PAM_OAUTH2_TICKET"
SHOW = f"print={VARIABLE}"
STACK = ("auth required pam_oauth2.so", "session required pam_oauth2.so")
LOGIN = ("test", "authenticate", SHOW, "open_session", SHOW,
         "close_session", "close_session")

# A helper that counts its phases, approves, and knows the session.
HELPER = """
phases = open("/run/house/phases", "a")
fake.greet()
phase = fake.hello["PHASE"]
print(phase, fake.hello.get("TICKET", "-"), file=phases, flush=True)
if phase == 1:
    fake.ready()
    fake.result(TICKET="{ticket}")
else:
    {answer}
"""
NOTED = 'fake.result(PHASE=phase, REASON="session")'
REFUSED = 'fake.result(PHASE=phase, VERDICT=2, REASON="session_unknown")'


@pytest.fixture
def phases(house):
    """Return what the helper was asked for."""
    file = HOME / "phases"
    file.unlink(missing_ok=True)
    return lambda: (file.read_text().splitlines() if file.exists() else [])


def variables(played):
    """Return what the driver has found in the PAM environment."""
    return [line.removeprefix("variable ")
            for line in played.output.splitlines()
            if line.startswith("variable ")]


def test_a_ticket_goes_from_one_to_the_other(fake, phases):
    """Out of the environment again, and closed once."""
    played = fake(HELPER.format(ticket=TICKET, answer=NOTED), *LOGIN,
                  stack=STACK, decisions=0)
    assert played.results == [SUCCESS] * 4
    assert variables(played) == [f"{VARIABLE}={TICKET}", VARIABLE]
    assert phases() == ["1 -", f"3 {TICKET}", "4 -"]
    assert not played.messages


def test_what_was_not_noted_is_not_closed(fake, phases):
    """The helper has refused: nobody is asked again."""
    played = fake(HELPER.format(ticket=TICKET, answer=REFUSED), *LOGIN,
                  stack=STACK, decisions=0)
    assert played.results == [SUCCESS] * 4
    assert variables(played)[-1] == VARIABLE
    assert phases() == ["1 -", f"3 {TICKET}"]
    assert not played.messages


@pytest.mark.parametrize("answer", [
    "fake.send_raw(b'garbage' * 9)", "os.kill(os.getpid(), 9)",
    'fake.result(PHASE=1)', 'fake.result(PHASE=phase, REASON="session", '
    'TICKET="x")', "pass"])
def test_a_broken_helper_keeps_nobody_out(fake, phases, answer):
    """It is logged; the session is opened, and not noted."""
    played = fake(HELPER.format(ticket=TICKET, answer=answer), *LOGIN,
                  stack=STACK)
    assert played.results == [SUCCESS] * 4
    assert variables(played)[-1] == VARIABLE
    assert played.decisions[0]["phase"] == "open_session"
    assert played.decisions[0]["reason"] in ("protocol_error",
                                             "helper_failed")
    assert len(phases()) == 2 and not played.messages


@pytest.mark.parametrize("value", [
    "", "x", TICKET[1:], TICKET + "0", TICKET.upper(), "x" * 32,
    TICKET[:30] + "é"])
def test_what_is_no_ticket_starts_no_helper(stage, replace_helper, value):
    """There is none to start; the variable is gone all the same."""
    replace_helper()
    played = stage.play("test", "open_session", SHOW, "close_session",
                        options=("-e", f"{VARIABLE}={value}"), stack=STACK,
                        decisions=0)
    assert played.results == [SUCCESS] * 2
    assert variables(played) == [VARIABLE]


def test_without_a_ticket_no_helper_is_started(stage, replace_helper):
    """For most sessions there is nothing to do."""
    replace_helper()
    played = stage.play("test", "open_session", "close_session",
                        stack=STACK, decisions=0)
    assert played.results == [SUCCESS] * 2


def test_a_helper_that_is_missing_keeps_nobody_out(stage, replace_helper):
    """Although somebody brings what looks like a ticket."""
    replace_helper()
    played = stage.play("test", "open_session", SHOW, "close_session",
                        options=("-e", f"{VARIABLE}={TICKET}"), stack=STACK)
    assert played.results == [SUCCESS] * 2
    assert variables(played) == [VARIABLE]
    assert played.decisions[0]["reason"] == "helper_failed"


def test_a_sign_in_forgets_the_ticket_of_another(stage):
    """What was in the environment before is not of this sign-in."""
    played = stage.play("test", "authenticate", SHOW,
                        options=("-e", f"{VARIABLE}={TICKET}", "-c"),
                        stack=STACK)
    assert played.results == [AUTH_ERR]
    assert variables(played) == [VARIABLE]


def test_without_privileges_nothing_is_done(stage):
    """As a screen locker is."""
    played = stage.play("test", "open_session", SHOW, "close_session",
                        options=("-u", "21001", "-e",
                                 f"{VARIABLE}={TICKET}"),
                        stack=STACK, decisions=0)
    assert played.results == [SUCCESS] * 2
    assert variables(played) == [VARIABLE]
