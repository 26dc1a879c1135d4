"""One house for the whole run: see house.py."""

import pytest

import namespace
import provider as provider_module
from house import House
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
def login(house, provider, sshd):
    """Open logins that are closed when the test ends."""
    opened = []

    def start(user="alice", command=COMMAND, at=provider):
        argv = [command] if command else []
        session = house.ssh(sshd, user, *argv)
        opened.append(session)
        return Login(house, at, session)

    yield start
    for session in opened:
        session.close()
