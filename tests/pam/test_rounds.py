"""A host that stays for weeks: a thousand sign-ins in one process.

Each round loads the module, is denied by the real helper, and unloads the
module again. What the process holds is read while the module is loaded.
"""

import re
from collections import namedtuple

import pytest

ROUNDS = 1000
GROWTH_KIB = 16
SETTLED = 10  # what the C library keeps for the next time, it has by then
LIMIT_KIB = 512
TIMEOUT = 120
AUTH_ERR = 7

Held = namedtuple("Held", "rss_kib threads descriptors children")


def held(played):
    """Return what the process held, by round."""
    found = re.findall(
        r"^held round=(\d+) rss_kib=(\d+) threads=(\d+) descriptors=(\d+)"
        r" children=(\d+)$", played.output, re.M)
    return {int(number): Held(*map(int, rest)) for number, *rest in found}


@pytest.fixture(scope="module")
def rounds():
    """What was measured, once for all tests: by stack."""
    return {}


@pytest.fixture
def ours(stage, rounds):
    """A thousand denials by the helper: nobody can be asked."""
    if "ours" not in rounds:
        rounds["ours"] = stage.play(
            options=("-c", "-n", str(ROUNDS)), decisions=ROUNDS,
            timeout=TIMEOUT)
    return rounds["ours"]


@pytest.fixture
def others(stage, rounds):
    """The same with a module that does nothing."""
    if "others" not in rounds:
        rounds["others"] = stage.play(
            "quiet", options=("-c", "-n", str(ROUNDS)), decisions=0,
            stack=("auth required pam_permit.so",), timeout=TIMEOUT)
    return rounds["others"]


def test_every_round_is_a_sign_in(ours):
    """A thousand denials with reasons and ids of their own."""
    assert ours.results == [AUTH_ERR] * ROUNDS
    assert {d["reason"] for d in ours.decisions} == {"no_conversation"}
    assert len({d["id"] for d in ours.decisions}) == ROUNDS


def test_nothing_is_left(ours):
    """No descriptor, thread, zombie or memory more than at first."""
    first, settled, last = (held(ours)[n] for n in (1, SETTLED, ROUNDS))
    assert last.descriptors == first.descriptors
    assert (first.threads, last.threads) == (1, 1)
    assert (first.children, last.children) == (0, 0)
    assert last.rss_kib - settled.rss_kib <= GROWTH_KIB


def test_memory_added_to_the_host(ours, others, table):
    """What we cost a host beyond a module that does nothing."""
    mine, theirs = held(ours), held(others)
    added = mine[ROUNDS].rss_kib - theirs[ROUNDS].rss_kib
    table.append(
        f"rounds={ROUNDS} rss_kib first={mine[1].rss_kib} "
        f"settled={mine[SETTLED].rss_kib} last={mine[ROUNDS].rss_kib} "
        f"permit={theirs[ROUNDS].rss_kib} added={added}")
    assert 0 <= added < LIMIT_KIB


VALGRIND = ("/usr/bin/valgrind", "-q", "--leak-check=full",
            "--errors-for-leak-kinds=definite,indirect",
            "--error-exitcode=99", "--child-silent-after-fork=yes")
BEGIN = "fake.greet(); fake.ready(); fake.show(); "
ASK = "fake.ask(); fake.receive('REPLY'); "
# A fake helper's script, what is typed, and the code.
WAYS = {
    "granted": (BEGIN + ASK + ASK + "fake.result()", "one\ntwo\n", 0),
    "denied": (BEGIN + ASK + "fake.result(VERDICT=2, TEXT='no',"
               " REASON='access_denied')", "one\n", AUTH_ERR),
    "no answer": (BEGIN + "fake.ask(); fake.receive('CANCEL');"
                  " fake.result(VERDICT=2, REASON='cancelled')", "",
                  AUTH_ERR),
    "another user": (BEGIN + ASK + "fake.result(USER='bob')", "one\n",
                     AUTH_ERR),
    "garbage": (BEGIN + ASK + "fake.send_raw(b'x' * 99)", "one\n",
                AUTH_ERR),
    "killed": (BEGIN + ASK + "os.kill(os.getpid(), 9)", "one\n", AUTH_ERR),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leaks(stage, fake_helper, way):
    """Every byte is freed, however it ends; nothing is read unset."""
    script, typed, code = WAYS[way]
    fake_helper(script)
    running = stage.start(prefix=VALGRIND)
    output, errors = running.process.communicate(typed, timeout=60)
    assert not errors
    assert running.process.returncode == 0, output
    assert f"result authenticate {code}" in output
