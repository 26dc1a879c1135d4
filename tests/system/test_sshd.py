"""sshd as people use it: what they see, and what must not happen."""

import re
import signal
import statistics
import subprocess
import time

import pytest
import screen
from house import ENVIRONMENT, HOME, SSHD_CONFIG, STACK, example_stack
from provider import program
from story import COMMAND, POLL, REACHED, Login
from terminal import Askpass, Detached, Terminal

INTERVAL = 5
ALLOWANCE = 0.5
SOON = 1
NOISE = 0.01  # of a machine that has more to do
BANNER = "This is the bastion."
PEOPLE_HOME = HOME / "people" / "alice"


@pytest.fixture(scope="module", autouse=True)
def stack(house):
    """The stack that we recommend, as it is."""
    house.write_stack("sshd", example_stack("sshd"))
    yield
    house.write_stack("sshd", STACK)


@pytest.fixture(scope="module")
def password_sshd(house):
    """An sshd that has its password method on."""
    return house.start_sshd(PasswordAuthentication="yes")


@pytest.fixture(scope="module")
def key(house):
    """A key of alice's, as options for ssh."""
    file = house.authorize_key("alice")
    return {"IdentityFile": file, "PreferredAuthentications": "publickey"}


def test_sshd_accepts_the_example(house):
    """Debian's sshd_config with our file in its .d directory."""
    told = subprocess.run(
        ["/usr/sbin/sshd", "-T", "-f", SSHD_CONFIG, "-h",
         house.start_sshd().host_key], capture_output=True, text=True,
        check=True).stdout
    assert {"usepam yes", "kbdinteractiveauthentication yes",
            "passwordauthentication no", "logingracetime 120"} <= set(
                told.splitlines())


def test_enter_first_then_approve(login, capsys):
    """Three approve at other moments between the first two polls."""
    logins = [login().wait_prompt() for _ in range(3)]
    waits = []
    for alice in logins:
        alice.press_enter()
    for alice in logins:
        alice.approve("alice")
        waits.append(-alice.approved_at())
        time.sleep(1.2)
    for number, alice in enumerate(logins):
        waits[number] += alice.reached_at()
        assert alice.outcome()
    with capsys.disabled():
        print("\nEnter first, approval -> shell: "
              + ", ".join(f"{wait:.2f} s" for wait in waits))
    assert 0 < min(waits) and max(waits) < INTERVAL + ALLOWANCE


def hang_up(alice):
    """Kill the client; seconds until no helper is left."""
    before = {process.pid for process in alice.house.helpers()}
    begin = time.monotonic()
    alice.session.hang_up(signal.SIGKILL)
    while before & {process.pid for process in alice.house.helpers()}:
        assert time.monotonic() < begin + SOON, alice.house.helpers()
        time.sleep(0.01)
    return time.monotonic() - begin


def test_after_a_hang_up_nothing_goes_on(login, provider, capsys):
    """At the prompt, after Enter: no helper, no request any more."""
    at_prompt = hang_up(login().wait_prompt())
    alice = login().wait_prompt()
    alice.press_enter()
    time.sleep(0.5)
    entered = hang_up(alice)
    with capsys.disabled():
        print(f"\nhang-up -> no helper: {at_prompt:.2f} s at the prompt, "
              f"{entered:.2f} s after Enter")
    requests = len(provider.events())
    time.sleep(INTERVAL + SOON)
    assert len(provider.events()) == requests
    assert len(alice.requests(POLL)) == 1


def test_a_password_goes_nowhere(login, password_sshd):
    """The password method is denied before any request."""
    alice = login(to=password_sshd, PreferredAuthentications="password")
    requests = len(alice.provider.events())
    alice.session.expect(rb"password: ")
    alice.session.send(b"correct horse\r")
    alice.denied("password_conversation")
    assert len(alice.provider.events()) == requests
    lines = alice.house.log.since(alice.log_mark)
    assert not any("correct horse" in line for line in lines)


SAME = (
    (r"Code:  [A-Z-]{9} ", "Code:  CODE "), (r"\(\w{4}-\w{4}\)", "(ID)"),
    (r"valid for \d+ s", "valid for N s"), (r"\d\d:\d\d", "HH:MM"),
)


def refused(login, user):
    """Be refused twice; what was seen and sent, and the seconds it took."""
    session = login(user, attempts=2)
    took = []
    for _ in range(2):
        session.wait_prompt().approve("mallory")
        took.append(-session.press_enter())
        shown = session.session.expect(rb"may not sign in as")
        took[-1] += session.session.arrived(shown.start())
    assert not session.outcome()
    seen = session.session.text.replace(user, "USER")
    for pattern, name in SAME:
        seen = re.sub(pattern, name, seen)
    sent = [e["path"] for e in session.requests(
        "/device/auth", POLL, "/me")]
    return seen, sent, took


def test_an_unknown_user_cannot_be_told(house, provider, login, capsys):
    """The same screen, the same words, steps and requests, the same wait."""
    house.use_provider(provider, qr="off")
    known = [refused(login, "alice") for _ in range(2)]
    unknown = [refused(login, "nobody-knows") for _ in range(2)]
    assert {seen for seen, _, _ in known} == {s for s, _, _ in unknown}
    assert len({tuple(sent) for _, sent, _ in known + unknown}) == 1
    waits = [statistics.median(sum((took for _, _, took in each), []))
             for each in (known, unknown)]
    with capsys.disabled():
        print(f"\nEnter -> denied: known user {waits[0]:.3f} s, "
              f"unknown user {waits[1]:.3f} s")
    assert max(waits) < 2 * min(waits) + NOISE


def test_every_try_has_a_code_of_its_own(house, provider, login):
    """Three tries, and what is left of LoginGraceTime shrinks."""
    house.use_provider(provider, login_timeout=300)
    alice = login(attempts=3)
    codes, left, people = [], [], ["bob", "mallory", "alice"]
    begin = time.monotonic()
    for person in people:
        alice.wait_prompt().approve(person)
        codes.append(alice.user_code)
        left.append(alice.seconds_left)
        assert left[-1] <= 117 - (time.monotonic() - begin) + 1
        time.sleep(1.1)
        alice.press_enter()
    assert alice.outcome()
    assert len(set(codes)) == 3 and left == sorted(set(left), reverse=True)
    assert [d["reason"] for d in house.log.decisions(alice.log_mark)] == [
        "identity_not_allowed", "identity_not_allowed", "approved"]


def test_a_client_without_utf8_sees_an_ascii_code(house, provider, login):
    """LC_ALL=C and qr = ascii: nothing is spelt out in numbers."""
    house.use_provider(provider, qr="ascii")
    alice = login(env={"LC_ALL": "C"}).wait_prompt()
    assert "\\" not in alice.session.text
    lines = screen.render(alice.session.output, rows=100)
    found = screen.read_code(lines, "ascii", screen.BLACK)
    assert found == f"{alice.url}?user_code={alice.user_code}"
    alice.approve("alice").press_enter()
    assert alice.outcome()


def test_a_client_without_utf8_can_always_read(login):
    """LC_ALL=C and qr = utf8: address and code are there all the same."""
    alice = login(env={"LC_ALL": "C"}).wait_prompt()
    assert r"\342\226\200" in alice.session.text
    lines = screen.render(alice.session.output)
    assert any(line.endswith(f"Open:  {alice.url}") for line in lines)
    assert any(f"Code:  {alice.user_code} " in line for line in lines)


def test_a_wide_code_begins_on_a_line_of_its_own(login):
    """What the client puts before a prompt does not shift the QR code."""
    alice = login().wait_prompt()
    lines = screen.render(alice.session.output, rows=100)
    assert lines[0] == "(alice@localhost)"
    assert lines[1].strip() and not lines[1].strip("\u2580\u2584\u2588 ")


def test_askpass_gets_the_whole_prompt(house, provider, sshd):
    """A client without a terminal: a program asks in its place."""
    asked = Askpass(HOME / "askpass-ssh")
    env = {"SSH_ASKPASS": asked.program, "SSH_ASKPASS_REQUIRE": "force",
           **ENVIRONMENT}
    with Detached(house.ssh_command(sshd, "alice", COMMAND), env) as client:
        asked.wait_asked()
        alice = Login(house, provider, asked)
        assert asked.text.rstrip().endswith(".") and "\u2588" in asked.text
        alice.approve("alice")
        asked.answer("\n")
        output, errors = client.communicate(timeout=15)
    assert output == REACHED + "\n", errors


@pytest.mark.parametrize("option", ["BatchMode=yes",
                                    "KbdInteractiveAuthentication=no"])
def test_a_client_that_will_not_be_asked(house, provider, sshd, option):
    """Scripts and Ansible: nobody is bothered, nothing is sent."""
    mark, events = house.log.mark(), len(provider.events())
    name, value = option.split("=")
    done = subprocess.run(
        house.ssh_command(sshd, "alice", COMMAND, **{name: value}),
        env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 255 and "Permission denied" in done.stderr
    assert house.log.decisions(mark) == [] and not house.helpers()
    assert len(provider.events()) == events


def test_two_services_have_settings_of_their_own(house, provider, login):
    """An sshd under another name is another service."""
    house.write_stack("sshd-bastion", example_stack("sshd"))
    bastion = house.start_sshd(name="sshd-bastion")
    house.use_provider(provider, services={
        "sshd-bastion": {"banner_before": BANNER, "qr": "off"}})
    for sshd, service in ((bastion, "sshd-bastion"), (None, "sshd")):
        alice = login(**({"to": sshd} if sshd else {})).wait_prompt()
        assert (BANNER in alice.session.text) == (sshd is bastion)
        assert f"({service}, from" in alice.session.text
        alice.approve("alice").press_enter()
        assert alice.outcome()
        assert alice.decision()["service"] == service


@pytest.fixture
def source():
    """A file to be copied."""
    file = HOME / "source"
    file.write_text(f"{time.time()}\n")
    return file


def copy_commands(options, source):
    """Return how to copy a file to or from alice's home, by program."""
    ssh = " ".join(map(str, [program("ssh"), *options]))
    target = "alice@localhost:"
    return {
        "scp": ["scp", *options, source, target + "by-scp"],
        "scp -O": ["scp", "-O", *options, source, target + "by-scp-O"],
        "sftp": ["sftp", *options, target + str(source), HOME / "by-sftp"],
        "rsync": ["rsync", "-e", ssh, source, target + "by-rsync"],
    }


def copied(name):
    """Return the file that a program makes."""
    place = HOME if name == "sftp" else PEOPLE_HOME
    return place / f"by-{name.replace(' ', '')}"


def take_copy(name):
    """Return what a program has copied, and remove it."""
    text = copied(name).read_text()
    copied(name).unlink()
    return text


@pytest.mark.parametrize("name", ["scp", "scp -O", "sftp", "rsync"])
def test_copying_with_a_sign_in(house, provider, sshd, source, name):
    """scp, sftp and rsync show the prompt of their ssh."""
    command = copy_commands(house.ssh_options(sshd), source)[name]
    with Terminal(command, ENVIRONMENT) as session:
        alice = Login(house, provider, session).wait_prompt()
        alice.approve("alice").press_enter()
        assert session.wait() == 0, session.text
    assert take_copy(name) == source.read_text()


def test_one_sign_in_for_many_connections(house, login, sshd, source):
    """ControlMaster: scp, sftp, rsync and ssh go through it, unasked."""
    control = HOME / "control"
    master = login(command=None, ControlMaster="yes", ControlPath=control)
    master.wait_prompt().approve("alice").press_enter()
    assert "(alice)" in master.session.command("id")
    options = {"ControlPath": control, "PreferredAuthentications": "none"}
    commands = copy_commands(house.ssh_options(sshd, **options), source)
    commands["ssh"] = house.ssh_command(sshd, "alice", COMMAND, **options)
    for name, command in commands.items():
        subprocess.run(command, env=ENVIRONMENT, check=True,
                       capture_output=True)
        if name != "ssh":
            assert take_copy(name) == source.read_text()
    assert master.decision()["reason"] == "approved"


def test_a_key_needs_no_browser(login, key):
    """authenticate is not called, and our account line lets pass."""
    alice = login(**key)
    assert alice.outcome()
    assert alice.decision()["reason"] == "account_not_checked"


def test_a_key_and_the_browser(house, login, key):
    """AuthenticationMethods: neither is enough without the other."""
    both = house.start_sshd(
        AuthenticationMethods="publickey,keyboard-interactive")
    key["PreferredAuthentications"] = "publickey,keyboard-interactive"
    alice = login(to=both, **key).wait_prompt().approve("alice")
    alice.press_enter()
    assert alice.outcome()
    assert alice.decision()["reason"] == "approved"
    refused = login(to=both, **key).wait_prompt().approve("mallory")
    refused.press_enter()
    refused.denied("identity_not_allowed")
    alone = login(to=both)
    assert not alone.outcome()
    assert "(publickey)" in alone.session.text
