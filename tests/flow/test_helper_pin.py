"""A PIN, with the real helper and a provider that does anything."""

import fcntl
import json
import subprocess
from pathlib import Path

import pytest

import wire
from helper_house import TOKEN
from kept_case import FIRST, SETTINGS, TOKENS, check, keeping, sent
from scripted import Reply
from test_cli_revoke import PROGRAM

pytest_plugins = ["helper_fixtures"]

PIN = "hunter2 and more"
PIN_SETTINGS = {"refresh_use": "pin", **SETTINGS}
ANOTHER_UID = 4242
FILE, HERE_ONLY = 3, 4
LOCKS = Path("/run/pam_oauth2/locks")
SECRETS = {wire.ECHOS["OFF"], wire.ECHOS["OFFER"]}


def log_in(logins, *told, **hello):
    """Sign alice in; told: what she says where a PIN is asked for.

    Returns the verdict, and the questions for a PIN.
    """
    answers, asked = list(told), []
    module = logins.start().greet(**hello)
    message = module.receive(20)
    while message.type in ("READY", "ASK"):
        if message.type == "ASK":
            is_secret = message.fields["ECHO"] in SECRETS
            if is_secret:
                asked.append(message.fields["TEXT"])
            module.reply(answers.pop(0) if is_secret and answers else "")
        message = module.receive(40)
    return module.judged(message), asked


@pytest.fixture
def with_pin(logins):
    """Logins after a sign-in at which a PIN was chosen."""
    logins.set(**PIN_SETTINGS)
    logins.answer(keeping(FIRST))
    verdict, asked = log_in(logins, PIN, PIN)
    assert (verdict, len(asked)) == (("GRANT", "approved"), 2)
    assert [file.suffix for file in TOKENS.iterdir()] == [".pin"]
    logins.forget()
    return logins


def test_it_opens_what_was_kept(with_pin):
    """And the provider is asked."""
    with_pin.server.on("/token", keeping("second"))
    verdict, asked = log_in(with_pin, PIN)
    assert (verdict, len(asked)) == (("GRANT", "pin"), 1)
    assert len(with_pin.server.to("/token")) == 1


@pytest.mark.parametrize("what", ["of another uid", "broken", "revoked"])
def test_a_sign_in_lifts_every_refusal(kept, what):
    """Whoever has just signed in has done what a refusal asks for."""
    record, = TOKENS.glob("*.token")
    uid = ANOTHER_UID if what == "of another uid" else 21001
    if what == "broken":
        record.write_bytes(record.read_bytes()[:-1])
    kept.server.on("/token", Reply(400, {"error": "invalid_grant"}))
    assert check(kept, UID=uid)[0] == "DENY"
    kept.set(**PIN_SETTINGS)
    kept.answer(keeping("of-the-pin"))
    verdict, asked = log_in(kept, PIN, PIN, UID=uid)
    assert (verdict, len(asked)) == (("GRANT", "approved"), 2)
    assert check(kept, UID=uid) == ("GRANT", "account_not_checked")


def test_it_begins_anew_where_no_other_token_comes(with_pin):
    """Many providers give a refresh token with the first approval alone."""
    with_pin.house.write_allowlist("alice email:nobody@example.com\n")
    with_pin.answer(TOKEN)
    assert log_in(with_pin, PIN)[0] == ("DENY", "identity_not_allowed")
    with_pin.house.write_allowlist("alice email:alice@example.com\n")
    # What was refused last does not count any more, until a sign-in.
    verdict, asked = log_in(with_pin, PIN)
    assert (verdict, len(asked)) == (("GRANT", "approved"), 1)
    with_pin.forget()
    with_pin.server.on("/token", keeping("second"))
    assert log_in(with_pin, PIN)[0] == ("GRANT", "pin")
    assert sent(with_pin) == [FIRST]


def test_who_has_a_pin_alone_can_be_revoked(with_pin):
    """It is gone, and keys are refused until the next sign-in."""
    assert check(with_pin) == ("GRANT", "account_not_checked")
    done = subprocess.run(
        [PROGRAM, "--json", "revoke", "--service", "flow", "alice"],
        check=False, capture_output=True, text=True)
    assert done.returncode == HERE_ONLY
    item, = json.loads(done.stdout)["items"]
    assert (item["kind"], item["revoked"]) == ("pin", "here only")
    assert [file.suffix for file in TOKENS.iterdir()] == [".token"]
    assert check(with_pin) == ("DENY", "account_disabled")


@pytest.mark.parametrize("pins", [(PIN, PIN), ()])
def test_any_sign_in_lifts_what_a_revocation_left(with_pin, pins):
    """Also at the console, whose account phase asks nobody."""
    subprocess.run([PROGRAM, "revoke", "--service", "flow", "alice"],
                   check=False, capture_output=True)
    assert check(with_pin) == ("DENY", "account_disabled")
    with_pin.set(**{**PIN_SETTINGS, "account_services": "sshd"})
    with_pin.answer(keeping("of-another-sign-in"))
    assert log_in(with_pin, *pins)[0] == ("GRANT", "approved")
    with_pin.set(**PIN_SETTINGS)
    assert check(with_pin) == ("GRANT", "account_not_checked")


def test_what_cannot_be_revoked_is_still_there(with_pin):
    """The next try finds it; nothing is half done."""
    pin, = TOKENS.iterdir()
    lock = (LOCKS / pin.name).with_suffix(".token.lock")
    with lock.open("w") as file:
        lock.chmod(0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        done = subprocess.run(
            [PROGRAM, "revoke", "--service", "flow", "alice"], check=False,
            capture_output=True, text=True)
    assert done.returncode == FILE
    assert f"{lock}: locked by another process" in done.stderr
    assert list(TOKENS.iterdir()) == [pin]
