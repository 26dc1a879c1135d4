"""What the flow tests share: a CA, a scripted server, the client's driver."""

import sys
from pathlib import Path

import pytest

from authority import Authority
from driver import Driver, Memcheck
from scripted import Server

ROOT = Path(__file__).resolve().parents[2]
# The private machine, for the tests that need one.
sys.path.insert(0, str(ROOT / "tests" / "system"))


def pytest_addoption(parser):
    """Add --build: the flavour to test."""
    parser.addoption(
        "--build", default=str(ROOT / "build" / "asan"),
        help="build folder of the flavour to test (default: build/asan)")
    parser.addoption(
        "--client-part", default=None,
        help="I/N: of the tests that drive the client alone, the Ith part")


def pytest_collection_modifyitems(config, items):
    """Choose what --client-part says."""
    if config.getoption("client_part") is None:
        return
    part, parts = map(int, config.getoption("client_part").split("/"))
    chosen = [item for item in items if "drive" in item.fixturenames]
    chosen = chosen[part - 1::parts]
    config.hook.pytest_deselected(
        items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


@pytest.fixture(scope="session")
def build(pytestconfig):
    """The build folder of the flavour to test."""
    return Path(pytestconfig.getoption("--build"))


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """One CA for the run."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def make_server(authority):
    """Start servers that stop with the test."""
    servers = []

    def start(identity="localhost", **options):
        servers.append(Server(authority.make(identity), **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def server(make_server):
    """A server whose certificate is fine."""
    return make_server()


@pytest.fixture(scope="session")
def drive(build, authority):
    """Run client_driver, see driver.py."""
    kind = Memcheck if build.name == "valgrind" else Driver
    made = kind(build / "tests" / "flow" / "client_driver", authority)
    yield made
    made.close()
