"""A worker that was taken over, when a token that was kept is used."""

import time

import pytest

import wire
from helper_house import sign_in
from kept_case import FIRST, SETTINGS, check, keeping
from peers import REAL, Packet, Person, Script

pytest_plugins = ["helper_fixtures", "fake_fixtures"]

CONFIG = "/etc/pam_oauth2/pam_oauth2.conf"
TOKENS = Packet.make("TOKENS", REFRESH_TOKEN="of-somebody-else")
NO_TOKENS = Packet.make("TOKENS")
ALICE = Packet.make("IDENTITY", SUB="sub-of-alice", EMAIL="alice@example.com",
                    EMAIL_VERIFIED=1)
DOWN = Packet.make("FAILED", ERROR=1, CAUSE=1, HTTP_STATUS=503,
                   PROVIDER_ERROR="", DESCRIPTION="", TEXT="")


def lie(driver, *said, **hello):
    """Have the worker say these, from the REFRESH on; the verdict."""
    script = Script([[], [], *[[one.data()] for one in said]])
    outcome = driver.play(
        Person(CONFIG, **{"PHASE": wire.PHASE_ACCOUNT, **hello}),
        worker=script, judge=REAL, fetcher=REAL)
    return outcome.verdict


@pytest.mark.parametrize("cause", range(9))
def test_it_cannot_make_the_grace_begin_anew(kept, driver, cause):
    """TOKENS, and no identity: whatever it says then."""
    kept.set(grace_max=1, **SETTINGS)
    time.sleep(1.5)
    assert lie(driver, TOKENS, DOWN.changed(CAUSE=cause))[0] == "DENY"


def test_its_word_alone_is_no_second_factor(logins, driver):
    """Nobody has asked the provider; with an OpenID provider it is signed."""
    logins.set(refresh_use="second-factor", refresh_requires="prior-module")
    logins.answer(keeping(FIRST))
    assert sign_in(logins) == ("GRANT", "approved")
    verdict = lie(driver, TOKENS, ALICE, PHASE=wire.PHASE_AUTHENTICATE,
                  IS_PRIOR_MODULE=1)
    assert verdict[0] == "DENY", verdict


@pytest.mark.parametrize("said", [
    Packet.make("REVOKED"), NO_TOKENS,
    Packet.make("TOKENS", REFRESH_TOKEN="")], ids=str)
def test_what_is_no_token_does_no_harm(kept, driver, said):
    """And the old one is still there."""
    assert lie(driver, said, DOWN)[0] == "DENY"
    kept.server.on("/token", keeping("second"))
    assert check(kept) == ("GRANT", "account_active")
