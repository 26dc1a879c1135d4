"""Fixtures for children that are played: a pytest plugin."""

import shutil
from pathlib import Path

import pytest

from fake_case import values_of
from peers import driver_of
from scripted import Server
from transcripts import WORLDS, Studio

CACHE = Path("/var/cache/pam_oauth2")


@pytest.fixture(scope="session")
def make_driver(house, build):
    """Start drivers that end with the run, without an error or a leak."""
    drivers = []

    def start():
        drivers.append(driver_of(build))
        return drivers[-1]

    yield start
    for driver in drivers:
        driver.close()


@pytest.fixture(scope="module")
def driver(make_driver):
    """One driver."""
    return make_driver()


@pytest.fixture(scope="module")
def transcripts(house, authority, driver, tmp_path_factory):
    """Sign-ins of every kind, recorded here and now; the cache is warm."""
    servers = []

    def make_server():
        servers.append(Server(authority.make("localhost")))
        return servers[-1]

    house.reset()
    studio = Studio(driver, make_server, tmp_path_factory.mktemp("keys"))
    recorded = [studio.record(world) for world in WORLDS]
    for transcript in recorded:
        transcript.values = values_of(transcript)
    yield recorded
    for server in servers:
        server.close()


@pytest.fixture(scope="module")
def by_name(transcripts):
    """The same by their names."""
    return {transcript.name: transcript for transcript in transcripts}


@pytest.fixture
def cold():
    """Return a function that forgets what the key-fetcher has brought."""
    def forget():
        shutil.rmtree(CACHE)
        CACHE.mkdir(mode=0o700)

    return forget
