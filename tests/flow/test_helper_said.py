"""What the ID token says stands, be it that there is nothing.

Userinfo is the worker's word: it may add what the provider has not signed, and
change nothing of what it has.
"""

import pytest

from helper_house import ALICE, sign_in, token

pytest_plugins = ["helper_fixtures"]

GRANTED = ("GRANT", "approved")
REFUSED = ("DENY", "identity_not_allowed")
ONCALL = {**ALICE, "groups": ["oncall"], "dept": "it"}


@pytest.mark.parametrize("rule, settings", [
    ("shared group:oncall", {}),
    ("shared group:oncall", {"groups_claim": "roles.all"}),
    ("email:alice@example.com group:oncall", {}),
    ("claim:dept=it", {})])
@pytest.mark.parametrize("said, verdict, is_asked", [
    ({}, GRANTED, True), ({"groups": None, "dept": None, "roles": {}},
                          GRANTED, True),
    ({"groups": [], "dept": [], "roles": {"all": []}}, REFUSED, False),
    ({"groups": ["staff"], "dept": "hr", "roles": {"all": "staff"}},
     REFUSED, False),
    ({"groups": ["oncall"], "dept": "it", "roles": {"all": "oncall"}},
     GRANTED, False)])
def test_what_is_said_stands(logins, rule, settings, said, verdict, is_asked):
    """Userinfo always says what the rule wants."""
    logins.house.write_allowlist(f"alice {rule}\n")
    logins.set(settings)
    whole = {**ONCALL, "roles": {"all": ["oncall"]}}
    logins.answer(token(email=ALICE["email"], email_verified=True, **said),
                  person=whole)
    assert sign_in(logins) == verdict
    assert bool(logins.server.to("/me")) == is_asked
