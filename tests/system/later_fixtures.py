"""What tests of later sessions share: who has signed in comes back."""

import shutil
from pathlib import Path

import pytest
from gate import Gate
from house import ACCOUNTS, STACK
from sessions import Shell

STATE = Path("/var/lib/pam_oauth2")
TOKENS = STATE / "tokens"
RUN = Path("/run/pam_oauth2")
TOKEN = "/token"
ACCOUNT_LINE = "account required pam_oauth2.so\n"
BY_KEY = {"PreferredAuthentications": "publickey", "IdentitiesOnly": "yes"}


def with_account_line(stack=STACK):
    """Return a stack that asks us at the account phase as well."""
    return stack.replace("password ", ACCOUNT_LINE + "password ", 1)


def people_but(login, **changes):
    """Return the provider's accounts with changes to one of them."""
    return [{**each, **changes} if each["login"] == login else each
            for each in ACCOUNTS]


def reboot():
    """Empty what a boot empties."""
    shutil.rmtree(RUN, ignore_errors=True)


def records():
    """Return the files in which something is kept of somebody."""
    return sorted(TOKENS.glob("*.token")) if TOKENS.exists() else []


def let_in(attempt, reason, requests=1):
    """Check that a login goes through for a reason, unasked."""
    assert attempt.outcome(), attempt.house.log.since(attempt.log_mark)
    decision = attempt.decision()
    assert (decision["result"], decision["reason"]) == ("granted", reason), (
        decision)
    assert len(attempt.requests(TOKEN)) == requests, attempt.requests(TOKEN)
    return decision


def refused(attempt, *reasons, requests=0, timeout=15):
    """Check that a login is refused for a reason."""
    decision = attempt.denied(*reasons, timeout=timeout)
    assert len(attempt.requests(TOKEN)) == requests, attempt.requests(TOKEN)
    return decision


@pytest.fixture(scope="module")
def account_stack(house):
    """The account line beside the auth line."""
    house.write_stack("sshd", with_account_line())
    yield
    house.write_stack("sshd", STACK)


@pytest.fixture
def by_key(house, login):
    """Log in by an SSH key alone."""
    def start(user="alice", **how):
        key = house.authorize_key(user)
        return login(user, **{**BY_KEY, "IdentityFile": key, **how})

    return start


@pytest.fixture
def sign_in(login):
    """Sign in in the browser."""
    def start(user="alice", **how):
        person = login(user, **how).wait_prompt().approve(user)
        person.press_enter()
        assert person.outcome(), person.session.text
        assert person.decision()["reason"] == "approved"
        return person

    return start


@pytest.fixture
def approved(login):
    """Open a shell by way of the browser."""
    def start(user="alice", **how):
        person = login(user, command=None, **how)
        person.wait_prompt().approve(user).press_enter()
        return Shell(person)

    return start


@pytest.fixture
def people(provider):
    """Change the provider's accounts until the test ends."""
    yield provider.write_accounts
    provider.write_accounts(ACCOUNTS)


@pytest.fixture
def gate(provider):
    """A gate before the token endpoint; settings lead to it by .settings."""
    made = Gate(provider)
    yield made
    made.close()
