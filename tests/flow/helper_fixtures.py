"""Fixtures of the tests of the real helper: a pytest plugin.

The house is made when the first of them needs it.
"""

import contextlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helper_house import CA_FILE, TOKEN, Logins, sign_in
from kept_case import FIRST, SETTINGS, TOKENS, keeping

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "system"))

import namespace  # noqa: E402  (the line above says where it is)
from house import House  # noqa: E402


@pytest.fixture(scope="session")
def house(authority):
    """The private machine; from here on this program runs inside."""
    namespace.enter()
    made = House(ROOT / "build" / "stage")
    shutil.copyfile(authority.ca, CA_FILE)
    CA_FILE.chmod(0o644)
    yield made
    made.close()


@pytest.fixture
def logins(house, server):
    """Logins with a provider that keeps everybody waiting."""
    house.reset()
    made = Logins(house, server)
    yield made
    for module in made.modules:
        module.end()
    house.wait_no_helpers(2)


@pytest.fixture
def warm(logins):
    """Logins after one that has filled the cache."""
    logins.answer(TOKEN)
    assert sign_in(logins) == ("GRANT", "approved")
    return logins


@pytest.fixture
def kept(logins):
    """Logins after a sign-in whose refresh token was kept."""
    logins.set(**SETTINGS)
    logins.answer(keeping(FIRST))
    assert sign_in(logins) == ("GRANT", "approved")
    assert len(list(TOKENS.glob("*.token"))) == 1
    logins.forget()
    return logins


@pytest.fixture
def mounted(house):
    """Have other file systems in place of directories, for a while."""
    @contextlib.contextmanager
    def mount(path, options):
        namespace.mount(
            "-t", "tmpfs", "-o", f"mode=0700,{options}", "tmpfs", str(path))
        try:
            yield
        finally:
            subprocess.run(["umount", path], check=True)

    return mount


TABLE = []


@pytest.fixture(scope="session")
def table():
    """Lines that are printed at the end, whatever passed."""
    return TABLE


def pytest_terminal_summary(terminalreporter):
    """Print what was seen."""
    for line in TABLE:
        terminalreporter.write_line(line)
