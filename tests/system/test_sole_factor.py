"""A stored token never lets in alone, whatever is said to be there."""

import os
import re
import shutil
import signal

import pytest
from house import HOME, PAM, STACK, write_file
from later_fixtures import STATE, let_in, with_account_line

BOTH = {"PreferredAuthentications": "publickey,keyboard-interactive",
        "IdentitiesOnly": "yes"}
USES = ("off", "account-check", "second-factor", "pin", "session")
HOSTS = {
    "sshd": None,
    "sudo": ("alice", "sudo", "sh", "-c", "echo rea''ched"),
    "su": ("bob", "su", "alice", "-c", "echo rea''ched"),
    "login": ("root", "login", "alice"),
}
ASKED = rb"Code:  |set up correctly|cannot ask"
LET_IN = rb"reached|alice@\S+\$ "
PAM_ENV = "auth required pam_env.so user_readenv=1\n"
VARIABLE = "SSH_AUTH_INFO_0"


@pytest.fixture(scope="module", autouse=True)
def lax_sshd(house, account_stack):
    """An sshd that takes every variable, and asks only us."""
    return house.start_sshd(AcceptEnv="*", PermitUserEnvironment="yes")


@pytest.fixture(scope="module")
def two_steps(house):
    """An sshd that wants a key and then us."""
    return house.start_sshd(
        AuthenticationMethods="publickey,keyboard-interactive")


@pytest.fixture
def known(house, provider, login, two_steps):
    """Alice has signed in, with her key."""
    house.use_provider(provider, refresh_use="second-factor")
    how = {**BOTH, "IdentityFile": house.authorize_key("alice")}
    alice = login(to=two_steps, **how).wait_prompt().approve("alice")
    alice.press_enter()
    assert alice.outcome()

    def again():
        house.use_provider(provider, refresh_use="second-factor")
        let_in(login(to=two_steps, **how), "second_factor")

    return again


@pytest.fixture
def home():
    """Write files of alice's own, and remove them again."""
    place, made = HOME / "people" / "alice", []

    def write(name, text):
        made.append(place / name)
        write_file(made[-1], text, 0o644)
        os.chown(made[-1], 21001, 21001)

    yield write
    for file in made:
        file.unlink()


def is_silent(attempt):
    """Tell whether it let in before anybody was asked; end it."""
    shown = attempt.session.expect(ASKED + b"|" + LET_IN).group()
    attempt.session.hang_up(signal.SIGKILL)
    attempt.house.wait_no_helpers()
    return re.match(ASKED, shown) is None


def test_no_host_lets_in_without_another_factor(
        house, provider, known, login, local, lax_sshd, capsys):
    """The token of a real sign-in is there; for each refresh_use."""
    kept = {file: file.read_bytes() for file in STATE.rglob("*.token")}
    assert kept
    total = silent = 0
    for use in USES:
        house.use_provider(provider, refresh_use=use)
        for host, command in HOSTS.items():
            attempt = local(*command) if command else login(to=lax_sshd)
            shown = is_silent(attempt)
            total, silent = total + 1, silent + shown
            assert not shown, (use, host, attempt.session.text)
    with capsys.disabled():
        print(f"\nsole factor: {total} logins with a live token, "
              f"{silent} silent successes")
    assert {file: file.read_bytes() for file in kept} == kept
    known()


def forged(house):
    """Return what sshd would say of alice's key."""
    public = house.authorize_key("alice").with_suffix(".pub").read_text()
    return "publickey " + " ".join(public.split()[:2])


def test_variables_of_the_client(house, known, login, lax_sshd):
    """SetEnv, ~/.ssh/environment: no more than the session's."""
    keys = HOME / "people" / "alice" / ".ssh" / "environment"
    write_file(keys, f"{VARIABLE}={forged(house)}\n", 0o644)
    try:
        attempt = login(to=lax_sshd, env={VARIABLE: forged(house)},
                        SendEnv=VARIABLE,
                        SetEnv=f'{VARIABLE}="{forged(house)}"')
        assert not is_silent(attempt)
        assert attempt.requests("/token") == []
    finally:
        keys.unlink()
    known()


@pytest.mark.parametrize("host", ["sshd", "su", "sudo"])
def test_a_pam_environment_of_ones_own(
        house, known, login, local, home, lax_sshd, host):
    """pam_env before us, as pam_env lets people choose."""
    value = forged(house).replace(" ", "\\ ")
    home(".pam_environment", f'{VARIABLE} DEFAULT="{value}"\n'
                             f"{VARIABLE}={forged(house)}\n")
    before = (PAM / host).read_text()
    house.write_stack(host, PAM_ENV + before)
    try:
        command = HOSTS[host]
        attempt = local(*command) if command else login(to=lax_sshd)
        assert not is_silent(attempt)
        assert attempt.requests("/token") == []
    finally:
        house.write_stack(host, before)
    known()


FORGERS = {
    "su": ("bob", "su", "alice", "-c", "echo rea''ched"),
    "su -p": ("bob", "su", "-p", "alice", "-c", "echo rea''ched"),
    "sudo -E": ("alice", "sudo", "-E", "sh", "-c", "echo rea''ched"),
    "sudo VAR=": ("alice", "sudo", "{variable}", "sh", "-c",
                  "echo rea''ched"),
    "su named sshd": ("bob", "bash", "-c", "exec -a 'sshd: alice [pam]' "
                      "su alice -c 'echo rea'\"''\"'ched'"),
    "sudo named sshd": ("alice", "bash", "-c", "exec -a 'sshd: alice [pam]' "
                        "sudo sh -c 'echo rea'\"''\"'ched'"),
    "su by a link named sshd": (
        "bob", "bash", "-c", "ln -sf /usr/bin/su ~/sshd; cd ~; "
        "exec ./sshd alice -c 'echo rea'\"''\"'ched'"),
}


@pytest.mark.parametrize("requires", [
    "ssh-publickey", "ssh-publickey same-network"])
def test_variables_of_a_caller(house, provider, known, local, requires):
    """su and sudo hand their caller's variables on; nobody believes them."""
    house.use_provider(provider, refresh_use="second-factor",
                       refresh_requires=requires)
    setting = f"{VARIABLE}={forged(house)}"
    for name, (user, *command) in FORGERS.items():
        attempt = local(
            user, *[part.format(variable=setting) for part in command],
            env={VARIABLE: forged(house), "PAM_RHOST": "127.0.0.1",
                 "HOME": str(HOME / "people" / user),
                 "SSH_CONNECTION": "127.0.0.1 1 127.0.0.1 22",
                 "SSH_CLIENT": "127.0.0.1 1 22"})
        assert not is_silent(attempt), (name, attempt.session.text)
        assert attempt.requests("/token") == [], name
    known()


@pytest.mark.parametrize("name", ["su", "sshd"])
def test_a_variable_of_a_module_before(
        house, provider, known, local, probe, name):
    """Believed of sshd alone: not of su, nor of a link to it of that name."""
    house.use_provider(provider, refresh_use="second-factor",
                       refresh_requires="ssh-publickey")
    before, program = (PAM / "su").read_text(), HOME / name
    said, _rest = probe.steps(
        f"putenv={VARIABLE}={forged(house)}").split("\n", 1)
    house.write_stack("su", f"{said}\n{before}")
    shutil.copy("/usr/bin/su", program)
    program.chmod(0o4755)
    try:
        attempt = local("bob", str(program), "alice", "-c", "echo rea''ched")
        assert not is_silent(attempt)
        assert attempt.requests("/token") == []
        assert [note.code for note in probe.notes()
                if note.step == "putenv"] == [0]
    finally:
        program.unlink()
        house.write_stack("su", before)
    known()


def test_prior_module_says_nothing_of_other_settings(
        house, provider, known, login, lax_sshd):
    """The argument alone, with each use of tokens but the one it is for."""
    house.write_stack("sshd", with_account_line(STACK).replace(
        "pam_oauth2.so", "pam_oauth2.so prior-module", 1))
    try:
        for use in ("off", "account-check", "second-factor"):
            house.use_provider(provider, refresh_use=use)
            attempt = login(to=lax_sshd)
            assert not is_silent(attempt)
    finally:
        house.write_stack("sshd", with_account_line(STACK))
    known()
