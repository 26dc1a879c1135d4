"""pam-oauth2: every command, option and exit status, with hostile content."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

import namespace
from house import HOME, SETTINGS, write_file

STOCK = (Path(__file__).resolve().parents[2]
         / "build" / "release" / "tests" / "pam" / "stock")
STATE = Path("/var/lib/pam_oauth2")
TOKENS = STATE / "tokens"
KEY, OLD_KEY = STATE / "host.key", STATE / "host.key.old"
MACHINE_ID = Path("/etc/machine-id")
HERE = "3d1219c7c4c5404aaa1f6d2a48adfda4"
ELSEWHERE = "4d1219c7c4c5404aaa1f6d2a48adfda4"
ISSUER, CLIENT = "https://id.example", "linux"
CONFIG = f"""\
[pam_oauth2]
refresh_use = {{use}}
refresh_max_age = 43200
refresh_idle = 28800
{{more}}
[provider corp]
issuer = {ISSUER}
client_id = {CLIENT}
"""
TOKEN = "very-secret-refresh-token"
OK, NO, USAGE, FILE, NOT_ROOT = 0, 1, 2, 3, 5
RESULTS = {OK: "ok", NO: "no", USAGE: "usage", FILE: "file",
           NOT_ROOT: "not_root"}
COMMANDS = ("list", "sessions", "revoke", "forget", "unbind", "rekey",
            "settings")
ESCAPE = "\x1b]0;owned\x07\x9b31m\u202e"
WIDTH = 80


class Done:
    """What pam-oauth2 has said."""

    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()
        for text in (self.out, self.err):
            # nothing that a terminal would obey, whatever was in a file
            assert re.fullmatch(r"[\n\x20-\x7e]*", text), text
        assert TOKEN not in self.out + self.err

    @property
    def items(self):
        """The items of the one JSON object."""
        assert self.out.endswith("}\n") and self.out.count("\n") == 1
        whole = json.loads(self.out)
        assert list(whole) == ["command", "result", "reason", "items"]
        assert whole["result"] == RESULTS[self.status]
        assert (whole["reason"] == "") == (self.status == OK)
        return whole["items"]

    @property
    def reason(self):
        """The reason of the one JSON object."""
        assert isinstance(self.items, list)
        return json.loads(self.out)["reason"]


class Cli:
    """The real program, and what it finds."""

    def __init__(self, stage):
        self.program = f"{stage}/usr/sbin/pam-oauth2"

    def run(self, *arguments, status=OK, prefix=()):
        """Run it; the status has to be this."""
        done = Done(subprocess.run(
            [*prefix, self.program, *arguments], check=False,
            capture_output=True))
        assert done.status == status, (done.status, done.out, done.err)
        return done

    def items(self, *arguments, status=OK):
        """Run it with --json; the items."""
        return self.run("--json", *arguments, status=status).items

    @staticmethod
    def stock(*lines, issuer=ISSUER, client=CLIENT):
        """Put records in place, or read them."""
        text = "".join("\t".join(map(str, line)) + "\n" for line in lines)
        return subprocess.run([STOCK, issuer, client], input=text, text=True,
                              errors="surrogateescape", check=True,
                              stdout=subprocess.PIPE).stdout.splitlines()


def config(more="", use="second-factor"):
    """Return the settings."""
    return CONFIG.format(more=more, use=use)


def token(user, uid=1001, email="alice@corp.example", secret=TOKEN,
          signed_in=60, success=30):
    """Return the line for a record."""
    return "token", user, uid, email, secret, signed_in, success


@pytest.fixture
def cli(house, pytestconfig):
    """An empty store, settings, a machine."""
    house.reset()
    MACHINE_ID.unlink(missing_ok=True)
    write_file(MACHINE_ID, HERE + "\n", 0o444)
    house.write_settings(config(more=""))
    return Cli(pytestconfig.getoption("stage"))


def only_file(suffix=".token"):
    """Return the one file of a kind."""
    files = list(TOKENS.glob(f"*{suffix}"))
    assert len(files) == 1
    return files[0]


def keep_people(cli):
    """Keep a record, one under a PIN, and a tombstone."""
    cli.stock(token("alice", signed_in=3 * 3600 + 720, success=330),
              ("pin", "alice", 1001, "hunter2", TOKEN),
              ("tomb", "bob", 1002, "token_revoked", int(time.time()) - 7200))


# The command line

def test_help(cli):
    """General, and of each command, in 80 columns; it names every command."""
    general = cli.run("--help")
    assert all(f"  {name} " in general.out for name in COMMANDS)
    for name in COMMANDS:
        for said in (cli.run(name, "--help"), cli.run("-h", name)):
            assert f"pam-oauth2 [options] {name}" in said.out
            assert not said.err
            assert max(map(len, said.out.splitlines())) <= WIDTH
    assert max(map(len, general.out.splitlines())) <= WIDTH


def test_version(cli):
    """One line, the version that was built."""
    version = Path(__file__).parents[2] / "packaging" / "VERSION"
    for option in ("--version", "-V"):
        assert cli.run(option).out == (
            f"pam-oauth2 {version.read_text().strip()}\n")


@pytest.mark.parametrize("arguments, words", [
    ((), "no command"),
    (("frobnicate",), "unknown command: frobnicate"),
    (("--bogus", "list"), "unknown option: --bogus"),
    (("list", "--bogus"), "unknown option: --bogus"),
    (("list", "--jso"), "unknown option: --jso"),
    (("list", "-x"), "unknown option: -x"),
    (("list", "--json=yes"), "takes no value: --json"),
    (("list", "--all"), "list does not take the option --all"),
    (("rekey", "--service", "su"), "does not take the option --service"),
    (("list", "--config"), "without its value: --config"),
    (("list", "--config="), "without its value: --config"),
    (("--config", "/a", "list", "--config", "/b"), "twice: --config"),
    (("list", "alice", "bob"), "one argument too many: bob"),
    (("rekey", "alice"), "one argument too many: alice"),
    (("sessions", "alice", "bob"), "one argument too many: bob"),
    (("list", ""), "empty"),
    (("list", "--", "--all", "bob"), "one argument too many: bob"),
    (("forget",), "a user or --all"),
    (("forget", "alice", "--all"), "a user or --all"),
    (("unbind",), "missing: unbind USER"),
    (("settings", "--check", "/a", "--config", "/b"), "two files"),
    (("\x1b[31mlist",), r"unknown command: \x1b[31mlist"),
    (("--\x9b", ), "unknown option: --"),
])
def test_usage(cli, arguments, words):
    """What makes no sense is named, and nothing is done."""
    said = cli.run(*arguments, status=USAGE)
    assert words in said.err and not said.out
    if "--json=yes" not in arguments:
        assert words in cli.run("--json", *arguments, status=USAGE).reason


def test_unknown_words_point_to_help(cli):
    """Who mistypes is told where to read on."""
    for arguments in ((), ("frobnicate",), ("--bogus",)):
        assert "pam-oauth2 --help" in cli.run(*arguments, status=USAGE).err


def test_options_stand_before_or_after_the_command(cli):
    """And a value may be joined to its option."""
    keep_people(cli)
    said = [cli.run(*arguments).items for arguments in (
        ("--json", "list", "alice"), ("list", "--json", "alice"),
        ("list", "alice", "--json"), ("list", "--json", "--", "alice"),
        (f"--config={SETTINGS}", "list", "alice", "--json"),
        ("list", "alice", "--json", "--config", str(SETTINGS)))]
    assert all(len(items) == 2 for items in said)


@pytest.mark.parametrize("arguments", [
    ("list",), ("sessions",), ("revoke", "--all"), ("forget", "--all"),
    ("unbind", "alice"), ("rekey",)])
def test_not_root(cli, arguments):
    """Whoever is not root is told so, and nothing is touched."""
    keep_people(cli)
    program = HOME / "pam-oauth2"
    program.write_bytes(Path(cli.program).read_bytes())
    program.chmod(0o755)
    cli.program = str(program)
    prefix = ("setpriv", "--reuid", "alice", "--regid", "alice",
              "--init-groups", "--")
    said = cli.run(*arguments, prefix=prefix, status=NOT_ROOT)
    assert "needs root" in said.err
    assert cli.run("--json", *arguments, prefix=prefix,
                   status=NOT_ROOT).reason.endswith("needs root")
    assert cli.run("--version", prefix=prefix).out
    assert len(cli.items("list")) == 3


def test_standard_output_that_cannot_be_written_to(cli):
    """It is an error that nobody has heard us, with or without --json."""
    keep_people(cli)
    for arguments in (("list",), ("list", "--json"), ("--help",),
                      ("--version",), ("settings",)):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([cli.program, *arguments], stdout=full,
                                  stderr=subprocess.PIPE, check=False)
        assert done.returncode == FILE
        assert b"No space left on device" in done.stderr


@pytest.mark.parametrize("closed", [(1,), (2,), (0, 1, 2)])
def test_closed_descriptors(cli, closed):
    """No file of ours is opened in their place, and written into."""
    keep_people(cli)
    for arguments in (("list",), ("rekey",)):
        done = subprocess.run(
            [cli.program, *arguments], check=False, stdin=subprocess.DEVNULL,
            preexec_fn=lambda: [os.close(fd) for fd in closed])
        assert done.returncode == (FILE if 1 in closed else OK)
    assert re.fullmatch(r"[0-9a-f]{64}\n", KEY.read_text())
    assert cli.stock(("read", "alice", 1001)) == [f"record {TOKEN}"]


# list

def test_list(cli):
    """Whose, what, how old, until when, and why a tombstone is one."""
    keep_people(cli)
    said = cli.run("list")
    lines = said.out.splitlines()
    assert lines[:2] == [ISSUER, f"client {CLIENT}"]
    assert lines[2].split() == ["USER", "UID", "KIND", "SIGN-IN", "SUCCESS",
                                "EXPIRES", "EMAIL"]
    rows = sorted(line.split() for line in lines[3:])
    assert rows[0] == ["alice", "1001", "pin", "sealed", "under", "a", "PIN"]
    assert rows[1] == ["alice", "1001", "token", "3h12m", "5m", "7h54m",
                       "alice@corp.example"]
    assert rows[2] == ["bob", "1002", "tombstone", "token_revoked,",
                       "2h00m", "ago"]
    assert not said.err
    assert max(map(len, lines)) <= WIDTH


def test_list_as_json(cli):
    """The same in seconds, and never a token."""
    keep_people(cli)
    alice, pin, bob = sorted(cli.items("list"), key=lambda item: (
        item["user"], item["kind"] == "pin"))
    assert alice["kind"] == "token" and alice["email"] == "alice@corp.example"
    assert (alice["issuer"], alice["client"]) == (ISSUER, CLIENT)
    assert alice["uid"] == 1001 and alice["age"] == "good"
    assert 0 <= alice["signed_in_s"] - (3 * 3600 + 720) < 20
    assert 0 <= alice["success_s"] - 330 < 20
    assert 0 <= 28800 - 330 - alice["expires_s"] < 20
    assert pin["kind"] == "pin" and "email" not in pin
    assert bob["kind"] == "tombstone" and bob["because"] == "token_revoked"
    assert 0 <= time.time() - 7200 - bob["time"] < 20
    assert [item["user"] for item in cli.items("list", "bob")] == ["bob"]


def test_list_of_nothing(cli):
    """It is said, and nothing is made."""
    assert "nothing is kept" in cli.run("list", status=NO).err
    assert not list(STATE.iterdir())
    assert not list(Path("/run/pam_oauth2").iterdir())
    keep_people(cli)
    assert "nothing is kept of carol" in cli.run(
        "list", "carol", status=NO).err
    assert cli.items("list", "carol", status=NO) == []
    # no prefix, and no pattern
    for other in ("alic", "*", "ALICE"):
        cli.run("list", other, status=NO)


@pytest.mark.parametrize("signed_in, success, age, expires", [
    (43100, 10, "good", True), (43201, 10, "expired", False),
    (28900, 28801, "idle", False), (-1000, 0, "clock", False)])
def test_expiry(cli, signed_in, success, age, expires):
    """By both limits, and by the clock."""
    cli.stock(token("alice", signed_in=signed_in, success=success))
    item, = cli.items("list")
    assert item["age"] == age and ("expires_s" in item) == expires
    word = {"good": "1m", "clock": "clock"}.get(age, "expired")
    assert word in cli.run("list").out


def test_expiry_is_that_of_a_service(cli, house):
    """The one that is named, else sshd."""
    house.write_settings(config(more=(
        "[service sudo]\nrefresh_use = session\nrefresh_max_age = 120\n")))
    cli.stock(token("alice"))
    assert cli.items("list")[0]["expires_s"] > 10000
    assert cli.items("list", "--service", "sudo")[0]["expires_s"] <= 60


def test_expiry_of_an_account_check(cli, house):
    """It goes by the sign-in alone, for a month."""
    month, day = 30 * 86400, 86400
    house.write_settings(config(use="account-check"))
    cli.stock(token("alice", signed_in=2 * day, success=day))
    item, = cli.items("list")
    assert item["age"] == "good"
    assert 0 <= month - 2 * day - item["expires_s"] < 20
    assert "28d" in cli.run("list").out or "27d23h" in cli.run("list").out
    cli.stock(token("alice", signed_in=month + 1, success=0))
    assert cli.items("list")[0]["age"] == "expired"


def test_who_was_refused_meanwhile(cli):
    """There is no last time that all was well."""
    cli.stock(token("alice", success="never"))
    item, = cli.items("list")
    assert "success_s" not in item and item["age"] == "idle"
    assert ["1m", "refused", "expired"] == cli.run(
        "list").out.splitlines()[3].split()[3:6]


def test_list_without_settings(cli):
    """Who has to mend them can look: all but when it expires."""
    keep_people(cli)
    write_file(SETTINGS, "nonsense", 0o640)
    said = cli.run("list", "alice")
    assert "without settings" in said.err and "conf:1" in said.err
    assert "expires_s" not in cli.items("list", "alice")[0]
    assert f"{'?':7}" in said.out


def test_hostile_texts(cli):
    """Whatever a file says of its user, no terminal obeys it."""
    name = "ev" + ESCAPE + "il"
    cli.stock(token(name, email=ESCAPE + "@corp.example"),
              issuer=ISSUER + "/" + ESCAPE, client=ESCAPE)
    said = cli.run("list")
    assert r"\x1b]0;owned\x07" in said.out
    assert max(map(len, said.out.splitlines())) <= WIDTH
    item, = cli.items("list")
    assert item["user"] == name and item["issuer"].endswith(ESCAPE)
    assert cli.items("list", name) == [item]
    assert r"\x1b" in cli.run("forget", name).out


def test_long_texts_are_cut_for_people(cli):
    """A row stays a row; a program gets all of it."""
    name, email = "u" * 200, "e" * 200 + "@corp.example"
    cli.stock(token(name, uid=4294967294, email=email))
    said = cli.run("list")
    assert max(map(len, said.out.splitlines())) <= WIDTH
    assert "u~" in said.out and "e~" in said.out
    item, = cli.items("list")
    assert (item["user"], item["email"]) == (name, email)


def spoil(path):
    """Change the last byte of a file."""
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_broken_and_foreign(cli):
    """Each is listed, with its file and what is wrong with it."""
    cli.stock(token("alice"))
    alice = only_file()
    for spoilt, kind, why in (
            (lambda: spoil(alice), "foreign", "damaged, or of another"),
            (lambda: alice.write_bytes(b""), "broken", "no first line"),
            (lambda: alice.write_bytes(os.urandom(90000)), "broken", "limit"),
            (lambda: alice.chmod(0o640), "broken", "permissions")):
        whole = alice.read_bytes()
        spoilt()
        item, = cli.items("list")
        assert item["kind"] == kind and item["file"] == alice.name
        said = cli.run("list")
        assert alice.name in said.out
        if why != "permissions":
            assert why in item["why"] and why in said.out
        assert max(map(len, said.out.splitlines())) <= WIDTH
        # hers by its name, also where it does not say so
        assert cli.items("list", "alice") == [item]
        cli.run("list", "bob", status=NO)
        alice.chmod(0o600)
        alice.write_bytes(whole)
    assert cli.items("list")[0]["kind"] == "token"


def test_swapped_names(cli):
    """Neither is anybody's record, and each is found where it lies."""
    cli.stock(token("alice"))
    alice = only_file()
    aside = alice.rename(STATE / "aside")
    cli.stock(token("bob", 1002))
    bob = only_file()
    bob.rename(alice)
    aside.rename(bob)
    items = cli.items("list")
    assert [item["kind"] for item in items] == ["broken", "broken"]
    assert all("the name of another" in item["why"] for item in items)
    assert [item["file"] for item in cli.items("list", "alice")] == [
        alice.name]
    cli.run("forget", "alice")
    assert not alice.exists() and bob.exists()


def test_record_of_another_machine(cli):
    """A cloned disk: nothing of it is ours, and it can be forgotten."""
    keep_people(cli)
    write_file(MACHINE_ID, ELSEWHERE + "\n", 0o444)
    assert {item["kind"] for item in cli.items("list")} == {"foreign"}
    said = cli.run("rekey")
    assert "0 sealed under it, 0 removed, 3 left" in said.out
    cli.run("forget", "--all")
    assert not list(TOKENS.iterdir())


def test_no_machine_id(cli):
    """Then there is no store, and it is said what would help."""
    keep_people(cli)
    write_file(MACHINE_ID, "uninitialized\n", 0o444)
    assert "systemd-machine-id-setup" in cli.run("list", status=FILE).err


def test_many(cli):
    """400 records: listed whole, in order, and sealed anew."""
    names = [f"user{n:03}" for n in range(400)]
    cli.stock(*(token(name, 2000 + n, f"{name}@corp.example")
                for n, name in enumerate(names)))
    assert [item["user"] for item in cli.items("list")] == names
    assert len(cli.run("list").out.splitlines()) == 403
    assert "400 sealed under it, 0 removed, 0 left" in cli.run("rekey").out
    assert {item["kind"] for item in cli.items("list")} == {"token"}
    assert len(cli.items("forget", "--all")) == 400
    cli.run("list", status=NO)


# forget

def test_forget_a_user(cli, house):
    """Both files of alice go, in the log too; bob's tombstone stays."""
    keep_people(cli)
    mark = house.log.mark()
    said = cli.run("forget", "alice")
    assert sorted(said.out.splitlines()) == [
        "removed: alice, pin", "removed: alice, token"]
    assert 'event=forget user="alice" kind=token' in house.log.wait_for(
        "kind=token", mark)
    assert [item["user"] for item in cli.items("list")] == ["bob"]
    assert "nothing is kept of alice" in cli.run(
        "forget", "alice", status=NO).err
    item, = cli.items("forget", "bob")
    assert item["kind"] == "tombstone" and item["removed"] is True
    assert not list(TOKENS.iterdir())


def test_forget_everybody(cli):
    """Whatever is there, and exit 1 where nothing is."""
    keep_people(cli)
    (TOKENS / "0.token").write_text("nonsense")
    (TOKENS / "0.token").chmod(0o600)
    assert len(cli.items("forget", "--all")) == 4
    assert not list(TOKENS.iterdir())
    assert cli.items("forget", "--all", status=NO) == []


def test_forget_what_does_not_say_whose_it_is(cli):
    """It may have been a tombstone, and denies: alice's goes by its name."""
    cli.stock(token("alice"))
    only_file().write_text("nonsense")
    cli.run("forget", "bob", status=NO)
    assert only_file().exists()
    cli.run("forget", "alice")
    assert not list(TOKENS.iterdir())


def test_forget_waits_for_who_writes(cli):
    """And says so where it cannot; others are forgotten."""
    keep_people(cli)
    with subprocess.Popen([STOCK, ISSUER, CLIENT], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as holder:
        holder.stdin.write("lock\talice\t1001\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == "locked\n"
        said = cli.run("forget", "--all", status=FILE)
        assert "locked by another process" in said.err
        assert "removed: bob, tombstone" in said.out
        holder.stdin.close()
    assert [item["kind"] for item in cli.items("list")] == ["token"]
    cli.run("forget", "--all")


# unbind

def test_unbind_a_user(cli, house):
    """What alice has bound is free again; bob's is not."""
    recorded, other = "4", "1"
    cli.stock(("subject", "alice", "alice@corp.example", "sub-1"),
              ("subject", "alice", "a.liddell@corp.example", "sub-1"),
              ("subject", "bob", "bob@corp.example", "sub-2"))
    mark = house.log.mark()
    said = cli.run("unbind", "alice")
    assert sorted(said.out.splitlines()) == [
        "unbound: a.liddell@corp.example", "unbound: alice@corp.example"]
    house.log.wait_for('event=unbind email="alice@corp.example"', mark)
    assert cli.stock(("subject", "alice", "alice@corp.example", "sub-9"),
                     ("subject", "bob", "bob@corp.example", "sub-9")) == [
                         recorded, other]
    assert "no email is bound by carol" in cli.run(
        "unbind", "carol", status=NO).err


def test_unbind_an_email(cli):
    """Of whoever used it first, in any case of letters."""
    cli.stock(("subject", "alice", "alice@corp.example", "sub-1"),
              ("subject", "alice", "ops@corp.example", "sub-1"))
    assert cli.items("unbind", "OPS@corp.example") == [
        {"email": "ops@corp.example"}]
    assert cli.items("unbind", "*@corp.example", status=NO) == []
    assert cli.items("unbind", "alice") == [{"email": "alice@corp.example"}]


def test_unbind_where_something_is_spoilt(cli):
    """It says what, and has done the rest."""
    cli.stock(("subject", "alice", "alice@corp.example", "sub-1"))
    spoilt = STATE / "subjects" / "0.subject"
    spoilt.write_text("nonsense")
    spoilt.chmod(0o600)
    said = cli.run("unbind", "alice", status=FILE)
    assert "0.subject" in said.err and "unbound: alice" in said.out


def test_nothing_was_ever_bound(cli):
    """Nothing is made either."""
    cli.run("unbind", "alice", status=NO)
    assert not list(STATE.iterdir())


# rekey

def test_rekey(cli, house):
    """Another key, everything sealed under it, the PIN's record gone."""
    keep_people(cli)
    before = KEY.read_text()
    mark = house.log.mark()
    said = cli.run("rekey")
    assert "removed, for it is under a PIN: alice" in said.out
    assert "2 sealed under it, 1 removed, 0 left" in said.out
    assert "sealed=2 removed=1" in house.log.wait_for("event=rekey", mark)
    assert KEY.read_text() != before and not OLD_KEY.exists()
    assert before.strip() not in said.out + said.err
    assert cli.stock(("read", "alice", 1001), ("read", "bob", 1002)) == [
        f"record {TOKEN}", "tomb -"]
    items = cli.items("rekey")
    assert [item["fate"] for item in items] == ["sealed", "sealed"]


def test_rekey_of_nothing(cli):
    """There is no key to change."""
    cli.run("rekey", status=NO)
    assert not list(STATE.iterdir())


def test_rekey_where_the_key_is_elsewhere(cli, house):
    """It is not ours to write; what is kept stays as it is."""
    keep_people(cli)
    elsewhere = HOME / "credential"
    shutil.move(KEY, elsewhere)
    house.write_settings(config(more=f"store_key_file = {elsewhere}"))
    before = elsewhere.read_text()
    assert len(cli.items("list")) == 3
    assert {item["kind"] for item in cli.items("list")} == {
        "token", "pin", "tombstone"}
    said = cli.run("rekey", status=FILE)
    assert f"store_key_file = {elsewhere}" in said.err
    assert elsewhere.read_text() == before and not KEY.exists()


def test_rekey_without_settings(cli):
    """Who does not know where the key is changes none."""
    keep_people(cli)
    before = KEY.read_text()
    write_file(SETTINGS, "nonsense", 0o640)
    cli.run("rekey", status=FILE)
    assert KEY.read_text() == before


def test_rekey_while_somebody_holds_a_lock(cli):
    """Nothing is lost; the next one finishes it."""
    keep_people(cli)
    with subprocess.Popen([STOCK, ISSUER, CLIENT], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as holder:
        holder.stdin.write("lock\tbob\t1002\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == "locked\n"
        said = cli.run("rekey", status=FILE)
        assert "not finished" in said.err and "locked by" in said.err
        holder.stdin.close()
    assert OLD_KEY.exists()
    assert {item["kind"] for item in cli.items("list")} == {
        "token", "tombstone"}
    assert "interrupted" in cli.run("rekey").out
    assert not OLD_KEY.exists()


def test_rekey_that_is_killed(cli):
    """At any moment: all 40 are read, and the next one finishes it."""
    lines = [token(f"user{n}", 2000 + n) for n in range(40)]
    reads = [("read", f"user{n}", 2000 + n) for n in range(40)]
    cli.stock(*lines)
    for step in range(30):
        with subprocess.Popen([cli.program, "rekey"],
                              stdout=subprocess.DEVNULL) as process:
            time.sleep(0.0004 * step)
            process.send_signal(signal.SIGKILL)
        assert set(cli.stock(*reads)) == {f"record {TOKEN}"}
    cli.run("rekey")
    assert set(cli.stock(*reads)) == {f"record {TOKEN}"}
    assert not OLD_KEY.exists() and not list(STATE.rglob(".*"))


def test_rekey_on_a_full_disk(cli):
    """It says so, and everything is read as before."""
    namespace.mount("-t", "tmpfs", "-o", "mode=0700,size=512k", "tmpfs",
                    str(STATE))
    try:
        keep_people(cli)
        with open(STATE / "filler", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        assert "No space left" in cli.run("rekey", status=FILE).err
        assert cli.stock(("read", "alice", 1001)) == [f"record {TOKEN}"]
        (STATE / "filler").unlink()
        cli.run("rekey")
        assert cli.stock(("read", "alice", 1001)) == [f"record {TOKEN}"]
    finally:
        subprocess.run(["umount", str(STATE)], check=True)


def test_a_key_that_is_none(cli):
    """It is named, and not replaced."""
    keep_people(cli)
    KEY.write_text("nonsense\n")
    for command in (("list",), ("rekey",), ("forget", "--all")):
        assert "host.key" in cli.run(*command, status=FILE).err
    assert KEY.read_text() == "nonsense\n"


# settings

def test_settings(cli, house):
    """As a file that can be read again, for the service."""
    house.write_settings(config(more=(
        "banner_before = caf\u00e9\n[service su]\nlogin_timeout = 77")))
    said = subprocess.run([cli.program, "settings", "--service", "su"],
                          capture_output=True, text=True, check=True).stdout
    assert "login_timeout = 77\n" in said and "display = text\n" in said
    assert "caf\u00e9" in said
    again = HOME / "again.conf"
    write_file(again, said, 0o640)
    same = subprocess.run(
        [cli.program, "--config", again, "settings", "--service", "su"],
        capture_output=True, text=True, check=True).stdout
    assert same == said
    rows = {(item["section"], item["key"]): item["value"]
            for item in cli.items("settings")}
    assert rows["pam_oauth2", "login_timeout"] == "100"
    assert rows["pam_oauth2", "display"] == "prompt"
    assert rows["pam_oauth2", "banner_before"] == "caf\u00e9"
    assert rows["provider corp", "issuer"] == ISSUER


def test_settings_that_are_wrong(cli, house):
    """File and line, on standard error, and nothing else."""
    house.write_settings(config(more="login_timeout = soon"))
    for arguments in (("settings",), ("settings", "--check", str(SETTINGS))):
        said = cli.run(*arguments, status=FILE)
        assert f"{SETTINGS}:5: " in said.err and not said.out
        assert cli.items(*arguments, status=FILE) == []


def test_settings_check_goes_through_all_services(cli):
    """What is wrong for one alone is found; or looked for by its name."""
    draft = HOME / "draft.conf"
    write_file(draft, config(more="[service sudo]\n"
                             "refresh_requires = same-network\n"), 0o640)
    for arguments, status in (((), FILE), (("--service", "sudo"), FILE),
                              (("--service", "sshd"), OK)):
        said = cli.run("settings", "--check", str(draft), *arguments,
                       status=status)
        assert status == OK or "a user name would be enough" in said.err


def test_settings_check(cli):
    """A file that is right is ok; also what is in its directory counts."""
    draft = HOME / "draft.conf"
    write_file(draft, config(more=""), 0o640)
    assert cli.run("settings", "--check", str(draft)).out == "ok\n"
    assert cli.items("settings", "--check", str(draft)) == []
    draft.chmod(0o666)
    assert str(draft) in cli.run(
        "settings", "--check", str(draft), status=FILE).err
    cli.run("settings", "--check", str(HOME / "none.conf"), status=FILE)
    cli.run("settings", "--check", "draft.conf", status=FILE)
