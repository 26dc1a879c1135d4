"""A client that proves itself with its private key (private_key_jwt)."""

import shutil
import sys
import time

import pytest
from house import HOME, KEY_FILE
from provider import SOURCE, make_keys

sys.path.append(str(SOURCE))

from approve import authorize  # noqa: E402

LANDING = "https://localhost/pam_oauth2/callback"
INVITED = rb"and press Enter: "
CLIENTS = ("demo-rs256", "demo-es256")
DEVICE, TOKEN, PUSH = "/device/auth", "/token", "/request"


def wait_request(login, path):
    """Wait until the provider was asked."""
    deadline = time.monotonic() + 5
    while not login.requests(path):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("client", CLIENTS)
def test_the_device_flow(house, provider, login, client):
    """The device request and two polls: the provider takes each proof."""
    house.use_provider(provider, client)
    alice = login().wait_prompt()
    alice.press_enter()
    wait_request(alice, TOKEN)
    alice.approve("alice")
    assert alice.outcome()
    assert alice.decision()["reason"] == "approved"
    requests = alice.requests(DEVICE, TOKEN)
    assert {e["client"] for e in requests} == {client}
    assert [e["path"] for e in requests] == [DEVICE, TOKEN, TOKEN]
    assert [e.get("error") for e in requests] == [
        None, "authorization_pending", None]


@pytest.mark.parametrize("client", CLIENTS)
def test_the_flow_code(house, provider, login, client):
    """The pushed request and the code's, and what the browser landed on."""
    house.use_provider(provider, client, flow="code",
                       at_provider={"redirect_uri": LANDING})
    alice = login()
    alice.session.expect(INVITED)
    landed = authorize(alice.url, str(provider.ca_file), "alice", False)
    alice.session.send(landed.encode() + b"\r")
    assert alice.outcome()
    decision = alice.decision()
    assert (decision["reason"], decision["flow"]) == ("approved", "code")
    requests = alice.requests(PUSH, TOKEN)
    assert {e["client"] for e in requests} == {client}
    assert [e["path"] for e in requests] == [PUSH, TOKEN]


@pytest.fixture
def other_keys(tmp_path):
    """Keys that the provider does not know."""
    make_keys(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.mark.parametrize("client, alg", [
    ("demo-rs256", "RS256"), ("demo-es256", "ES256"),
    ("demo-rs256", "ES256")])
def test_another_key_is_rejected(
        house, provider, login, other_keys, client, alg):
    """Whoever has the settings and not the key is not this client."""
    house.use_provider(provider, client)
    shutil.copy(other_keys / f"{alg}.pem", KEY_FILE)
    alice = login()
    alice.denied("client_rejected")
    assert [e["error"] for e in alice.requests(DEVICE)] == ["invalid_client"]
    assert "This host is not set up correctly." in alice.session.text


def test_a_key_that_others_can_read_is_not_used(house, provider, login):
    """Mode 0644: nothing is asked, nothing is sent."""
    house.use_provider(provider, "demo-es256")
    KEY_FILE.chmod(0o644)
    alice = login()
    detail = alice.denied("secret_unreadable")["detail"]
    assert detail == f"{KEY_FILE}: mode 0644 is too open, at most 0700"
    assert alice.requests(DEVICE, TOKEN) == []


def test_nothing_of_a_proof_is_logged(house, provider, login):
    """Not even while every step is."""
    house.use_provider(provider, "demo-es256", debug="yes")
    alice = login().wait_prompt().approve("alice")
    alice.press_enter()
    assert alice.outcome()
    lines = "\n".join(house.log.since(alice.log_mark))
    key = (HOME / "keys" / "ES256.pem").read_text().splitlines()
    assert "eyJ" not in lines
    assert not [line for line in key[1:-1] if line in lines]
