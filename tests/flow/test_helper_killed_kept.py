"""kill -9 at every system call of a refresh: no lock-out, no way in.

The provider replaces a refresh token with each use, and ends the sign-in
where an old one comes again.
"""

import re
from collections import Counter
from itertools import count

import pytest

import wire
from helper_house import sign_in, token
from kept_case import SETTINGS, TOKENS, check
from module import HELPER
from scripted import Reply

pytest_plugins = ["helper_fixtures"]

STRACE = "/usr/bin/strace"
CALL = re.compile(r"^(\w+)\(", re.M)
POINTS_MIN = 200
GOOD = {("GRANT", "account_active"), ("GRANT", "account_grace")}


class Rotating:
    """A token endpoint with reuse detection."""

    def __init__(self):
        self._numbers = count()
        self.current = None
        self.revoked = 0

    def __call__(self, request):
        form = dict(request.form)
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] != self.current:
                self.revoked += self.current is not None
                self.current = None
                return Reply(400, {"error": "invalid_grant"})
        reply = token()(request)
        self.current = f"token-{next(self._numbers)}"
        reply.json["refresh_token"] = self.current
        return reply


@pytest.fixture
def rotating(logins):
    """Logins of alice, after one in the browser."""
    provider = Rotating()
    logins.set(**SETTINGS)
    logins.answer(provider)
    assert sign_in(logins) == ("GRANT", "approved")
    assert check(logins) == ("GRANT", "account_active")
    return logins, provider


def traced(*options, output="/dev/null"):
    """Return how to start the helper, and it alone, under strace."""
    return {"path": STRACE, "arguments": (
        "-o", str(output), *options, str(HELPER))}


def calls_of(logins, file):
    """Return the system calls of a refresh, from the first of the store's."""
    assert check(logins, how=traced(output=file)) == (
        "GRANT", "account_active")
    lines = file.read_text().splitlines()
    begins = next(i for i, line in enumerate(lines)
                  if "pam_oauth2/tokens" in line or "machine-id" in line)
    names = [CALL.match(line).group(1) for line in lines if CALL.match(line)]
    skipped = sum(1 for line in lines[:begins] if CALL.match(line))
    return names, skipped


def kill_at(logins, name, number):
    """Have the helper killed at the N-th call of that name."""
    module = logins.start(**traced(
        "-e", f"trace={name}",
        "-e", f"inject={name}:signal=KILL:when={number}"))
    verdict = None
    try:
        module.greet(PHASE=wire.PHASE_ACCOUNT)
        while (message := module.receive(20)) is not None:
            if message.type == "RESULT":
                verdict = message.fields["VERDICT"]
    except (ConnectionResetError, BrokenPipeError):
        pass
    module.wait()
    return verdict


def test_killed_at_every_call(rotating, tmp_path, table):
    """Old or new token works, or nobody knows; the browser always does."""
    logins, provider = rotating
    names, skipped = calls_of(logins, tmp_path / "calls")
    seen, outcomes = Counter(names[:skipped]), Counter()
    for name in names[skipped:]:
        seen[name] += 1
        verdict = kill_at(logins, name, seen[name])
        assert verdict in (None, wire.VERDICTS["GRANT"])
        after = check(logins)
        outcomes[after[1]] += 1
        assert after in GOOD, (name, seen[name], after)
        if after[1] != "account_active":
            assert sign_in(logins) == ("GRANT", "approved")
            assert check(logins) == ("GRANT", "account_active")
        assert len(list(TOKENS.glob("*"))) == 1
    points = len(names) - skipped
    table.append(f"killed at each of {points} system calls of a refresh: "
                 + ", ".join(f"{n} {o}" for o, n in outcomes.items()))
    table.append("  " + ", ".join(
        f"{number} {name}" for name, number
        in Counter(names[skipped:]).most_common()))
    assert points >= POINTS_MIN
    assert outcomes["account_grace"] > 0
