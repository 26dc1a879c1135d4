"""The key set as it is fetched; hostile JSON in test_client_json."""

import json

import pytest

from client_case import by_hand, failed
from documents import JWKS, WELL_KNOWN, metadata
from scripted import Raw, Reply

KEY = JWKS["keys"][0]
JWKS_URI = 128


@pytest.fixture
def keys(drive, server):
    """Fetch the key set."""
    def run(reply, **options):
        server.on("/jwks", reply)
        return drive("keys", **{**by_hand(server), **options})

    return run


def test_the_request_carries_no_credential(keys, server):
    keys(Reply(json=JWKS), client_secret="CLIENT_SECRET",
         method="client_secret_basic")
    request, = server.requests
    assert (request.method, request.target) == ("GET", "/jwks")
    assert request.body == b""
    assert request.headers == [
        ("Host", f"localhost:{server.port}"),
        ("User-Agent", request.header("User-Agent")),
        ("Accept", "application/json")]


def texts(got):
    """Return the keys as the client hands them out."""
    assert (got["result"], got["cause"], got["text"]) == ("OK", "none", "")
    return [json.loads(text) for text in got["texts"].splitlines()]


def test_the_keys_are_told_in_order(keys):
    other = {**KEY, "kid": "k2"}
    got = keys(Reply(json={"keys": [KEY, other, {}], "x": 1}))
    assert texts(got) == [KEY, other, {}]


def test_nothing_but_the_public_key_is_kept(keys):
    got = keys(Reply(json={"keys": [
        {**KEY, "x5c": ["MII"], "key_ops": ["verify"],
         "jku": "https://evil.example/"}]}))
    assert texts(got) == [KEY]


UNUSABLE = [{**KEY, "d": "A"}, {**KEY, "k": "A"},
            {**KEY, "kid": 5}, {**KEY, "x": None},
            {**KEY, "n": "A" * 2001},
            {**KEY, "key_ops": ["sign"]}, {**KEY, "key_ops": "sign"},
            {**KEY, "key_ops": 1}, {**KEY, "key_ops": []}]


@pytest.mark.parametrize("key", UNUSABLE)
def test_a_key_that_is_not_well_formed_is_left_out(keys, key):
    assert texts(keys(Reply(json={"keys": [key, KEY]}))) == [KEY]


def test_the_etag_is_kept_and_asked_with(keys, server):
    tagged = Reply(json=JWKS, headers=('ETag: "v1"',))
    assert keys(tagged)["etag"] == '"v1"'
    got = keys(Reply(304, type=None), etag='"v1"')
    assert (got["result"], got["unchanged"], got["keys"]) == ("OK", 1, 0)
    assert server.requests[0].header("If-None-Match") is None
    assert server.requests[1].header("If-None-Match") == '"v1"'


@pytest.mark.parametrize("etag", ["x" * 129, "\x01", "\xe4"])
def test_an_etag_that_cannot_be_sent_back_is_not_kept(keys, etag):
    got = keys(Reply(json=JWKS, headers=(f"ETag: {etag}",)))
    assert (got["result"], got["etag"]) == ("OK", "")


def test_unchanged_is_no_answer_to_who_knows_nothing(keys):
    assert failed(keys(Reply(304, type=None)), "JWKS", "http")


@pytest.mark.parametrize("kind", [
    "application/jwk-set+json", "Application/JWK-Set+JSON; charset=utf-8"])
def test_a_key_set_has_a_type_of_its_own(keys, drive, server, kind):
    assert keys(Reply(json=JWKS, type=kind))["keys"] == 1
    server.on("/me", Reply(json={"sub": "1"}, type=kind))
    got = drive("identity", **by_hand(server))
    assert failed(got, "GET_PROFILE", "json")


def test_32_keys_and_not_one_more(keys):
    assert keys(Reply(json={"keys": [KEY] * 32}))["keys"] == 32
    got = keys(Reply(json={"keys": [KEY] * 33}))
    assert failed(got, "JWKS", "too_big")
    assert got["text"] == "the key set has too many keys"


@pytest.mark.parametrize("document", [
    {}, {"keys": []}, {"keys": None}, {"keys": {}}, {"keys": KEY},
    {"keys": [KEY, None]}, {"keys": [KEY, "k"]}, {"keys": [[KEY]]},
    {"Keys": [KEY]}, KEY])
def test_what_is_no_key_set(keys, document):
    got = keys(Reply(json=document))
    assert failed(got, "JWKS", "protocol")
    assert "keys" not in got


@pytest.mark.parametrize("reply", [
    Reply(302, headers=("Location: /other",)), Reply(201, JWKS), Reply(204),
    Reply(404), Reply(503), Reply(json={**JWKS, "error": "x"})])
def test_only_200_counts(keys, server, reply):
    got = keys(reply)
    assert failed(got, "JWKS", "http")
    assert got["http_status"] == reply.status
    assert len(server.requests) == 1


def test_transport_failures_say_which(keys):
    assert failed(keys(Raw(end="close")), "JWKS", "transport")
    assert failed(keys(Raw(end="hold"), timeout_ms=300), "JWKS", "timeout")


def test_an_address_that_is_not_known(keys, server):
    assert keys(Reply(json=JWKS), jwks_uri=None)["result"] == "INTERNAL"
    assert server.connections == 0


@pytest.fixture
def discover(drive, server):
    """Look for the key set's address alone."""
    def run(**changes):
        document = {**metadata(server), **changes}
        server.on(WELL_KNOWN, Reply(json={
            k: v for k, v in document.items() if v is not ...}))
        return drive("discover", issuer=server.url, client_id="CLIENT_ID",
                     needs=JWKS_URI)

    return run


def test_its_address_is_discovered(discover, server):
    got = discover(token_endpoint=5)
    assert (got["result"], got["cause"]) == ("OK", "none")
    assert got["jwks_uri"] == server.url + "/jwks"


@pytest.mark.parametrize("uri, cause", [
    ("http://localhost/x", "policy"), ("https://evil.example/x", "policy"),
    ("https://u@localhost/x", "policy"), (..., "protocol"), (5, "protocol")])
def test_o2_an_address_that_is_not_allowed(discover, uri, cause):
    got = discover(jwks_uri=uri)
    assert failed(got, "DISCOVERY", cause)
    assert got["jwks_uri"] is None
    assert "jwks_uri" in got["text"]
