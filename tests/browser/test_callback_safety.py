"""The callback page against those who mean harm, and against itself."""

import base64
import hashlib
import re
import urllib.parse

import pytest
from browser import Site
from callback import (
    DONE, FILE, FRAME, HOST, HOST_SHOWN, ISS, NONCE, PATH, STATE, answer,
    code_of, pieces, shown, text_of)
from house import HOME
from provider import make_ca

SPELT = {"script-src": "script", "style-src": "style"}


def test_the_policy_names_script_and_style():
    """Nothing but these two may act, and nothing may be loaded."""
    text = FILE.read_text()
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', text)
    wanted = {"default-src": "'none'", "base-uri": "'none'",
              "form-action": "'none'", "trusted-types": "'none'",
              "require-trusted-types-for": "'script'"}
    for name, tag in SPELT.items():
        (body,) = re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", text, re.S)
        digest = hashlib.sha256(body.encode()).digest()
        wanted[name] = f"'sha256-{base64.b64encode(digest).decode()}'"
    assert dict(part.strip().split(" ", 1)
                for part in policy.group(1).split(";")) == wanted
    assert '<meta name="referrer" content="no-referrer">' in text
    assert not re.search(r"\b(src|href|style|on\w+)\s*=|url\(|@import",
                         re.sub(r"<script>.*</script>", "", text,
                                flags=re.S))
    assert not re.search(r"innerHTML|insertAdjacent|document\.write|eval\(",
                         text)


@pytest.mark.parametrize("state", [
    NONCE, f"{NONCE}.", f"{NONCE[1:]}.{HOST}", f"{NONCE}.{'h' * 64}",
    f"{NONCE}.host%20name", f"{NONCE}.h%C3%B6st", f"{NONCE}.%3Cb%3Ehost",
    f"{NONCE}.{HOST}%0A", f"x{NONCE}.{HOST}", f"{NONCE}.host:22", "%", ""])
def test_a_host_that_is_not_one_is_not_shown(visit, state):
    """Only letters, digits, dots and hyphens, behind a whole nonce."""
    page = visit(answer("abc", state))
    assert "an unknown host" in page.seen(HOST_SHOWN)
    assert "ost" not in page.title and shown(page)


@pytest.mark.parametrize("place", ["https", "http", "file"])
def test_the_answer_leaves_the_address_and_the_history(
        visit, site, places, place):
    """After reading: not in the bar, not behind the back button."""
    page = visit(answer("abc"), places[place])
    assert page.address == places[place]
    page.open(site.address("/paste"))
    page.back()
    assert page.address == places[place]
    page.open(places[place])
    assert "nothing to copy" in page.seen("h1:not([hidden])")
    assert "reloaded" in page.seen() and shown(page) == []


HOSTILE = {
    "a script": "<script>boom()</script>",
    "a script, encoded": urllib.parse.quote("<script>boom()</script>"),
    "an element": urllib.parse.quote("<img src=x onerror=boom()>"),
    "an element that closes another": urllib.parse.quote(
        "</textarea><svg onload=boom()>"),
    "an address": "javascript:boom()",
    "a shell's own": "`boom`;$(boom)|boom>x&boom",
    "controls": "a\x01%00%1b[2J%0D%0Arm%20-rf%20~%7F",
    "another direction": "%E2%80%AEtxt%E2%80%AC",
    "no UTF-8": "%ff%fe%c0%af",
    "no escape": "%zz%",
    "10 kB": "A" * 10240,
}


@pytest.mark.parametrize("name", ["code", "state", "iss", "error"])
@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_values_are_only_text(visit, name, value):
    """Nothing runs, is added, or reaches the text but as plain signs."""
    values = {"code": "abc", "state": STATE, "iss": ISS, name: value}
    page = visit()
    count = "return document.querySelectorAll('*').length"
    empty, extra = page.run(count), len(".piece > *") * 10
    page.log("browser")
    visit("&".join(f"{key}={text}" for key, text in values.items()))
    assert page.run("return document.querySelectorAll("
                    "'script, img, iframe, object, link').length") == 1
    assert page.run(count) < empty + extra
    assert page.log("browser") == []
    assert "boom" not in page.title and "boom" not in page.seen()
    got = shown(page)
    assert len(got) == (0 if len(value) > 4000 else 1)
    for piece in got:
        assert re.fullmatch(r"[A-Za-z0-9._~%+:/@,=&-]+", piece)
        text = text_of(piece)
        assert piece == pieces(text)[0]
        assert text.count("&") == len(values) - 1


def test_signs_of_the_shell_keep_their_meaning(visit):
    """They are encoded, and decoded they are what they were."""
    code = "a;b$(c)'d\"e|f<g>h*i!j{k}l[m]n^o`p\\q?r"
    (piece,) = shown(visit(answer(code)))
    fields = urllib.parse.parse_qs(text_of(piece))
    assert fields["code"] == [code] and fields["state"] == [STATE]


def test_a_pasted_address_is_made_plain(visit):
    """No URL parser has been over it: controls and the rest go here."""
    page = visit()
    page.run("document.querySelector('#address').value = "
             "'x?code=a\\u001b[2J\\n\\ud800\\u00e9 \\u{1f600}&state=s'")
    page.click("#use")
    assert shown(page) == pieces(
        "code=a%1B%5B2J%0A%EF%BF%BD%C3%A9%20%F0%9F%98%80&state=s")


@pytest.mark.parametrize("query", [
    "code=a&code=b&state=x", "code=a&c%6Fde=b", "code=a&state=x&state=x",
    "code=a&iss=x&iss=", "error=a&error=b", "code=a&code=a"])
def test_a_value_given_twice_is_not_passed_on(visit, query):
    """Whichever the module would take, somebody has meddled."""
    page = visit(query)
    assert shown(page) == []
    assert page.title == "This address cannot be used"


ATTEMPTS = {
    "fetch": "fetch(to).catch(() => 0)",
    "beacon": "navigator.sendBeacon(to, 'x')",
    "picture": "new Image().src = to",
    "socket": "new WebSocket(to.replace('https', 'wss'))",
    "frame": "add('iframe', {src: to})",
    "object": "add('object', {data: to})",
    "style sheet": "add('link', {rel: 'stylesheet', href: to})",
    "form": "add('form', {action: to, method: 'post'}).submit()",
    "base": "add('base', {href: to})",
    "inline style": "add('style', {textContent: '* { color: red }'})",
    "inline script": "add('script', {textContent: 'boom = 1'})",
    "script": "add('script', {src: to})",
    "markup": "document.body.innerHTML = '<img src=' + to + '>'",
    "worker": "new Worker(to)",
}
TRY = """
const [to, done] = arguments;
const seen = [];
addEventListener('securitypolicyviolation', (event) =>
    seen.push(event.effectiveDirective));
const add = (tag, values) => document.body.appendChild(
    Object.assign(document.createElement(tag), values));
try { %s } catch (error) { }
setTimeout(() => done(seen), 150);
"""


def test_nothing_leaves(visit, site, places):
    """Only the page itself is asked for, with every button pressed."""
    for place in places.values():
        page = visit(place=site.address("/paste"))
        page.log("performance")
        site.asked.clear()
        visit(answer(code_of(700)), place)
        for number in (1, 2):
            page.click(f".piece:nth-child({number}) button")
        page.wait_seen(DONE)
        assert page.requests() == [f"{place}?{answer(code_of(700))}"]
        assert page.run("return performance.getEntriesByType('resource')"
                        ".length") == 0
        assert page.run("return document.cookie + Object.keys("
                        "localStorage) + Object.keys(sessionStorage)") == ""
        assert len(site.asked) == (place == site.address(PATH))


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_the_browser_would_not_let_it(visit, site, attempt):
    """What a changed page might try: the policy stops it."""
    page = visit(answer("abc"))
    site.asked.clear()
    assert page.run_async(TRY % attempt, site.address("/leak"))
    assert site.asked == [] and page.address == site.address(PATH)


def test_a_frame_shows_nothing(visit, site):
    """Whoever draws over it must not have anybody press its buttons."""
    page = visit(place=site.address(FRAME))
    inside = page.run("const inside = frames[0].document; return ["
                      "inside.body.innerText, "
                      "inside.querySelectorAll('.piece').length]")
    assert "inside another page" in inside[0] and inside[1] == 0


def test_chromium_checks_certificates(house, browser):
    """Another authority's is refused: what it shows was really sent."""
    make_ca(HOME / "strangers")
    stranger = Site({PATH: FILE.read_bytes()}, HOME / "strangers")
    browser.open(stranger.address(PATH))
    browser.wait_seen("ERR_CERT_AUTHORITY_INVALID")
    assert stranger.asked == []
    stranger.close()
