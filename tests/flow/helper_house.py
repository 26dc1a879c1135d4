"""What the tests of the real helper share: logins by wire, in stages."""

import time
from pathlib import Path

import documents
from module import Module, is_running, wait_until
from scripted import Reply

CA_FILE = Path("/etc/pam_oauth2/flow-ca.pem")
ALICE = {"sub": "sub-of-alice", "email": "alice@example.com",
         "email_verified": True}
PENDING = Reply(400, documents.PENDING)
SLOW_DOWN = Reply(400, {"error": "slow_down"})
TOKEN = Reply(json=documents.TOKEN)
SETTINGS = """\
[pam_oauth2]
{settings}
[provider flow]
client_id = CLIENT_ID
ca_file = {ca_file}
{provider}
"""


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
        self.server.on("/me", Reply(json=person))

    def start(self):
        """Start a helper that has heard nothing yet."""
        self.modules.append(Module())
        return self.modules[-1]

    def decision(self):
        """Return the one decision logged."""
        self.house.log.wait_for("event=decision", self.mark)
        found = self.house.log.decisions(self.mark)
        assert len(found) == 1, found
        return found[0]

    @property
    def polls(self):
        """The times of the polls."""
        return [request.at for request in self.server.to("/token")]

    def wait_polls(self, count):
        """Wait until the provider was polled that often."""
        wait_until(lambda: len(self.polls) >= count)


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
