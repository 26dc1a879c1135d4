"""get_profile and get_id_email; more of userinfo in test_client_identity."""

import pytest

from client_case import by_hand, failed, fetched
from documents import USERINFO
from scripted import Raw, Reply


@pytest.fixture
def fetch(drive, server):
    """Run a command on a reply of the userinfo endpoint."""
    def run(command, reply, **options):
        server.on("/me", reply)
        return drive(command, **{**by_hand(server), **options})

    return run


@pytest.mark.parametrize("command", ["profile", "id_email"])
def test_p17_the_request_has_the_token_in_a_header_alone(
        fetch, server, command):
    fetch(command, Reply(json=USERINFO))
    assert fetched(server, "/me", "Bearer AT")


def test_a_profile_is_any_object(fetch):
    got = fetch("profile", Reply(json={"id": 5, "login": "octocat"}))
    assert (got["result"], got["login"]) == ("OK", "octocat")
    assert fetch("profile", Reply(json={}))["result"] == "OK"


def test_id_and_email(fetch, server):
    got = fetch("id_email", Reply(json=USERINFO))
    assert (got["result"], got["issuer"]) == ("OK", server.url)
    assert (got["sub"], got["email"]) == (
        USERINFO["sub"], "alice@corp.example")
    assert got["email_verified"] == 1


def test_an_email_may_be_missing(fetch):
    got = fetch("id_email", Reply(json={"sub": "1"}))
    assert (got["result"], got["sub"], got["email"]) == ("OK", "1", None)
    assert got["email_verified"] == 0


@pytest.mark.parametrize("command, error", [
    ("profile", "GET_PROFILE"), ("id_email", "GET_ID_EMAIL")])
def test_failures_have_their_own_name(fetch, command, error):
    assert failed(fetch(command, Reply(401)), error, "http")
    assert failed(fetch(command, Reply(json=[])), error, "json")
    assert failed(fetch(command, Raw(end="close")), error, "transport")
    assert failed(fetch(command, Reply(json={**USERINFO, "error": "x"})),
                  error, "http")
    got = fetch(command, Reply(json=USERINFO), userinfo_endpoint=None)
    assert got["result"] == "INTERNAL"


def test_an_id_must_be_there(fetch):
    assert failed(fetch("id_email", Reply(json={"email": "a@b.example"})),
                  "GET_ID_EMAIL", "protocol")
