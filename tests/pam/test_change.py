"""chauthtok, and questions that need no answer: the module's part."""

import pytest

SUCCESS, AUTH_ERR = 0, 7
AUTHTOK_ERR, AUTHTOK_RECOVERY_ERR = 20, 21
EXPIRED, PRELIM = 0x20, 0x4000
CHANGE = 5  # the phase
ALONE = ("password [success=done default=die] pam_oauth2.so",)
# Succeeds where we have no opinion.
OTHERS = ("password [success=die ignore=ignore default=die] pam_oauth2.so",
          "password required pam_permit.so")
BEGIN = f"""
fake.greet(); fake.ready()
is_first = bool(fake.hello["FLAGS"] & {PRELIM})
assert fake.hello["PHASE"] == {CHANGE}
def say(reason, verdict="GRANT"):
    fake.result(PHASE={CHANGE}, REASON=reason, TEXT="",
                VERDICT=wire.VERDICTS[verdict])
"""
FIRST = BEGIN + "if is_first: say('pin')\n"


def change(fake, script, stack=ALONE, **how):
    """Return what PAM returns of a change."""
    return fake(script, "test", "chauthtok", stack=stack, decisions=0, **how)


def test_both_passes(fake):
    """There is a PIN; and then it is changed."""
    assert change(fake, FIRST + "else: say('pin')").result == SUCCESS


@pytest.mark.parametrize("reason, code", [
    ("pin_wrong", AUTHTOK_RECOVERY_ERR), ("pin_locked", AUTHTOK_RECOVERY_ERR),
    ("cancelled", AUTHTOK_ERR), ("store_failed", AUTHTOK_ERR)])
def test_not_changed(fake, reason, code):
    """The second time."""
    script = FIRST + f"else: say({reason!r}, 'DENY')"
    assert change(fake, script).result == code


@pytest.mark.parametrize("answer", [
    "say('token_missing', 'IGNORE')", "say('store_failed', 'DENY')"],
    ids=["none", "unknown"])
def test_nothing_to_change(fake, answer):
    """Then the helper is not even started again: an assertion would tell."""
    script = BEGIN + f"assert is_first\n{answer}"
    assert change(fake, script, stack=OTHERS).result == SUCCESS


def test_a_helper_that_dies_keeps_nobody_from_a_password(fake, stage):
    """Whether there is a PIN nobody knows."""
    played = fake("fake.greet(); fake.close()", "test", "chauthtok",
                  stack=OTHERS)
    assert played.result == SUCCESS
    assert played.decisions[0]["phase"] == "change_pin"


def test_a_pin_does_not_expire(stage, fake_helper):
    """login and sshd have passwords changed that do: no helper is started."""
    fake_helper("assert False")
    played = stage.play("test", "chauthtok", stack=OTHERS, decisions=0,
                        options=("-F", hex(EXPIRED)))
    assert played.result == SUCCESS


def test_a_sign_in_is_no_change(fake):
    """A verdict of another phase is none."""
    script = BEGIN + "fake.result(REASON='pin')"
    played = fake(script, "test", "chauthtok", stack=OTHERS)
    assert played.decisions[0]["reason"] == "protocol_error"


HEAR = """
fake.greet(); fake.ready(); fake.ask("PIN", {echo!r})
answer = fake.receive({kind!r}).fields
{check}
fake.result(**{result})
"""
DENIED = {"REASON": "cancelled", "VERDICT": 2}


@pytest.mark.parametrize("echo, kind, check, result, code", [
    ("OFFER", "REPLY", "assert answer == {'TEXT': ''}", {}, SUCCESS),
    ("OFF", "CANCEL", "", DENIED, AUTH_ERR),
    ("ON", "CANCEL", "", DENIED, AUTH_ERR)], ids=["OFFER", "OFF", "ON"])
def test_no_answer(fake, echo, kind, check, result, code):
    """Is one to what is offered, and to nothing else."""
    script = HEAR.format(echo=echo, kind=kind, check=check, result=result)
    assert fake(script, decisions=0).result == code


@pytest.mark.parametrize("echo", ["OFFER", "OFF"])
def test_nothing_is_shown_of_a_pin(fake, echo):
    """Both are asked for without an echo, and handed over as typed."""
    script = HEAR.format(echo=echo, kind="REPLY", result={},
                         check="assert answer == {'TEXT': 'hunter2 '}")
    played = fake(script, typed="hunter2 \n", decisions=0)
    assert played.result == SUCCESS
    assert played.messages == [("prompt_echo_off", "PIN")]


@pytest.mark.parametrize("service, style", [
    ("test", "info"), ("login", "info"), ("su", "error"), ("su-l", "error")])
def test_the_probe_is_not_in_the_way(fake, service, style):
    """What su shows for information comes into the output of its command."""
    script = HEAR.format(echo="PROBE", kind="REPLY", check="", result={})
    played = fake(script, service, decisions=0)
    assert played.messages == [(style, "")]


@pytest.mark.parametrize("service", ["test", "su"])
def test_a_host_that_answers_is_found_by_either(fake, service):
    """Before anything is asked."""
    script = HEAR.format(echo="PROBE", kind="CANCEL", result=DENIED,
                         check="assert answer['CAUSE'] == "
                               "wire.CANCELS['PASSWORD']")
    assert fake(script, service, decisions=0,
                options=("-f",)).result == AUTH_ERR
