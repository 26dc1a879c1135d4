"""The steps of a login as a person takes them."""

import re
import subprocess

from provider import approve_command

WAITING = rb"waiting for it until \d\d:\d\d \.\.\."
PROMPT = rb"(?s)press Enter\..{0,90}?\d\d:\d\d\."
# Said by the remote side only when the login went through.
COMMAND = "echo rea''ched"
REACHED = "reached"
UNREACHED = "cannot be reached"  # what the provider is said to be
SSH_FAILED = 255
POLL = "/token"


def reached_by(*argv):
    """Return a command line that runs COMMAND by way of another."""
    return [*argv, "sh", "-c", COMMAND]


class Login:
    """One session, the provider it is approved at, and its log."""

    def __init__(self, house, provider, session, failed=SSH_FAILED):
        self.house = house
        self.provider = provider
        self.session = session
        self._failed = failed
        self.log_mark = house.log.mark()
        self._events_mark = len(provider.events())

    def wait_prompt(self):
        """Wait until the person is asked to press Enter."""
        self.session.expect(PROMPT)
        return self

    def wait_text(self):
        """Wait until the person is told what to do, without a question."""
        self.session.expect(WAITING)
        return self

    @property
    def user_code(self):
        """The last code shown on the screen."""
        return re.findall(r"Code:  ([A-Z]{4}-[A-Z]{4}) ",
                          self.session.text)[-1]

    @property
    def seconds_left(self):
        """How long that code is said to be good for."""
        return int(re.findall(r"valid for (\d+) s", self.session.text)[-1])

    @property
    def url(self):
        """The address shown on the screen."""
        return re.search(r"https://\S+", self.session.text).group()

    def approve_command(self, *how):
        """Return the command that does what is done in a browser."""
        return approve_command(self.provider.ca_file, *how,
                               "--user-code", self.user_code, self.url)

    def browse(self, *how):
        """Go to the address shown, enter the code; how: approve.py's."""
        done = subprocess.run(self.approve_command(*how), text=True,
                              capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return self

    def approve(self, person):
        """Sign in at the provider as a person and allow the login."""
        return self.browse("--login", person)

    def decline(self, *how):
        """Decline, before or after signing in."""
        return self.browse("--deny", *how)

    def approved_at(self):
        """Return the time of the last approval at the provider."""
        return self.provider.events("device_approved")[-1]["t"] / 1000

    def press_enter(self):
        """Press Enter; returns the time."""
        return self.session.press_enter()

    def reached_at(self, timeout=15):
        """Wait for the shell; returns the time at which it was reached."""
        shown = self.session.expect(REACHED.encode(), timeout)
        return self.session.arrived(shown.start())

    def requests(self, *paths):
        """Return the requests for these paths since the login began."""
        events = self.provider.events()[self._events_mark:]
        return [e for e in events if e.get("path") in paths]

    def outcome(self, timeout=15):
        """Wait for the end; True when the shell was reached."""
        status = self.session.wait(timeout)
        reached = REACHED in self.session.text.replace(UNREACHED, "")
        expected = 0 if reached else self._failed
        assert status == expected, (status, self.session.text)
        return reached

    def decision(self):
        """Return the one decision recorded for this login."""
        self.house.log.wait_for("event=decision", self.log_mark)
        self.house.wait_no_helpers()
        decisions = self.house.log.decisions(self.log_mark)
        assert len(decisions) == 1, decisions
        return decisions[0]

    def denied(self, *reasons, timeout=15):
        """Check that the login is denied, for one of these reasons."""
        assert not self.outcome(timeout)
        decision = self.decision()
        assert decision["result"] == "denied", decision
        assert decision["reason"] in reasons, decision
        return decision
