"""subject_binding through the real helper: whose an email is from now on."""

import json
import os
import stat
import threading
from pathlib import Path

import pytest

from helper_house import sign_in, token
from module import ALICE_UID
from scripted import Reply

pytest_plugins = ["helper_fixtures"]

STATE = Path("/var/lib/pam_oauth2")
SUBJECTS = STATE / "subjects"
EMAIL = "alice@example.com"
GRANTED = ("GRANT", "approved")
CHANGED = ("DENY", "subject_changed")
FAILED = ("DENY", "store_failed")


class Owners:
    """Logins with alice's email, by people with one sub or another."""

    def __init__(self, logins):
        self.logins = logins
        self.set = logins.set
        self.url = logins.server.url

    def answer(self, *subs, email=EMAIL, **claims):
        """Have these subs approve, one after the other; the last goes on."""
        self.logins.server.on("/token", *(token(
            sub=sub, email=email, **{"email_verified": True, **claims})
            for sub in subs))

    def sign_in(self, sub, **claims):
        """Have a sub approve; returns the verdict."""
        self.answer(sub, **claims)
        return sign_in(self.logins)

    def allow(self, *lines):
        """Write the allowlist; ISS stands for the issuer."""
        self.logins.house.write_allowlist("".join(
            f"{line}\n" for line in lines).replace("ISS", self.url))

    @property
    def decision(self):
        """The last decision of the log."""
        return self.logins.house.log.decisions(self.logins.mark)[-1]


@pytest.fixture
def owners(logins):
    """Nothing is recorded, and first-use is the setting."""
    return Owners(logins)


def the_file():
    """Return the only record."""
    file, = SUBJECTS.iterdir()
    return file


def records():
    """Return all records: (email, sub)."""
    found = [json.loads(file.read_text()) for file in SUBJECTS.glob("*")]
    return sorted((record["email"], record["sub"]) for record in found)


def test_the_first_use_is_recorded(owners):
    """By root, for root; what is there is not written again."""
    assert owners.sign_in("sub-1") == GRANTED
    for path, mode in [(STATE, 0o700), (SUBJECTS, 0o700),
                       (the_file(), 0o600)]:
        found = path.lstat()
        assert (found.st_uid, stat.S_IMODE(found.st_mode)) == (0, mode)
    assert "alice" not in the_file().name
    record = json.loads(the_file().read_text())
    assert (record["issuer"], record["user"]) == (owners.url, "alice")
    assert records() == [(EMAIL, "sub-1")]
    before = the_file().stat()
    assert owners.sign_in("sub-1") == GRANTED
    assert the_file().stat().st_ino == before.st_ino


def test_another_sub_is_refused_until_it_is_forgotten(owners):
    """Without a word of the email in the log or to the person."""
    assert owners.sign_in("sub-1") == GRANTED
    for _ in range(2):
        assert owners.sign_in("sub-2") == CHANGED
    assert "belonged to another sub" in owners.decision["detail"]
    assert EMAIL not in str(owners.decision)
    assert records() == [(EMAIL, "sub-1")]
    assert owners.sign_in("sub-1") == GRANTED
    the_file().unlink()
    assert owners.sign_in("sub-2") == GRANTED
    assert owners.sign_in("sub-1") == CHANGED


@pytest.mark.parametrize("setting, verdict", [
    ("fold", CHANGED), ("exact", ("DENY", "identity_not_allowed"))])
def test_it_is_the_same_email_in_capitals(owners, setting, verdict):
    """As email_local_part says."""
    owners.set(email_local_part=setting)
    assert owners.sign_in("sub-1") == GRANTED
    assert owners.sign_in("sub-2", email="Alice@Example.COM") == verdict


def test_of_another_issuer_it_is_another_email(owners):
    """What one provider says of an address binds no other."""
    assert owners.sign_in("sub-1") == GRANTED
    owners.set({"issuer": owners.url + "/", "jwks_uri": owners.url + "/jwks",
                "token_endpoint": owners.url + "/token",
                "device_authorization_endpoint": owners.url + "/device",
                "userinfo_endpoint": owners.url + "/me"})
    assert owners.sign_in("sub-2", iss=owners.url + "/") == GRANTED
    assert records() == [(EMAIL, "sub-1"), (EMAIL, "sub-2")]


def test_strict_takes_only_who_is_known(owners):
    """By a record, which it does not make itself."""
    owners.set(subject_binding="strict")
    assert owners.sign_in("sub-1") == CHANGED
    assert "strict" in owners.decision["detail"]
    assert not SUBJECTS.exists() or not list(SUBJECTS.iterdir())
    owners.set(subject_binding="first-use")
    assert owners.sign_in("sub-1") == GRANTED
    owners.set(subject_binding="strict")
    assert owners.sign_in("sub-1") == GRANTED
    assert owners.sign_in("sub-2") == CHANGED


def test_strict_takes_who_is_named(owners):
    """By a sub: rule."""
    owners.set(subject_binding="strict")
    owners.allow(f"alice email:{EMAIL} sub:ISS|sub-1")
    assert owners.sign_in("sub-1") == GRANTED
    assert owners.sign_in("sub-2") == ("DENY", "identity_not_allowed")


def test_off_takes_whoever_has_the_email(owners):
    """And records nothing."""
    assert owners.sign_in("sub-1") == GRANTED
    owners.set(subject_binding="off")
    assert owners.sign_in("sub-2") == GRANTED
    assert records() == [(EMAIL, "sub-1")]


def test_a_rule_that_names_the_sub_wins(owners):
    """What was recorded does not matter to it, nor does it record."""
    assert owners.sign_in("sub-1") == GRANTED
    owners.allow(f"alice email:{EMAIL} sub:ISS|sub-2")
    assert owners.sign_in("sub-2") == GRANTED
    assert records() == [(EMAIL, "sub-1")]


@pytest.mark.parametrize("lines", [
    (f"alice email:{EMAIL}", "alice sub:ISS|sub-2"),
    ("alice sub:ISS|sub-2", f"alice email:{EMAIL}"),
    (f"alice email:{EMAIL}", "alice claim:department=IT")])
def test_another_line_lets_in(owners, lines):
    """Lines are alternatives: the email stands in the way of one alone."""
    assert owners.sign_in("sub-1") == GRANTED
    owners.allow(*lines)
    assert owners.sign_in("sub-2", department="IT") == GRANTED
    assert EMAIL not in owners.decision["rule"]
    assert owners.decision["detail"] == ""
    assert owners.sign_in("sub-3", department="HR") == CHANGED


@pytest.mark.parametrize("claims, reason", [
    ({"email_verified": False}, "email_unverified"),
    ({"email": "bob@example.com"}, "identity_not_allowed")])
def test_who_is_denied_is_not_recorded(owners, claims, reason):
    """Else a stranger could bind what is not theirs."""
    assert owners.sign_in("sub-2", **claims) == ("DENY", reason)
    assert not SUBJECTS.exists() or not list(SUBJECTS.iterdir())
    assert owners.sign_in("sub-1") == GRANTED


def test_what_does_not_rest_on_an_email_is_not_recorded(owners):
    """A line without an email: rule."""
    owners.allow("alice sub:ISS|sub-1")
    assert owners.sign_in("sub-1") == GRANTED
    assert not SUBJECTS.exists() or not list(SUBJECTS.iterdir())


@pytest.mark.parametrize("options", [
    "ro", "nr_inodes=1", "nr_inodes=2", "size=4096"],
    ids=["read-only", "no inode", "none for the file", "full"])
@pytest.mark.parametrize("setting, verdict", [
    ("first-use", GRANTED), ("strict", CHANGED)])
def test_a_record_that_cannot_be_made(
        owners, mounted, options, setting, verdict):
    """Nobody is kept out by a full disk; it is said in the log."""
    owners.set(subject_binding=setting)
    with mounted(STATE, options):
        if options == "size=4096":
            (STATE / "fill").write_bytes(b"x" * 4096)
        assert owners.sign_in("sub-1") == verdict
        assert not list(STATE.glob("subjects/*"))
    logged = owners.logins.said("first use of an email is not recorded: ")
    assert len(logged) == (1 if verdict == GRANTED else 0)
    assert EMAIL not in "".join(logged)


def test_a_full_disk_does_not_open_what_is_bound(owners, mounted):
    """Reading goes on, and another sub is refused."""
    assert owners.sign_in("sub-1") == GRANTED
    name, content = the_file().name, the_file().read_bytes()
    with mounted(STATE, "size=8192"):
        SUBJECTS.mkdir(mode=0o700)
        (SUBJECTS / name).write_bytes(content)
        (SUBJECTS / name).chmod(0o600)
        (STATE / "fill").write_bytes(b"x" * 4096)
        assert owners.sign_in("sub-2") == CHANGED
        assert owners.sign_in("sub-1") == GRANTED


def replace(old, new):
    """Return what replaces a text in the record."""
    def damage(file):
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    return damage


def by_link(file):
    """Put a link to the record in its place."""
    file.rename(STATE / "elsewhere")
    file.symlink_to(STATE / "elsewhere")


SPOILT = {
    "empty": lambda file: file.write_bytes(b""),
    "cut": lambda file: os.truncate(file, file.stat().st_size - 1),
    "no JSON": lambda file: file.write_text("alice"),
    "another form": replace("subject 1", "subject 2"),
    "another's email": replace(EMAIL, "bob@example.com"),
    "another's issuer": replace("https://", "https://x"),
    "no sub": replace('"sub":"sub-1"', '"sub":null'),
    "another owner": lambda file: os.chown(file, ALICE_UID, 0),
    "writable by its group": lambda file: file.chmod(0o620),
    "a link": by_link,
    "a second name": lambda file: os.link(file, STATE / "elsewhere"),
    "a directory": lambda file: (file.unlink(), file.mkdir()),
    "in a directory of others":
        lambda file: os.chown(SUBJECTS, ALICE_UID, 0),
    "in an open directory": lambda file: SUBJECTS.chmod(0o750),
    "in an open state": lambda file: STATE.chmod(0o770),
}


@pytest.mark.parametrize("how", SPOILT)
@pytest.mark.parametrize("setting", ["first-use", "strict"])
def test_a_record_that_cannot_be_trusted(owners, how, setting):
    """Lets in neither the one nor the other; but who is named gets in."""
    assert owners.sign_in("sub-1") == GRANTED
    SPOILT[how](the_file())
    owners.set(subject_binding=setting)
    assert owners.sign_in("sub-2") == FAILED
    assert owners.sign_in("sub-1") == FAILED
    assert str(STATE) in owners.decision["detail"]
    assert EMAIL not in str(owners.decision)
    owners.allow(f"alice email:{EMAIL}", "alice sub:ISS|sub-1")
    assert owners.sign_in("sub-1") == GRANTED
    assert owners.sign_in("sub-2") == FAILED


def together(answers):
    """Give one answer to each request, all at the same moment."""
    barrier = threading.Barrier(len(answers), timeout=20)
    left = list(answers)

    def reply(request):
        made = left.pop()(request)
        barrier.wait()
        return made

    return reply


@pytest.mark.parametrize("attempt", range(4))
def test_of_first_uses_at_once_one_wins(owners, attempt):
    """The others are refused, whoever they are."""
    subs = [f"sub-{number}" for number in range(6)]
    owners.logins.server.on("/token", together([
        token(sub=sub, email=EMAIL, email_verified=True) for sub in subs]))
    modules = [owners.logins.start().greet() for _ in subs]
    for module in modules:
        module.invited()
    for module in modules:
        module.reply()
    verdicts = [module.verdict() for module in modules]
    assert sorted(verdicts) == [CHANGED] * 5 + [GRANTED]
    decisions = owners.logins.house.log.decisions(owners.logins.mark)
    granted, = (d for d in decisions if d["result"] == "granted")
    assert records() == [(EMAIL, granted["sub"])]
    for decision in decisions:
        assert (EMAIL in str(decision)) == (decision is granted)
    assert not list(SUBJECTS.glob(".*"))


def test_one_person_twice_at_once_is_one_person(owners):
    """Both get in, and there is one record."""
    owners.answer("sub-1")
    modules = [owners.logins.start().greet() for _ in range(4)]
    for module in modules:
        module.invited()
    for module in modules:
        module.reply()
    assert {module.verdict() for module in modules} == {GRANTED}
    assert records() == [(EMAIL, "sub-1")]


def test_userinfo_s_email_is_bound_as_well(owners):
    """Where the ID token has none; to the ID token's sub."""
    def me(sub):
        owners.logins.server.on("/me", Reply(json={
            "sub": sub, "email": EMAIL, "email_verified": True}))

    me("sub-1")
    assert owners.sign_in("sub-1", email=None) == GRANTED
    me("sub-2")
    assert owners.sign_in("sub-2", email=None) == CHANGED
