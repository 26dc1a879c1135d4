"""What is kept is damaged, moved, or cannot be written any more.

The account phase denies; a sign-in in the browser always works, and heals.
"""

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from house import HOME
from later_fixtures import (RUN, STATE, TOKENS, let_in, people_but, reboot,
                            records, refused)
from namespace import mount

KEY = STATE / "host.key"
MACHINE_ID = Path("/etc/machine-id")
SAVED = HOME / "saved-state"
DENIED = ("store_failed", "token_binding")
PAGES = 40  # for a record, however long, and the next one beside it
ALICES_UID, BOBS_UID = 21001, 21002

pytestmark = pytest.mark.usefixtures("account_stack")


@pytest.fixture
def kept(house, sign_in):
    """Alice's and bob's records; the same ones each time, never spent."""
    if not SAVED.exists():
        sign_in()
        [alices] = records()
        sign_in("bob")
        [bobs] = set(records()) - {alices}
        shutil.copytree(STATE, SAVED)
        (SAVED / "names").write_text(f"{alices.name} {bobs.name}")
    else:
        shutil.rmtree(STATE)
        shutil.copytree(SAVED, STATE)
        (STATE / "names").unlink()
    return [TOKENS / n for n in (SAVED / "names").read_text().split()]


def corrupt(at):
    """Change one bit."""
    def change(alices, _bobs):
        data = bytearray(alices.read_bytes())
        data[at] ^= 1
        alices.write_bytes(data)
    return change


def truncate(size):
    """Keep the beginning."""
    return lambda alices, _bobs: os.truncate(alices, size)


def swap(alices, bobs):
    """Each has the other's."""
    mine = alices.read_bytes()
    alices.write_bytes(bobs.read_bytes())
    bobs.write_bytes(mine)


def replace_by_link(alices, _bobs):
    """The file is somewhere else."""
    alices.rename(STATE / "elsewhere.token")
    alices.symlink_to(STATE / "elsewhere.token")


def replace_by_directory(alices, _bobs):
    """No file at all."""
    alices.unlink()
    alices.mkdir()


def replace_by_fifo(alices, _bobs):
    """One that would be waited for for ever."""
    alices.unlink()
    os.mkfifo(alices, 0o600)


def other_key(_alices, _bobs):
    """Another host's, or an image's."""
    data = bytearray(KEY.read_bytes())
    for at in range(len(data) // 2, len(data) - 1):
        if chr(data[at]) in "abcdef0123456789":
            data[at] = ord("0") if data[at] != ord("0") else ord("1")
            break
    KEY.write_bytes(data)


DAMAGES = {
    "the first byte": corrupt(0),
    "the last byte": corrupt(-1),
    "its last byte is missing": lambda a, _b: os.truncate(
        a, a.stat().st_size - 1),
    "something behind it": lambda a, _b: a.write_bytes(
        a.read_bytes() + b"x"),
    "empty": truncate(0),
    "huge": truncate(50_000_000),
    "bob's instead": swap,
    "all may read it": lambda a, _b: a.chmod(0o644),
    "bob may write it": lambda a, _b: os.chown(a, BOBS_UID, BOBS_UID),
    "a link": replace_by_link,
    "a fifo": replace_by_fifo,
    "no key": lambda _a, _b: KEY.unlink(),
    "another key": other_key,
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damage(kept, sign_in, by_key, name):
    """Nothing is sent, nobody is let in, and the browser works."""
    DAMAGES[name](*kept)
    refused(by_key(), *DENIED, requests=0)
    sign_in()
    let_in(by_key(), "account_active")


FAULTS = {
    "a directory instead": replace_by_directory,
    "all may read its directory": lambda _a, _b: TOKENS.chmod(0o755),
    "all may write its directory": lambda _a, _b: TOKENS.chmod(0o777),
    "an empty key": lambda _a, _b: os.truncate(KEY, 0),
    "a key cut short": lambda _a, _b: os.truncate(KEY, 20),
    "all may read the key": lambda _a, _b: KEY.chmod(0o644),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_host(kept, sign_in, by_key, name):
    """Only root can mend that: until then nobody is let in by a key."""
    FAULTS[name](*kept)
    refused(by_key(), "store_failed", requests=0)
    sign_in()
    refused(by_key(), "store_failed", requests=0)


def test_another_machine(kept, sign_in, by_key):
    """A copied disk has another machine id."""
    other = HOME / "machine-id"
    other.write_text("0123456789abcdef0123456789abcdef\n")
    other.chmod(0o444)
    mount("--bind", str(other), str(MACHINE_ID))
    try:
        refused(by_key(), *DENIED, requests=0)
        sign_in()
        let_in(by_key(), "account_active")
    finally:
        subprocess.run(["umount", str(MACHINE_ID)], check=True)


def change_uid(user, uid):
    """Give a user another uid, and the home."""
    file = Path("/etc/passwd")
    lines = file.read_text().splitlines()
    file.write_text("\n".join(
        ":".join([*line.split(":")[:2], str(uid), *line.split(":")[3:]])
        if line.startswith(f"{user}:") else line for line in lines) + "\n")
    for path in [HOME / "people" / user,
                 *(HOME / "people" / user).rglob("*")]:
        os.chown(path, uid, -1)


def test_a_name_that_was_given_to_somebody_else(kept, sign_in, by_key):
    """The record is of another uid."""
    try:
        change_uid("alice", 21077)
        refused(by_key(), *DENIED, requests=0)
        sign_in()
        let_in(by_key(), "account_active")
    finally:
        change_uid("alice", ALICES_UID)
    refused(by_key(), *DENIED, requests=0)


@pytest.fixture
def small_disk(sign_in):
    """A file system of some pages for the records; fills and empties it."""
    TOKENS.mkdir(mode=0o700)
    mount("-t", "tmpfs", "-o", f"size={PAGES * 4096},mode=0700", "tmpfs",
          str(TOKENS))
    sign_in()
    filler = TOKENS / "filler"

    def fill():
        with filler.open("wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        return filler

    yield fill
    subprocess.run(["umount", str(TOKENS)], check=True)


def test_a_full_disk(small_disk, sign_in, by_key):
    """No token is sent that could not be kept; the old one stays good."""
    filler = small_disk()
    refused(by_key(), "store_failed", requests=0)
    filler.unlink()
    let_in(by_key(), "account_active")
    filler = small_disk()
    sign_in()
    filler.unlink()
    let_in(by_key(), "account_active")


def test_a_full_disk_and_nothing_kept_yet(small_disk, sign_in, by_key):
    """The browser is enough, and then nothing is kept."""
    for file in records():
        file.unlink()
    small_disk()
    sign_in()
    assert records() == []
    let_in(by_key(), "account_not_checked", requests=0)


@contextmanager
def read_only(place):
    """Let nothing be written there for a while."""
    mount("--bind", str(place), str(place))
    mount("-o", "remount,ro,bind", str(place))
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("place", [TOKENS, STATE])
def test_a_disk_that_is_read_only(sign_in, by_key, place):
    """The same."""
    sign_in()
    with read_only(place):
        refused(by_key(), "store_failed", requests=0)
        sign_in()
    let_in(by_key(), "account_active")


def test_no_locks_can_be_written(sign_in, by_key):
    """Those that are there will do; without any nothing is sent."""
    sign_in()
    with read_only(RUN):
        let_in(by_key(), "account_active")
        sign_in()
    reboot()
    RUN.mkdir(mode=0o700)
    with read_only(RUN):
        refused(by_key(), "store_failed", requests=0)
        sign_in()
    let_in(by_key(), "account_active")


@pytest.mark.parametrize("pages", [1, 20])
def test_a_revocation_is_written_down(
        house, provider, people, small_disk, by_key, pages):
    """Or nothing was sent: the disk is all but full."""
    house.use_provider(provider, idp_down="deny")
    filler = small_disk()
    os.truncate(filler, filler.stat().st_size - pages * 4096)
    people(people_but("alice", disabled=True))
    alice = by_key()
    alice.denied("account_disabled", "store_failed")
    filler.unlink()
    if alice.requests("/token"):
        refused(by_key(), "account_disabled", requests=0)
    else:
        refused(by_key(), "account_disabled", requests=1)
