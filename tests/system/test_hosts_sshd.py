"""How sshd and ssh of this machine behave: the facts we build on.

A module of the test's own stands in the stack: see probe.c. The project's
list of these facts is HOSTS.md.
"""

import re
import signal
import socket
import time
from pathlib import Path

import pytest
from house import ENVIRONMENT, STACK
from terminal import Detached

PAM_AUTH_ERR, PAM_MAXTRIES, PAM_CONV_ERR = 7, 11, 19
PASTE_LIMIT = 1023
PROMPT = rb"say> "


@pytest.fixture(scope="module")
def sshd(house):
    """An sshd that says everything and takes passwords."""
    yield house.start_sshd(LogLevel="DEBUG3", PasswordAuthentication="yes")
    house.write_stack("sshd", STACK)


@pytest.fixture(scope="module")
def key(house):
    """A key of bob's."""
    return house.authorize_key("bob")


@pytest.fixture
def ssh(house, sshd, probe, opened):
    """Open sessions through a stack that takes the steps given."""
    def start(*steps, user="alice", account=(), to=sshd, env=(), **options):
        house.write_stack("sshd", probe.steps(*steps, account=account))
        opened.append(house.ssh(to, user, "id", env=env, **options))
        return opened[-1]

    return start


def answer(session, text=b"", prompt=PROMPT):
    """Answer the prompt; returns the exit status."""
    session.expect(prompt)
    session.send(text + b"\r")
    return session.wait()


def is_running(pid):
    """Tell whether a process runs, and is no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_sshd_holds_a_text_back_until_the_next_prompt(ssh):
    """A person would not see an address that is only shown."""
    session = ssh("info=held back", "sleep=500", "on=say> ")
    held = session.arrived(session.expect(rb"held back").start())
    asked = session.arrived(session.expect(PROMPT).start())
    assert asked - held < 0.1
    assert answer(session, prompt=rb"$") == 0


def test_sshd_shows_an_error_before_a_failure(ssh):
    """And what was held back with it."""
    session = ssh("info=held back", "error=the error",
                  f"return={PAM_AUTH_ERR}")
    assert session.wait() == 255
    assert "held back\r\nthe error\r\n" in session.text


def test_ssh_spells_out_and_cuts_a_text_without_a_prompt(ssh):
    """Whatever the locale: no letter but ASCII, no more than 1 KB."""
    session = ssh("error=caf\u00e9", "many=100", f"return={PAM_AUTH_ERR}")
    assert session.wait() == 255
    assert r"caf\303\251" in session.text
    assert "text 20 of many" in session.text
    assert "text 100 of many" not in session.text


def test_sshd_takes_a_prompt_of_9_kilobytes(ssh):
    """URL, code and QR code fit into one prompt."""
    session = ssh("long=9216")
    assert answer(session) == 0
    assert session.text.count("z") == 9216


def test_sshd_takes_more_than_32_texts(ssh):
    """It is fatal in 9.4 to 10.2."""
    session = ssh("many=40", "on=say> ")
    assert answer(session) == 0
    assert "text 40 of many" in session.text


def test_ssh_spells_out_what_a_terminal_might_obey(ssh):
    """Escape always, and what is no ASCII without a UTF-8 locale."""
    steps = ("info=a\x1b[1mb \u2580", "on=say> ")
    utf8, plain = ssh(*steps), ssh(*steps, env={"LC_ALL": "C"})
    assert answer(utf8) == 0 and answer(plain) == 0
    assert "a\\033[1mb \u2580" in utf8.text
    assert r"a\033[1mb \342\226\200" in plain.text


def test_ssh_puts_the_user_before_a_prompt(ssh):
    """And before the texts that come with it."""
    session = ssh("info=first", "on=say> ")
    assert answer(session) == 0
    assert "(alice@localhost) first\r\nsay> " in session.text


def test_ssh_cuts_a_pasted_reply(ssh, probe):
    """Silently."""
    session = ssh("on=say> ")
    assert answer(session, b"x" * 1200) == 0
    assert probe.note("on").reply == b"x" * PASTE_LIMIT


def test_ssh_without_a_terminal_answers_at_once(house, sshd, probe):
    """No terminal and no askpass: an empty answer, so Enter proves nothing."""
    house.write_stack("sshd", probe.steps("on=say> "))
    with Detached(house.ssh_command(sshd, "alice", "id"),
                  ENVIRONMENT) as client:
        output, _errors = client.communicate(timeout=10)
    assert "(alice)" in output and probe.note("on").reply == b""


@pytest.mark.parametrize("option", ["BatchMode=yes",
                                    "KbdInteractiveAuthentication=no"])
def test_ssh_skips_the_prompt_when_told(ssh, probe, option):
    """The second is what Ansible passes."""
    name, value = option.split("=")
    session = ssh("on=say> ", **{name: value})
    assert session.wait() == 255 and not probe.notes()


@pytest.mark.parametrize("typed, heard", [
    (b"hello", b"\b\n\r\177I"),
    (b"a longer reply", b"\b\n\r\177INCORRECT\b"),
])
def test_sshd_hides_what_an_unknown_user_types(ssh, probe, typed, heard):
    """The module hears something else, as long as what was typed."""
    session = ssh("on=say> ", f"return={PAM_AUTH_ERR}", user="nobody-knows")
    assert answer(session, typed) == 255
    assert probe.note("on").reply == heard


def test_sshd_aborts_when_an_unknown_user_is_let_in(ssh, sshd):
    """A module that is wrong here takes the connection down."""
    session = ssh("on=say> ", user="nobody-knows")
    assert answer(session) == 255
    assert "PAM auth succeeded when it should have failed" in sshd.log()


def test_sshd_rounds_the_time_before_the_first_prompt_up(ssh, sshd):
    """To 5-10 ms of the user's own, times a power of two; once only."""
    mark = len(sshd.log())
    assert answer(ssh("sleep=100", "on=say> ", "sleep=100")) == 0
    waits = re.findall(r"ensure_minimum_time_since: elapsed ([\d.]+)ms, "
                       r"delaying ([\d.]+)ms \(requested ([\d.]+)ms",
                       sshd.log()[mark:])
    assert len(waits) == 2, waits  # the method "none", then ours
    elapsed, delay, unit = map(float, waits[-1])
    factor = (elapsed + delay) / unit
    assert elapsed > 100 and 5 <= unit < 10
    assert any(abs(factor / 2 ** k - 1) < 0.01 for k in range(4, 8)), waits


def test_ssh_tries_three_times_but_not_after_maxtries(ssh, probe):
    """PAM_MAXTRIES takes the password method away as well."""
    methods = {"PreferredAuthentications": "keyboard-interactive,password",
               "attempts": 3}
    again = ssh("error=no", f"return={PAM_AUTH_ERR}", **methods)
    again.expect(rb"password: ")
    assert len(probe.notes("call")) == 3
    once = ssh("error=no", f"return={PAM_MAXTRIES}", **methods)
    assert once.wait() == 255 and "password: " not in once.text
    assert len(probe.notes("call")) == 1


def test_a_client_killed_at_the_prompt_takes_pam_with_it(ssh, probe):
    """Within 0.3 s."""
    session = ssh("on=say> ", "sleep=2000")
    session.expect(PROMPT)
    session.hang_up(signal.SIGKILL)
    time.sleep(0.3)
    assert not is_running(probe.notes("call")[0]["pid"])


def test_a_client_killed_after_the_answer_is_not_noticed(ssh, probe):
    """PAM's process runs on, and keeps the connection's socket."""
    session = ssh("on=say> ", "facts=", "sleep=1500")
    session.expect(PROMPT)
    session.press_enter()
    time.sleep(0.2)
    session.hang_up(signal.SIGKILL)
    time.sleep(0.8)
    pid = int(probe.notes("call")[0]["pid"])
    assert is_running(pid)
    descriptors = probe.note("facts").list("descriptors")
    assert [fd for fd in descriptors if fd.endswith("i")] == ["4i"]


def test_sshd_asks_in_a_child_and_keeps_the_environment_only(ssh, probe):
    """pam_set_data() is lost, pam_putenv() is not; setcred runs twice."""
    session = ssh("on=say> ")
    assert answer(session) == 0
    child = probe.note("call")
    assert probe.note("call", "account")["pid"] == child["pid"]
    opened = probe.note("call", "open_session")
    assert opened["pid"] == child["ppid"]
    assert opened["data"] == "lost" and opened["env"] == "kept"
    established = probe.notes("call", "setcred")[:2]
    assert len({note["pid"] for note in established}) == 2


def test_a_key_skips_authenticate_and_nothing_can_be_asked(ssh, probe, key):
    """acct_mgmt runs all the same; its texts reach the client."""
    session = ssh("on=say> ", account=("info=a text", "on=well> ", "return=0"),
                  user="bob", PreferredAuthentications="publickey",
                  IdentityFile=key)
    assert session.wait() == 0 and "a text" in session.text
    assert not probe.notes()
    assert probe.note("on", "account").code == PAM_CONV_ERR


def test_sshd_names_the_methods_that_succeeded(house, ssh, probe, key):
    """In SSH_AUTH_INFO_0: empty at first, then "publickey TYPE KEY"."""
    both = house.start_sshd(
        AuthenticationMethods="publickey,keyboard-interactive")
    session = ssh("on=say> ", user="bob", to=both, IdentityFile=key,
                  PreferredAuthentications="publickey,keyboard-interactive")
    assert answer(session) == 0
    public = key.with_suffix(".pub").read_text().split()[:2]
    info = bytes.fromhex(probe.note("call")["info"]).decode()
    assert info == " ".join(["publickey", *public]) + "\n"
    alone = ssh("on=say> ")
    assert answer(alone) == 0
    assert probe.note("call")["info"] == ""


def test_the_name_of_the_binary_is_the_pam_service(house, ssh, probe):
    """Before 9.8, which has PAMServiceName."""
    other = house.start_sshd(name="sshd-other")
    house.write_stack("sshd-other", probe.steps("facts=", "on=say> "))
    session = house.ssh(other, "alice", "id")
    with session:
        assert answer(session) == 0
    assert probe.note("facts")["service"] == "sshd-other"


def test_what_sshd_gives_the_module(ssh, probe):
    """Ids, flags, signals, environment and descriptors that leak."""
    assert answer(ssh("facts=", "on=say> ")) == 0
    facts = probe.note("facts")
    assert (facts["uid"], facts["euid"]) == ("0", "0")
    assert facts["flags"] == "0x1" and facts["tty"] == "ssh"
    assert (facts["sigint"], facts["sigquit"]) == ("default", "default")
    assert facts["sigpipe"] == "ignored" and facts["environ"] == ""
    assert facts.list("descriptors") == [
        "3", "4i", "6", "7", "8", "9", "10"]


def test_the_password_method_answers_for_the_person(ssh, probe):
    """An empty text has an answer; without echo it is the password."""
    session = ssh("info=", "off=password> ", "on=say> ", "return=0",
                  PreferredAuthentications="password")
    session.expect(rb"password: ")
    session.send(b"secret\r")
    assert session.wait() == 0
    assert probe.note("info").reply == b""
    assert probe.note("off").reply == b"secret"
    assert probe.note("on").code == PAM_CONV_ERR


def test_keyboard_interactive_answers_no_text(ssh, probe):
    """So the empty text tells the two methods apart."""
    assert answer(ssh("info=", "on=say> ")) == 0
    assert probe.note("info").reply is None


def test_a_failed_password_spoils_what_follows(ssh, sshd, probe):
    """setcred remembers it: sshd accepts the answer, then gives up."""
    session = ssh("on=say> ", PreferredAuthentications=(
        "password,keyboard-interactive"))
    session.expect(rb"password: ")
    session.send(b"secret\r")
    assert answer(session) == 255
    assert [note.code for note in probe.notes("on")] == [PAM_CONV_ERR, 0]
    assert "PAM: pam_setcred(): Permission denied" in sshd.log()


def is_dropped(connection):
    """Tell whether the other side closes, in place of greeting."""
    connection.settimeout(5)
    try:
        return not connection.recv(100).startswith(b"SSH-2.0-")
    except ConnectionResetError:
        return True


def test_sshd_turns_many_away_who_come_at_once(house):
    """MaxStartups as it stands: of 100, about half."""
    stock = house.start_sshd(MaxStartups="10:30:100")
    connections = [socket.create_connection(("127.0.0.1", stock.port))
                   for _ in range(100)]
    dropped = sum(map(is_dropped, connections))
    for connection in connections:
        connection.close()
    assert 20 <= dropped <= 80, dropped
