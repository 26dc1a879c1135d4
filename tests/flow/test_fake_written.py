"""What a process that was taken over can bring about all the same.

It is written in pam_oauth2(8); these tests keep that page true: neither more
nor less. Bob has not signed in here before.
"""

import pytest

from crafted import PLAIN, TOKEN, USERINFO
from fake_case import packets, play
from forgeries import MALLORY, STRANGER, poor_tokens
from idtoken import claims
from peers import Packet, Script

pytest_plugins = ["helper_fixtures", "fake_fixtures", "printed"]

UNSIGNED = "unsigned: userinfo says who it is, not the ID token"
BOB = {"SUB": MALLORY["sub"], "EMAIL": "bob@example.com",
       "EMAIL_VERIFIED": 1}
BOB_ASKS = {"USER": "bob", "UID": 21002}


@pytest.fixture
def bob(house, cold):
    """Nobody has signed in, and nothing is cached."""
    house.reset()
    cold()


def change(replies, kind, packet):
    """Have something else said in place of a message."""
    for said in replies:
        for i, one in enumerate(said):
            if one.kind == kind:
                said[i] = packet


def play_bob(driver, transcript, scripts):
    """Sign somebody in as bob."""
    return driver.play(transcript.person(**BOB_ASKS), **scripts)


def worker_that_says(transcript, **said):
    """Return a worker that says other messages."""
    replies = packets(transcript, "worker")
    for kind, packet in said.items():
        change(replies, kind, packet)
    return Script([[one.data() for one in step] for step in replies])


def mallorys(transcript):
    """Return mallory's own token, which does not name an email."""
    token = poor_tokens(transcript.url, None)["mallory's without an email"]
    return transcript.said("worker", "TOKENS").changed(ID_TOKEN=token)


def test_a_worker_vouches_for_an_email_that_is_not_signed(
        driver, by_name, bob):
    """With email_from = auto, and where the token has none; it is logged."""
    transcript = by_name[USERINFO]
    worker = worker_that_says(transcript, TOKENS=mallorys(transcript),
                              IDENTITY=Packet.make("IDENTITY", **BOB))
    outcome = play_bob(driver, transcript, {
        "worker": worker, "fetcher": transcript.script("fetcher")})
    assert outcome.is_granted and outcome.record["detail"] == UNSIGNED
    assert outcome.record["sub"] == MALLORY["sub"]


def test_not_with_email_from_id_token(driver, by_name, bob):
    """The same worker, and the setting that ends it."""
    transcript = by_name[TOKEN]
    worker = worker_that_says(transcript, TOKENS=mallorys(transcript))
    outcome = play_bob(driver, transcript, {
        "worker": worker, "fetcher": transcript.script("fetcher")})
    assert outcome.reason == "email_missing"


def test_a_worker_vouches_for_all_where_nothing_is_signed(
        driver, by_name, bob):
    """A plain OAuth2 provider; it is logged."""
    transcript = by_name[PLAIN]
    worker = worker_that_says(
        transcript, IDENTITY=Packet.make("IDENTITY", **BOB))
    outcome = play_bob(driver, transcript, {
        "worker": worker, "judge": Script(), "fetcher": Script()})
    assert outcome.is_granted and outcome.record["detail"] == UNSIGNED


def test_a_judge_says_who_it_was(driver, by_name, bob):
    """In the login that it was started for."""
    transcript = by_name[TOKEN]
    replies = packets(transcript, "judge")
    change(replies, "CLAIMS", Packet.make("CLAIMS", **BOB))
    judge = Script([[one.data() for one in step] for step in replies])
    outcome = play_bob(driver, transcript, {
        "worker": transcript.script("worker"), "judge": judge,
        "fetcher": transcript.script("fetcher")})
    assert outcome.is_granted and outcome.record["detail"] == ""


def test_a_key_fetcher_needs_a_worker_to_help(driver, by_name, bob):
    """Keys of a stranger's, and a token that the stranger has signed."""
    transcript = by_name[TOKEN]
    keys = [key.jwk() for key in STRANGER.keys.values()]
    fetcher = transcript.script("fetcher")
    fetcher.bring_keys(keys)
    alone = driver.play(transcript.person(), transcript.script("worker"),
                        fetcher=fetcher)
    assert alone.reason == "id_token_invalid"
    token = STRANGER.sign(claims(transcript.url, **{
        "sub": MALLORY["sub"], "email": BOB["EMAIL"],
        "email_verified": True}))
    worker = worker_that_says(transcript, TOKENS=Packet.make(
        "TOKENS", ID_TOKEN=token))
    # Now out of the cache: this fetcher has nothing to say any more.
    outcome = play_bob(driver, transcript, {
        "worker": worker, "fetcher": Script()})
    assert outcome.is_granted and outcome.record["detail"] == ""


def test_a_device_token_is_good_for_its_person_again(driver, by_name, bob):
    """Nothing binds it to a login; it is alice's, and not ten minutes old."""
    transcript = by_name[TOKEN]
    for _ in range(2):
        outcome = play(driver, transcript, "worker",
                       packets(transcript, "worker"),
                       fetcher=transcript.script("fetcher"))
        assert outcome.is_granted
        assert outcome.record["sub"] == "sub-of-alice"
