"""What a host keeps, on a small file system that is full or read-only.

And PINs at their real cost: five are looked at, whoever is killed when.
"""

import subprocess
import time
from pathlib import Path

import pytest

import namespace
from house import HOME

KEEPER = (Path(__file__).resolve().parents[2]
          / "build" / "release" / "tests" / "pam" / "keeper")
PLACE = HOME / "kept"
TOKENS = PLACE / "state" / "tokens"
MACHINE_ID = "3d1219c7c4c5404aaa1f6d2a48adfda4\n"
SIZE_KIB = 512
GOOD, BAD = "hunter2", "hunter3"
TRIES = 5
FULL = "No space left on device"
READ_ONLY = "Read-only file system"


class Disk:
    """A small file system, and a program that keeps things on it."""

    @staticmethod
    def start(*what):
        """Start the program; it ends by itself unless it is to wait."""
        return subprocess.Popen(
            [KEEPER, PLACE, *what], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *what):
        """Run it to its end; what it said, and why."""
        with self.start(*what) as process:
            said, why = process.communicate("\n", timeout=120)
        assert process.returncode == 0, (what, process.returncode, why)
        return said.splitlines()[-1], why.strip()

    def keep(self, token):
        """Keep a token, which goes well."""
        assert self.run("keep", token)[0] == "OK"

    @staticmethod
    def fill():
        """Leave not a single block."""
        with open(PLACE / "filler", "ab", buffering=0) as file:
            while True:
                try:
                    file.write(bytes(4096))
                except OSError as error:
                    assert FULL in str(error)
                    return

    @staticmethod
    def make_read_only():
        """Remount it."""
        namespace.mount("-o", "remount,ro", str(PLACE))

    @staticmethod
    def left_over():
        """Temporary files."""
        return sorted(PLACE.rglob(".*"))


@pytest.fixture
def disk(house):
    """A file system of half a MiB, empty."""
    PLACE.mkdir(mode=0o700)
    namespace.mount("-t", "tmpfs", "-o", f"mode=0700,size={SIZE_KIB}k",
                    "tmpfs", str(PLACE))
    (PLACE / "machine-id").write_text(MACHINE_ID)
    yield Disk()
    subprocess.run(["umount", str(PLACE)], check=True)
    PLACE.rmdir()


def test_full_disk_is_known_before_anything_is_sent(disk):
    """No room is said to be made, and the old token stays."""
    disk.keep("old")
    disk.fill()
    said, why = disk.run("keep", "new")
    assert (said, FULL in why) == ("IO", True)
    assert disk.run("read")[0] == "record old"
    assert not disk.left_over()


def test_disk_that_fills_once_there_is_room(disk):
    """What was reserved is ours: the new token is kept."""
    disk.keep("old")
    with disk.start("keep", "new") as process:
        assert process.stdout.readline() == "reserved\n"
        disk.fill()
        said, why = process.communicate("\n", timeout=60)
    assert (said, why) == ("OK\n", "")
    assert disk.run("read")[0] == "record new"
    assert not disk.left_over()


def test_read_only_disk_is_read(disk):
    """And nothing can be kept, which is known at once."""
    disk.keep("old")
    disk.make_read_only()
    said, why = disk.run("keep", "new")
    assert (said, READ_ONLY in why) == ("IO", True)
    assert disk.run("read")[0] == "record old"


@pytest.mark.parametrize("spoil, words", [
    (Disk.fill, FULL), (Disk.make_read_only, READ_ONLY)])
def test_no_store_on_a_disk_that_takes_nothing(disk, spoil, words):
    """At the first use: it says why, and leaves nothing half made."""
    spoil()
    said, why = disk.run("read")
    assert (said, words in why) == ("IO", True)
    assert not list(PLACE.glob("state/host.key"))
    assert not disk.left_over()


@pytest.mark.parametrize("spoil", [Disk.fill, Disk.make_read_only])
def test_subjects_on_a_disk_that_takes_nothing(disk, spoil):
    """Those who are known need none; a new one is said to be new."""
    assert disk.run("subject", "sub-1")[0] == "recorded"
    spoil()
    assert disk.run("subject", "sub-1") == ("same", "")
    assert disk.run("subject", "sub-2")[0] == "other"
    assert not disk.left_over()


@pytest.mark.parametrize("spoil, words", [
    (Disk.fill, FULL), (Disk.make_read_only, READ_ONLY)])
def test_first_subject_on_a_disk_that_takes_nothing(disk, spoil, words):
    """It is admitted, and why it is not recorded is said."""
    spoil()
    said, why = disk.run("subject", "sub-1")
    assert (said, words in why) == ("unrecorded", True)
    assert not disk.left_over()


@pytest.mark.parametrize("spoil, words", [
    (Disk.fill, FULL), (Disk.make_read_only, READ_ONLY)])
def test_no_pin_is_looked_at_where_none_can_be_counted(disk, spoil, words):
    """Not even the right one; and it is not lost."""
    assert disk.run("set", GOOD, "token")[0] == "OK"
    assert disk.run("try", GOOD)[0] == "right token"
    spoil()
    for pin in (GOOD, BAD):
        said, why = disk.run("try", pin)
        assert (said, words in why) == ("failed -", True)
    assert disk.run("tries")[0] == "0"


def test_twenty_pins_at_once(disk):
    """Five are looked at; then the record is gone."""
    assert disk.run("set", GOOD, "token")[0] == "OK"
    processes = [disk.start("try", BAD) for _ in range(20)]
    said = [process.communicate("\n", timeout=120)[0].split()[0]
            for process in processes]
    assert set(said) <= {"wrong", "locked", "none"}
    assert said.count("wrong") < TRIES
    assert "locked" in said
    assert disk.run("try", GOOD)[0] == "none -"


def test_killed_guesses_are_counted(disk):
    """Each is killed once it is on the disk; the sixth finds none left."""
    assert disk.run("set", GOOD, "token")[0] == "OK"
    disk.keep("other")
    for count in range(1, TRIES + 1):
        with disk.start("try", BAD) as process:
            deadline = time.monotonic() + 30
            while disk.run("tries")[0] != str(count):
                assert time.monotonic() < deadline
            process.kill()
    assert disk.run("try", GOOD)[0] == "locked -"
    assert disk.run("try", GOOD)[0] == "none -"
    assert disk.run("read")[0] == "record other"


def test_damage(disk):
    """A record with a changed, missing or additional byte is no record."""
    disk.keep("token")
    file = next(TOKENS.glob("*.token"))
    whole = file.read_bytes()
    for damaged in (whole[:-1], whole + b"\0", whole[:-1] + b"\0\0", b"",
                    whole.replace(b"1001", b"1002")):
        file.write_bytes(damaged)
        assert disk.run("read")[0] in ("broken -", "foreign -")
    file.write_bytes(whole)
    assert disk.run("read")[0] == "record token"
