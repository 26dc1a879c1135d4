"""The return codes of the entry points, alone and in stacks."""

import pytest

from conftest import ID
from house import HOME

SUCCESS, PERM_DENIED, AUTH_ERR, AUTHINFO_UNAVAIL = 0, 6, 7, 9
SILENT = "0x8000"

# The stack's result is then the module's own return code.
EXACT = "[success=done default=die]"
OPERATIONS = {
    "authenticate": "auth", "setcred": "auth", "acct_mgmt": "account",
    "open_session": "session", "close_session": "session",
    "chauthtok": "password",
}


def line(kind, control="required", module="pam_oauth2.so"):
    """Return a line of a stack."""
    return f"{kind} {control} {module}"


def only_ignore(kind):
    """Return a stack that succeeds for PAM_IGNORE and nothing else."""
    return (line(kind, "[ignore=1 default=die]"),
            line(kind, module="pam_deny.so"),
            line(kind, module="pam_permit.so"))


@pytest.mark.parametrize("operation, alone, followed", [
    ("authenticate", AUTH_ERR, AUTH_ERR),
    # Alone an ignored module is a failure: another module must decide.
    ("acct_mgmt", PERM_DENIED, SUCCESS),
    ("setcred", SUCCESS, SUCCESS),
    ("open_session", SUCCESS, SUCCESS),
    ("close_session", SUCCESS, SUCCESS),
    ("chauthtok", PERM_DENIED, SUCCESS),
])
def test_entry_point(stage, operation, alone, followed):
    """Every entry point, alone in a stack and before one that permits."""
    kind = OPERATIONS[operation]
    decisions = 1 if operation == "authenticate" else 0
    ours = line(kind)
    permit = line(kind, module="pam_permit.so")
    for lines, code in (((ours,), alone), ((ours, permit), followed)):
        played = stage.play("test", operation, stack=lines,
                            decisions=decisions)
        assert played.result == code


@pytest.mark.parametrize("operation", ["acct_mgmt", "chauthtok"])
def test_ignored(stage, operation):
    """Two entry points have no opinion, in those words."""
    played = stage.play("test", operation, decisions=0,
                        stack=only_ignore(OPERATIONS[operation]))
    assert played.result == SUCCESS


@pytest.mark.parametrize("operation", [
    "authenticate", "setcred", "open_session", "close_session"])
def test_not_ignored(stage, operation):
    """The others are heard."""
    played = stage.play("test", operation,
                        decisions=int(operation == "authenticate"),
                        stack=only_ignore(OPERATIONS[operation]))
    assert played.result != SUCCESS


def denied(played, reason, code=AUTH_ERR):
    """Check a denial: its code, its reason, and that ids agree."""
    assert played.result == code
    decision = played.decisions[0]
    assert decision["result"] == "denied"
    assert decision["reason"] == reason
    for text in played.errors:
        assert ID.search(text).group(1) == decision["id"]
    return played


@pytest.mark.parametrize("control, then, code", [
    ("required", "pam_permit.so", AUTH_ERR),
    ("requisite", "pam_permit.so", AUTH_ERR),
    ("sufficient", "pam_deny.so", AUTH_ERR),
    ("sufficient", "pam_permit.so", SUCCESS),  # as the stack says
    ("[success=1 default=ignore]", "pam_deny.so", AUTH_ERR),
])
def test_denial_in_a_stack(stage, control, then, code):
    """A denial is one wherever it stands."""
    played = stage.play(stack=(line("auth", control),
                               line("auth", "required", then)))
    assert played.result == code
    assert played.decisions[0]["result"] == "denied"


@pytest.mark.parametrize("argument", [
    "nonsense", "Debug", "debug=yes", "config=", "config=relative/path",
    "service=", "prior-modul", "debug=", "use_first_pass", "=",
])
def test_bad_argument(stage, argument):
    """A misspelt argument is not taken for its absence."""
    played = denied(stage.play(stack=stage.stack("required", argument)),
                    "settings_invalid")
    assert played.decisions[0]["detail"] == argument
    assert len(played.errors) == 1


def test_good_arguments(stage, house):
    """They are taken: other settings, another section."""
    other = HOME / "other.conf"
    other.write_text("[pam_oauth2]\nlogin_timeout = nonsense\n")
    other.chmod(0o640)
    played = stage.play(stack=stage.stack(
        "required", f"config={other}", "service=else", "debug"))
    denied(played, "settings_invalid")
    assert str(other) in played.decisions[0]["detail"]


@pytest.mark.parametrize("arguments", [(), ("debug",)])
def test_debug_argument(stage, house, arguments):
    """With it every step is logged, without it none."""
    mark = house.log.mark()
    played = denied(stage.play(stack=stage.stack("required", *arguments)),
                    "provider_unreachable")
    steps = [line for line in house.log.since(mark) if "event=step" in line]
    assert bool(steps) == bool(arguments)
    assert all(f'id="{played.decisions[0]["id"]}"' in line
               for line in steps)


def test_denial_tells_and_logs_the_same_id(stage):
    """The id on the screen is the one in the log."""
    played = denied(stage.play(), "provider_unreachable")
    assert len(played.errors) == 1
    assert "cannot be reached" in played.errors[0]


def test_id_differs_between_attempts(stage):
    """Two attempts of one program are two sign-ins."""
    played = stage.play(options=("-n", "2"), decisions=2)
    assert played.results == [AUTH_ERR] * 2
    assert len({d["id"] for d in played.decisions}) == 2


def test_two_hundred_attempts_leave_no_descriptor(stage):
    """A screen locker stays for weeks."""
    played = stage.play(options=("-n", "50"), decisions=50,
                        stack=stage.stack("required", "nonsense"))
    assert set(played.results) == {AUTH_ERR}


@pytest.mark.parametrize("operation", [
    "authenticate", "acct_mgmt", "setcred", "open_session", "chauthtok"])
def test_not_root(stage, operation):
    """A screen locker without privileges hears why."""
    played = stage.play(
        "test", operation, options=("-u", "21001"),
        stack=(line(OPERATIONS[operation], EXACT),),
        decisions=int(operation == "authenticate"))
    if operation == "authenticate":
        denied(played, "not_root")
        assert "Needs root." in played.errors[0]
    assert played.result != SUCCESS or operation in (
        "setcred", "open_session")


def test_no_conversation(stage):
    """Nobody can be asked: denied at once, and nothing is said."""
    played = denied(stage.play(options=("-c",)), "no_conversation")
    assert not played.messages


def test_silent(stage):
    """Nothing may be shown, so nothing can be approved."""
    played = denied(stage.play(options=("-F", SILENT)), "silent")
    assert not played.messages


def test_silent_module_says_nothing_either(stage):
    """Nor what the module finds out by itself."""
    played = denied(stage.play(options=("-F", SILENT),
                               stack=stage.stack("required", "nonsense")),
                    "settings_invalid")
    assert not played.messages


@pytest.mark.parametrize("options, reason", [
    (("-t", "tty1"), "provider_unreachable"), ((), "no_conversation")])
def test_sudo_does_not_mean_silent(stage, options, reason):
    """It always says so; only without a terminal is nobody there."""
    played = denied(stage.play("sudo", options=("-F", SILENT, *options)),
                    reason)
    assert played.errors


def test_host_that_fakes_answers(stage):
    """It answers an empty message with a password: denied, no network."""
    played = denied(stage.play(options=("-f",)), "password_conversation")
    assert played.messages[0] == ("info", "")
    assert [style for style, _ in played.messages] == ["info", "error"]


def test_conversation_that_fails(stage, house, provider):
    """An end of input at the prompt."""
    house.use_provider(provider)
    played = denied(stage.play(), "conversation_failed")
    assert "prompt_echo_on" in dict(played.messages)


def test_sigchld_ignored(stage):
    """The host has no children to wait for: no failure of its own."""
    denied(stage.play(options=("-s",)), "provider_unreachable")


@pytest.mark.parametrize("user", ["", "nobody-here", "root", "a" * 300,
                                  "caf\udce9", "al\\ice\"x", "-oProxy=x"])
def test_strange_user(stage, user):
    """Whoever is named is denied, and the record stays one line."""
    played = stage.play(user=user)
    assert played.result != SUCCESS
    assert played.decisions[0]["result"] == "denied"


@pytest.mark.parametrize("user", ["a" * 256, "caf\udce9"],
                         ids=["too long", "no UTF-8"])
def test_user_that_cannot_travel(stage, user):
    """Like anybody who is not there; no helper is asked."""
    played = denied(stage.play(user=user), "user_unknown")
    assert played.decisions[0]["flow"] == ""


@pytest.mark.parametrize("rhost", [
    "198.51.100.7", "h" * 255, "h" * 256, "h\udcff", "x\" result=\"granted"])
def test_strange_rhost(stage, rhost):
    """What a host says of a client cannot break anything."""
    played = stage.play(options=("-r", rhost))
    assert played.result == AUTH_ERR
    assert played.decisions[0]["result"] == "denied"


@pytest.mark.parametrize("control, then, code", [
    (EXACT, "pam_permit.so", AUTHINFO_UNAVAIL),
    ("required", "pam_permit.so", AUTHINFO_UNAVAIL),
    ("sufficient", "pam_deny.so", AUTH_ERR),
    ("[authinfo_unavail=ignore default=bad]", "pam_permit.so", SUCCESS),
])
def test_unavailable_where_settings_ask(
        stage, settings, control, then, code):
    """PAM_AUTHINFO_UNAVAIL, so that a stack can go on without us."""
    settings(unavailable="authinfo_unavail")
    played = stage.play(stack=(line("auth", control),
                               line("auth", "required", then)))
    assert played.result == code
    assert played.decisions[0]["reason"] == "provider_unreachable"


@pytest.mark.parametrize("options, code", [
    (("-c",), SUCCESS), (("-F", SILENT), SUCCESS), (("-f",), AUTH_ERR)])
def test_non_interactive_where_settings_ask(stage, settings, options, code):
    """PAM_IGNORE where nobody can be asked, and only there."""
    settings(non_interactive="ignore")
    played = stage.play(options=options, stack=only_ignore("auth"))
    assert played.result == code


def test_ignored_sign_in_opens_no_door(stage, settings):
    """Alone in a stack PAM_IGNORE is a failure."""
    settings(non_interactive="ignore")
    assert stage.play(options=("-c",)).result == PERM_DENIED


@pytest.mark.parametrize("settings_for_another_case, options", [
    ({}, ("-c",)), ({}, ("-F", SILENT)), ({}, ()),
    ({"unavailable": "authinfo_unavail"}, ("-c",)),
    ({"unavailable": "authinfo_unavail"}, ("-f",)),
    ({"non_interactive": "ignore"}, ()),
])
def test_no_open_code_unasked(
        stage, settings, settings_for_another_case, options):
    """Neither code comes where the settings do not ask for it."""
    settings(**settings_for_another_case)
    for stack in (only_ignore("auth"),
                  (line("auth", "[authinfo_unavail=ignore default=die]"),
                   line("auth", module="pam_permit.so"))):
        assert stage.play(options=options, stack=stack).result == AUTH_ERR


def test_account_has_no_opinion_of_a_stranger(stage):
    """A denied sign-in leaves nothing for the account phase to find."""
    played = stage.play(
        "test", "authenticate", "acct_mgmt",
        stack=(line("auth"), *only_ignore("account")))
    assert played.results == [AUTH_ERR, SUCCESS]
