"""ETags of the cache: they save a download, and keep nothing alive.

Who once put something else into the cache, with the ETag of the document that
belongs there, would have the provider itself prolong it every hour.
"""

import json

import pytest

import cache_files
import documents
from cache_files import GRANTED, HEAD, HOUR, KINDS, PATHS
from helper_house import SIGNER, TOKEN, sign_in
from idtoken import Signer
from scripted import Reply
from wire import field

pytest_plugins = ["helper_fixtures"]

DAY = 24 * HOUR
ETAG = '"v1"'


def with_etags(logins):
    """Have the provider answer with an ETag, or that all is as it was."""
    server = logins.server
    whole = {"keys": SIGNER.jwks(), "metadata": documents.metadata(server)}

    def answer(kind):
        def answered(request):
            if request.header("If-None-Match") == ETAG:
                return Reply(304, type=None)
            return Reply(json=whole[kind], headers=(f"ETag: {ETAG}",))

        return answered

    logins.answer(TOKEN)
    for kind, path in PATHS.items():
        server.on(path, answer(kind))


@pytest.fixture
def known(logins):
    """A cache that is full, and over an hour old."""
    with_etags(logins)
    assert sign_in(logins) == GRANTED
    for kind in KINDS:
        cache_files.set_age(kind, HOUR, whole=HOUR)
    return logins


def last_etag(logins, kind):
    """Return what the last request said of what is known."""
    return logins.server.to(PATHS[kind])[-1].header("If-None-Match")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("age, etag", [
    (HOUR, ETAG), (DAY - 60, ETAG), (DAY, None), (9 * DAY, None),
    (-HOUR, None)])
def test_once_a_day_it_comes_whole(known, kind, age, etag):
    """However often it was said to be the same; a time ahead is none."""
    cache_files.set_age(kind, HOUR, whole=age)
    assert sign_in(known) == GRANTED
    assert last_etag(known, kind) == etag
    cache_files.set_age(kind, HOUR)
    assert sign_in(known) == GRANTED
    assert last_etag(known, kind) == ETAG


def times(kind):
    """Return when a file was fetched, and when it came whole."""
    head = HEAD.unpack(cache_files.the(kind).read_bytes()[:HEAD.size])
    return head[3], head[5]


@pytest.mark.parametrize("kind", KINDS)
def test_unchanged_does_not_make_it_younger(known, kind):
    """Only what comes whole is new."""
    before = times(kind)
    assert sign_in(known) == GRANTED
    after = times(kind)
    assert before[1] == after[1] < after[0]


@pytest.mark.parametrize("etag", [b"a\nb", b"a\x1b", b"\xc3\xa4", b""])
@pytest.mark.parametrize("kind", KINDS)
def test_an_etag_that_could_not_be_sent_is_none(known, kind, etag):
    """It would fail every request, and so every login, for good."""
    file = cache_files.the(kind)
    content = file.read_bytes()
    old = field("ETAG", ETAG)
    assert old in content
    cache_files.plant(file, content.replace(
        old, field("ETAG", etag)))
    assert sign_in(known) == GRANTED
    assert last_etag(known, kind) is None


def test_keys_that_do_not_fit_are_fetched_whole(known):
    """Not asked for with the ETag of those that do not fit."""
    file = cache_files.the("keys")
    others = Signer(("RS256",), prefix="other").jwks()["keys"]
    body = cache_files.keys_body([json.dumps(key) for key in others])
    cache_files.plant(file, cache_files.build(
        "keys", field("ETAG", ETAG) + body))
    assert sign_in(known) == GRANTED
    assert last_etag(known, "keys") is None
