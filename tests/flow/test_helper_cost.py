"""What asking the provider about an account costs, beside its floor."""

import statistics
import subprocess
import time
from pathlib import Path

import pytest

from helper_house import CA_FILE
from kept_case import FIRST, check, keeping
from test_helper_kept import SAID

pytest_plugins = ["helper_fixtures"]

SOURCE = Path(__file__).with_name("refresh.c")
ROUNDS = 20


@pytest.fixture(scope="module")
def floor(tmp_path_factory):
    """A program that sends one request, by libcurl alone."""
    program = tmp_path_factory.mktemp("floor") / "refresh"
    subprocess.run(["gcc", "-O2", "-Wall", "-Werror", "-o", program, SOURCE,
                    "-lcurl"], check=True)
    return program


def timed(run):
    """Return how long something takes, in milliseconds."""
    begin = time.monotonic()
    run()
    return (time.monotonic() - begin) * 1000


def test_a_check_and_its_floor(kept, floor, table):
    """One handshake and one request each; the figures are printed."""
    kept.server.on("/token", keeping(FIRST, **SAID))
    body = (f"grant_type=refresh_token&refresh_token={FIRST}"
            "&client_id=CLIENT_ID")
    argv = [floor, f"{kept.server.url}/token", CA_FILE, body]
    before = kept.server.connections
    ours, bare = [], []
    for _ in range(ROUNDS):
        ours.append(timed(lambda: check(kept)))
        bare.append(timed(lambda: subprocess.run(
            argv, check=True, stdout=subprocess.DEVNULL)))
    assert kept.server.connections == before + 2 * ROUNDS
    assert [r.path for r in kept.server.requests] == ["/token"] * 2 * ROUNDS
    one, other = statistics.median(ours), statistics.median(bare)
    table.append(f"a silent re-check: median {one:.1f} ms, a bare libcurl "
                 f"program {other:.1f} ms: {one / other:.2f} times, "
                 f"{one - other:.1f} ms more (n={ROUNDS})")
