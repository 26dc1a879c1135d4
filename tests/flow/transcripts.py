"""Sign-ins that were granted, recorded message for message.

Every one is played here and now with the real children and a scripted
provider, because times and keys are in what they say.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import assertions
import documents
import helper_house
from house import write_file
from idtoken import claims
from peers import Packet, Person, Relay, Script, kind_of
from provider_doubles import DOUBLES, emails
from scripted import Reply

ALICE = helper_house.ALICE
PROFILE = {"email": ALICE["email"], "email_verified": True}
LANDING = "https://login.example/pam_oauth2/"
CODE = "SplxlOBeZQQYbYS6WxSbIA"
PAR = "pushed_authorization_request_endpoint"
DIRECTORY = Path("/etc/pam_oauth2")
KEY_FILE = DIRECTORY / "fake-key.pem"
SECRET_FILE = DIRECTORY / "fake-secret"
QUESTIONS = {"METADATA": "FETCH_METADATA", "KEYS": "FETCH_KEYS"}
CHILDREN = ("worker", "judge", "fetcher")


@dataclass
class World:
    """A provider, and the settings for it."""

    name: str
    settings: dict
    provider: object             # settings of its section, by its address
    answers: dict                # of the scripted server, by path
    in_token: dict               # claims of the ID token beyond the usual


def signed_userinfo(request):
    """Answer with userinfo that is signed: it has no times."""
    url = f"https://{request.header('Host')}"
    return Reply(body=helper_house.SIGNER.sign(
        claims(url, **ALICE, iat=None, exp=None)).encode(),
        type="application/jwt")


BY_TOKEN = {"email_from": "id_token"}
BY_CODE = {**BY_TOKEN, "flow": "code"}


def usual(url):
    """Return the settings of a provider that has metadata."""
    return {"issuer": url}


def for_code(url):
    """Return those for codes."""
    return {"issuer": url, "redirect_uri": LANDING}


def with_key(url):
    """Return those of a client with a private key."""
    return {"issuer": url, "token_endpoint_auth_method": "private_key_jwt",
            "private_key_file": KEY_FILE}


def at_github(url):
    """Return those of GitHub, which signs nothing."""
    return {"preset": "github", "token_endpoint": url + "/token",
            "device_authorization_endpoint": url + "/device",
            "userinfo_endpoint": url + "/me"}


def github():
    """Return the answers of GitHub's double about alice."""
    double = DOUBLES["github"]
    return {
        "/device": Reply(json={**double.device, "interval": 1}),
        "/token": Reply(json=double.token), "/me": Reply(json=double.person),
        "/me/emails": emails((ALICE["email"], True, True))}


def write_settings(name, settings, provider):
    """Write a settings file; returns its path."""
    path = DIRECTORY / (re.sub(r"\W+", "-", name) + ".conf")
    write_file(path, helper_house.SETTINGS.format(
        settings=helper_house.lines(settings), ca_file=helper_house.CA_FILE,
        provider=helper_house.lines(provider)), 0o640)
    return path


WORLDS = [
    World("device, ID token", BY_TOKEN, usual, {}, PROFILE),
    World("device, userinfo", {}, usual, {}, {}),
    World("device, signed userinfo", {}, usual, {"/me": signed_userinfo}, {}),
    World("code, ID token", BY_CODE, for_code, {}, PROFILE),
    World("pushed, ID token", BY_CODE, for_code, {
        "/par": Reply(201, {"request_uri": "urn:x:1", "expires_in": 60})},
        PROFILE),
    World("private_key_jwt", BY_TOKEN, with_key, {}, PROFILE),
    World("plain OAuth2", {}, at_github, github(), {}),
]


class Transcript:
    """One sign-in: what each child has said, and to what."""

    def __init__(self, world, url, config, relays, pasted):
        self.world, self.url = world, url
        self.config, self.pasted = config, pasted
        self.name = world.name
        self.replies = {name: relays[name].replies() for name in CHILDREN}
        self.sent = {kind_of(data): Packet.read(data)
                     for relay in relays.values()
                     for is_childs, data in relay.notes if not is_childs}

    def person(self, config=None, **hello):
        """Return the same person again."""
        return Person(config or self.config, self.pasted, **hello)

    def with_settings(self, name, settings):
        """Write settings that differ from those of the sign-in."""
        own = dict(settings)
        provider = own.pop("provider", {})
        if "allowlist" in own:
            path = DIRECTORY / "fake-allowlist"
            write_file(path, own["allowlist"], 0o600)
            own["allowlist"] = path
        return write_settings(
            f"{self.name} {name}", {**self.world.settings, **own},
            {**self.world.provider(self.url), **provider})

    def script(self, child):
        """Return a child that says the same again."""
        return (Fetcher(self) if child == "fetcher"
                else Script(self.replies[child]))

    def said(self, child, kind):
        """Return the first packet of this type that a child has said."""
        return next(packet for reply in self.replies[child]
                    for packet in map(Packet.read, reply)
                    if packet.kind == kind)

    @property
    def nonce(self):
        """The nonce that the ID token has to have, or None."""
        nonce = self.said("worker", "TOKENS").get("ID_TOKEN") and (
            "AUTHORIZE" in map(kind_of, self.replies["worker"][1]))
        return self.sent["START"].get("NONCE").decode() if nonce else None


class Fetcher(Script):
    """A key-fetcher that answers what it is asked, however often."""

    def __init__(self, transcript):
        super().__init__()
        self._answers = {QUESTIONS[kind_of(data)]: data
                         for data in sum(transcript.replies["fetcher"], [])}

    def bring_keys(self, keys):
        """Answer with other keys."""
        self._answers["FETCH_KEYS"] = Packet.make(
            "KEYS", KEY=[json.dumps(key) for key in keys]).data()

    def hear(self, data):
        """Return what is said to a message."""
        self.heard.append(data)
        return [self._answers.get(kind_of(data), self.END)]


def land(question):
    """Paste the address on which the browser lands, or a code alone."""
    url = re.search(r"https://\S+", question).group()
    state = parse_qs(urlsplit(url).query).get("state")
    return f"{LANDING}?code={CODE}&state={state[0]}" if state else CODE


class Studio:
    """Records sign-ins, each with a server of its own."""

    def __init__(self, driver, make_server, folder):
        self._driver, self._make_server = driver, make_server
        self._nonce = self._pasted = None
        key = assertions.make_keys(folder) / "ES256.pem"
        write_file(KEY_FILE, key.read_text(), 0o600)
        write_file(SECRET_FILE, "SECRET\n", 0o600)

    def _teach(self, server, world):
        metadata = documents.metadata(server)
        if "/par" in world.answers:
            metadata[PAR] = server.url + "/par"
        answers = {
            documents.WELL_KNOWN: Reply(json=metadata),
            "/device": Reply(json={
                **documents.device(server), "interval": 1}),
            "/token": lambda request: helper_house.token(
                **world.in_token, nonce=self._nonce)(request),
            "/jwks": Reply(json=helper_house.SIGNER.jwks()),
            "/me": Reply(json=ALICE), **world.answers}
        for path, answer in answers.items():
            server.on(path, answer)

    def _browse(self, server):
        """Return what opens the address shown, and pastes where it lands."""
        def open_and_land(question):
            url = re.search(r"https://\S+", question).group()
            sent = dict(parse_qsl(urlsplit(url).query))
            for request in server.to("/par"):
                sent.update(request.form)
            self._nonce = sent["nonce"]
            self._pasted = land(question)
            return self._pasted

        return open_and_land

    def record(self, world):
        """Play a sign-in, which has to be granted."""
        server = self._make_server()
        self._nonce, self._pasted = None, ""
        self._teach(server, world)
        config = write_settings(
            world.name, world.settings, world.provider(server.url))
        relays = {name: Relay() for name in CHILDREN}
        outcome = self._driver.play(
            Person(config, self._browse(server)), **relays)
        assert outcome.is_granted, outcome
        return Transcript(world, server.url, config, relays, self._pasted)
