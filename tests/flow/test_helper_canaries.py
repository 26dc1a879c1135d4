"""Whose memory holds what: the table of who may know which secret.

Every secret of a login is a word that is nowhere else. While the provider
keeps the login waiting the memory of all four processes is searched. A
process that holds nothing of a row holds something else that is looked for
in the same way: the search works there too.
"""

import re
import secrets
from urllib.parse import parse_qs, urlsplit

import pytest

import documents
import helper_house
import memory
from helper_house import ALICE, CA_FILE, TOKEN
from house import SECRET_FILE, write_file
from module import wait_until
from scripted import Reply

pytest_plugins = ["helper_fixtures", "printed"]

LANDING = "https://login.example/pam_oauth2/"
PROCESSES = ("monitor", "worker", "judge", "fetcher")
WAIT_S = 1.5            # how long the provider takes while we look
NOBODY = set()
MONITOR, WORKER = {"monitor"}, {"worker"}
BOTH = MONITOR | WORKER
# When, what, who has to hold it, and who else may.
TABLE = [
    ("metadata is fetched", "client secret", MONITOR, NOBODY),
    ("metadata is fetched", "client id", MONITOR | {"fetcher"}, NOBODY),
    ("code is traded", "client secret", WORKER, NOBODY),
    ("code is traded", "client id", BOTH, NOBODY),
    ("code is traded", "code", WORKER, NOBODY),
    ("code is traded", "state", MONITOR, WORKER),
    ("code is traded", "nonce", MONITOR, WORKER),
    ("userinfo is fetched", "client secret", WORKER, NOBODY),
    ("userinfo is fetched", "code", NOBODY, WORKER),
    ("userinfo is fetched", "access token", WORKER, NOBODY),
    ("userinfo is fetched", "refresh token", WORKER, NOBODY),
    ("userinfo is fetched", "ID token", WORKER, MONITOR),
    ("polling", "client secret", WORKER, NOBODY),
    ("polling", "device code", WORKER, NOBODY),
    ("polling", "user code", MONITOR, WORKER),
]
MOMENTS = sorted({row[0] for row in TABLE})


class Canaries(dict):
    """A word for each secret."""

    def __missing__(self, name):
        self[name] = f"canary-{secrets.token_hex(12)}"
        return self[name]


@pytest.fixture
def canaries(logins):
    """Put one into every place; returns them all."""
    words = Canaries()
    write_file(SECRET_FILE, words["client secret"] + "\n", 0o600)
    logins.answer(person=ALICE, device_code=words["device code"],
                  user_code=words["user code"][-16:])
    words["user code"] = words["user code"][-16:]
    return words


def settings(logins, words, flow):
    """Write settings of a client with a secret."""
    logins.set({"client_id": None, "redirect_uri": LANDING,
                "client_secret_file": SECRET_FILE}, flow=flow)
    path = "/etc/pam_oauth2/pam_oauth2.conf"
    with open(path, encoding="ascii") as file:
        text = file.read()
    write_file(path, text.replace("CLIENT_ID", words["client id"]), 0o640)


def token(words):
    """Return an answer with every kind of token; the ID token is noted."""
    def answer(request):
        made = helper_house.token(
            aud=words["client id"], nonce=words.get("nonce"))(request)
        words["ID token"] = made.json["id_token"]
        return Reply(json={**made.json,
                           "access_token": words["access token"],
                           "refresh_token": words["refresh token"]})

    return answer


def slowly(answer):
    """Return the same answer, after a while."""
    def answered(request):
        made = answer(request) if callable(answer) else answer
        made.delay = WAIT_S
        return made

    return answered


def paste(logins, words):
    """Go on to the paste, and paste; state and nonce are noted."""
    module = logins.start().greet().probe()
    module.reply()
    url = re.search(r"https://\S+", module.expect("ASK")["TEXT"]).group()
    sent = parse_qs(urlsplit(url).query)
    words["state"], words["nonce"] = sent["state"][0], sent["nonce"][0]
    module.reply(f"{LANDING}?code={words['code']}&state={words['state']}")
    return module


def metadata_is_fetched(logins, words):
    """The secret is read, and nobody has been told."""
    server = logins.server
    server.on(documents.WELL_KNOWN, Reply(
        json=documents.metadata(server), delay=WAIT_S))
    settings(logins, words, "code")
    module = logins.start().greet().probe()
    module.reply()
    wait_until(lambda: server.to(documents.WELL_KNOWN))
    return module


def code_is_traded(logins, words):
    """The provider thinks about the code."""
    logins.server.on("/token", slowly(token(words)))
    settings(logins, words, "code")
    module = paste(logins, words)
    wait_until(lambda: logins.server.to("/token"))
    return module


def userinfo_is_fetched(logins, words):
    """The tokens are there, and the ID token was judged."""
    logins.server.on("/token", token(words))
    logins.server.on("/me", slowly(Reply(json=ALICE)))
    settings(logins, words, "code")
    module = paste(logins, words)
    wait_until(lambda: logins.server.to("/me"))
    return module


def polling(logins, words):
    """Nobody has approved."""
    settings(logins, words, "device")
    module = logins.start()
    helper_house.polling(module)
    wait_until(lambda: logins.server.to("/token"))
    return module


def processes(module):
    """Return the four processes by name."""
    return {"monitor": module.pid, **{
        name: getattr(module, name) for name in PROCESSES[1:]}}


def holders(found, words):
    """Return who holds each word."""
    held = {name: memory.found(pid, {
        word: text.encode() for word, text in words.items()})
        for name, pid in found.items()}
    return {word: {name for name in PROCESSES if word in held[name]}
            for word in words}


def check_search(logins, found):
    """See that something is found in each process."""
    modulus = helper_house.SIGNER.keys["RS256"].private.public_key()\
        .public_numbers().n.to_bytes(256, "little")
    known = {"monitor": logins.server.url.encode(),
             "worker": str(CA_FILE).encode(), "judge": modulus,
             "fetcher": str(CA_FILE).encode()}
    for name, pid in found.items():
        assert memory.found(pid, {"known": known[name]}), name


@pytest.mark.parametrize("moment", MOMENTS)
def test_who_holds_what(logins, canaries, printed, moment):
    """All of it, in all four, at this moment."""
    begin = globals()[moment.replace(" ", "_")]
    module = begin(logins, canaries)
    found = processes(module)
    held = holders(found, canaries)
    for when, what, must, may in TABLE:
        if when == moment:
            printed.append(f"memory: {when:20} {what:14} "
                           f"{' '.join(sorted(held[what])) or 'nobody'}")
            assert must <= held[what] <= must | may, (what, held[what])
    others = set(canaries) - {row[1] for row in TABLE if row[0] == moment}
    assert not {word for word in others if held[word] & {"judge", "fetcher"}}
    if moment == "userinfo is fetched":
        check_search(logins, found)


def test_nobody_holds_anything_of_another_login(logins, canaries):
    """Two at once: the second one knows nothing of the first."""
    first = processes(polling(logins, canaries))
    second = processes(paste_elsewhere(logins))
    words = {word: canaries[word] for word in ("device code", "user code")}
    assert holders(first, words) == {
        "device code": WORKER, "user code": BOTH}
    assert holders(second, words) == {word: NOBODY for word in words}


def paste_elsewhere(logins):
    """Begin another login, of which the provider says other things."""
    logins.answer(TOKEN)
    module = logins.start()
    helper_house.invited(module)
    return module
