"""login as people use it, at a console. Being let in: test_text.py."""

import signal
import subprocess
import time
from pathlib import Path

import pytest

SOON = 1
ROOT_PASSWORD = "break the glass"
LIMIT, MARGIN = 60, 3
ENDS = {
    "Ctrl-C": lambda session: session.send(b"\x03"),
    "Ctrl-\\": lambda session: session.send(b"\x1c"),
    "a closed window": lambda session: session.close_window(),
    "kill -9": lambda session: session.hang_up(signal.SIGKILL),
}


@pytest.fixture
def prompting(house, provider):
    """Settings under which login asks for Enter."""
    house.use_provider(provider, display="prompt")


@pytest.mark.parametrize("how", ENDS)
def test_no_helper_outlives_login(house, local, how, capsys):
    """It is ended while polling: so is the helper."""
    alice = local("root", "login", "alice").wait_text()
    begin = time.monotonic()
    ENDS[how](alice.session)
    house.wait_no_helpers(SOON)
    with capsys.disabled():
        print(f"\n{how}: no helper after {time.monotonic() - begin:.2f} s",
              end="")
    assert alice.decision()["reason"] in ("cancelled", "client_gone")


@pytest.mark.parametrize("how", ENDS)
def test_no_helper_outlives_login_at_the_prompt(
        house, prompting, local, how):
    """Nor when it is ended while it asks; nothing is asked again."""
    alice = local("root", "login", "alice").wait_prompt()
    ENDS[how](alice.session)
    house.wait_no_helpers(SOON)
    assert alice.decision()["reason"] in ("cancelled", "client_gone")
    assert alice.session.text.count("Code:") == 1


def test_what_is_said_ends_before_login_does(house, provider, local):
    """LOGIN_TIMEOUT is 60 s: "valid for" leaves three of them."""
    house.use_provider(provider, login_timeout=300)
    alice = local("root", "login", "alice").wait_text()
    assert LIMIT - MARGIN - 3 <= alice.seconds_left <= LIMIT - MARGIN


def test_another_person_is_denied_and_login_goes_on(prompting, local):
    """After its delay it asks for a name, and the next one may come in."""
    alice = local("root", "login", "alice").wait_prompt().approve("mallory")
    alice.press_enter()
    alice.session.expect(rb"may not sign in as alice here")
    alice.session.expect(rb"Login incorrect")
    alice.session.expect(rb"login: ")
    alice.session.send(b"bob\r")
    alice.wait_prompt().approve("bob").press_enter()
    alice.session.expect(rb"bob@\S+\$ ")
    assert "(bob)" in alice.session.command("id")
    decisions = alice.house.log.decisions(alice.log_mark)
    assert [(d["user"], d["reason"]) for d in decisions] == [
        ("alice", "identity_not_allowed"), ("bob", "approved")]


def test_an_unknown_name_is_asked_the_same(prompting, local):
    """Nobody at the console learns who exists."""
    nobody = local("root", "login", "nobody-knows").wait_prompt()
    nobody.approve("alice").press_enter()
    nobody.session.expect(rb"may not sign in as nobody-knows here")
    nobody.session.expect(rb"Login incorrect")
    assert nobody.decision()["reason"] == "user_unknown"


@pytest.fixture
def root_password():
    """root has a password, as where there is an emergency to be ready for."""
    shadow = Path("/etc/shadow")
    before = shadow.read_text()
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"], input=ROOT_PASSWORD,
        capture_output=True, text=True, check=True).stdout.strip()
    others = [line for line in before.splitlines()
              if not line.startswith("root:")]
    shadow.write_text("\n".join(
        [f"root:{hashed}:19000:0:99999:7:::", *others]) + "\n")
    yield ROOT_PASSWORD
    shadow.write_text(before)


def test_root_has_a_password_in_an_emergency(house, local, root_password):
    """Whatever is broken of us; nobody else is asked for one."""
    house.write_settings("nothing of the kind")
    root = local("root", "login", "root")
    root.session.expect(rb"Password: ")
    root.session.send(root_password.encode() + b"\r")
    root.session.expect(rb"root@\S+# ")
    assert "uid=0(root)" in root.session.command("id")
    alice = local("root", "login", "alice")
    alice.session.expect(rb"Login incorrect")
    assert "Password" not in alice.session.text


def test_roots_password_has_to_be_right(prompting, local, root_password):
    """A wrong one leads to the browser, where root has no line."""
    root = local("root", "login", "root")
    root.session.expect(rb"Password: ")
    root.session.send(root_password.upper().encode() + b"\r")
    root.wait_prompt().approve("alice").press_enter()
    root.session.expect(rb"may not sign in as root here")
    root.session.expect(rb"Login incorrect")
