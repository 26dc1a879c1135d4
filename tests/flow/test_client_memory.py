"""Memory that runs out: no crash, no leak, and never half the truth."""

import pytest

import documents
from client_case import by_hand
from driver import Served
from scripted import Reply

# command, and what is told at its end alone
COMMANDS = {"login": "sub", "exchange": "access_token",
            "refresh": "access_token", "revoke": None, "push": None,
            "keys": "keys", "profile": "login"}


@pytest.fixture(scope="module")
def served(build, authority):
    """The driver; each command in a child, as there are many."""
    made = Served(build / "tests" / "flow" / "client_driver", authority)
    yield made
    made.close()


def told(got):
    """Return what a command has told, but for how it got there."""
    return {key: value for key, value in got.items()
            if key not in ("allocations", "polls")}


@pytest.mark.parametrize("command", COMMANDS)
def test_any_allocation_may_fail(served, server, command):
    server.on(documents.WELL_KNOWN, Reply(json=documents.metadata(server)))
    server.on("/device", Reply(json=documents.device(server)))
    server.on("/token", Reply(json=documents.TOKEN))
    server.on("/me", Reply(json={**documents.USERINFO, "login": "x"}))
    server.on("/par", Reply(201, {"request_uri": "urn:x", "expires_in": 60}))
    server.on("/jwks", Reply(json=documents.JWKS))
    server.on("/revoke", Reply(200))
    options = {**by_hand(server), "token": "RT", "second_ms": 1}
    if command == "login":
        options = {"issuer": server.url, "client_id": "C", "second_ms": 1}
    fine = served(command, fail_at=0, **options)
    assert fine["result"] == "OK" and fine["allocations"] > 50
    for number in range(1, fine["allocations"] + 1):
        got = served(command, fail_at=number, **options)
        if got["result"] == "OK":
            assert told(got) == told(fine), number
        assert COMMANDS[command] not in got or got["result"] == "OK", number
