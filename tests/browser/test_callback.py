"""The callback page in a real browser: what it shows, and what it copies."""

import urllib.parse

import pytest
from browser import PHONE
from callback import (
    COPIED, DONE, HOST, HOST_SHOWN, ISS, NONCE, PATH, PIECE, ROOM, STATE,
    Client, answer, code_of, copy_all, fnv1a, pieces, shown, text_of)

TAB, ENTER = "\ue004", "\ue007"


def test_our_own_hash_is_right():
    """The published values of FNV-1a."""
    assert [fnv1a(text) for text in (b"", b"a", b"foobar")] == [
        0x811c9dc5, 0xe40c292c, 0xbf9cf968]


@pytest.mark.parametrize("place", ["https", "http", "file"])
def test_the_pieces_are_what_the_module_expects(visit, places, place):
    """Codes of 20 to 3000 characters, and both sides of each edge."""
    fixed = len(answer(""))
    for length in (20, ROOM - fixed - 1, ROOM - fixed, ROOM - fixed + 1,
                   700, 2 * ROOM - fixed, 2 * ROOM - fixed + 1, 1500, 3000):
        query = answer(code_of(length))
        got = shown(visit(query, places[place]))
        assert got == pieces(query)
        assert max(map(len, got)) <= PIECE
        assert "".join(text_of(piece) for piece in got) == query
    assert len(got) == 7


def test_eight_pieces_are_the_most(visit):
    """One character more, and it is said that this is too much."""
    most = 8 * ROOM - len(answer(""))
    assert len(shown(visit(answer(code_of(most))))) == 8
    page = visit(answer(code_of(most + 1)))
    assert shown(page) == [] and "too long" in page.seen("h1:not([hidden])")


def test_what_the_module_needs_and_nothing_else(visit):
    """Order, other parameters, and how a value was written."""
    code, state = "4%2F0Ab+c%2bd", STATE.replace(".", "%2E")
    page = visit(f"session_state=x&iss={ISS}&scope=openid+email&"
                 f"state={state}&&code={code}&=y&error_description=z")
    assert shown(page) == pieces(answer(code, state))
    assert HOST in page.seen(HOST_SHOWN)
    assert shown(visit("state=&code=abc")) == pieces("code=abc&state=")
    assert shown(visit("code=abc")) == pieces("code=abc")


def test_the_host_is_shown(visit):
    """In large letters, and in the title."""
    for host in ("a", "H" * 63, "10.0.0.7", HOST):
        page = visit(answer("abc", f"{NONCE}.{host}"))
        assert page.seen(HOST_SHOWN) == host
        assert page.title == f"One step is left in your terminal - {host}"


@pytest.mark.parametrize("place", ["https", "http", "file"])
def test_copy_puts_just_the_piece_into_the_clipboard(
        visit, site, places, place):
    """With the newer way of copying and, where there is none, the old."""
    query = answer(code_of(1000))
    page = visit(query, places[place])
    modern = page.run("return isSecureContext && !!navigator.clipboard")
    assert modern == (place != "http")
    for copied, piece in zip(copy_all(page, site), pieces(query),
                             strict=True):
        assert copied == piece
        assert page.run("return document.activeElement.tagName") == "BUTTON"


def test_the_person_is_told_what_is_next(visit):
    """After each piece: which is the next, and when it is the last."""
    page = visit(answer(code_of(1000)))
    buttons = "[...document.querySelectorAll('.piece button')]"
    assert page.run(f"return {buttons}.map((b) => b.innerText)") == [
        "Copy piece 1", "Copy piece 2", "Copy piece 3"]
    assert page.seen(".piece:nth-child(2) label") == "Piece 2 of 3"
    assert "until all 3 are in" in page.seen()
    for pressed, told in ((1, "again for piece 2."), (3, "for piece 2."),
                          (2, DONE), (2, DONE)):
        page.click(f".piece:nth-child({pressed}) button")
        page.wait_seen(told)
        assert told in page.seen(f".piece:nth-child({pressed}) .said")
        assert page.seen().count("Copied.") == 1
        assert page.run("return document.activeElement.innerText"
                        ) == f"Copy piece {pressed}"
    assert page.run("return document.querySelectorAll('.copied').length"
                    ) == 3


def test_a_browser_that_will_not_copy(visit):
    """Says so, and has the text selected to be copied by hand."""
    page = visit(answer("abc"))
    page.run("document.execCommand = () => false;"
             "navigator.clipboard.writeText = () => Promise.reject();")
    page.click(".piece button")
    page.wait_seen("did not let this page copy")
    assert "\u2713 Copied" not in page.seen()
    assert page.run("return getSelection().toString()") == shown(page)[0]


def test_the_keyboard_is_enough(visit, site):
    """Tab to the button, Enter; the text below is selected by Tab."""
    page = visit(answer("abc"))
    page.press(TAB)
    assert page.run("return document.activeElement.innerText") == "Copy"
    page.press(ENTER)
    page.wait_seen(DONE)
    page.press(TAB)
    assert page.run("return getSelection().toString()") == shown(page)[0]
    assert page.clipboard(site) == pieces(answer("abc"))[0]


def test_a_screen_reader_has_names_for_everything(visit):
    """Heading, buttons, fields, and regions that speak when filled."""
    page = visit(answer(code_of(700)))
    nodes = [node for node in page.devtools(
        "Accessibility.getFullAXTree")["nodes"] if not node["ignored"]]
    named = {(node["role"]["value"], node.get("name", {}).get("value"))
             for node in nodes}
    assert {("heading", "One step is left in your terminal"),
            ("button", "Copy piece 1"), ("button", "Copy piece 2"),
            ("textbox", "Piece 1 of 2"), ("textbox", "Piece 2 of 2")
            } <= named
    assert [node["role"]["value"] for node in nodes].count("status") == 2
    assert page.run("return document.documentElement.lang") == "en"


def test_a_declined_sign_in(visit, site):
    """Says so; what is shown ends the wait in the terminal."""
    page = visit(f"error=access_denied&error_description=Call+me&"
                 f"state={STATE}&iss={ISS}")
    assert page.seen("h1:not([hidden])") == "Sign-in was declined"
    assert HOST in page.seen() and "Call me" not in page.seen()
    assert "let them in" not in page.seen()
    expected = pieces(f"state={STATE}&iss={ISS}&error=access_denied")
    assert shown(page) == expected
    page.click(".piece button")
    page.wait_seen(DONE)
    assert page.clipboard(site) == expected[0]


@pytest.mark.parametrize("error", [
    "user_cancelled_login", "user_cancelled_authorize"])
def test_linkedin_has_words_of_its_own(visit, error):
    """For the same."""
    assert visit(f"error={error}&state={STATE}").title.startswith(
        "Sign-in was declined")


@pytest.mark.parametrize("error, told", [
    ("server_error", "server_error"), ("a%20b", "something unreadable"),
    ("call%EF%BC%8Bus", "something unreadable"),
    ("x" * 65, "something unreadable")])
def test_another_error_is_named(visit, error, told):
    """By its word, where it is one; the provider's prose is left out."""
    page = visit(f"code=abc&state={STATE}&error={error}")
    assert page.seen("h1:not([hidden])") == "Sign-in did not work"
    assert f"The provider answered {told}." in page.seen()


@pytest.mark.parametrize("query", [
    "", "x=y", "state=abc", "code=", "error=&state=abc", "code&state=abc"])
def test_without_an_answer_it_says_so(visit, query):
    """Nothing to copy, and where to begin."""
    page = visit(query)
    assert page.title == "There is nothing to copy here"
    assert "Start in your terminal" in page.seen() and shown(page) == []


def test_the_address_of_a_page_that_failed(visit, places):
    """The file, with what stood in the address bar pasted into it."""
    page = visit(place=places["file"])
    page.click("#use")
    page.wait_seen("holds no answer")
    query = answer(code_of(700))
    page.type("#address", f" https://localhost/callback?{query}#x ")
    page.click("#use")
    assert shown(page) == pieces(query) and HOST in page.title
    assert page.value("#address") == ""
    assert "holds no answer" not in page.seen()
    assert page.run("return document.activeElement.innerText"
                    ) == "One step is left in your terminal"


MEASURE = """
const light = (text) => {
    const part = text.match(/[\\d.]+/g).slice(0, 3).map((n) => n / 255)
        .map((c) => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * part[0] + .7152 * part[1] + .0722 * part[2];
};
const ground = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return colour === 'rgba(0, 0, 0, 0)' ? ground(element.parentElement)
        : colour;
};
const visible = [...document.querySelectorAll('body *')].filter((e) =>
    e.checkVisibility() && e.innerText);
return {
    over: document.documentElement.scrollWidth
        - document.documentElement.clientWidth,
    ground: light(getComputedStyle(document.body).backgroundColor),
    buttons: [...document.querySelectorAll('.piece button')].map((e) =>
        e.getBoundingClientRect().height),
    contrast: Math.min(...visible.map((e) => {
        const both = [light(getComputedStyle(e).color), light(ground(e))];
        return (Math.max(...both) + .05) / (Math.min(...both) + .05);
    })),
};
"""


@pytest.mark.parametrize("query", [
    answer(code_of(3000), f"{NONCE}.{'h' * 63}"), "error=" + "x" * 64, ""])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", [None, PHONE], ids=["desk", "phone"])
def test_it_can_be_read(visit, browser, screen, scheme, query):
    """On a telephone and a desk, by day and night (WCAG's 4.5 and 44)."""
    browser.look_like(screen, scheme)
    visit(query)
    if query:
        browser.click(".piece button")
        browser.wait_seen(COPIED)
    measured = browser.run(MEASURE)
    assert measured["over"] <= 0
    assert (measured["ground"] < 0.2) == (scheme == "dark")
    assert measured["contrast"] >= 4.5
    assert all(height >= 44 for height in measured["buttons"])


@pytest.mark.parametrize("query", [
    answer(code_of(43)), answer(code_of(1500)), "error=access_denied"])
def test_a_small_telephone_shows_what_matters(visit, browser, query):
    """Host and first button, before anybody scrolls."""
    browser.look_like(PHONE)
    page = visit(query)
    assert page.run(
        "return [...document.querySelectorAll('.piece button')][0]"
        ".getBoundingClientRect().bottom < innerHeight && "
        "document.querySelector('.host:not([hidden])')"
        ".getBoundingClientRect().bottom < innerHeight / 2")


def test_without_javascript(visit, browser):
    """There is a way on: the whole address can be pasted."""
    browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page = visit(answer("abc"))
        assert "copy the whole address" in page.seen()
        assert "nothing to copy" not in page.seen()
        assert page.address.endswith(answer("abc"))
    finally:
        browser.devtools("Emulation.setScriptExecutionDisabled", value=False)


@pytest.fixture(scope="module")
def client(providers, site):
    """A client whose redirect URI is the page."""
    return Client(providers["pushed"], site.address(PATH))


@pytest.fixture(scope="module")
def long_client(providers, site):
    """The same at a provider whose codes have 1000 characters."""
    return Client(providers["long"], site.address(PATH))


def approved(browser, site, client, pushed=False):
    """Approve, land, copy; returns the pieces."""
    browser.look_like()
    browser.sign_in(client.address(pushed), "alice")
    browser.wait_seen("left in your terminal")
    assert HOST in browser.seen(HOST_SHOWN)
    assert browser.address == client.redirect_uri
    return list(copy_all(browser, site))


@pytest.mark.parametrize("pushed", [False, True], ids=["plain", "pushed"])
def test_from_the_certified_provider_to_the_clipboard(
        browser, site, client, pushed):
    """What was copied is good for a token."""
    copied = approved(browser, site, client, pushed)
    fields = urllib.parse.parse_qs(text_of(copied[0]))
    assert copied == pieces(text_of(copied[0]))
    assert list(fields) == ["code", "state", "iss"]
    assert fields["state"] == [STATE]
    assert fields["iss"] == [client.provider.issuer]
    assert client.email(fields["code"][0]) == "alice@example.com"


def test_a_long_code_arrives_in_pieces(browser, site, long_client):
    """Joined again they are good for a token."""
    copied = approved(browser, site, long_client)
    text = "".join(map(text_of, copied))
    assert copied == pieces(text) and len(copied) == 3
    (code,) = urllib.parse.parse_qs(text)["code"]
    assert long_client.email(code) == "alice@example.com"


def test_declining_at_the_certified_provider(browser, client):
    """The button of its page leads to ours, which says so."""
    browser.look_like()
    browser.sign_in(client.address(), "alice", "deny")
    browser.wait_seen("Sign-in was declined")
    assert "error=access_denied" in shown(browser)[0]


def test_a_pushed_request_makes_the_address_short(client, capsys):
    """What a person types or photographs; the figures are printed."""
    sizes = [len(client.address(pushed)) for pushed in (False, True)]
    with capsys.disabled():
        print(f"\nauthorize URL: {sizes[0]} bytes, pushed {sizes[1]}")
    assert sizes[1] < sizes[0]
