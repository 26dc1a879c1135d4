"""A worker that was taken over: 10,000 ways in which it can lie.

The code that decides is the real one, under ASan and UBSan, and so is the
judge; what the worker says was said in sign-ins that were granted, with
changes. Who is let in has to be whom the provider has signed for.
"""

import os
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from crafted import KEY, LIES, TOKEN
from fake_case import (
    REACHED, check_alice, play_lie, run_fake, run_failures)

pytest_plugins = ["helper_fixtures", "fake_fixtures", "printed"]

RUNS = int(os.environ.get("FAKE_RUNS", "10000"))
SEED = os.environ.get("FAKE_SEED", "1")
AT_ONCE = 2
LIMIT_S = 110
CONTROL_EVERY = 100


def run_one(driver, transcripts, number):
    """Play one lie; every hundredth time the truth comes after it."""
    transcript = transcripts[number % len(transcripts)]
    rng = random.Random(f"{SEED}:{number}")
    came = run_fake(driver, transcript, "worker", rng)
    check_alice(transcript, came)
    if number % CONTROL_EVERY == 0:
        control = driver.play(transcript.person(),
                              worker=transcript.script("worker"))
        assert control.is_granted, (transcript.name, control)
    return came


def run_some(driver, transcripts, numbers):
    """Play many, one after the other; none leaves a descriptor behind."""
    before = driver.descriptors()
    came = [run_one(driver, transcripts, number) for number in numbers]
    assert driver.descriptors() <= before
    return came


@pytest.fixture(scope="module")
def runs(make_driver, transcripts):
    """All of them; returns what came of each, and the seconds it took."""
    started = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        parts = [pool.submit(run_some, make_driver(), transcripts,
                             range(i, RUNS, AT_ONCE)) for i in range(AT_ONCE)]
        came = [one for part in parts for one in part.result()]
    return came, time.monotonic() - started


def test_ten_thousand_lies(runs, printed):
    """No wrong grant; what was granted was alice's all the same."""
    came, seconds = runs
    assert len(came) == RUNS and seconds < LIMIT_S
    granted = sum(one.outcome.is_granted for one in came)
    reasons = Counter(one.outcome.reason for one in came)
    printed.append(
        f"fake worker: {RUNS} mutations, seed {SEED}, {seconds:.0f} s: "
        f"{granted} granted, all of them alice's")
    printed += [f"  {reason:28} {count:6}"
                for reason, count in reasons.most_common()]
    assert 0 < granted < RUNS / 2


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.what)
def test_lie(driver, by_name, printed, lie):
    """Nobody is let in, for the reason that it is."""
    outcome = play_lie(driver, by_name[lie.world], "worker", lie)
    printed.append(f"fake worker: {lie.world:23} {lie.what:45} "
                   f"{outcome.reason}: {outcome.record['detail']}")
    assert not outcome.is_granted
    assert outcome.reason == lie.reason, outcome
    assert lie.detail in outcome.record["detail"]


def test_there_are_fifty(printed):
    """And more."""
    printed.append(f"fake worker: {len(LIES)} lies that were thought of")
    assert len(LIES) >= 50


@pytest.mark.parametrize("world, kind", [
    (TOKEN, "DEVICE"), (TOKEN, "TOKENS"), ("device, userinfo", "IDENTITY"),
    ("code, ID token", "AUTHORIZE"), ("code, ID token", "TOKENS"),
    (KEY, "DEVICE")])
def test_every_failure_it_could_tell_of(driver, by_name, world, kind):
    """Each error with each cause: never a grant, and no reason of root's."""
    for outcome in run_failures(driver, by_name[world], kind):
        assert not outcome.is_granted, outcome
        assert outcome.verdict[0] == "DENY", outcome


# What no child can bring about has tests of its own.
WORKERS = {
    "approved", "access_denied", "code_expired", "login_timeout",
    "code_refused", "identity_not_allowed", "email_missing",
    "email_unverified", "email_invalid", "groups_overage",
    "tenant_not_allowed", "subject_changed", "acr_amr_missing",
    "auth_too_old", "id_token_invalid", "userinfo_mismatch",
    "identity_invalid", "provider_malformed", "verification_uri_refused",
    "endpoint_refused", "provider_unreachable", "provider_timeout",
    "provider_tls", "provider_error", "client_rejected", "settings_invalid",
    "sandbox_failed", "helper_failed", "protocol_error", "internal_error"}
OF_THE_WORKERS_LEG = {
    "START", "POLL", "CODE", "IDENTIFY", "SIGNED", "DEVICE", "AUTHORIZE",
    "TOKENS", "IDENTITY", "USERINFO", "FAILED", "SIGN"}


def test_all_was_reached(runs, printed):
    """Every type of message, and every refusal that a worker can cause."""
    printed.append("fake worker: messages reached: "
                   + " ".join(sorted(REACHED.types)))
    printed.append("fake worker: reasons reached: "
                   + " ".join(sorted(REACHED.reasons)))
    assert OF_THE_WORKERS_LEG <= REACHED.types
    assert WORKERS <= REACHED.reasons
