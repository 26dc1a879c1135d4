"""The real helper, when a session is opened or closed: no question asked.

Here this program is the host. Real hosts are in the system suite.
"""

import json
import os
from pathlib import Path

import pytest

pytest_plugins = ["helper_fixtures"]

OPEN, CLOSE = 3, 4
SESSIONS = Path("/run/pam_oauth2/sessions")
FORGED = "00112233445566778899aabbccddeeff"


def ask(logins, phase, **changes):
    """Have the helper open or close a session; what it says, and logs."""
    mark = logins.house.log.mark()
    module = logins.start().greet(PHASE=phase, **changes)
    result = module.expect("RESULT")
    assert module.receive() is None
    assert (result["PHASE"], result["USER"]) == (phase, "alice")
    assert not logins.server.requests
    logins.house.wait_no_helpers()
    lines = [line for line in logins.house.log.since(mark)
             if "event=" in line]
    assert len(lines) == 1 and "event=session" in lines[0], lines
    return result["VERDICT"], result["REASON"], lines[0]


def note(pid):
    """Note down that a process has opened the session this one is in."""
    number = Path("/proc/self/sessionid").read_text()
    stat = Path(f"/proc/{pid}/stat").read_text()
    SESSIONS.mkdir(mode=0o700, exist_ok=True)
    file = SESSIONS / f"{number}.session"
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    file.write_text(json.dumps({
        "form": "pam_oauth2 session 1", "wall": 1, "boot_s": 1,
        "boot_id": boot, "user": "alice", "uid": 21001, "service": "flow",
        "issuer": "https://id.example", "sub": "sub-1", "amr": [],
        "auth_time": 0, "audit_session": int(number), "pid": pid,
        "started": int(stat.rpartition(")")[2].split()[19]),
        "kin": 0, "kin_started": 0}, separators=(",", ":")))
    file.chmod(0o600)
    return file


@pytest.mark.parametrize("changes", [
    {}, {"TICKET": ""}, {"TICKET": "x"}, {"TICKET": FORGED},
    {"TICKET": "../" + FORGED[3:]}, {"TICKET": FORGED, "UID": None}])
def test_what_is_no_ticket_opens_nothing(logins, changes):
    """Whatever the settings say by now."""
    logins.house.write_settings("nonsense\n")
    verdict, reason, _ = ask(logins, OPEN, **changes)
    assert (verdict, reason) == (2, "session_unknown")
    assert not list(SESSIONS.iterdir())


def test_who_opened_a_session_closes_it(logins):
    """Once."""
    file = note(os.getpid())
    assert ask(logins, CLOSE)[:2] == (1, "session")
    assert not file.exists()
    assert ask(logins, CLOSE)[:2] == (2, "session_unknown")


def test_nobody_else_closes_it(logins):
    """Such as a sudo in that session."""
    file = note(os.getppid())
    verdict, reason, line = ask(logins, CLOSE)
    assert (verdict, reason) == (2, "session_unknown")
    assert "another process has opened" in line and file.exists()
