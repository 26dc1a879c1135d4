"""flow = code: approve in Chromium, copy from the page, paste over ssh."""

import socket

import pytest
from callback import FILE, HOST_SHOWN, PATH, copy_all, shown
from house import SETTINGS
from story import Login, reached_by

PASTE = rb"and press Enter: "
MIXED = rb"from piece 1: "
PUSH = "/request"
SUDO_TAKES = 511
NOBODY = "https://localhost/pam_oauth2/callback"  # nothing answers there


@pytest.fixture
def begin(house, providers, site, login, opened):
    """Begin a login of alice's by a program, up to where it asks."""
    def start(name, host="ssh", landing=site.address(PATH)):
        at = providers[name]
        house.use_provider(at, "demo-code", flow="code")
        house.write_settings(
            f"{SETTINGS.read_text()}redirect_uri = {landing}\n")
        if host == "ssh":
            alice = login(at=at)
        else:
            opened.append(house.local("alice", *reached_by(host)))
            alice = Login(house, at, opened[-1], failed=1)
        alice.session.expect(PASTE)
        return alice

    return start


def approve(browser, alice, answer="allow"):
    """Do in the browser what the terminal asks for."""
    browser.look_like()
    browser.sign_in(alice.url, "alice", answer)
    browser.wait_seen("Signing in to")
    return browser


def paste(alice, piece, asked=None):
    """Paste a piece; asked: what is asked then."""
    alice.session.send(piece.encode() + b"\r")
    if asked:
        alice.session.expect(asked)


def signed_in(alice):
    """See that alice is in, and that the log has nothing of the paste."""
    assert alice.outcome()
    assert alice.decision()["reason"] == "approved"
    lines = "\n".join(alice.house.log.since(alice.log_mark))
    assert "PO2." not in lines and "code=" not in lines


@pytest.mark.parametrize("name, host", [
    ("pushed", "ssh"), ("plain", "ssh"), ("pushed", "sudo")])
def test_approve_copy_paste(browser, site, begin, name, host):
    """The whole story; the page names the host that asked."""
    alice = begin(name, host)
    page = approve(browser, alice)
    assert page.seen(HOST_SHOWN) == socket.gethostname()
    (piece,) = copy_all(page, site)
    assert len(piece) <= SUDO_TAKES
    paste(alice, piece)
    signed_in(alice)
    assert bool(alice.requests(PUSH)) == (name == "pushed")


@pytest.mark.parametrize("host", ["ssh", "sudo"])
@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)],
                         ids=["in turn", "backwards", "mixed"])
def test_a_long_code_goes_in_by_pieces(browser, site, begin, host, order):
    """More than ssh or sudo takes at once, in any order."""
    alice = begin("long", host)
    pieces = list(copy_all(approve(browser, alice), site))
    assert len(pieces) == 3 and max(map(len, pieces)) <= SUDO_TAKES
    for number in order[:-1]:
        paste(alice, pieces[number - 1], rb"Paste piece \d: ")
    paste(alice, pieces[order[-1] - 1])
    signed_in(alice)


def test_a_piece_that_was_left_out(browser, site, begin):
    """The terminal names it until it comes."""
    alice = begin("long")
    pieces = list(copy_all(approve(browser, alice), site))
    paste(alice, pieces[0], rb"1 of 3 pieces taken\. Paste piece 2: ")
    for _ in range(2):
        paste(alice, pieces[2], rb"2 of 3 pieces taken\. Paste piece 2: ")
    paste(alice, pieces[1])
    signed_in(alice)


@pytest.mark.parametrize("host", ["ssh", "sudo"])
def test_a_piece_that_was_damaged(browser, site, begin, host):
    """It is noticed before anything is sent, and all can come again."""
    alice = begin("long", host)
    pieces = list(copy_all(approve(browser, alice), site))
    for piece in pieces[:2]:
        paste(alice, piece, rb"Paste piece \d: ")
    paste(alice, pieces[2][:-1], MIXED)
    assert alice.requests("/token") == []
    for piece in pieces[:2]:
        paste(alice, piece, rb"Paste piece \d: ")
    paste(alice, pieces[2])
    signed_in(alice)


def test_declining_ends_it_in_the_terminal_too(browser, site, begin):
    """The page's text for it is understood."""
    alice = begin("pushed")
    page = approve(browser, alice, "deny")
    assert "Sign-in was declined" in page.seen()
    assert "error=access_denied" in shown(page)[0]
    paste(alice, *copy_all(page, site))
    alice.denied("access_denied")
    assert "declined in the browser" in alice.session.text


def test_the_address_in_the_bar_will_do_as_well(browser, begin):
    """A page whose script may not run: its address, pasted whole."""
    alice = begin("pushed")
    browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.look_like()
        browser.sign_in(alice.url, "alice")
        browser.wait_seen("copy the whole address")
        paste(alice, browser.address)
    finally:
        browser.devtools("Emulation.setScriptExecutionDisabled", value=False)
    signed_in(alice)


def test_the_page_as_a_file_makes_pieces_of_an_address(browser, site, begin):
    """Where nothing answers at the redirect URI: for sudo, a long code."""
    alice = begin("long", "sudo", NOBODY)
    browser.look_like()
    browser.sign_in(alice.url, "alice")
    browser.wait_seen("ERR_CONNECTION_REFUSED")
    address = browser.address
    assert address.startswith(f"{NOBODY}?code=")
    page = browser.open(FILE.as_uri())
    page.type("#address", address)
    page.click("#use")
    page.wait_seen("Signing in to")
    assert page.seen(HOST_SHOWN) == socket.gethostname()
    *pieces, last = copy_all(page, site)
    for piece in pieces:
        paste(alice, piece, rb"Paste piece \d: ")
    paste(alice, last)
    signed_in(alice)
