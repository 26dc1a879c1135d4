"""What the tests of the real helper share: logins by wire, in stages."""

import re
import time
from pathlib import Path

import documents
import idtoken
import wire
from idtoken import SIGNER
from module import Module, is_running, wait_until
from scripted import Reply

CA_FILE = Path("/etc/pam_oauth2/flow-ca.pem")
ALICE = {"sub": "sub-of-alice", "email": "alice@example.com",
         "email_verified": True}
PENDING = Reply(400, documents.PENDING)
SLOW_DOWN = Reply(400, {"error": "slow_down"})
SETTINGS = """\
[pam_oauth2]
{settings}
[provider flow]
client_id = CLIENT_ID
ca_file = {ca_file}
{provider}
"""


def token(alg="RS256", by=SIGNER, without=False, sign=(), **changes):
    """Return an answer to a poll: a token, and a fresh ID token with it.

    changes are those of the ID token's claims; sign: options of Signer.sign.
    """
    def answer(request):
        url = f"https://{request.header('Host')}"
        signed = by.sign(
            idtoken.claims(url, **changes), alg, **dict(sign))
        more = {} if without else {"id_token": signed}
        return Reply(json={**documents.TOKEN, **more})

    return answer


TOKEN = token()


def lines(settings):
    """Return settings as a file has them; None leaves one out."""
    return "\n".join(f"{key} = {value}" for key, value in settings.items()
                     if value is not None)


class Logins:
    """Starts helpers that talk to one scripted provider."""

    def __init__(self, house, server):
        self.house = house
        self.server = server
        self.mark = house.log.mark()
        self.modules = []
        self.answer()
        self.set()

    def set(self, provider=(), **settings):
        """Write settings; keywords go to [pam_oauth2].

        provider: those of the provider's section.
        """
        own = {"issuer": self.server.url, **dict(provider)}
        self.house.write_settings(SETTINGS.format(
            settings=lines(settings), provider=lines(own), ca_file=CA_FILE))

    def answer(self, *token, person=ALICE, **device):
        """Say what the provider answers; token: to the polls."""
        self.server.on(documents.WELL_KNOWN,
                       Reply(json=documents.metadata(self.server)))
        self.server.on("/device", Reply(json={
            **documents.device(self.server), "interval": 1, **device}))
        self.server.on("/token", *(token or (PENDING,)))
        self.server.on("/jwks", Reply(json=SIGNER.jwks()))
        self.server.on("/me", Reply(json=person))

    def start(self, **how):
        """Start a helper that has heard nothing yet."""
        self.modules.append(Module(**how))
        return self.modules[-1]

    def forget(self):
        """Begin anew as far as requests and log are concerned."""
        self.server.requests.clear()
        self.mark = self.house.log.mark()

    def decision(self):
        """Return the one decision logged."""
        self.house.log.wait_for("event=decision", self.mark)
        found = self.house.log.decisions(self.mark)
        assert len(found) == 1, found
        return found[0]

    def said(self, pattern):
        """Return the lines of the log with this in them."""
        return [line for line in self.house.log.since(self.mark)
                if re.search(pattern, line)]

    @property
    def polls(self):
        """The times of the polls."""
        return [request.at for request in self.server.to("/token")]

    def wait_polls(self, count):
        """Wait until the provider was polled that often."""
        wait_until(lambda: len(self.polls) >= count)


def sign_in(logins, approve=lambda asked: ""):
    """Sign alice in; returns the verdict.

    approve: does what people do in the browser, returns what they type.
    """
    module = logins.start().greet()
    message = module.receive()
    while message.type in ("READY", "ASK"):
        if message.type == "ASK":
            is_probe = message.fields["ECHO"] == wire.ECHOS["PROBE"]
            module.reply("" if is_probe else approve(message.fields))
        message = module.receive()
    return module.judged(message)


# Every place in the story where something can go wrong.

def new(module):
    """Nothing said yet."""
    assert module.worker


def probed(module):
    """Asked whether anybody is there."""
    module.greet().probe()


def invited(module):
    """Asked to press Enter."""
    module.greet().invited()


def polling(module):
    """Enter was pressed, and nothing is approved."""
    module.greet().invited()
    module.reply()
    time.sleep(0.1)


STAGES = [new, probed, invited, polling]


def check_ended(module, worker, seconds=1):
    """See that helper and worker end in time."""
    module.wait(seconds)
    wait_until(lambda: not is_running(worker), seconds)
