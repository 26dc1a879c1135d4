"""Several names of one account: a real sshd, and a real provider."""

import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from house import ALLOWED
from later_fixtures import BY_KEY, let_in, people_but, records, refused

pytestmark = pytest.mark.usefixtures("account_stack")

ACCOUNTS = Path("/etc/passwd"), Path("/etc/shadow")
CLI = "usr/sbin/pam-oauth2"


@contextmanager
def another_name(house, name, *, is_first=False):
    """Give alice's account another name; is_first: that is its own."""
    before = [file.read_text() for file in ACCOUNTS]
    for file, text in zip(ACCOUNTS, before):
        [own] = [line for line in text.splitlines()
                 if line.startswith("alice:")]
        line = own.replace("alice:", f"{name}:", 1) + "\n"
        file.write_text(line + text if is_first else text + line)
    try:
        yield name
    finally:
        for file, text in zip(ACCOUNTS, before):
            file.write_text(text)
        house.write_allowlist(ALLOWED)


@pytest.fixture(params=["Alice", "alice2"])
def alias(house, request):
    """Another name of alice's, as SSSD and winbind know without case.

    Alice has no line of the allowlist of her own, alice2 has one.
    """
    with another_name(house, request.param) as name:
        if name == "alice2":
            house.write_allowlist(
                ALLOWED + "alice2 email:alice@example.com\n")
        yield name


@pytest.fixture
def by_name(house, login):
    """Log in with alice's key, by one of her names."""
    def start(name):
        return login(name, **{
            **BY_KEY, "IdentityFile": house.authorize_key("alice")})

    return start


def test_who_is_disabled_by_one_name_is_by_all(
        people, sign_in, by_name, alias):
    """Found out by her own name, and not asked again by the other."""
    sign_in()
    let_in(by_name(alias), "account_active")
    people(people_but("alice", disabled=True))
    refused(by_name("alice"), "account_disabled", requests=1)
    for name in (alias, "alice"):
        refused(by_name(name), "account_disabled", requests=0)


@pytest.mark.parametrize("alias", ["alice2"], indirect=True)
def test_by_whichever_name_somebody_signs_in(people, login, by_name, alias):
    """It is kept for the account. user_pattern forbids capitals."""
    signs_in(login, alias)
    assert len(records()) == 1
    for name in (alias, "alice"):
        let_in(by_name(name), "account_active")
    people(people_but("alice", disabled=True))
    refused(by_name(alias), "account_disabled", requests=1)
    refused(by_name("alice"), "account_disabled", requests=0)


def test_by_whichever_name_somebody_is_revoked(
        sign_in, by_name, alias, pytestconfig):
    """It ends what is kept of the account."""
    sign_in()
    program = f"{pytestconfig.getoption('stage')}/{CLI}"
    done = subprocess.run([program, "revoke", alias], check=True,
                          capture_output=True, text=True)
    assert "revoked: alice, here and at the provider" in done.stdout
    for name in (alias, "alice"):
        refused(by_name(name), "account_disabled", requests=0)
    unbound = subprocess.run([program, "unbind", alias], check=True,
                             capture_output=True, text=True)
    assert unbound.stdout == "unbound: alice@example.com\n"


def signs_in(login, name):
    """Have alice sign in in the browser, by one of her names."""
    person = login(name).wait_prompt().approve("alice")
    person.press_enter()
    assert person.outcome() and person.decision()["reason"] == "approved"


def test_only_another_name_is_listed(house, people, login, by_name):
    """Her own name leads past nothing."""
    with another_name(house, "alice2") as other:
        house.write_allowlist("alice2 email:alice@example.com\n")
        signs_in(login, other)
        let_in(by_name("alice"), "account_active")
        people(people_but("alice", disabled=True))
        refused(by_name("alice"), "account_disabled", requests=1)
        refused(by_name(other), "account_disabled", requests=0)


def test_the_line_for_everybody_goes_by_the_name_that_was_given(
        house, people, login, by_name):
    """As where people type alice, and NSS says alice-corp."""
    with another_name(house, "alice-corp", is_first=True):
        house.write_allowlist("* email:*@example.com\n")
        signs_in(login, "alice")
        let_in(by_name("alice"), "account_active")
        people(people_but("alice", disabled=True))
        refused(by_name("alice"), "account_disabled", requests=1)
