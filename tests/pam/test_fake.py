"""A helper that sends what the real one never sends: never a success.

Every script is the control, the well-formed grant, with one thing wrong.
"""

import signal

import pytest

from conftest import ID

SUCCESS, PERM_DENIED, AUTH_ERR, ACCT_EXPIRED, ABORT = 0, 6, 7, 13, 26

BEGIN = "fake.greet(); fake.ready(); "
# After this the grant is due.
ASKED = BEGIN + "fake.ask(); fake.receive('REPLY'); "
FIELDS = "wire.fields(fake.result_fields())"

# what, script, and whether somebody types an answer
GOOD = [
    ("with a question", "fake.grant()"),
    ("with no question", BEGIN + "fake.result()"),
    ("at once", "fake.greet(); fake.result()"),
    ("with much to say", BEGIN + "[fake.show() for _ in range(32)]; "
     "fake.result()"),
    ("with a long text", BEGIN + "fake.show('x' * 16000); fake.result()"),
    ("a second before it closes", ASKED + "fake.result(); fake.stay(1)"),
    ("and is killed", ASKED + "fake.result(); os.kill(os.getpid(), 9)"),
]

PROTOCOL = [
    ("garbage at once", "fake.greet(); fake.send_raw(b'garbage' * 9)"),
    ("garbage instead of the verdict", ASKED + "fake.send_raw(b'x' * 99)"),
    ("an empty packet", ASKED + "fake.send_raw(b'')"),
    ("half a header", ASKED + "fake.send_raw(b'PO2W' + b'\\1' * 19)"),
    ("an oversize packet", ASKED + "fake.send_raw(wire.packet('RESULT',"
     f" {FIELDS}, fake.nonce) + bytes(wire.PACKET_MAX))"),
    ("another magic", ASKED + "fake.send('RESULT', fake.result_fields(),"
     " magic=b'PO2X')"),
    ("another version", ASKED + "fake.send('RESULT', fake.result_fields(),"
     " version=2)"),
    ("a length too short", ASKED + "fake.send('RESULT',"
     " fake.result_fields(), length=10)"),
    ("a length too long", ASKED + "fake.send('RESULT',"
     " fake.result_fields(), length=1000)"),
    ("another nonce", ASKED + "fake.send('RESULT', fake.result_fields(),"
     " nonce=bytes(16))"),
    ("a nonce with one bit wrong", ASKED + "fake.send('RESULT',"
     " fake.result_fields(), nonce=fake.nonce[:15] +"
     " bytes([fake.nonce[15] ^ 1]))"),
    ("another nonce from the start", "fake.greet(); fake.nonce = bytes(16);"
     " fake.ready(); fake.result()"),
    ("another user", ASKED + "fake.result(USER='bob')"),
    ("a user that begins the same", ASKED + "fake.result(USER='alic')"),
    ("a user in capitals", ASKED + "fake.result(USER='Alice')"),
    ("no user", ASKED + "fake.result(USER=None)"),
    ("an empty user", ASKED + "fake.result(USER='')"),
    ("phase 0", ASKED + "fake.result(PHASE=0)"),
    ("another phase", ASKED + "fake.result(PHASE=2)"),
    ("no phase", ASKED + "fake.result(PHASE=None)"),
    ("verdict 0", ASKED + "fake.result(VERDICT=0)"),
    ("an unknown verdict", ASKED + "fake.result(VERDICT=5)"),
    ("no verdict", ASKED + "fake.result(VERDICT=None)"),
    ("a short verdict", ASKED + "fake.result(VERDICT=b'\\1')"),
    ("an unknown reason", ASKED + "fake.result(REASON='because')"),
    ("a denial's reason", ASKED + "fake.result(REASON='access_denied')"),
    ("the zero reason", ASKED + "fake.result(REASON='internal_error')"),
    ("no reason", ASKED + "fake.result(REASON=None)"),
    ("no text", ASKED + "fake.result(TEXT=None)"),
    ("a text with a NUL", ASKED + "fake.result(TEXT='a\\0b')"),
    ("a text that is no UTF-8", ASKED + "fake.result(TEXT=b'\\xff')"),
    ("a text too long", ASKED + "fake.result(TEXT='x' * 1025)"),
    ("a field too many", ASKED + "fake.result(SUB='alice')"),
    ("an unknown field", ASKED + "fake.send_raw(wire.packet('RESULT',"
     f" {FIELDS} + wire.field(250, 'x'), fake.nonce))"),
    ("a verdict twice", ASKED + "fake.send_raw(wire.packet('RESULT',"
     f" {FIELDS} + wire.field('VERDICT', 1), fake.nonce))"),
    ("a deny's reason of a grant", ASKED + "fake.result(VERDICT=2)"),
    ("unavailable with a grant's reason", ASKED + "fake.result(VERDICT=3)"),
    ("ignore with a grant's reason", ASKED + "fake.result(VERDICT=4)"),
    ("another verdict after it", ASKED + "fake.result(); fake.result()"),
    ("a denial after it", ASKED + "fake.result(); fake.result(VERDICT=2,"
     " REASON='access_denied')"),
    ("a denial before it", ASKED + "fake.result(VERDICT=2,"
     " REASON='access_denied'); fake.result()"),
    ("an empty packet after it", ASKED + "fake.result();"
     " fake.send_raw(b'')"),
    ("a text after it", ASKED + "fake.result(); fake.show()"),
    ("a descriptor with it", ASKED + "import socket;"
     " socket.send_fds(fake.socket, [wire.packet('RESULT', "
     f"{FIELDS}, fake.nonce)], [0])"),
    ("a descriptor after it", ASKED + "fake.result(); import socket;"
     " socket.send_fds(fake.socket, [b'x'], [0])"),
    ("READY twice", ASKED + "fake.ready(); fake.result()"),
    ("a deadline past all time", "fake.greet(); fake.send('READY',"
     " {'DEADLINE_NS': 2**63 - 1}); fake.result()"),
    ("a text before READY", "fake.greet(); fake.show(); fake.result()"),
    ("a question before READY", "fake.greet(); fake.ask();"
     " fake.receive('REPLY'); fake.result()"),
    ("a HELLO of its own", "fake.greet(); fake.send('HELLO',"
     " fake.hello); fake.result()"),
    ("a REPLY of its own", ASKED + "fake.send('REPLY', {'TEXT': ''});"
     " fake.result()"),
    ("the worker's words", ASKED + "fake.send('IDENTITY', {'SUB': 'alice',"
     " 'EMAIL_VERIFIED': 1}); fake.result()"),
    ("an unknown type", ASKED + "fake.send(200, {}); fake.result()"),
    ("an unknown style", BEGIN + "fake.show(style=3); fake.result()"),
    ("an unknown echo", BEGIN + "fake.ask(echo=6); fake.result()"),
    ("a flood of texts", BEGIN + "[fake.show() for _ in range(33)];"
     " fake.result()"),
    ("a flood of text", BEGIN + "[fake.show('x' * 16000) for _ in range(5)];"
     " fake.result()"),
    ("a text longer than may be", BEGIN + "fake.show('x' * 16001);"
     " fake.result()"),
]

GONE = [
    ("closes at once", "fake.close()"),
    ("closes having heard", "fake.greet(); fake.close()"),
    ("closes after READY", BEGIN + "fake.close()"),
    ("closes while it asks", BEGIN + "fake.ask(); fake.close()"),
    ("closes after the answer", ASKED + "fake.close()"),
    ("is killed at once", "os.kill(os.getpid(), 9)"),
    ("is killed having heard", "fake.greet(); os.kill(os.getpid(), 9)"),
    ("is killed after READY", BEGIN + "os.kill(os.getpid(), 9)"),
    ("is killed while it asks", BEGIN + "fake.ask();"
     " os.kill(os.getpid(), 9)"),
    ("is killed after the answer", ASKED + "os.kill(os.getpid(), 9)"),
    ("ends with status 0", ASKED + "os._exit(0)"),
    ("ends with status 0 and stays as a child", ASKED
     + "fake.close(); os.fork() or fake.stay(0.3); os._exit(0)"),
]


def names(table):
    """Return the first column."""
    return [row[0] for row in table]


@pytest.mark.parametrize("what, script", GOOD, ids=names(GOOD))
def test_control(fake, what, script):
    """The well-formed grant is a success, or the others prove nothing."""
    played = fake(script, typed="\n", decisions=0)
    assert played.result == SUCCESS
    assert not played.errors


def check_denied(played, reason):
    """Denied by the module itself, and said so with the id logged."""
    assert played.result == AUTH_ERR
    decision = played.decisions[0]
    assert (decision["result"], decision["reason"]) == ("denied", reason)
    assert [ID.search(text).group(1) for text in played.errors] == [
        decision["id"]]


@pytest.mark.parametrize("what, script", PROTOCOL, ids=names(PROTOCOL))
def test_not_well_formed(fake, what, script):
    """A grant that comes with anything wrong."""
    check_denied(fake(script, typed="\n" * 3), "protocol_error")


@pytest.mark.parametrize("what, script", GONE, ids=names(GONE))
def test_gone(fake, what, script):
    """A helper that leaves without a verdict."""
    check_denied(fake(script, typed="\n" * 3), "helper_failed")


def test_grant_that_never_closes(fake):
    """A grant counts when the helper has nothing more to say."""
    check_denied(fake(ASKED + "fake.result(); fake.stay(60)", typed="\n"),
                 "protocol_error")


def test_silence_before_ready(fake):
    """Ten seconds, and not more."""
    played = fake("fake.greet(); fake.stay(60)")
    check_denied(played, "helper_failed")


def test_silence_after_ready(fake):
    """The deadline that READY named, and five seconds."""
    played = fake("fake.greet(); fake.ready(1); fake.stay(60)")
    check_denied(played, "helper_failed")


def test_grant_after_the_deadline(fake):
    """A verdict that comes too late is none."""
    played = fake("fake.greet(); fake.ready(-4); fake.stay(2);"
                  " fake.result()")
    check_denied(played, "helper_failed")


@pytest.mark.parametrize("stopped_s, reason", [(0, None),
                                               (1.5, "helper_failed")])
def test_grant_that_is_read_late(fake, stopped_s, reason):
    """It came in time, and its caller has stopped the host until now."""
    played = fake(f"""
import time
host = os.getppid()
fake.greet()
os.kill(host, {int(signal.SIGSTOP)})
fake.ready(-4)
fake.result()
fake.close()
time.sleep({stopped_s})
os.kill(host, {int(signal.SIGCONT)})
""", decisions=int(bool(reason)))
    if reason:
        check_denied(played, reason)
    else:
        assert played.result == SUCCESS


@pytest.mark.parametrize("verdict, reason, code", [
    ("DENY", "access_denied", AUTH_ERR),
    ("UNAVAILABLE", "provider_unreachable", 9),
    ("DENY", "cancelled", AUTH_ERR),
])
def test_other_verdicts(fake, verdict, reason, code):
    """What is well-formed and no grant; logged by the real helper."""
    played = fake(ASKED + f"fake.result(REASON={reason!r}, TEXT='no',"
                  f" VERDICT=wire.VERDICTS[{verdict!r}])",
                  typed="\n", decisions=0)
    assert played.result == code
    assert played.errors == ["no"]


@pytest.mark.parametrize("service, code", [
    ("sudo", ABORT), ("sudo-i", ABORT), ("su", AUTH_ERR)])
def test_cancelled_under_sudo(fake, service, code):
    """A code that sudo does not ask again after."""
    script = ASKED + ("fake.result(REASON='cancelled',"
                      " VERDICT=wire.VERDICTS['DENY'])")
    played = fake(script, service, typed="\n", decisions=0)
    assert played.result == code


def test_texts_are_texts(fake):
    """No format string, no control character that was not sent."""
    played = fake(BEGIN + "fake.show('%s%n%s'); fake.show('a\\nb', 2);"
                  " fake.result()", decisions=0)
    assert played.messages == [("info", "%s%n%s"), ("error", "a\\nb")]


def test_approved_account_is_known(fake):
    """The account phase on the same handle finds the approval."""
    played = fake(
        "fake.grant()", "test", "authenticate", "acct_mgmt", "setcred",
        typed="\n", decisions=0,
        stack=("auth required pam_oauth2.so",
               "account required pam_oauth2.so"))
    assert played.results == [SUCCESS, SUCCESS, SUCCESS]


BOTH = ("auth required pam_oauth2.so", "account required pam_oauth2.so")


def test_approval_is_for_one_user(fake):
    """The host goes on with another: that one has to be asked about."""
    played = fake(BEGIN + "fake.result()", "test", "authenticate",
                  "user=bob", "acct_mgmt", stack=BOTH)
    assert played.results == [SUCCESS, PERM_DENIED]


def test_grant_of_another_phase(fake):
    """A sign-in that was granted says nothing of the account phase."""
    played = fake("fake.grant()", "test", "acct_mgmt", typed="\n",
                  stack=BOTH)
    assert played.result == PERM_DENIED
    assert played.decisions[0]["reason"] == "protocol_error"


@pytest.mark.parametrize("verdict, reason, code", [
    (1, "account_active", SUCCESS), (1, "account_grace", SUCCESS),
    (1, "account_not_checked", SUCCESS), (2, "account_disabled", PERM_DENIED),
    (2, "account_expired", ACCT_EXPIRED), (2, "grace_over", PERM_DENIED),
    (3, "provider_timeout", PERM_DENIED)])
def test_account_phase(fake, verdict, reason, code):
    """What its verdicts come to."""
    played = fake(
        f"fake.greet(); fake.ready(); fake.result(VERDICT={verdict}, "
        f"REASON='{reason}', PHASE=2)", "test", "acct_mgmt", decisions=0,
        stack=("account [success=done default=die] pam_oauth2.so",))
    assert played.result == code


@pytest.mark.parametrize("verdict, reason", [
    (1, "approved"), (1, "second_factor"), (1, "account_disabled"),
    (2, "account_active"), (3, "account_active"), (4, "account_active"),
    (4, "account_disabled"), (4, "silent")])
def test_account_phase_is_never_taken_for_another(fake, verdict, reason):
    """Verdicts that the account phase does not have, or not so."""
    played = fake(
        f"fake.greet(); fake.ready(); fake.result(VERDICT={verdict}, "
        f"REASON='{reason}', PHASE=2)", "test", "acct_mgmt",
        stack=("account [success=ok ignore=ok default=die] pam_oauth2.so",
               "account required pam_permit.so"))
    assert played.result == PERM_DENIED
    assert played.decisions[0]["reason"] == "protocol_error"


def test_approval_ends_with_the_next_attempt(fake):
    """Approved, then denied on the same handle: nothing is known."""
    script = """
import pathlib
flag = pathlib.Path("/run/house/approved-before")
if flag.exists():
    flag.unlink()
    fake.greet()
    fake.result(VERDICT=2, REASON="access_denied")
else:
    flag.touch()
    fake.greet()
    fake.result()
"""
    played = fake(script, "test", "authenticate", "authenticate",
                  "acct_mgmt", stack=BOTH)
    assert played.results == [SUCCESS, AUTH_ERR, PERM_DENIED]


@pytest.mark.parametrize("control", ["required", "requisite", "sufficient"])
def test_grant_before_a_module_that_denies(fake, control):
    """Only sufficient opens the door alone."""
    played = fake("fake.grant()", typed="\n", decisions=0,
                  stack=(f"auth {control} pam_oauth2.so",
                         "auth required pam_deny.so"))
    assert (played.result == SUCCESS) == (control == "sufficient")


def test_what_the_helper_hears(fake):
    """HELLO says what the host knows, and no more."""
    script = BEGIN + """
assert fake.hello["PHASE"] == 1 and fake.hello["USER"] == "alice", fake.hello
assert fake.hello["SERVICE"] == "test" and fake.hello["RHOST"] == "192.0.2.1"
assert fake.hello["TTY"] == "pts/7" and fake.hello["UID"] == 21001
assert fake.hello["FLAGS"] == 1 and fake.hello["RUID"] == 0
assert fake.hello["CAN_CONVERSE"] == 1 and fake.hello["DEBUG"] == 0
for tag in ("ALARM_NS", "SECTION", "CONFIG_PATH"):
    assert tag not in fake.hello, fake.hello
fake.result()
"""
    played = fake(script, decisions=0, options=(
        "-r", "192.0.2.1", "-t", "pts/7", "-F", "1"))
    assert played.result == SUCCESS


def test_alarm_of_the_host_is_told(fake):
    """login sets one: nothing is asked for longer than it lives."""
    script = BEGIN + """
import time
left = fake.hello["ALARM_NS"] - time.clock_gettime_ns(time.CLOCK_MONOTONIC)
assert 25 < left / 10**9 <= 30, left
fake.result()
"""
    played = fake(script, decisions=0, before=lambda: signal.alarm(30))
    assert played.result == SUCCESS


def test_what_the_helper_is_given(fake):
    """An empty environment, four descriptors, a session of its own."""
    script = BEGIN + """
environment = open("/proc/self/environ").read()
assert environment == "", environment
links = {int(n): os.readlink(f"/proc/self/fd/{n}")
         for n in os.listdir("/proc/self/fd") if int(n) < 4}
assert [links[n] for n in range(3)] == ["/dev/null"] * 3, links
assert links[3].startswith("socket:"), links
assert os.getsid(0) == os.getpid()
import signal
assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == set()
assert signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL
fake.result()
"""
    played = fake(script, decisions=0, options=("-s",))
    assert played.result == SUCCESS


def test_answer_reaches_the_helper(fake):
    """What was typed, and nothing else."""
    script = BEGIN + """
fake.ask()
answer = fake.receive("REPLY").fields["TEXT"]
assert answer == "caf\\u00e9 %s", answer
fake.result()
"""
    assert fake(script, typed="caf\u00e9 %s\n",
                decisions=0).result == SUCCESS


def test_answer_is_not_kept(fake):
    """It may be a code or a password: the host's memory has it no more."""
    script = BEGIN + """
import re
fake.ask()
answer = fake.receive("REPLY").fields["TEXT"]
assert answer.endswith("typed-but-gone"), answer
fake.ask()
fake.receive("REPLY")  # so it has long been sent, and wiped
held = b""
host = f"/proc/{os.getppid()}/"
with open(host + "maps") as maps, open(host + "mem", "rb") as memory:
    for first, last in re.findall(r"^(\\w+)-(\\w+) rw", maps.read(), re.M):
        memory.seek(int(first, 16))
        held += memory.read(int(last, 16) - int(first, 16))
assert b"198.51.100.77" in held, len(held)  # its remote address is there
assert b"typed-but-gone" not in held
fake.result()
"""
    played = fake(script, typed="x" * 40 + "typed-but-gone\n\n", decisions=0,
                  options=("-r", "198.51.100.77"))
    assert played.result == SUCCESS


def test_what_is_typed_before_enter_stays_here(fake):
    """sshd types junk for users that it does not know."""
    script = BEGIN + """
fake.ask(echo="ENTER")
answer = fake.receive("REPLY").fields["TEXT"]
assert answer == "", answer
fake.result()
"""
    assert fake(script, typed="\b\rINCORRECT\udcff\n",
                decisions=0).result == SUCCESS


@pytest.mark.parametrize("typed, expected", [
    ("x" * 4097, {"TEXT": "", "IS_CUT": 1}),
    ("x" * 4096, {"TEXT": "x" * 4096}),
    ("caf\udce9", {"TEXT": "?"})], ids=["too long", "long", "no UTF-8"])
def test_answer_that_cannot_travel(fake, typed, expected):
    """Nothing is cut or repaired: it is taken for nothing, or too long."""
    script = BEGIN + f"""
fake.ask()
answer = fake.receive("REPLY").fields
assert answer == {expected!r}, answer
fake.result()
"""
    assert fake(script, typed=typed + "\n", decisions=0).result == SUCCESS
