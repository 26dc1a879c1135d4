"""A judge and a key-fetcher that were taken over: see test_fake_worker.py.

A judge can say that anybody has approved, in one login; a key-fetcher can have
keys believed, for a while. Both is written in pam_oauth2(8), and nothing else
comes of what they say.
"""

import os
import random
import time
from collections import Counter

import pytest

import cache_files
from cache_files import HOUR
from crafted import TOKEN
from crafted_others import FETCHER, JUDGE
from fake_case import (
    ERROR_NAMES, REACHED, check_alice, check_endpoints, check_judged,
    play_lie, run_failures, run_fake)
from peers import Packet, Script, kind_of

pytest_plugins = ["helper_fixtures", "fake_fixtures", "printed"]

RUNS = int(os.environ.get("FAKE_RUNS", "10000")) // 5
SEED = os.environ.get("FAKE_SEED", "1")


class Never(Script):
    """A judge that asks for newer keys whatever it is told."""

    UNKNOWN_KEY = ERROR_NAMES.index("UNKNOWN_KEY")

    def hear(self, data):
        """Return what is said to a message."""
        self.heard.append(data)
        refused = Packet.make("REFUSED", ERROR=self.UNKNOWN_KEY, TEXT="")
        return [refused.data()] if kind_of(data) == "JUDGE" else []


def show(printed, who, came, started):
    """Print what came of many sign-ins."""
    reasons = Counter(one.outcome.reason for one in came)
    printed.append(f"fake {who}: {len(came)} mutations, seed {SEED}, "
                   f"{time.monotonic() - started:.0f} s")
    printed.extend(f"  {reason:28} {count:6}"
                   for reason, count in reasons.most_common())


def with_judge(transcripts):
    """Return the sign-ins that a judge took part in."""
    return [one for one in transcripts if any(one.replies["judge"])]


def test_a_judge_that_lies(driver, transcripts, printed):
    """Who is let in is whom it named, by the rules for everybody."""
    started, came = time.monotonic(), []
    judged = with_judge(transcripts)
    for number in range(RUNS):
        transcript = judged[number % len(judged)]
        rng = random.Random(f"judge {SEED}:{number}")
        came.append(run_fake(driver, transcript, "judge", rng))
        check_judged(came[-1])
    show(printed, "judge", came, started)


def test_a_key_fetcher_that_lies(driver, transcripts, cold, printed):
    """Now and in the next login, with what is in the cache then."""
    started, came = time.monotonic(), []
    asked = with_judge(transcripts)
    for number in range(RUNS):
        transcript = asked[number % len(asked)]
        cold()
        rng = random.Random(f"fetcher {SEED}:{number}")
        came.append(run_fake(driver, transcript, "fetcher", rng))
        check_alice(transcript, came[-1])
        check_endpoints(transcript, came[-1])
        driver.play(transcript.person(), transcript.script("worker"),
                    fetcher=transcript.script("fetcher"))
    show(printed, "key-fetcher", came, started)


@pytest.mark.parametrize("who, lies", [("judge", JUDGE),
                                       ("fetcher", FETCHER)])
def test_lies(driver, by_name, cold, printed, who, lies):
    """Each that was thought of is refused, for the reason that it is."""
    for lie in lies:
        if who == "fetcher":
            cold()
        outcome = play_lie(driver, by_name[lie.world], who, lie)
        printed.append(f"fake {who}: {lie.what:60} {outcome.reason}")
        assert not outcome.is_granted, (lie.what, outcome)
        assert outcome.reason == lie.reason, (lie.what, outcome)
        assert lie.detail in outcome.record["detail"], (lie.what, outcome)
        assert not {"\n", "\x1b"} & set("".join(outcome.record.values()))


@pytest.mark.parametrize("kind", ["METADATA", "KEYS"])
def test_every_failure_of_a_key_fetcher(driver, by_name, cold, kind):
    """Each error with each cause: never a grant."""
    for outcome in run_failures(driver, by_name[TOKEN], kind,
                                "fetcher", before=cold):
        assert not outcome.is_granted, outcome


def test_every_refusal_of_a_judge(driver, by_name):
    """Each error: never a grant."""
    for outcome in run_failures(driver, by_name[TOKEN], "CLAIMS", "judge"):
        assert not outcome.is_granted, outcome


def test_a_judge_that_never_knows_the_key(driver, by_name, cold):
    """The keys are fetched for it once, and then the login is over."""
    cold()
    transcript = by_name[TOKEN]
    fetcher = transcript.script("fetcher")
    judge = Never()
    outcome = driver.play(transcript.person(), transcript.script("worker"),
                          judge, fetcher)
    assert outcome.reason == "id_token_invalid"
    asked = [kind_of(data) for data in fetcher.heard]
    assert asked.count("FETCH_KEYS") <= 2
    assert [kind_of(data) for data in judge.heard].count("JUDGE") <= 2


def test_unchanged_counts_where_it_was_asked(driver, by_name, cold):
    """Not to a request for the whole document, which is due once a day."""
    transcript = by_name[TOKEN]
    cold()
    assert driver.play(transcript.person(), transcript.script("worker"),
                       fetcher=transcript.script("fetcher")).is_granted
    cache_files.set_age("keys", 2 * HOUR, whole=25 * HOUR)
    unchanged = Packet.make("UNCHANGED").data()
    outcome = driver.play(transcript.person(), transcript.script("worker"),
                          fetcher=Script([[], [unchanged]]))
    assert outcome.reason == "protocol_error"


def test_all_was_reached(printed):
    """Every type of message of these two legs."""
    printed.append("fake judge, key-fetcher: messages reached: "
                   + " ".join(sorted(REACHED.types)))
    assert REACHED.types >= {
        "TRUST", "JUDGE", "JUDGE_USERINFO", "CLAIMS", "REFUSED",
        "FETCH_METADATA", "FETCH_KEYS", "METADATA", "KEYS", "UNCHANGED",
        "NOT_FETCHED"}
