"""The key set as it is fetched; hostile JSON in test_client_json."""

import pytest

from client_case import by_hand, failed, fetched
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
    assert fetched(server, "/jwks")


def test_the_keys_are_told_in_order(keys):
    got = keys(Reply(json={"keys": [KEY, {"kid": "k2"}, {}], "x": 1}))
    assert (got["result"], got["cause"], got["text"]) == ("OK", "none", "")
    assert (got["keys"], got["kids"]) == (3, "k1\nk2\n")


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
