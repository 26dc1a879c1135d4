"""What the flow tests share: a CA, a scripted server, the client's driver."""

import json
import subprocess
from pathlib import Path

import pytest

from authority import Authority
from scripted import Server

ROOT = Path(__file__).resolve().parents[2]


def pytest_addoption(parser):
    """Add --build: the flavour to test."""
    parser.addoption(
        "--build", default=str(ROOT / "build" / "asan"),
        help="build folder of the flavour to test (default: build/asan)")


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
    """Run client_driver: drive("fetch", url=...) returns what it printed.

    The environment is empty unless given; prefix goes before the command.
    """
    def run(command, environment=None, prefix=(), **options):
        options = {"ca_file": authority.ca, **options}
        argv = [*prefix,
                str(build / "tests" / "flow" / "client_driver"), command]
        argv += [f"{key}={value}" for key, value in options.items()
                 if value is not None]
        done = subprocess.run(
            argv, env=environment or {}, capture_output=True, timeout=30)
        assert done.returncode == 0, done.stderr.decode()
        assert done.stderr == b"", done.stderr.decode()
        return json.loads(done.stdout.decode(errors="replace"))

    return run
