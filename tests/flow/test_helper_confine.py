"""What a login keeps, on a kernel with Landlock and on one without."""

import errno
from pathlib import Path

import pytest

from helper_house import TOKEN
from module import without

pytest_plugins = ["helper_fixtures"]

LANDLOCK_CREATE_RULESET = 444
KEPT = ["/var/cache/pam_oauth2/*.keys", "/var/cache/pam_oauth2/*.metadata",
        "/var/lib/pam_oauth2/subjects/*.subject"]
KERNELS = {"as it is": {}, "older": without(LANDLOCK_CREATE_RULESET),
           "switched off": without(LANDLOCK_CREATE_RULESET,
                                   errno.EOPNOTSUPP)}


def kept():
    """Return how many files there are of each kind."""
    return [len(list(Path("/").glob(pattern[1:]))) for pattern in KEPT]


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_login_keeps_what_it_should(logins, kernel):
    """Metadata, keys, and whose email it is."""
    logins.answer(TOKEN)
    assert kept() == [0, 0, 0]
    module = logins.start(**KERNELS[kernel]).greet()
    module.invited()
    module.reply()
    assert module.verdict() == ("GRANT", "approved")
    assert kept() == [1, 1, 1]


def test_where_it_cannot_be_confined_nobody_signs_in(logins):
    """Landlock is there, and refuses: that is no older kernel."""
    module = logins.start(**without(LANDLOCK_CREATE_RULESET, errno.EPERM))
    module.greet()
    assert module.verdict() == ("DENY", "sandbox_failed")
