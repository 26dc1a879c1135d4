"""Fixtures of the tests of the client at doubles of providers: a plugin."""

import pytest

import documents
from client_case import REDIRECT_URI
from provider_doubles import DOUBLES


@pytest.fixture
def run(drive, server):
    """Drive the client at the double of a provider."""
    def run(name, command="identity", script=True, **options):
        if script:
            DOUBLES[name].script(server)
        return drive(command, **{
            **documents.by_hand(server), "preset": name,
            "authorization_endpoint": server.url + "/auth",
            "redirect_uri": REDIRECT_URI, "code": "CODE", **options})

    return run


@pytest.fixture
def person(run, server):
    """Fetch an identity; keywords change the double's person."""
    def person(name, options=None, **changes):
        DOUBLES[name].script(server, **changes)
        return run(name, script=False, **(options or {}))

    return person
