"""pam-oauth2 revoke: the real program and helper, a scripted provider."""

import json
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from helper_house import sign_in
from kept_case import FIRST, REVOKED, TOKENS, check, keeping, revoking
from module import HELPER
from scripted import Raw, Reply

pytest_plugins = ["helper_fixtures"]

PROGRAM = (Path(__file__).resolve().parents[2]
           / "build" / "stage" / "usr" / "sbin" / "pam-oauth2")
OK, NO, USAGE, PROVIDER, NOT_ROOT = 0, 1, 2, 4, 5
ENDED = ("DENY", "account_disabled")


def revoke(*arguments, status=OK, prefix=()):
    """Run it; returns what it says to a program."""
    done = subprocess.run(
        [*prefix, PROGRAM, "--json", "revoke", "--service", "flow",
         *arguments], check=False, capture_output=True, text=True)
    assert done.returncode == status, (done.returncode, done.stderr)
    assert FIRST not in done.stdout + done.stderr
    return json.loads(done.stdout)


def outcome(said):
    """How far it went, of the one item."""
    item, = said["items"]
    return item["user"], item["revoked"]


@contextmanager
def no_helper():
    """Have no helper, for a while."""
    aside = HELPER.rename(HELPER.with_suffix(".aside"))
    try:
        yield
    finally:
        aside.rename(HELPER)


def test_here_and_at_the_provider(kept):
    """The account phase refuses from then on; the second time is none."""
    revoking(kept, REVOKED)
    assert outcome(revoke("alice")) == ("alice", "here and at the provider")
    assert kept.server.to("/revoke")[0].form == [
        ("token", FIRST), ("token_type_hint", "refresh_token"),
        ("client_id", "CLIENT_ID")]
    assert check(kept) == ENDED
    assert revoke("alice", status=NO)["items"] == []
    assert len(kept.server.to("/revoke")) == 1
    assert len(kept.said('event=revoke user="alice"')) == 1


@pytest.mark.parametrize("answer", [
    Reply(503), Raw(end="cut"), Reply(401, {"error": "invalid_client"})])
def test_here_whatever_the_provider_says(kept, answer):
    """It stands, and is told from the whole of it."""
    revoking(kept, answer)
    said = revoke("alice", status=PROVIDER)
    assert outcome(said) == ("alice", "here only")
    assert "has not heard" in said["reason"]
    assert check(kept) == ENDED


def test_here_where_the_settings_name_another_client(kept):
    """A secret goes to nobody but whom it is of."""
    revoking(kept, REVOKED)
    path = Path("/etc/pam_oauth2/pam_oauth2.conf")
    mine = path.read_text()
    kept.house.write_settings(mine.replace("CLIENT_ID", "OTHER"))
    assert outcome(revoke("alice", status=PROVIDER)) == ("alice", "here only")
    assert kept.server.to("/revoke") == []
    kept.house.write_settings(mine)
    assert check(kept) == ENDED


def test_here_where_there_is_no_helper(kept):
    """Half an installation can be ended as well."""
    revoking(kept, REVOKED)
    with no_helper():
        said = revoke("alice", status=PROVIDER)
    assert outcome(said) == ("alice", "here only")
    assert check(kept) == ENDED


def test_of_everybody(kept):
    """And of nobody twice."""
    kept.house.write_allowlist("alice email:alice@example.com\n"
                               "bob email:alice@example.com\n")
    kept.answer(keeping("of-bob"))
    module = kept.start().greet(USER="bob", UID=21002)
    module.invited()
    module.reply()
    assert module.judged(module.receive(), "bob") == ("GRANT", "approved")
    revoking(kept, REVOKED)
    said = revoke("--all")
    assert sorted(i["user"] for i in said["items"]) == ["alice", "bob"]
    tokens = {dict(r.form)["token"] for r in kept.server.to("/revoke")}
    assert tokens == {FIRST, "of-bob"}
    revoke("--all", status=NO)


def test_after_it_a_sign_in_is_as_good_as_ever(kept):
    """In the browser."""
    revoking(kept, REVOKED)
    revoke("alice")
    assert sign_in(kept) == ("GRANT", "approved")
    kept.server.on("/token", keeping("third"))
    assert check(kept) == ("GRANT", "account_active")


def test_of_whom_nothing_is_kept(kept):
    """And of who is not there at all."""
    for user in ("bob", "nobody-of-that-name"):
        assert revoke(user, status=NO)["items"] == []
    assert len(list(TOKENS.glob("*.token"))) == 1


@pytest.mark.parametrize("arguments", [(), ("alice", "--all"),
                                       ("alice", "bob"), ("--offline",)])
def test_usage(kept, arguments):
    """A user, or --all."""
    assert revoke(*arguments, status=USAGE)["items"] == []
    assert check(kept)[0] == "GRANT"


def test_not_root(kept):
    """Others end nothing."""
    revoke("alice", status=NOT_ROOT, prefix=(
        "setpriv", "--reuid", "21001", "--clear-groups", "--"))
    assert check(kept)[0] == "GRANT"
