"""One house for the whole run: see house.py."""

import pytest

import namespace
import provider as provider_module
from house import House
from probe import Probe
from story import COMMAND, Login


def pytest_addoption(parser):
    """Add --stage: where `make install DESTDIR=` has put its files."""
    parser.addoption(
        "--stage", default=str(provider_module.ROOT / "build" / "stage"),
        help="staged installation to test (default: build/stage)")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Show the logs of the house with every failure."""
    report = (yield).get_result()
    if report.failed and "house" in item.funcargs:
        logs = item.funcargs["house"].report()
        report.sections.append(("logs", logs))


@pytest.fixture(scope="session")
def house(pytestconfig):
    """The private machine; from here on this program runs inside."""
    namespace.require_root()
    provider_module.install()
    namespace.enter()
    made = House(pytestconfig.getoption("stage"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def provider(house):
    """A provider with Node's own keep-alive of 5 s."""
    return house.start_provider()


@pytest.fixture(scope="session")
def sshd(house):
    """The private sshd."""
    return house.start_sshd()


@pytest.fixture(autouse=True)
def fresh(house, provider):
    """Begin with default settings; leave no helper behind."""
    house.reset()
    house.use_provider(provider)
    yield
    house.clear_helpers()


@pytest.fixture
def opened():
    """Sessions that are closed when the test ends."""
    sessions = []
    yield sessions
    for session in sessions:
        session.close()


@pytest.fixture
def login(house, provider, sshd, opened):
    """Open logins by ssh."""
    def start(user="alice", command=COMMAND, at=provider, to=sshd, **how):
        argv = [command] if command else []
        opened.append(house.ssh(to, user, *argv, **how))
        return Login(house, at, opened[-1])

    return start


@pytest.fixture
def local(house, provider, opened):
    """Run programs of this machine on a terminal, as one of its people."""
    def start(user, *argv, env=(), at=provider):
        opened.append(house.local(user, *argv, env=env))
        return Login(house, at, opened[-1], failed=1)

    return start


@pytest.fixture(scope="session")
def probe(house):
    """The module that shows how a host behaves."""
    return Probe()
