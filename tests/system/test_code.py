"""The flow code: approve, land, and paste what the address bar shows."""

import re
import sys
from urllib.parse import parse_qs, urlsplit

import pytest
from provider import SOURCE

sys.path.append(str(SOURCE))

from approve import authorize  # noqa: E402

LANDING = "https://localhost/pam_oauth2/callback"
INVITED = rb"and press Enter: "
AGAIN = rb"paste it again: "
CUT = rb"the pieces that the page shows: "
LOCAL = {
    "sudo": ("alice", "sudo", "sh", "-c", "echo rea''ched"),
    "su": ("bob", "su", "alice", "-c", "echo rea''ched"),
}


@pytest.fixture(autouse=True)
def pasting(house, provider):
    """Settings with a place to land and no other way."""
    house.use_provider(provider, "demo-code", flow="code",
                       at_provider={"redirect_uri": LANDING})


def land(login, person="alice", deny=False):
    """Read the address off the screen, approve, return where it ends."""
    login.session.expect(INVITED)
    return authorize(login.url, str(login.provider.ca_file), person, deny)


def paste(login, text):
    """Paste a line."""
    login.session.send(text.encode() + b"\r")


def parameters(address):
    """Return the query of an address, each name once."""
    return {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}


def fnv(text):
    """Return the checksum of pieces: FNV-1a, 32 bits."""
    total = 2166136261
    for byte in text.encode():
        total = ((total ^ byte) * 16777619) & 0xffffffff
    return f"{total:08x}"


def as_is(address):
    """The whole address."""
    return [address]


def the_code(address):
    """The code alone."""
    return [parameters(address)["code"]]


def the_query(address):
    """The parameters without the address."""
    return [urlsplit(address).query]


def three_pieces(address):
    """What the callback page shows, the last piece first."""
    query = urlsplit(address).query
    third = -(-len(query) // 3)
    parts = [query[i:i + third] for i in range(0, len(query), third)]
    return [f"PO2.{i}/3.{fnv(query)}.{part}"
            for i, part in reversed(list(enumerate(parts, 1)))]


@pytest.mark.parametrize(
    "shape", [as_is, the_code, the_query, three_pieces])
def test_what_the_browser_shows_can_be_pasted(login, shape):
    """Each of these is enough."""
    alice = login()
    for piece in shape(land(alice)):
        paste(alice, piece)
        if piece.startswith("PO2.") and not piece.startswith("PO2.1"):
            alice.session.expect(rb"Paste the next piece: ")
    assert alice.outcome()
    decision = alice.decision()
    assert (decision["reason"], decision["flow"]) == ("approved", "code")


def test_a_pushed_request_keeps_the_address_short(login, capsys):
    """The address holds a reference alone (RFC 9126); no secret of ours."""
    alice = login()
    alice.session.expect(INVITED)
    names = set(parameters(alice.url))
    rows = alice.session.text.count("█")
    with capsys.disabled():
        print(f"\npushed: {len(alice.url)} characters", end="")
    assert names == {"client_id", "request_uri"} and rows


@pytest.mark.parametrize("damage, reason", [
    (lambda a: re.sub(r"state=[^&]{4}", "state=AAAA", a), "paste_state"),
    (lambda a: re.sub(r"iss=[^&]*", "iss=https%3A%2F%2Fevil.example", a),
     "paste_issuer"),
    (lambda a: re.sub(r"&iss=[^&]*", "", a), "paste_issuer"),
    (lambda a: a.replace("https://localhost/", "https://evil.example/"),
     "paste_invalid"),
    (lambda a: a + "&code=again", "paste_invalid"),
    (lambda a: "no code at all", "paste_invalid"),
])
def test_three_bad_pastes_are_the_end(login, damage, reason):
    """Each time it is explained; the code itself is never sent."""
    alice = login()
    bad = damage(land(alice))
    for _ in range(2):
        paste(alice, bad)
        alice.session.expect(AGAIN)
    paste(alice, bad)
    alice.denied(reason)
    assert alice.requests("/token") == []


def test_a_bad_paste_can_be_made_good(login):
    """The second time is right."""
    alice = login()
    address = land(alice)
    paste(alice, address[:-3].replace("code=", "kode="))
    alice.session.expect(AGAIN)
    paste(alice, address)
    assert alice.outcome()


def test_what_ssh_cut_is_explained(login):
    """1,023 bytes arrive of a longer line; the code alone then does."""
    alice = login()
    address = land(alice)
    paste(alice, address + "&padding=" + "x" * 1500)
    alice.session.expect(CUT)
    paste(alice, parameters(address)["code"])
    assert alice.outcome()


def test_what_is_cut_three_times_is_denied(login):
    """Nothing of it is sent anywhere."""
    alice = login()
    address = land(alice)
    for _ in range(2):
        paste(alice, address + "&padding=" + "x" * 1500)
        alice.session.expect(CUT)
    paste(alice, address + "&padding=" + "x" * 1500)
    alice.denied("paste_cut")
    assert alice.requests("/token") == []


def test_a_code_of_another_login_is_refused(login):
    """PKCE binds it to the login that asked for it."""
    first, second = login(), login()
    code = parameters(land(first))["code"]
    second.session.expect(INVITED)
    paste(second, code)
    assert not second.outcome()
    reasons = {d["reason"] for d in second.house.log.decisions(
        second.log_mark)}
    assert reasons == {"code_refused"}
    assert len(second.requests("/token")) == 1


def test_another_person_and_a_refusal_are_denied(login):
    """Who approved is checked as ever, and who declined is heard."""
    alice = login()
    paste(alice, land(alice, "mallory"))
    alice.denied("identity_not_allowed")
    alice = login()
    paste(alice, land(alice, deny=True))
    alice.denied("access_denied")


@pytest.mark.parametrize("program", LOCAL)
def test_programs_of_this_machine_take_a_paste(local, program):
    """The code is short enough for sudo too."""
    alice = local(*LOCAL[program])
    paste(alice, parameters(land(alice))["code"])
    assert alice.outcome()


def test_auto_prefers_the_device_grant(house, provider, login):
    """Where the provider has both, nobody has to paste."""
    house.use_provider(provider, "demo-device", flow="auto",
                       at_provider={"redirect_uri": LANDING})
    alice = login().wait_prompt().approve("alice")
    alice.press_enter()
    assert alice.outcome()
    assert alice.decision()["flow"] == "device"
