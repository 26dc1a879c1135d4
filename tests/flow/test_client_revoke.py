"""Revocation: vectors V1-V9."""

import pytest

from client_case import (BASIC, POST_PROOF, SECRET, by_hand, config_error,
                         failed, posted)
from documents import TOKEN
from scripted import Raw, Reply

ERROR = "REVOKE_TOKEN"


@pytest.fixture
def revoke(drive, server):
    """Revoke a token by client_secret_post unless told."""
    def run(reply=None, **options):
        server.on("/revoke", reply or Reply(200, type=None))
        return drive("revoke", **{
            **by_hand(server), **SECRET, "token": "RT",
            "revocation_method": "client_secret_post", **options})

    return run


def test_v1_client_secret_post(revoke, server):
    got = revoke(hint="refresh_token")
    assert posted(server, "/revoke",
                  b"token=RT&token_type_hint=refresh_token" + POST_PROOF)
    assert (got["result"], got["cause"], got["text"]) == ("OK", "none", "")


def test_v1_without_a_hint(revoke, server):
    revoke(token="r/t+ =")
    assert posted(server, "/revoke", b"token=r%2Ft%2B+%3D" + POST_PROOF)


def test_v2_client_secret_basic_and_an_empty_reply(revoke, server):
    got = revoke(method="client_secret_basic",
                 revocation_method="client_secret_basic")
    assert posted(server, "/revoke", b"token=RT", BASIC)
    assert got["result"] == "OK"


def test_v3_no_content(revoke):
    assert revoke(Reply(204))["result"] == "OK"


def test_v4_without_an_endpoint_it_is_not_supported(revoke, server):
    got = revoke(revocation_endpoint=None)
    assert (got["result"], got["is_request"]) == (
        "REVOKE_TOKEN_NOT_SUPPORTED", 0)
    assert server.connections == 0


def test_v5_the_method_of_revocation_is_used_for_it(revoke, server):
    revoke(method="client_secret_basic")
    assert posted(server, "/revoke", b"token=RT" + POST_PROOF)


def test_v5_and_the_other_way_round(revoke, server):
    revoke(method="client_secret_post",
           revocation_method="client_secret_basic")
    assert posted(server, "/revoke", b"token=RT", BASIC)


def test_v5_nor_does_it_change_the_token_endpoint(drive, server):
    server.on("/token", Reply(json=TOKEN))
    drive("refresh", **{**by_hand(server), **SECRET,
                        "method": "client_secret_basic",
                        "revocation_method": "client_secret_post"})
    assert posted(server, "/token",
                  b"grant_type=refresh_token&refresh_token=RT", BASIC)


def test_a_public_client_names_itself(revoke, server):
    revoke(client_secret=None, revocation_method="none")
    assert posted(server, "/revoke", b"token=RT&client_id=CLIENT_ID")


def test_v6_a_refusal(revoke):
    got = revoke(Reply(400, {"error": "unsupported_token_type"}))
    assert failed(got, ERROR, "http")
    assert (got["http_status"], got["error"]) == (
        400, "unsupported_token_type")


@pytest.mark.parametrize("reply, status", [
    (Reply(503, headers=("Retry-After: 1",)), 503),
    (Reply(302, headers=("Location: /other",)), 302),
    (Reply(201), 201), (Reply(202), 202), (Reply(401), 401)],
    ids=["v7", "v8", "201", "202", "401"])
def test_v7_v8_only_200_and_204_count(revoke, server, reply, status):
    got = revoke(reply)
    assert failed(got, ERROR, "http")
    assert got["http_status"] == status
    assert len(server.requests) == 1


@pytest.mark.parametrize("reply", [
    Reply(body=b"<html>", type="text/html"), Reply(body=b"OK", type=None),
    Reply(body=b"NOT JSON"), Reply(json=[]), Reply(json={}),
    Reply(json={"error": None})])
def test_v9_the_body_of_success_does_not_matter(revoke, reply):
    got = revoke(reply)
    assert (got["result"], got["cause"], got["text"]) == ("OK", "none", "")


@pytest.mark.parametrize("error", ["invalid_request", "", 5, {}])
def test_an_error_with_status_200_is_one(revoke, error):
    assert failed(revoke(Reply(json={"error": error})), ERROR, "http")


def test_transport_failures_say_which(revoke):
    assert failed(revoke(Raw(end="close")), ERROR, "transport")
    assert failed(revoke(Raw(end="hold"), timeout_ms=300), ERROR, "timeout")
    assert failed(revoke(Reply(body=b"a" * 262145)), ERROR, "too_big")


@pytest.mark.parametrize("token", [None, "", "a\nb", "é", "t" * 16385])
def test_a_token_that_is_none_is_not_sent(revoke, server, token):
    assert config_error(revoke(token=token), server, "token: ")


@pytest.mark.parametrize("hint", ["", "a b", "\x1b", "h" * 65])
def test_nor_a_hint_that_is_none(revoke, server, hint):
    assert config_error(revoke(hint=hint), server, "token_type_hint: ")
