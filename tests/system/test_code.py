"""The flow code: approve, land, and paste what the address bar shows."""

import re
import signal
import sys
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from provider import SOURCE
from screen import find_code, render
from story import COMMAND

sys.path.append(str(SOURCE))

from approve import authorize  # noqa: E402

LANDING = "https://localhost/pam_oauth2/callback"
INVITED = rb"and press Enter: "
AGAIN = rb"paste it again: "
CUT = rb"the pieces that the page shows: "
SHELL = rb"alice@\S+\$ "
LOCAL = {
    "sudo": ("alice", "sudo", "sh", "-c", COMMAND),
    "su": ("bob", "su", "alice", "-c", COMMAND),
    "login": ("root", "login", "alice"),
}
HOSTS = ("sshd", *LOCAL)
PEOPLE = ("sshd", "sudo")  # hosts that differ in what they do at a prompt
LAST_SETTINGS = {"redirect_uri": LANDING}


@pytest.fixture(autouse=True)
def pasting(house, provider):
    """Settings with a place to land and no other way."""
    house.use_provider(provider, "demo-code", flow="code",
                       at_provider=LAST_SETTINGS)


@pytest.fixture
def begin(login, local):
    """Begin a sign-in of alice's by way of a host."""
    def start(host="sshd", **how):
        return local(*LOCAL[host], **how) if host in LOCAL else login(**how)

    return start


def land(alice, person="alice", deny=False):
    """Read the address off the screen, approve, return where it ends."""
    alice.session.expect(INVITED)
    return authorize(alice.url, str(alice.provider.ca_file), person, deny)


def paste(alice, text, asked=None):
    """Paste a line; asked: what is asked then.

    An answer that is faster than any hand is taken for a pressed key.
    """
    time.sleep(0.1)
    alice.session.send(text.encode() + b"\r")
    if asked:
        alice.session.expect(asked)


def parameters(address):
    """Return the query of an address, each name once."""
    return {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}


def lengthened(address, length):
    """Return a good address of that length; the provider may add things."""
    return f"{address}&padding=".ljust(length, "x")


def sent(alice):
    """Return how often a code was sent to the provider."""
    return len(alice.requests("/token"))


def signed_in(alice, host="sshd"):
    """See that alice is in, with one code sent."""
    if host == "login":
        alice.session.expect(SHELL)
        assert "(alice)" in alice.session.command("id")
    else:
        assert alice.outcome()
    decision = alice.decision()
    assert (decision["reason"], decision["flow"]) == ("approved", "code")
    assert sent(alice) == 1


def refused(alice, reason, codes_sent=0):
    """See that it is denied, whatever the host asks then."""
    alice.house.log.wait_for("event=decision", alice.log_mark)
    (decision, *_) = alice.house.log.decisions(alice.log_mark)
    assert (decision["result"], decision["reason"]) == ("denied", reason)
    assert sent(alice) == codes_sent
    alice.session.hang_up(signal.SIGKILL)  # sudo and login ask again


def three_times(alice, text, asked, reason):
    """Paste the same three times: explained twice, then denied."""
    for _ in range(2):
        paste(alice, text, asked)
    paste(alice, text)
    refused(alice, reason)


def fnv(text):
    """Return the checksum of pieces: FNV-1a, 32 bits."""
    total = 2166136261
    for byte in text.encode():
        total = ((total ^ byte) * 16777619) & 0xffffffff
    return f"{total:08x}"


@pytest.mark.parametrize("host", HOSTS)
def test_o13_a_code(begin, host):
    """Alone it is enough."""
    alice = begin(host)
    paste(alice, parameters(land(alice))["code"])
    signed_in(alice, host)


@pytest.mark.parametrize("host", HOSTS)
def test_o13_an_address(begin, host):
    """The whole of it."""
    alice = begin(host)
    paste(alice, land(alice))
    signed_in(alice, host)


@pytest.mark.parametrize("host", HOSTS)
def test_o13_parameters(begin, host):
    """code=...&state=..., without the rest of the address."""
    alice = begin(host)
    paste(alice, urlsplit(land(alice)).query)
    signed_in(alice, host)


@pytest.mark.parametrize("host", HOSTS)
def test_pieces_in_any_order(begin, host):
    """As the callback page makes them, the last one first."""
    alice = begin(host)
    query = urlsplit(land(alice)).query
    third = -(-len(query) // 3)
    for number in (3, 2, 1):
        part = query[(number - 1) * third:number * third]
        paste(alice, f"PO2.{number}/3.{fnv(query)}.{part}",
              None if number == 1 else rb"taken\. Paste piece 1: ")
    signed_in(alice, host)


@pytest.mark.parametrize("host", PEOPLE)
def test_o13_state_wrong(begin, host):
    """Of another sign-in."""
    alice = begin(host)
    address = re.sub(r"state=[^&]{4}", "state=AAAA", land(alice))
    three_times(alice, address, AGAIN, "paste_state")


@pytest.mark.parametrize("host", PEOPLE)
def test_o13_iss_wrong(begin, host):
    """Of another provider."""
    alice = begin(host)
    address = re.sub(r"iss=[^&]*", "iss=https%3A%2F%2Fevil.example",
                     land(alice))
    three_times(alice, address, AGAIN, "paste_issuer")


def test_o13_iss_missing(begin):
    """The provider announces that it sends one."""
    alice = begin()
    address = re.sub(r"&iss=[^&]*", "", land(alice))
    three_times(alice, address, AGAIN, "paste_issuer")


def test_o13_code_twice(begin):
    """In one address, where it could be either."""
    alice = begin()
    three_times(alice, land(alice) + "&code=again", AGAIN, "paste_invalid")


@pytest.mark.parametrize("host", HOSTS)
def test_o13_access_denied(begin, host):
    """Declined in the browser, and said so in the terminal."""
    alice = begin(host)
    paste(alice, land(alice, deny=True))
    alice.session.expect(rb"declined in the browser")
    refused(alice, "access_denied")


@pytest.mark.parametrize("text", [
    "no code at all", "https://evil.example/?code=x&state=y", "hunter2"])
def test_what_is_no_code_is_not_sent(begin, text):
    """It is asked for again, three times in all."""
    alice = begin()
    land(alice)
    three_times(alice, text, AGAIN, "paste_invalid")


@pytest.mark.parametrize("host", PEOPLE)
def test_a_bad_paste_can_be_made_good(begin, host):
    """The second time is right."""
    alice = begin(host)
    address = land(alice)
    paste(alice, address[:-3].replace("code=", "kode="), AGAIN)
    paste(alice, address)
    signed_in(alice, host)


WHOLE = [("sshd", 512), ("sshd", 1022), ("sudo", 511), ("su", 512),
         ("su", 1023), ("su", 1500), ("login", 512), ("login", 1023),
         ("login", 1500), ("login", 4094)]


@pytest.mark.parametrize("host, length", WHOLE)
def test_o14_what_a_host_takes_whole(begin, host, length):
    """Up to this many bytes nothing is lost."""
    alice = begin(host)
    paste(alice, lengthened(land(alice), length))
    signed_in(alice, host)


LOST = [("sshd", 1023), ("sshd", 1500), ("sudo", 512), ("sudo", 1022),
        ("sudo", 1023), ("sudo", 1500), ("su", 4095), ("login", 4095),
        ("login", 5000)]


@pytest.mark.parametrize("host, length", LOST)
def test_o14_what_a_host_cuts_is_explained(begin, host, length):
    """The code alone then does; what was left of the line is gone."""
    alice = begin(host)
    address = land(alice)
    paste(alice, lengthened(address, length), CUT)
    paste(alice, parameters(address)["code"])
    signed_in(alice, host)


@pytest.mark.parametrize("host", PEOPLE)
def test_o14_three_times_too_long(begin, host):
    """It is explained twice; nothing is sent anywhere."""
    alice = begin(host)
    address = land(alice)
    three_times(alice, lengthened(address, 1500), CUT, "paste_cut")


def test_the_rest_of_a_long_line_is_no_code(begin):
    """sudo leaves what it did not read: it would be the next answer."""
    alice = begin("sudo")
    land(alice)
    paste(alice, "x" * 1023 + "0123456789abcdef0123456789abcdef", CUT)
    paste(alice, "what?", AGAIN)
    assert sent(alice) == 0


def test_the_rest_of_a_long_line_is_no_command(local):
    """Nor does the shell get it when sudo is given up."""
    alice = local("alice", "sh", "-c",
                  "trap : INT; sudo true; read -r x; echo \"<$x>\"")
    land(alice)
    paste(alice, "x" * 1023 + "; echo oh dear", CUT)
    time.sleep(0.2)
    alice.session.send(b"\x03")
    alice.session.expect(rb"a password is required")
    paste(alice, "next", rb"<next>\r\n")
    assert alice.decision()["reason"] == "cancelled"


@pytest.mark.parametrize("again", [False, True], ids=["at once", "later"])
@pytest.mark.parametrize("key", [b"\x03", b"\x1c"], ids=["Ctrl-C", "Ctrl-\\"])
def test_a_key_ends_sudo(begin, key, again):
    """Without a word of long lines, though sudo fails alike for those."""
    alice = begin("sudo")
    land(alice)
    if again:
        paste(alice, "what?", AGAIN)
    time.sleep(0.2)  # sudo misses a key in the instant before it reads
    alice.session.send(key)
    alice.denied("cancelled")
    assert "cut off" not in alice.session.text


def test_the_code_of_another_verifier(begin):
    """PKCE binds it to the sign-in that asked for it."""
    first, second = begin(), begin()
    code = parameters(land(first))["code"]
    second.session.expect(INVITED)
    paste(second, code)
    assert not second.outcome()
    reasons = {d["reason"] for d in second.house.log.decisions(
        second.log_mark)}
    assert reasons == {"code_refused"}
    assert sent(second) == 1


def test_a_code_is_good_once(begin):
    """A second sign-in with it is refused by the provider."""
    first = begin()
    code = parameters(land(first))["code"]
    paste(first, code)
    signed_in(first)
    second = begin()
    second.session.expect(INVITED)
    paste(second, code)
    second.denied("code_refused")
    assert sent(second) == 1


@pytest.mark.parametrize("host", HOSTS)
def test_another_person_is_denied(begin, host):
    """Who approved is checked as ever."""
    alice = begin(host)
    paste(alice, land(alice, "mallory"))
    alice.session.expect(rb"may not sign in as alice here")
    refused(alice, "identity_not_allowed", codes_sent=1)


def test_an_unknown_user_sees_what_a_refused_one_does(login):
    """sshd hides what is pasted for nobody-knows, be it right or wrong."""
    seen = []
    for user in ("bob", "nobody-knows"):
        somebody = login(user)
        paste(somebody, land(somebody))
        assert not somebody.outcome()
        after = somebody.session.text.split("press Enter: ")[1]
        seen.append(re.sub(r"PO2\S+|https\S+|\([0-9A-Z-]{9}\)", "", after)
                    .replace(user, "USER"))
    assert seen[0] == seen[1] and "may not sign in as USER here" in seen[0]
    assert [d["reason"] for d in somebody.house.log.decisions(
        somebody.log_mark)] == ["user_unknown"]


@pytest.fixture(scope="module")
def providers(house):
    """Providers that lack something."""
    return {"no device": house.start_provider(device="no"),
            "no par": house.start_provider(par="no")}


def test_auto_prefers_the_device_grant(house, provider, login):
    """Where the provider has both, nobody has to paste."""
    house.use_provider(provider, "demo-device", flow="auto",
                       at_provider=LAST_SETTINGS)
    alice = login().wait_prompt().approve("alice")
    alice.press_enter()
    assert alice.outcome()
    assert alice.decision()["flow"] == "device"


@pytest.mark.parametrize("host", PEOPLE)
def test_auto_is_the_flow_code_without_a_device_endpoint(
        house, providers, begin, host):
    """It is the provider that decides."""
    at = providers["no device"]
    house.use_provider(at, "demo-code", flow="auto",
                       at_provider=LAST_SETTINGS)
    alice = begin(host, at=at)
    paste(alice, land(alice))
    signed_in(alice, host)


def test_auto_needs_a_place_to_land(house, providers, login):
    """Without one there is no way but the device grant's."""
    at = providers["no device"]
    house.use_provider(at, "demo-code", flow="auto")
    login(at=at).denied("endpoint_refused", "provider_malformed")


def test_a_pushed_request_makes_address_and_code_smaller(
        house, provider, providers, login, capsys):
    """Both measured on the screen; it holds a reference alone (RFC 9126)."""
    sizes = {}
    for name, at in (("plain", providers["no par"]), ("pushed", provider)):
        house.use_provider(at, "demo-code", flow="code",
                           at_provider=LAST_SETTINGS)
        alice = login(at=at)
        alice.session.expect(INVITED)
        code = find_code(render(alice.session.output, 100, 300), "utf8")
        sizes[name] = (len(alice.url), len(code), len(code[0]))
    names = set(parameters(alice.url))
    with capsys.disabled():
        for name, size in sizes.items():
            print("\n{}: {} bytes, a QR code of {} lines x {} columns".format(
                name, *size), end="")
    assert names == {"client_id", "request_uri"}
    assert all(a < b for a, b in zip(sizes["pushed"], sizes["plain"]))


def test_it_is_said_how_long_a_pushed_request_is_good(begin):
    """The certified provider forgets it after a minute."""
    alice = begin()
    alice.session.expect(INVITED)
    assert "Open the address within 60 s." in alice.session.text
