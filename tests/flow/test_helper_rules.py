"""Rules that only the whole helper keeps: one sign-in, or two, each."""

import re

import pytest

from helper_house import ALICE, TOKEN, sign_in, token
from scripted import Reply

pytest_plugins = ["helper_fixtures"]

MALLORY = {"email": "mallory@example.com", "email_verified": True}


def test_the_email_of_the_token_stands(house, logins):
    """Userinfo is asked for more, and must not say who it is anew."""
    house.write_allowlist("alice email:alice@example.com group:staff\n")
    logins.answer(token(**MALLORY), person={**ALICE, "groups": ["staff"]})
    assert sign_in(logins) == ("DENY", "identity_not_allowed")
    assert len(logins.server.to("/me")) == 1


@pytest.mark.parametrize("claims, detail", [
    ({}, "unsigned: "),
    ({"email": ALICE["email"], "email_verified": True}, "")])
def test_what_nobody_signed_is_said_to_be_so(logins, claims, detail):
    """The record of a grant tells on whose word it rests."""
    logins.answer(token(**claims))
    assert sign_in(logins) == ("GRANT", "approved")
    assert re.match(detail or "$", logins.decision()["detail"])


def test_an_email_is_its_first_users(logins):
    """Whoever has the mailbox later is somebody else."""
    logins.answer(TOKEN)
    assert sign_in(logins) == ("GRANT", "approved")
    logins.answer(token(sub="other"), person={**ALICE, "sub": "other"})
    assert sign_in(logins) == ("DENY", "subject_changed")
    logins.answer(TOKEN)
    assert sign_in(logins) == ("GRANT", "approved")


def test_each_decision_is_recorded_once(logins):
    """Denied or granted, there is one record of it."""
    logins.answer(Reply(400, {"error": "access_denied"}))
    assert sign_in(logins) == ("DENY", "access_denied")
    assert logins.decision()["reason"] == "access_denied"
