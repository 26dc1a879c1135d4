"""The files that a monitor that was taken over could make, or change.

Two walls: Landlock says where, and seccomp says how; the second one has to
hold where the kernel has no Landlock.
"""

import os
import stat
from pathlib import Path

import pytest

from house import HOME
from module import Module, wait_until, without
from sandbox_calls import KILLED
from sandbox_files import CACHE, CONFINED, OTHERS, OURS, REFUSED, WORKS
from test_sandbox import inject, probe, status, wait_closed

LANDLOCK_CREATE_RULESET = 444
OLDER = "older kernel: "


@pytest.fixture
def older(stage):
    """A helper on a kernel without Landlock."""
    made = Module(**without(LANDLOCK_CREATE_RULESET))
    yield made
    made.end()


WATCHED = [Path(directory, name) for directory in (*OURS, *OTHERS)
           for name in ("new", "own", "other", "lock")]
WATCHED += [Path("/etc/passwd"), Path("/etc/shadow"), *map(Path, OURS)]


def look():
    """Return what there is, and all that can be changed of it."""
    found = {}
    for path in WATCHED:
        if path.exists() or path.is_symlink():
            known = path.lstat()
            found[path] = (known.st_ino, known.st_size, known.st_mode,
                           known.st_uid, known.st_mtime_ns, known.st_nlink)
    return found


@pytest.fixture
def places(house):
    """Put files in their places; returns a function that looks at them."""
    scratch = HOME / "scratch"
    scratch.mkdir(exist_ok=True)
    for path in (Path(CACHE, "own"), scratch / "own"):
        path.write_text("x")
        path.chmod(0o600)
    yield look
    house.reset()


def wait_closed_again(module):
    """Wait for its own filter, behind that of the older kernel."""
    wait_until(lambda: status(module.pid)["Seccomp_filters"] == "2")


def ids(rows):
    """Return the names of rows."""
    return [row[0] for row in rows]


@pytest.mark.parametrize("what, call, expected", WORKS, ids=ids(WORKS))
def test_what_it_needs_works(module, table, places, what, call, expected):
    """In its own directories it makes, renames and removes files."""
    wait_closed(module)
    before = places()
    probe(table, "monitor", module.pid, what, call, expected)
    assert (places() != before) == (not what.startswith("read"))


@pytest.mark.parametrize("what, call, expected", [*CONFINED, *REFUSED],
                         ids=ids([*CONFINED, *REFUSED]))
def test_what_it_does_not_need_is_refused(
        module, table, places, what, call, expected):
    """And nothing has changed."""
    wait_closed(module)
    before = places()
    probe(table, "monitor", module.pid, what, call, expected)
    assert places() == before


@pytest.mark.parametrize("what, call, expected", [*WORKS, *REFUSED],
                         ids=ids([*WORKS, *REFUSED]))
def test_an_older_kernel(older, table, places, what, call, expected):
    """What seccomp refuses it refuses alone; what is needed works."""
    wait_closed_again(older)
    probe(table, "monitor", older.pid, OLDER + what, call, expected)


def test_an_older_kernel_does_not_confine(older, table, places):
    """As it is written: new files, with root's other permissions."""
    wait_closed_again(older)
    for what, call, _ in CONFINED[:1]:
        probe(table, "monitor", older.pid, OLDER + what, call, r"= \d+")
    made = Path("/etc/new")
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    made.unlink()


@pytest.mark.parametrize("mode", ["04755", "02755", "0666"])
def test_a_new_file_is_nobody_elses(module, places, mode):
    """Whatever mode is asked for: the umask stays what it is."""
    wait_closed(module)
    call = WORKS[0][1].replace("0600", mode)
    assert inject(module.pid, call).startswith("= ")
    made = stat.S_IMODE(os.stat(f"{OURS[0]}/new").st_mode)
    assert made & 0o077 == 0


def test_the_probes_can_see_a_change(places):
    """A file that is touched is noticed."""
    before = places()
    Path(CACHE, "own").write_text("y")
    assert places() != before
    assert KILLED not in [row[2] for row in [*WORKS, *CONFINED, *REFUSED]]
