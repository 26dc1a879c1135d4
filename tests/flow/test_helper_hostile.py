"""The real helper, and a module or a caller that misbehaves."""

import os
import socket
import subprocess

import pytest

import wire
from helper_house import STAGES, check_ended, new, polling
from module import HELPER, hello, spawn, wait_until

pytest_plugins = ["helper_fixtures"]

USAGE = 2
GRANT = {"VERDICT": 1, "REASON": "approved", "PHASE": 1, "USER": "alice",
         "TEXT": ""}


def reply(**damage):
    """Return a sender of a REPLY with a damaged header."""
    return lambda m: m.send("REPLY", {"TEXT": ""}, **damage)


def with_descriptor(module):
    """Send a descriptor along."""
    socket.send_fds(module.socket, [wire.packet(
        "REPLY", wire.fields({"TEXT": ""}), module.nonce)], [0])


ATTACKS = {
    "garbage": lambda m: m.send_raw(b"garbage" * 20),
    "one byte": lambda m: m.send_raw(b"P"),
    "an empty packet": lambda m: m.send_raw(b""),
    "an oversize packet": lambda m: m.send_raw(
        wire.packet("REPLY", wire.fields({"TEXT": "x" * 20000}), m.nonce)),
    "the largest packet": lambda m: m.send_raw(bytes(100000)),
    "another magic": reply(magic=b"PO2X"),
    "another version": reply(version=2),
    "another nonce": lambda m: m.send("REPLY", {"TEXT": ""},
                                      nonce=bytes(16)),
    "a wrong length": reply(length=4),
    "a descriptor": with_descriptor,
    "HELLO again": lambda m: (m.greet(), m.greet()),
    "a verdict of its own": lambda m: m.send("RESULT", GRANT),
    "READY of its own": lambda m: m.send("READY", {"DEADLINE_NS": 1}),
    "the worker's words": lambda m: m.send_raw(wire.packet(
        "IDENTITY", wire.field("SUB", "x")
        + wire.field("EMAIL_VERIFIED", 1), m.nonce)),
    "a wish to have something signed": lambda m: m.send("SIGN", {}),
    "something signed": lambda m: m.send_raw(wire.packet(
        "SIGNED", wire.field("JWT", "a.b.c"), m.nonce)),
    "an unknown type": lambda m: m.send(200, {}),
    "an answer too long": lambda m: m.send("REPLY", {"TEXT": "x" * 4097}),
    "an answer that is no UTF-8": lambda m: m.send(
        "REPLY", {"TEXT": b"\xff"}),
    "an unknown cause": lambda m: m.send("CANCEL", {"CAUSE": 5}),
    "cause 0": lambda m: m.send("CANCEL", {"CAUSE": 0}),
}


def attack(module, send):
    """Send, and hear everything until the helper has closed."""
    try:
        send(module)
    except (BrokenPipeError, ConnectionResetError):
        pass  # it has had enough
    heard = []
    while (message := module.receive(2)) is not None:
        heard.append(message)
    return heard


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("what", ATTACKS)
def test_attack(logins, stage, what):
    """It ends at once, denied, with nobody left and nothing asked."""
    module = logins.start()
    stage(module)
    worker = module.worker
    heard = attack(module, ATTACKS[what])
    check_ended(module, worker)
    verdicts = [m.fields for m in heard if m.type == "RESULT"]
    for verdict in verdicts:
        assert verdict["VERDICT"] == wire.VERDICTS["DENY"]
        assert verdict["REASON"] == "protocol_error"
    if stage is not new:
        assert len(verdicts) == 1
        assert logins.decision()["reason"] == "protocol_error"
    if stage is not polling:
        assert not logins.polls


def test_answer_that_nobody_asked_for(logins):
    """While it polls there is nothing to answer."""
    module = logins.start()
    polling(module)
    module.reply()
    assert module.verdict(1) == ("DENY", "protocol_error")


REQUIRED = ["PHASE", "ID", "SERVICE", "DEBUG", "FLAGS", "CAN_CONVERSE",
            "USER", "RUID", "STARTED_NS", "IS_PRIOR_MODULE"]
TOO_LONG = {"ID": 9, "SERVICE": 64, "SECTION": 64, "CONFIG_PATH": 1024,
            "USER": 255, "RHOST": 255, "TTY": 255, "AUTH_INFO": 8192,
            "TICKET": 32}
TOO_LARGE = {"PHASE": 7, "IS_PRIOR_MODULE": 2, "DEBUG": 2,
             "FLAGS": 2**32, "CAN_CONVERSE": 2, "UID": 2**32 - 1,
             "RUID": 2**32 - 1, "STARTED_NS": 2**63, "ALARM_NS": 2**63}
BAD_HELLOS = [
    *[(f"no {tag}", {tag: None}) for tag in REQUIRED],
    *[(f"{tag} too long", {tag: "x" * (size + 1)})
      for tag, size in TOO_LONG.items()],
    *[(f"{tag} too large", {tag: value})
      for tag, value in TOO_LARGE.items()],
    *[(f"{tag} with a NUL", {tag: "a\0b"}) for tag in TOO_LONG],
    *[(f"{tag} that is no UTF-8", {tag: b"\xff"}) for tag in TOO_LONG],
    *[(f"{tag} too short", {tag: bytes(7)}) for tag in TOO_LARGE],
    ("phase 0", {"PHASE": 0}),
    ("a field of another message", {"SUB": "alice"}),
    ("an unknown field", {250: "x"}),
]


@pytest.mark.parametrize("changes", [row[1] for row in BAD_HELLOS],
                         ids=[row[0] for row in BAD_HELLOS])
def test_bad_hello(logins, changes):
    """Not a word in answer, no request, nothing left."""
    module = logins.start()
    worker = module.worker
    module.send("HELLO", {**hello(), **changes})
    assert module.receive(1) is None
    check_ended(module, worker)
    assert not logins.server.requests


def test_longest_hello(logins):
    """Everything as long as it may be is heard."""
    longest = {tag: "x" * size for tag, size in TOO_LONG.items()
               if tag not in ("CONFIG_PATH", "SECTION", "SERVICE")}
    module = logins.start().greet(**longest, UID=None)
    module.probe()


def refused(pid):
    """Tell whether a helper ends with its usage status."""
    def ended():
        found, status = os.waitpid(pid, os.WNOHANG)
        return found == pid and (os.waitstatus_to_exitcode(status),)

    return wait_until(ended, 2)[0] == USAGE


def check_nothing_happened(logins):
    """No request, no decision, no process; one line says why."""
    assert not logins.server.requests
    assert not logins.house.log.decisions(logins.mark)
    logins.house.log.wait_for("is started by pam_oauth2.so", logins.mark)
    assert not logins.house.helpers()


@pytest.fixture
def pair():
    """A pair of sockets such as the module makes."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    yield ours, theirs
    ours.close()
    theirs.close()


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_other_sockets(logins, kind):
    """Descriptor 3 is a socket of another type."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
    assert refused(spawn(theirs.fileno()))
    check_nothing_happened(logins)
    ours.close()
    theirs.close()


def test_no_socket(logins):
    """Descriptor 3 is closed, or a file."""
    assert refused(spawn(None))
    with open("/dev/null") as file:
        assert refused(spawn(file.fileno()))
    check_nothing_happened(logins)


def test_socket_to_the_network(logins):
    """A socket of another family."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert refused(spawn(server.fileno()))
    check_nothing_happened(logins)


def test_socket_without_a_peer(logins):
    """A listener, and one that was never connected."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as lonely:
        assert refused(spawn(lonely.fileno()))
    check_nothing_happened(logins)


@pytest.mark.parametrize("arguments", [["--help"], [""], ["a", "b"]])
def test_arguments(logins, pair, arguments):
    """It takes none."""
    assert refused(spawn(pair[1].fileno(), arguments=arguments))
    check_nothing_happened(logins)


RUN = """\
import os, sys
os.dup2(int(sys.argv[1]), 3, inheritable=True)
{before}
os.execve({argv[0]!r}, {argv!r}, {{}})
"""


def run(fd, *argv, before="", timeout=5):
    """Run a program with fd as descriptor 3; its exit status."""
    script = RUN.format(before=before, argv=list(map(str, argv)))
    return subprocess.run(
        ["/usr/bin/python3", "-ISB", "-c", script, str(fd)],
        timeout=timeout, pass_fds=(fd,), capture_output=True,
        check=False).returncode


def test_control(logins, pair):
    """Started the same way as root it does run: it waits for HELLO."""
    with pytest.raises(subprocess.TimeoutExpired):
        run(pair[1].fileno(), HELPER, timeout=0.5)


def test_alarm_that_was_set_before(logins, pair):
    """It survives exec, and would end the helper when it rings."""
    with pytest.raises(subprocess.TimeoutExpired):
        run(pair[1].fileno(), HELPER, timeout=1, before="import signal; "
            "signal.setitimer(signal.ITIMER_REAL, 0.4)")


def test_not_root(logins, pair):
    """A user cannot have it do anything."""
    assert run(pair[1].fileno(), HELPER,
               before="os.setuid(21001)") == USAGE
    check_nothing_happened(logins)


def test_effective_user_alone(logins, pair):
    """Real root with an effective user is not root either."""
    assert run(pair[1].fileno(), HELPER,
               before="os.seteuid(21001)") == USAGE
    check_nothing_happened(logins)


@pytest.mark.parametrize("before", ["", "os.setuid(21001)"])
def test_user_namespace(logins, pair, before):
    """Everybody is root under unshare -Ur."""
    assert run(pair[1].fileno(), "/usr/bin/unshare", "-Ur", HELPER,
               before=before) == USAGE
    check_nothing_happened(logins)


def test_peer_that_is_not_root(logins):
    """The socket was made by somebody else."""
    os.seteuid(21001)
    try:
        ours, theirs = socket.socketpair(
            socket.AF_UNIX, socket.SOCK_SEQPACKET)
    finally:
        os.seteuid(0)
    assert refused(spawn(theirs.fileno()))
    check_nothing_happened(logins)
    ours.close()
    theirs.close()
