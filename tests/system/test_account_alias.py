"""The same uid under another name: a real sshd, and a real provider."""

from pathlib import Path

import pytest
from later_fixtures import BY_KEY, people_but, refused

pytestmark = pytest.mark.usefixtures("account_stack")


def test_another_spelling(house, people, sign_in, by_key, login):
    """NSS knows Alice as well, as SSSD and winbind do without case."""
    sign_in()
    people(people_but("alice", disabled=True))
    refused(by_key(), "account_disabled", requests=1)
    refused(by_key(), "account_disabled", requests=0)
    passwd = Path("/etc/passwd")
    before = passwd.read_text()
    [line] = [one for one in before.splitlines() if one.startswith("alice:")]
    passwd.write_text(before + line.replace("alice:", "Alice:", 1) + "\n")
    shadow = Path("/etc/shadow")
    shadows = shadow.read_text()
    [own] = [one for one in shadows.splitlines() if one.startswith("alice:")]
    shadow.write_text(shadows + own.replace("alice:", "Alice:", 1) + "\n")
    try:
        again = login("Alice", **{
            **BY_KEY, "IdentityFile": house.authorize_key("alice")})
        refused(again, "account_disabled", requests=0)
    finally:
        passwd.write_text(before)
        shadow.write_text(shadows)
