"""The list of facts in HOSTS.md is complete, and its tests exist."""

import re
from collections import Counter
from pathlib import Path

import pytest
from house import DEBIANS_PAM, EXAMPLES

HERE = Path(__file__).parent
TESTS = HERE.parent
LIST = (HERE / "HOSTS.md").read_text()
UNTRIED = "## Not to be tried on Debian 12"
ROW = re.compile(r"^\| (.+) \| (.+) \|$", re.M)
NAME = re.compile(r"^(test_\w+\.py)::(test_\w+)$")
DEFINITION = re.compile(r"^def (test_\w+)", re.M)


def rows(text):
    """Return (fact, what is said of it) of every row of the tables."""
    return [(fact, said) for fact, said in ROW.findall(text)
            if not fact.startswith(("---", "fact"))]


def defined(file):
    """Return the tests of a file."""
    return DEFINITION.findall(file.read_text())


TRIED, REASONS = map(rows, LIST.split(UNTRIED))


@pytest.mark.parametrize("fact, said", TRIED)
def test_every_fact_has_a_test(fact, said):
    """The test named is there."""
    match = NAME.match(said)
    assert match, f"{fact}: {said}"
    found = [file for file in TESTS.rglob(match.group(1))
             if match.group(2) in defined(file)]
    assert len(found) == 1, said


def test_every_fact_is_there_once():
    """No fact twice, and none without a reason."""
    facts = Counter(fact for fact, _said in TRIED + REASONS)
    assert max(facts.values()) == 1 and len(facts) > 70
    assert all(len(reason) > 10 and not NAME.match(reason)
               for _fact, reason in REASONS)


@pytest.mark.parametrize("file", sorted(HERE.glob("test_hosts_*.py")))
def test_every_test_of_a_host_is_in_the_list(file):
    """Whoever adds a fact adds its row."""
    listed = {said for _fact, said in TRIED}
    assert {f"{file.name}::{name}" for name in defined(file)} <= listed


@pytest.mark.parametrize("service", ["sshd", "sudo", "su", "login"])
def test_an_example_is_debians_file_with_our_lines(house, service):
    """Nothing else was changed in what an administrator copies."""
    debian = (DEBIANS_PAM / service).read_text()
    ours = (EXAMPLES / "pam.d" / service).read_text()
    changed = ours.replace("#@include common-auth", "@include common-auth")
    lines = iter(changed.splitlines())
    assert all(line in lines for line in debian.splitlines())
    added = Counter(changed.splitlines()) - Counter(debian.splitlines())
    expected = {"auth       required     pam_oauth2.so",
                "account    required     pam_oauth2.so"}
    if service in ("sshd", "login"):
        expected.add("session    optional     pam_oauth2.so")
    if service == "login":
        expected |= {"auth       [success=ignore default=1] "
                     "pam_succeed_if.so quiet uid = 0",
                     "auth       sufficient   pam_unix.so"}
    assert {line for line in added if line and line[0] != "#"} == expected
    assert set(added.values()) == {1}
