"""Tables that are printed when all is over, whatever came of it: a plugin."""

import pytest

LINES = []


@pytest.fixture(scope="session")
def printed():
    """A list of lines to be printed."""
    return LINES


def pytest_terminal_summary(terminalreporter):
    """Print them."""
    for line in LINES:
        terminalreporter.write_line(line)
