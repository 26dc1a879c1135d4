"""flow = code: approve in Chromium, copy from the page, paste over ssh."""

import re
import socket

import pytest
from callback import HOST_SHOWN, PATH, copy_all, shown
from house import SETTINGS
from story import Login, reached_by

# What the module says when it wants the first piece, and a further one.
PASTE = rb"and press Enter: "
FURTHER = rb"Paste the next piece: "
LONG_CODE = 6000  # bits: 1000 characters, too long for sudo in one paste
PUSH = "/request"


@pytest.fixture(scope="module")
def providers(house, site):
    """Certified providers: with pushed requests, without, of long codes."""
    page = {"redirect_uri": site.address(PATH)}
    return {"pushed": house.start_provider(**page),
            "plain": house.start_provider(par="no", **page),
            "long": house.start_provider(code_bits=LONG_CODE, **page)}


@pytest.fixture
def use(house, providers, site):
    """Set up the code flow at one of them."""
    def setup(name):
        house.use_provider(providers[name], "demo-code", flow="code")
        house.write_settings(f"{SETTINGS.read_text()}"
                             f"redirect_uri = {site.address(PATH)}\n")
        return providers[name]

    return setup


@pytest.fixture
def begin(use, house, login, opened):
    """Begin a login of alice's by a program, up to where it asks."""
    def start(name, host="ssh"):
        at = use(name)
        if host == "ssh":
            alice = login(at=at)
        else:
            opened.append(house.local("alice", *reached_by(host)))
            alice = Login(house, at, opened[-1], failed=1)
        alice.session.expect(PASTE)
        return alice

    return start


def address_of(alice):
    """Return the address shown, which must be there with the question."""
    return re.search(r"https://\S+(?=\s)", alice.session.text).group()


def approve(browser, alice, answer="allow"):
    """Do in the browser what the terminal asks for."""
    browser.look_like()
    browser.sign_in(address_of(alice), "alice", answer)
    browser.wait_seen("Signing in to")
    return browser


def paste(alice, pieces):
    """Paste one piece after another, as each is asked for."""
    for number, piece in enumerate(pieces):
        if number:
            alice.session.expect(FURTHER)
        alice.session.send(piece.encode() + b"\r")


@pytest.mark.parametrize("name", ["pushed", "plain"])
def test_approve_copy_paste(browser, site, begin, name):
    """The whole story; the page names the host that asked."""
    alice = begin(name)
    page = approve(browser, alice)
    assert page.seen(HOST_SHOWN) == socket.gethostname()
    (piece,) = copy_all(page, site)
    paste(alice, [piece])
    assert alice.outcome()
    assert alice.decision()["reason"] == "approved"
    assert bool(alice.requests(PUSH)) == (name == "pushed")
    assert not any(piece[30:60] in line
                   for line in alice.house.log.since(alice.log_mark))


@pytest.mark.parametrize("host", ["ssh", "sudo"])
@pytest.mark.parametrize("order", [1, -1], ids=["in turn", "backwards"])
def test_a_long_code_goes_in_by_pieces(browser, site, begin, host, order):
    """More than ssh or sudo takes at once, in any order."""
    alice = begin("long", host)
    pieces = list(copy_all(approve(browser, alice), site))
    assert len(pieces) == 3
    paste(alice, pieces[::order])
    assert alice.outcome()
    assert alice.decision()["reason"] == "approved"


def test_declining_ends_it_in_the_terminal_too(browser, site, begin):
    """The page's text for it is understood."""
    alice = begin("pushed")
    page = approve(browser, alice, "deny")
    assert "Sign-in was declined" in page.seen()
    assert "error=access_denied" in shown(page)[0]
    paste(alice, copy_all(page, site))
    alice.denied("access_denied")
    assert "declined in the browser" in alice.session.text


def test_the_address_in_the_bar_will_do_as_well(browser, site, begin):
    """A page that could not be opened: its address, pasted whole."""
    alice = begin("pushed")
    browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.look_like()
        browser.sign_in(address_of(alice), "alice")
        browser.wait_seen("copy the whole address")
        paste(alice, [browser.address])
    finally:
        browser.devtools("Emulation.setScriptExecutionDisabled", value=False)
    assert alice.outcome()
