"""What the tests of the callback page share: its pieces, and a client."""

import base64
import hashlib
import json
import os
import ssl
import urllib.parse
import urllib.request

from provider import ROOT

FILE = ROOT / "conf" / "callback" / "index.html"
PATH = "/pam_oauth2/callback"
NONCE = "Zm9yIHRoZSB0ZXN0cyBvZiB0aGUgcGFn"
HOST = "bastion-01.corp.example"
STATE = f"{NONCE}.{HOST}"
ISS = "https%3A%2F%2Flogin.corp.example%2Frealms%2Fstaff"
ALPHABET = "Ab3-_9xZ.~"
PIECE = 480
ROOM = PIECE - len("PO2.1/1.01234567.")
COPIED = "\u2713 Copied. Go back to the terminal, paste, press Enter. "
DONE = COPIED + "After that you can close this page."
CLIENT = "demo-code"
HOST_SHOWN = ".host:not([hidden]) strong"
FRAME = "/frame"


def fnv1a(data):
    """Return the 32-bit FNV-1a hash of some bytes."""
    value = 2166136261
    for byte in data:
        value = (value ^ byte) * 16777619 & 0xffffffff
    return value


def pieces(text):
    """Return the pieces of a text, as the page has to cut it."""
    check = f"{fnv1a(text.encode()):08x}"
    parts = [text[at:at + ROOM] for at in range(0, len(text), ROOM)]
    return [f"PO2.{number}/{len(parts)}.{check}.{part}"
            for number, part in enumerate(parts, 1)]


def text_of(piece):
    """Return the part of the text that a piece carries."""
    return piece.split(".", 3)[3]


def code_of(length):
    """Return a code of a length."""
    return (ALPHABET * length)[:length]


def answer(code, state=STATE, iss=ISS):
    """Return the query a provider would append."""
    return f"code={code}&state={state}&iss={iss}"


def shown(browser):
    """Return the pieces that the page shows."""
    return browser.run("return [...document.querySelectorAll("
                       "'.piece textarea')].map((area) => area.value)")


def copy_all(browser, site):
    """Press every Copy button; yields what each put into the clipboard."""
    count = len(shown(browser))
    for number in range(1, count + 1):
        browser.click(f".piece:nth-child({number}) button")
        following = f"Then come here again for piece {number + 1}."
        browser.wait_seen(following if number < count else DONE)
        yield browser.clipboard(site)


class Client:
    """The code client of the certified provider, without a host."""

    def __init__(self, provider, redirect_uri):
        self.provider = provider
        self.redirect_uri = redirect_uri
        self._context = ssl.create_default_context(cafile=provider.ca_file)
        self.endpoints = self._fetch("/.well-known/openid-configuration")
        self._verifier = base64.urlsafe_b64encode(os.urandom(32))[:43]

    def _fetch(self, path, fields=None):
        """Fetch JSON from the provider, with a POST where there are any."""
        data = urllib.parse.urlencode(fields).encode() if fields else None
        with urllib.request.urlopen(
                urllib.parse.urljoin(self.provider.issuer, path), data,
                timeout=10, context=self._context) as reply:
            return json.load(reply)

    def address(self, pushed=False):
        """Return the address at which a person begins."""
        digest = hashlib.sha256(self._verifier).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        fields = {
            "response_type": "code", "client_id": CLIENT, "state": STATE,
            "redirect_uri": self.redirect_uri, "scope": "openid email",
            "code_challenge": challenge, "code_challenge_method": "S256"}
        if pushed:
            fields = {"client_id": CLIENT, "request_uri": self._fetch(
                self.endpoints["pushed_authorization_request_endpoint"],
                fields)["request_uri"]}
        query = urllib.parse.urlencode(fields)
        return f"{self.endpoints['authorization_endpoint']}?{query}"

    def email(self, code):
        """Return whose code it is."""
        token = self._fetch(self.endpoints["token_endpoint"], {
            "grant_type": "authorization_code", "code": code,
            "redirect_uri": self.redirect_uri, "client_id": CLIENT,
            "code_verifier": self._verifier.decode()})["access_token"]
        request = urllib.request.Request(
            self.endpoints["userinfo_endpoint"],
            headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(
                request, timeout=10, context=self._context) as reply:
            return json.load(reply)["email"]
