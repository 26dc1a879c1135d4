"""The real helper's cache: whose it is, for how long, and of what.

Whatever happens to it, a login goes on with what the provider says now, or is
denied.
"""

import contextlib
import re
import shutil
import socket
import stat
import threading
from pathlib import Path

import pytest

import cache_files
import documents
from cache_files import CACHE, GRANTED, HOUR, KINDS, PATHS, asked
from helper_house import CA_FILE, SIGNER, TOKEN, sign_in, token
from scripted import Reply

pytest_plugins = ["helper_fixtures"]


def test_who_writes_it_and_how(warm):
    """Root alone, in a directory of root's; names that say nothing."""
    whole = CACHE.stat()
    assert (whole.st_uid, stat.S_IMODE(whole.st_mode)) == (0, 0o700)
    files = list(CACHE.iterdir())
    assert len(files) == 2
    for file in files:
        found = file.lstat()
        assert stat.S_ISREG(found.st_mode) and found.st_nlink == 1
        assert (found.st_uid, found.st_gid) == (0, 0)
        assert stat.S_IMODE(found.st_mode) == 0o600
        assert found.st_size < 65536
        assert re.fullmatch(r"[0-9a-f]{32,64}\.(keys|metadata)", file.name)
    assert b"localhost" not in cache_files.the("keys").read_bytes()


def test_the_directory_is_made(logins):
    """Where it is missing: for root alone, whatever the umask."""
    CACHE.rmdir()
    logins.answer(TOKEN)
    assert sign_in(logins) == GRANTED
    assert stat.S_IMODE(CACHE.stat().st_mode) == 0o700
    assert len(list(CACHE.iterdir())) == 2


def test_a_warm_cache_asks_for_nothing(warm):
    """The second login makes no discovery and no key request."""
    for _ in range(3):
        assert sign_in(warm) == GRANTED
    assert [asked(warm, kind) for kind in KINDS] == [1, 1]
    assert len(warm.server.to("/device")) == 4


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("age, count", [
    (HOUR - 20, 1), (HOUR, 2), (10 * HOUR, 2), (-20, 1), (-120, 2),
    (-10**9, 2)])
def test_it_is_good_for_an_hour(warm, kind, age, count):
    """And a time that lies ahead is no time."""
    cache_files.set_age(kind, age)
    assert sign_in(warm) == GRANTED
    assert sign_in(warm) == GRANTED
    assert asked(warm, kind) == count
    assert sum(asked(warm, other) for other in KINDS) == count + 1


def with_etag(logins, etag='"v1"'):
    """Have both documents sent with an ETag, and 304 where it is sent."""
    answers = {kind: logins.server.answer(PATHS[kind]) for kind in KINDS}

    def answer(kind):
        def reply(request):
            if request.header("If-None-Match") == etag:
                return Reply(304, type=None)
            whole = answers[kind]
            return Reply(json=whole.json, headers=(f"ETag: {etag}",))

        return reply

    for kind in KINDS:
        logins.server.on(PATHS[kind], answer(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_not_changed_is_good_for_another_hour(logins, kind):
    """ETag sent, 304 honoured, and the age of the file renewed."""
    logins.answer(TOKEN)
    with_etag(logins)
    assert sign_in(logins) == GRANTED
    content = cache_files.the(kind).read_bytes()[cache_files.HEAD.size:]
    cache_files.set_age(kind, 2 * HOUR)
    assert sign_in(logins) == GRANTED
    assert sign_in(logins) == GRANTED
    first, second = logins.server.to(PATHS[kind])
    assert first.header("If-None-Match") is None
    assert second.header("If-None-Match") == '"v1"'
    file = cache_files.the(kind)
    assert file.read_bytes()[cache_files.HEAD.size:] == content


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_changed_replaces_it(logins, kind):
    """An ETag of before, and another document."""
    logins.answer(TOKEN)
    with_etag(logins)
    assert sign_in(logins) == GRANTED
    before = cache_files.the(kind).read_bytes()
    cache_files.set_age(kind, 2 * HOUR)
    logins.answer(TOKEN)
    with_etag(logins, '"v2"')
    assert sign_in(logins) == GRANTED
    assert logins.server.to(PATHS[kind])[1].header("If-None-Match") == '"v1"'
    after = cache_files.the(kind).read_bytes()
    assert b'"v1"' in before and b'"v2"' in after


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_unchanged_that_is_not_known(logins, kind):
    """A 304 that nobody asked for is no document."""
    logins.answer(TOKEN)
    logins.server.on(PATHS[kind], Reply(304, type=None))
    assert sign_in(logins) == ("DENY", "provider_error")
    assert not cache_files.find(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_an_etag_that_is_too_long_is_none(logins, kind):
    """What could not be kept is not sent."""
    logins.answer(TOKEN)
    with_etag(logins, f'"{"x" * 200}"')
    assert sign_in(logins) == GRANTED
    cache_files.set_age(kind, 2 * HOUR)
    assert sign_in(logins) == GRANTED
    for request in logins.server.to(PATHS[kind]):
        assert request.header("If-None-Match") is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answer, reason", [
    (Reply(503), "provider_error"), (Reply(404), "provider_error"),
    (Reply(json=[]), "provider_malformed"),
    (Reply(302, headers=("Location: /x",)), "provider_error")])
def test_what_is_old_does_not_help_out(warm, kind, answer, reason):
    """A failure widens nothing: denied, and the file is as it was."""
    cache_files.set_age(kind, HOUR)
    before = cache_files.the(kind).read_bytes()
    warm.server.on(PATHS[kind], answer)
    assert sign_in(warm) == ("DENY", reason)
    assert cache_files.the(kind).read_bytes() == before


def test_a_provider_that_is_gone_denies(warm):
    """Fresh documents do not make a login either."""
    warm.server.close()
    assert sign_in(warm)[0] == "DENY"


# What cannot be written

@pytest.mark.parametrize("options", [
    "ro", "size=4096,nr_inodes=1", "size=4096"],
    ids=["read-only", "no inode left", "full"])
def test_a_login_goes_on_without(logins, mounted, options):
    """It asks each time, and says why."""
    logins.answer(TOKEN)
    with mounted(CACHE, options):
        if options == "size=4096":
            (CACHE / "fill").write_bytes(b"x" * 4096)
        for _ in range(2):
            assert sign_in(logins) == GRANTED
        assert [asked(logins, kind) for kind in KINDS] == [2, 2]
        assert not cache_files.find("keys")
        assert not list(CACHE.glob(".*"))
    assert logins.said("keys are not cached: ")
    assert logins.said("metadata is not cached: ")


def test_what_cannot_be_replaced_stays_as_it_was(logins, mounted):
    """Half a file is never seen, nor what was to become one."""
    logins.answer(TOKEN)
    with mounted(CACHE, "size=12288"):
        assert sign_in(logins) == GRANTED
        for kind in KINDS:
            cache_files.set_age(kind, HOUR)
        with (CACHE / "fill").open("wb", buffering=0) as file:
            assert file.write(b"x" * 12288) == 4096
        before = {file.name: file.read_bytes() for file in CACHE.iterdir()}
        assert sign_in(logins) == GRANTED
        assert {file.name: file.read_bytes()
                for file in CACHE.iterdir()} == before
    assert [asked(logins, kind) for kind in KINDS] == [2, 2]


def test_a_reader_sees_one_or_the_other(warm):
    """Replaced at once: never half a file, while many logins write it."""
    file = cache_files.the("keys")
    body = file.read_bytes()[cache_files.HEAD.size:]
    seen, stop = set(), threading.Event()

    def read():
        while not stop.is_set():
            seen.add(file.read_bytes()[cache_files.HEAD.size:])

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(3):
            cache_files.set_age("keys", HOUR)
            modules = [warm.start().greet() for _ in range(5)]
            for module in modules:
                module.invited()
            for module in modules:
                module.reply()
            assert {module.verdict() for module in modules} == {GRANTED}
    finally:
        stop.set()
        reader.join()
    assert seen == {body}
    assert not list(CACHE.glob(".*"))


def test_it_is_bounded(logins):
    """33 keys are too many, and 33 long ones no file."""
    logins.answer(TOKEN)
    logins.server.on("/jwks", Reply(json={
        "keys": SIGNER.jwks()["keys"] * 9}))
    assert sign_in(logins) == ("DENY", "provider_malformed")
    assert not cache_files.find("keys")
    long = [{"kty": "RSA", "kid": f"{i}", "n": "A" * 1900, "e": "AQAB"}
            for i in range(28)]
    logins.server.on("/jwks", Reply(json={
        "keys": long + SIGNER.jwks()["keys"]}))
    assert sign_in(logins) == GRANTED
    assert 50000 < cache_files.the("keys").stat().st_size < 65536


# Other settings, another file

class Tunnel:
    """A proxy that lets everything through."""

    def __init__(self, make_server):
        self.asked = []
        self.url = f"http://127.0.0.1:{make_server(take=self._take).port}"

    def _take(self, connection):
        head = connection.recv(4096)
        self.asked.append(head)
        port = int(re.match(rb"CONNECT localhost:(\d+) ", head).group(1))
        with socket.create_connection(("127.0.0.1", port)) as other:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(
                target=self._pump, args=(other, connection), daemon=True)
            back.start()
            self._pump(connection, other)
            back.join()

    @staticmethod
    def _pump(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


def other_ca(logins, _):
    """Trust the same authority, in another file."""
    copy = CA_FILE.with_name("other-ca.pem")
    shutil.copyfile(CA_FILE, copy)
    text = Path("/etc/pam_oauth2/pam_oauth2.conf").read_text()
    logins.house.write_settings(text.replace(str(CA_FILE), str(copy)))


def other_issuer(logins, _):
    """Have the same server speak for another issuer."""
    issuer = logins.server.url + "/other"
    logins.set({"issuer": issuer})
    logins.server.on("/other" + documents.WELL_KNOWN, Reply(json={
        **documents.metadata(logins.server), "issuer": issuer}))
    logins.server.on("/token", token(iss=issuer))


def other_keys(logins, _):
    """Name another place for the keys."""
    logins.set({"jwks_uri": logins.server.url + "/keys"})
    logins.server.on("/keys", Reply(json=SIGNER.jwks()))


ORIGINS = {
    "issuer": other_issuer, "ca_file": other_ca, "jwks_uri": other_keys,
    "endpoint_hosts": lambda logins, _: logins.set(
        {"endpoint_hosts": "api.example"}),
    "proxy": lambda logins, make_server: logins.set(
        {"proxy": Tunnel(make_server).url}),
}


@pytest.mark.parametrize("setting", ORIGINS)
def test_with_other_settings_it_is_another_document(
        warm, make_server, setting):
    """What was fetched under the old ones has no say, and stays."""
    before = {kind: cache_files.the(kind) for kind in KINDS}
    start = len(warm.server.requests)
    ORIGINS[setting](warm, make_server)
    assert sign_in(warm) == GRANTED
    paths = [r.path.rpartition("/")[2] for r in warm.server.requests[start:]]
    assert "openid-configuration" in paths
    assert {"jwks", "keys"} & set(paths)
    for kind, file in before.items():
        assert {file} < set(cache_files.find(kind))


def test_a_client_of_the_same_provider_shares_it(warm):
    """Scopes, client and the like have no say in what is fetched."""
    warm.set({"scopes": "openid email"}, login_timeout=60)
    assert sign_in(warm) == GRANTED
    assert [asked(warm, kind) for kind in KINDS] == [1, 1]
    assert len(list(CACHE.iterdir())) == 2
