"""The real helper's cache: what is in it that nobody of ours has written."""

import json
import os
import shutil
import stat
from pathlib import Path

import pytest

import cache_files
import idtoken
import wire
from cache_files import CACHE, GRANTED, KINDS, asked
from helper_house import TOKEN, sign_in, token
from module import ALICE_UID

pytest_plugins = ["helper_fixtures"]

STRANGER = idtoken.Signer()
ELSEWHERE = Path("/run/elsewhere")
SECOND_NAME = CACHE.parent / "second-name"


def stranger_keys():
    """Return a file with keys that somebody has chosen."""
    return cache_files.build("keys", cache_files.keys_body(
        json.dumps(key.jwk()) for key in STRANGER.keys.values()))


def stranger_metadata(url):
    """Return a file with an endpoint that somebody has chosen."""
    return cache_files.build("metadata", cache_files.metadata_body(
        url, DEVICE_ENDPOINT=url + "/stranger"))


def test_control_keys_that_root_keeps_are_believed(warm):
    """Else what follows would prove nothing."""
    cache_files.plant(cache_files.the("keys"), stranger_keys())
    warm.server.on("/token", token(by=STRANGER))
    assert sign_in(warm) == GRANTED
    assert asked(warm, "keys") == 1


def test_control_endpoints_that_root_keeps_are_believed(warm):
    """Likewise."""
    cache_files.plant(
        cache_files.the("metadata"), stranger_metadata(warm.server.url))
    assert sign_in(warm) == ("DENY", "provider_error")
    assert len(warm.server.to("/stranger")) == 1
    assert asked(warm, "metadata") == 1


def by_link(file, whole):
    """Put a link to a file that is right in every way."""
    ELSEWHERE.mkdir(mode=0o700, exist_ok=True)
    target = ELSEWHERE / "target"
    cache_files.plant(file, whole)
    shutil.copy2(file, target)
    file.unlink()
    file.symlink_to(target)


def by_second_name(file, whole):
    """Give a file that is right a second name."""
    cache_files.plant(file, whole)
    os.link(file, SECOND_NAME)


def as_directory(file, _):
    """Put a directory there."""
    file.unlink()
    file.mkdir()


def as_fifo(file, _):
    """Put a pipe there, which nobody writes to."""
    file.unlink()
    os.mkfifo(file, 0o600)


def owned(**how):
    """Return what puts a whole file there, whose owner or mode is wrong."""
    return lambda file, whole: cache_files.plant(file, whole, **how)


def damaged(damage):
    """Return what puts a file of root's there that is damaged."""
    return lambda file, whole: cache_files.plant(file, damage(whole))


LATER = (2**63).to_bytes(8, "big")
FOREIGN = {
    "another owner": owned(owner=ALICE_UID),
    "writable by its group": owned(mode=0o660),
    "readable by others": owned(mode=0o604),
    "a symbolic link": by_link,
    "a hard link": by_second_name,
    "a pipe": as_fifo,
}
CORRUPT = {name: damaged(damage) for name, damage in {
    "nothing": lambda whole: b"",
    "another magic": lambda whole: b"PO2X" + whole[4:],
    "another version": lambda whole: whole[:4] + b"\2" + whole[5:],
    "another kind":
        lambda whole: whole[:5] + bytes([whole[5] ^ 1]) + whole[6:],
    "cut in the head": lambda whole: whole[:13],
    "cut in the second time": lambda whole: whole[:20],
    "cut in a field": lambda whole: whole[:-1],
    "more behind": lambda whole: whole + b"x",
    "an unknown field": lambda whole: whole + b"\xff\0\1x",
    "a field of others": lambda whole: whole + b"\1\0\1x",
    "too long a field":
        lambda whole: whole + wire.field("ETAG", "x" * 129),
    "no UTF-8": lambda whole: whole + wire.field("ETAG", b"\xff"),
    "no time": lambda whole: whole[:6] + LATER + whole[14:],
    "no second time": lambda whole: whole[:14] + LATER + whole[22:],
    "70 KB": lambda whole: whole.ljust(70000, b"\0"),
    "JSON": lambda whole: b'{"keys": []}',
}.items()}
BROKEN = {**FOREIGN, **CORRUPT, "a directory": as_directory}


@pytest.fixture
def spoil(warm):
    """Spoil a file of the cache; removes what was put elsewhere."""
    def spoil(kind, how):
        whole = (stranger_keys() if kind == "keys"
                 else stranger_metadata(warm.server.url))
        BROKEN[how](cache_files.the(kind), whole)

    yield spoil
    shutil.rmtree(ELSEWHERE, ignore_errors=True)
    SECOND_NAME.unlink(missing_ok=True)


@pytest.mark.parametrize("how", BROKEN)
def test_keys_that_are_not_root_s_or_not_whole(warm, spoil, how):
    """They open nothing, and a genuine login goes on."""
    spoil("keys", how)
    warm.server.on("/token", token(by=STRANGER))
    assert sign_in(warm) == ("DENY", "id_token_invalid")
    assert asked(warm, "keys") >= 2
    warm.server.on("/token", TOKEN)
    assert sign_in(warm) == GRANTED


@pytest.mark.parametrize("how", BROKEN)
def test_metadata_that_is_not_root_s_or_not_whole(warm, spoil, how):
    """Endpoints that somebody has chosen get nothing."""
    spoil("metadata", how)
    assert sign_in(warm) == GRANTED
    assert asked(warm, "metadata") == 2
    assert not warm.server.to("/stranger")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", [*FOREIGN, *CORRUPT])
def test_it_is_mended_by_replacing_it(warm, spoil, kind, how):
    """Once, after which nothing is asked for."""
    spoil(kind, how)
    assert sign_in(warm) == GRANTED
    found = cache_files.the(kind).lstat()
    assert stat.S_ISREG(found.st_mode) and found.st_nlink == 1
    assert (found.st_uid, stat.S_IMODE(found.st_mode)) == (0, 0o600)
    assert sign_in(warm) == GRANTED
    assert asked(warm, kind) == 2


def test_keys_that_are_no_keys_open_nothing(warm):
    """A file that is whole and says nothing: asked for once more."""
    cache_files.plant(cache_files.the("keys"), cache_files.build(
        "keys", cache_files.keys_body(["{}", "no JSON"])))
    assert sign_in(warm) == GRANTED
    assert asked(warm, "keys") == 2


@pytest.mark.parametrize("spoil", [
    lambda: CACHE.chmod(0o770), lambda: CACHE.chmod(0o755),
    lambda: os.chown(CACHE, ALICE_UID, 0)],
    ids=["writable by its group", "readable", "another owner"])
def test_a_directory_that_others_reach_is_not_used(warm, spoil):
    """Fetched each time, said in the log, and nothing is written."""
    cache_files.plant(cache_files.the("keys"), stranger_keys())
    before = {file.name: file.read_bytes() for file in CACHE.iterdir()}
    spoil()
    warm.server.on("/token", token(by=STRANGER))
    assert sign_in(warm) == ("DENY", "id_token_invalid")
    warm.server.on("/token", TOKEN)
    assert sign_in(warm) == GRANTED
    assert asked(warm, "metadata") == 3
    assert {file.name: file.read_bytes()
            for file in CACHE.iterdir()} == before
    assert warm.said("not cached")


def test_a_directory_that_is_a_link_is_not_used(warm):
    """Wherever it leads."""
    shutil.copytree(CACHE, ELSEWHERE)
    ELSEWHERE.chmod(0o700)
    shutil.rmtree(CACHE)
    CACHE.symlink_to(ELSEWHERE)
    try:
        assert sign_in(warm) == GRANTED
    finally:
        CACHE.unlink()
        shutil.rmtree(ELSEWHERE)
    assert [asked(warm, kind) for kind in KINDS] == [2, 2]
