"""The provider changes its keys: the real helper over several logins.

The Foundation's tests of key rotation, and how often keys are asked for.
"""

import pytest

import cache_files
import idtoken
from cache_files import GRANTED, asked
from helper_house import SIGNER, TOKEN, sign_in, token
from scripted import Reply

pytest_plugins = ["helper_fixtures"]

NEW = idtoken.Signer(prefix="new")
REFUSED = ("DENY", "id_token_invalid")
KEYS_REFETCH_S = 300


def rotate(logins, keeps_old):
    """Have the provider sign with new keys."""
    old = SIGNER.jwks()["keys"] if keeps_old else []
    logins.server.on("/jwks", Reply(json={
        "keys": NEW.jwks()["keys"] + old}))
    logins.server.on("/token", token(by=NEW))


@pytest.fixture
def note(table):
    """Note a verdict in the table; returns whether it is the one."""
    def note(name, verdict, expected=GRANTED):
        seen = f"{verdict[1]}{', granted' if verdict == GRANTED else ''}"
        table.append(f"  {name:68} device {expected[1]:22} {seen}")
        return verdict == expected

    return note


@pytest.mark.parametrize("keeps_old", [True, False],
                         ids=["a new key", "a new set"])
def test_signing_key_rotation(warm, note, keeps_old):
    """One refetch, then all is known again."""
    rotate(warm, keeps_old)
    how = "a new key" if keeps_old else "a new set"
    assert note(f"oidcc-client-test-signing-key-rotation {how}",
                sign_in(warm))
    assert sign_in(warm) == GRANTED
    assert asked(warm, "keys") == 2
    warm.server.on("/token", TOKEN)
    assert sign_in(warm) == (GRANTED if keeps_old else REFUSED)
    assert asked(warm, "keys") == 2


@pytest.mark.parametrize("is_warm", [False, True], ids=["cold", "warm"])
def test_signing_key_rotation_just_before_signing(logins, note, is_warm):
    """The keys were fetched for this very login, and are old all the same."""
    logins.answer(TOKEN)
    if is_warm:
        assert sign_in(logins) == GRANTED
    module = logins.start().greet()
    module.invited()
    rotate(logins, False)
    module.reply()
    name = "oidcc-client-test-signing-key-rotation-just-before-signing"
    assert note(name, module.verdict())
    assert asked(logins, "keys") == 2


def test_unknown_keys_do_not_make_us_ask_for_ever(warm, note):
    """Once in five minutes, over all logins; then once more."""
    forged = token(sign={"header": {"kid": "unknown"}})
    warm.server.on("/token", forged)
    for count in (2, 2, 2):
        assert note("ours: an unknown kid over several logins",
                    sign_in(warm), REFUSED)
        assert asked(warm, "keys") == count
    cache_files.set_age("keys", renewed=KEYS_REFETCH_S - 20)
    assert sign_in(warm) == REFUSED
    assert asked(warm, "keys") == 2
    cache_files.set_age("keys", renewed=KEYS_REFETCH_S)
    for count in (3, 3):
        assert sign_in(warm) == REFUSED
        assert asked(warm, "keys") == count


def test_an_hour_is_over_though_they_were_just_renewed(warm):
    """What an unknown key counts and what age counts are two things."""
    cache_files.set_age("keys", fetched=3600, renewed=10)
    assert sign_in(warm) == GRANTED
    assert asked(warm, "keys") == 2
    fetched, renewed = cache_files.times("keys")
    assert fetched > renewed > fetched - 60


def test_a_clock_that_was_set_back_is_no_excuse_for_ever(warm):
    """A time of renewal that lies ahead does not count."""
    cache_files.set_age("keys", renewed=-10**6)
    rotate(warm, False)
    assert sign_in(warm) == GRANTED
    assert asked(warm, "keys") == 2


def test_a_renewal_that_fails_denies(warm):
    """With the reason of the failure, and nothing is lost."""
    rotate(warm, False)
    warm.server.on("/jwks", Reply(503))
    assert sign_in(warm) == ("DENY", "provider_error")
    rotate(warm, False)
    assert sign_in(warm) == GRANTED


def test_keys_that_are_as_before_refuse(warm):
    """304 to an unknown kid: the provider does not know it either."""
    def answer(request):
        if request.header("If-None-Match"):
            return Reply(304, type=None)
        return Reply(json=SIGNER.jwks(), headers=('ETag: "v1"',))

    warm.server.on("/jwks", answer)
    cache_files.the("keys").unlink()
    warm.server.on("/token", token(by=NEW))
    assert sign_in(warm) == REFUSED
    assert asked(warm, "keys") == 3
    assert sign_in(warm) == REFUSED
    assert asked(warm, "keys") == 3


def test_signed_userinfo_may_have_the_newer_key(warm):
    """It has the keys renewed as an ID token has; once for both."""
    def me(by):
        claims = {"sub": "sub-of-alice", "email": "alice@example.com",
                  "email_verified": True}
        warm.server.on("/me", Reply(
            type="application/jwt", body=by.sign(claims).encode()))

    warm.server.on("/jwks", Reply(json={
        "keys": NEW.jwks()["keys"] + SIGNER.jwks()["keys"]}))
    me(NEW)
    assert sign_in(warm) == GRANTED
    assert asked(warm, "keys") == 2
    me(idtoken.Signer(prefix="other"))
    assert sign_in(warm) == ("DENY", "identity_invalid")
    assert asked(warm, "keys") == 2
