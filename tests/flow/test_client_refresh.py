"""Refreshing: vectors R1-R8; R4 and R9 are about what is stored."""

import pytest

from client_case import (BASIC, POST_PROOF, REDIRECT_FORM, REDIRECT_URI,
                         SECRET, by_hand, config_error, failed, posted)
from documents import TOKEN
from scripted import Raw, Reply

FORM = b"grant_type=refresh_token&refresh_token=RT"
ERROR = "REFRESH_TOKEN"


@pytest.fixture
def refresh(drive, server):
    """Refresh; a dict is the JSON of a reply."""
    def run(*replies, path="/token", **options):
        server.on(path, *[
            Reply(json=r) if isinstance(r, dict) else r
            for r in replies or [TOKEN]])
        return drive("refresh", **{**by_hand(server), **options})

    return run


def kept(got, cause):
    """Whether it failed, and the refresh token may still be good."""
    assert failed(got, ERROR, cause)
    assert got["is_over"] == 0
    return True


@pytest.mark.parametrize("options, proof, authorization", [
    ({}, b"&client_id=CLIENT_ID", None),
    (SECRET, POST_PROOF, None),
    ({**SECRET, "method": "client_secret_basic"}, b"", BASIC)])
def test_r1_the_request(refresh, server, options, proof, authorization):
    got = refresh(**options)
    assert posted(server, "/token", FORM + proof, authorization)
    assert (got["result"], got["access_token"]) == ("OK", "AT")
    assert (got["lifetime"], got["is_over"]) == (3600, 0)


def test_r1_the_token_is_encoded(refresh, server):
    refresh(refresh_token="r/t+ =")
    assert server.requests[0].body.startswith(
        b"grant_type=refresh_token&refresh_token=r%2Ft%2B+%3D&")


def test_r2_without_an_endpoint_it_is_not_supported(refresh, server):
    got = refresh(token_endpoint=None)
    assert (got["result"], got["is_request"]) == (
        "REFRESH_TOKEN_NOT_SUPPORTED", 0)
    assert server.connections == 0


def test_r2_an_endpoint_of_its_own(refresh, server):
    got = refresh(path="/refresh",
                  refresh_token_endpoint=server.url + "/refresh")
    assert posted(server, "/refresh", FORM + b"&client_id=CLIENT_ID")
    assert got["result"] == "OK"


@pytest.mark.parametrize("reply", [TOKEN, {**TOKEN, "refresh_token": None}])
def test_r3_no_new_refresh_token_the_old_one_is_kept(refresh, reply):
    assert refresh(reply)["refresh_token"] == "RT"


def test_a_new_refresh_token_is_told(refresh):
    got = refresh({**TOKEN, "refresh_token": "RT2", "id_token": "a.b.c"})
    assert (got["refresh_token"], got["id_token"]) == ("RT2", "a.b.c")


@pytest.mark.parametrize("status", [200, 400, 401])
def test_r5_invalid_grant_is_the_end_of_the_token(refresh, status):
    got = refresh(Reply(status, {
        "error": "invalid_grant",
        "error_description": "Session not active"}))
    assert failed(got, ERROR, "http")
    assert (got["is_over"], got["error"]) == (1, "invalid_grant")


def test_r6_an_error_with_status_200(refresh):
    got = refresh({"error": "bad_refresh_token"})
    assert kept(got, "http")
    assert got["error"] == "bad_refresh_token"


@pytest.mark.parametrize("reply", [
    Reply(503, headers=("Retry-After: 120",)), Reply(500), Reply(429),
    Reply(302, headers=("Location: /x",)), Reply(401, {
        "error": "invalid_client"}), Reply(400, {"error": "invalid_scope"}),
    Reply(503, body=b"invalid_grant", type="text/html")])
def test_r7_other_refusals_leave_it(refresh, server, reply):
    assert kept(refresh(reply), "http")
    assert len(server.requests) == 1


def test_r7_a_provider_that_is_not_there_leaves_it(refresh):
    assert kept(refresh(Raw(end="hold"), timeout_ms=300), "timeout")
    assert kept(refresh(Raw(end="close")), "transport")
    assert kept(refresh(Reply(body=b'{"error":"invalid_grant"')), "json")


def test_r8_extra_parameters(refresh, server):
    refresh(extras=f"redirect_uri={REDIRECT_URI}\nscope=a b", **SECRET)
    assert posted(server, "/token", FORM + (
        f"&redirect_uri={REDIRECT_FORM}&scope=a+b").encode() + POST_PROOF)


@pytest.mark.parametrize("name", [
    "grant_type", "refresh_token", "client_id", "client_secret",
    "client_assertion", "client_assertion_type"])
def test_r8_extras_with_names_of_ours(refresh, server, name):
    assert config_error(refresh(extras=name + "=x"), server, name)


@pytest.mark.parametrize("token", [None, "", "a\nb", "é", "t" * 16385])
def test_a_token_that_is_none_is_not_sent(refresh, server, token):
    got = refresh(refresh_token=token)
    assert config_error(got, server, "refresh_token: ")


@pytest.mark.parametrize("reply", [
    {}, {**TOKEN, "token_type": "mac"}, {**TOKEN, "refresh_token": 5},
    {**TOKEN, "refresh_token": "a b"}, {**TOKEN, "expires_in": -1}])
def test_a_reply_that_is_no_token(refresh, reply):
    assert kept(refresh(reply), "protocol")


def test_a_required_scope_that_is_gone(refresh):
    got = refresh({**TOKEN, "scope": "openid"}, required_scopes="email")
    assert kept(got, "policy")


def test_a_refresh_token_is_sent_once(refresh, server):
    got = refresh(Reply(400, {"error": "x"}), Raw(end="close"), TOKEN,
                  repeat=2)
    assert kept(got, "transport")
    assert len(server.requests) == 2
