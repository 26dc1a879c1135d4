"""The way of a ticket, from the browser to the session: what may go wrong."""

import time

import pytest
import readme
from house import HOME, STACK, example_stack
from sessions import (
    PENDING, SESSIONS, Gate, Shell, edit, notes, only, stack)

FORGED = "00112233445566778899aabbccddeeff"
VARIABLE = "PAM_OAUTH2_TICKET"
USER_ENVIRONMENT = HOME / "people" / "alice" / ".pam_environment"
READ_USERS = "session required pam_env.so user_readenv=1\n"
COPY = f"COPY DEFAULT=${{COPY}}${{{VARIABLE}}}\n"  # read twice


@pytest.fixture(autouse=True)
def machine(house, provider):
    """The very files of conf, and the lines of README.md."""
    house.write_stack("sshd", example_stack("sshd"))
    house.use_provider(provider,
                       services=readme.services("sudo step-up"))
    yield
    house.write_stack("sshd", STACK)
    USER_ENVIRONMENT.unlink(missing_ok=True)


@pytest.fixture
def approved(login):
    """Begin a shell by way of the browser."""
    def start(**how):
        person = login(command=None, **how)
        person.wait_prompt().approve("alice").press_enter()
        return person

    return start


@pytest.fixture
def by_key(house, login):
    """Open a shell by way of a key."""
    key = {"IdentityFile": house.authorize_key("alice"),
           "PreferredAuthentications": "publickey"}
    return lambda **how: Shell(login(command=None, **{**key, **how}))


@pytest.fixture
def held(house, approved):
    """A login that waits between its sign-in and its session."""
    gate = Gate()
    house.write_stack("sshd", stack(before=gate.line))
    login = approved()
    deadline = time.monotonic() + 10
    while not gate.is_reached:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    login.gate = gate
    yield login
    gate.open()


def write_environment(*lines):
    """Write alice's own ~/.pam_environment."""
    USER_ENVIRONMENT.write_text("".join(lines))


def check_refused(house, mark, detail):
    """A session was opened, and nothing noted: the log says why."""
    refused, = notes(house, mark)
    assert refused["reason"] == "session_unknown"
    assert detail in refused["detail"], refused


def test_a_ticket_is_for_root_alone(held):
    """Its name is all that travels."""
    pending = only(PENDING)
    assert len(pending.stem) == 32 and pending.stat().st_mode == 0o100600
    assert PENDING.stat().st_mode == 0o40700
    held.gate.open()
    Shell(held).steps_up()
    assert not list(PENDING.iterdir())


EDITS = {
    "older than a minute": ({"boot_s": -60}, "has expired"),
    "of another boot": ({"boot_id": "0" * 8}, "has expired"),
    "of another user": ({"user": "bob"}, "another user's"),
    "of another uid": ({"uid": 1}, "another user's"),
    "for another service": ({"service": "login"}, "another service"),
    "from another host": ({"rhost": "127.0.0.2"}, "another remote host"),
    "of another process": ({"pid": 1, "kin": 1}, "of another login"),
    "of a process before": ({"started": 1, "kin_started": 1},
                            "of another login"),
}


@pytest.mark.parametrize("what", EDITS)
def test_a_ticket_has_to_fit(house, held, what):
    """Each part of it: the session is opened, and not approved."""
    changes, detail = EDITS[what]
    mark = house.log.mark()
    edit(only(PENDING), **changes)
    held.gate.open()
    alice = Shell(held)
    check_refused(house, mark, detail)
    assert not list(PENDING.iterdir()) and not list(SESSIONS.iterdir())
    alice.asks(detail="was not approved")


def test_a_ticket_is_good_once(house, approved):
    """Whoever brings it again, in the very same process."""
    (HOME / "copy.conf").write_text(COPY)
    (HOME / "paste.conf").write_text(f"{VARIABLE} DEFAULT=${{COPY}}\n")
    line = "session required pam_env.so readenv=0 conffile=%s\n"
    house.write_stack("sshd", stack(
        before=line % (HOME / "copy.conf"),
        after=line % (HOME / "paste.conf")
        + "session optional pam_oauth2.so\n"))
    mark = house.log.mark()
    alice = Shell(approved())
    first, second = notes(house, mark)
    assert first["reason"] == "session"
    assert second["reason"] == "session_unknown"
    assert "no such ticket" in second["detail"]
    environment = alice.run("env")
    assert "COPY=" in environment and VARIABLE not in environment
    alice.steps_up()


def test_a_ticket_that_is_stolen_fits_no_other_session(
        house, approved, by_key):
    """~/.pam_environment copies it out, where an administrator reads that
    before ours; a session by key brings it within the minute.
    """
    house.write_stack("sshd", stack(before=READ_USERS))
    write_environment(COPY, f"{VARIABLE} OVERRIDE=none\n")
    alice = Shell(approved())
    ticket = alice.run("printenv COPY").strip()
    assert ticket == only(PENDING).stem
    alice.asks(detail="was not approved")
    write_environment(f"{VARIABLE} OVERRIDE={ticket}\n")
    mark = house.log.mark()
    thief = by_key()
    check_refused(house, mark, "the ticket is of another login")
    thief.asks(detail="was not approved")


@pytest.mark.parametrize("order", ["before", "after"])
def test_a_hostile_environment_file(house, approved, by_key, order):
    """A forged ticket is none; what is read after ours does no harm."""
    if order == "before":
        house.write_stack("sshd", stack(before=READ_USERS))
    write_environment(COPY, f"{VARIABLE} OVERRIDE={FORGED}\n")
    mark = house.log.mark()
    forger = by_key()
    if order == "before":
        check_refused(house, mark, "no such ticket")
    else:
        assert notes(house, mark) == []
    forger.asks(detail="was not approved")
    alice = Shell(approved())
    if order == "before":
        alice.asks(detail="was not approved")
    else:
        assert alice.run("printenv COPY").strip() == ""
        alice.steps_up()


def test_what_a_client_sends_is_nothing(house, login, by_key, provider):
    """SendEnv reaches the shell, and never the module."""
    sshd = house.start_sshd(AcceptEnv="*")
    mark = house.log.mark()
    sender = by_key(to=sshd, SetEnv=f"{VARIABLE}={FORGED}")
    assert f"{VARIABLE}={FORGED}" in sender.run("env")
    assert notes(house, mark) == []
    sender.asks(detail="was not approved")


def test_a_stack_without_the_session_line(house, approved, by_key):
    """Then the ticket reaches the shell: it is good for nothing there."""
    house.write_stack("sshd", stack(
        without="session    optional     pam_oauth2.so\n"))
    alice = Shell(approved())
    ticket = alice.run(f"printenv {VARIABLE}").strip()
    assert ticket == only(PENDING).stem
    alice.asks(detail="was not approved")
    house.write_stack("sshd", stack(before=READ_USERS))
    write_environment(f"{VARIABLE} OVERRIDE={ticket}\n")
    mark = house.log.mark()
    by_key().asks(detail="was not approved")
    check_refused(house, mark, "the ticket is of another login")
