"""Many logins of one person at the same moment, with one token."""

import subprocess
import time
from collections import Counter

import pytest
from house import ENVIRONMENT
from later_fixtures import BY_KEY, TOKEN, let_in, people_but
from story import COMMAND, REACHED

CROWD = 50
LONGEST = 60

pytestmark = pytest.mark.usefixtures("account_stack")


def rush(house, sshd, count, **options):
    """Log in at once; the outputs, when the last has ended."""
    key = house.authorize_key("alice")
    command = house.ssh_command(sshd, "alice", COMMAND, **{
        **BY_KEY, "IdentityFile": key, **options})
    clients = [subprocess.Popen(
        command, env=ENVIRONMENT, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(count)]
    return [client.communicate(timeout=LONGEST)[0] for client in clients]


def requests(provider, mark):
    """Return the requests for tokens since then."""
    return [e for e in provider.events("request")[mark:]
            if e["path"] == TOKEN]


def test_fifty_logins_of_one_person(
        house, provider, sshd, sign_in, by_key, capsys):
    """All are let in; no token is sent twice, and the last one is good."""
    sign_in()
    mark, log = len(provider.events("request")), house.log.mark()
    revoked = len(provider.events("grant_revoked"))
    begin = time.monotonic()
    outputs = rush(house, sshd, CROWD)
    took = time.monotonic() - begin
    house.wait_no_helpers()
    decisions = house.log.decisions(log)
    sent = requests(provider, mark)
    with capsys.disabled():
        print(f"\n{CROWD} logins at once: {took:.1f} s, {len(sent)} "
              f"refreshes, {dict(Counter(d['reason'] for d in decisions))}")
    assert [text for text in outputs if text != f"{REACHED}\n"] == []
    assert len(decisions) == CROWD
    assert {e["status"] for e in sent} == {200}
    assert 1 <= len(sent) < CROWD
    assert len(provider.events("grant_revoked")) == revoked
    let_in(by_key(), "account_active")


def test_a_crowd_of_a_disabled_account(
        house, provider, sshd, people, sign_in):
    """Nobody is let in, and the provider is asked once."""
    sign_in()
    people(people_but("alice", disabled=True))
    mark = len(provider.events("request"))
    outputs = rush(house, sshd, 10)
    assert not any(REACHED in text for text in outputs)
    assert len(requests(provider, mark)) == 1


def test_each_asks_where_it_is_set_so(
        house, provider, sshd, sign_in, by_key):
    """refresh_coalesce = 0: as many requests as logins, one by one."""
    house.use_provider(provider, refresh_coalesce=0)
    sign_in()
    mark = len(provider.events("request"))
    outputs = rush(house, sshd, 8)
    assert {text for text in outputs} == {f"{REACHED}\n"}
    sent = requests(provider, mark)
    assert [e["status"] for e in sent] == [200] * 8
    let_in(by_key(), "account_active")


def test_a_login_that_comes_later_asks_anew(
        house, provider, people, sign_in, by_key):
    """Only who was waiting already shares an answer."""
    house.use_provider(provider, refresh_coalesce=60)
    sign_in()
    let_in(by_key(), "account_active")
    people(people_but("alice", disabled=True))
    alice = by_key()
    alice.denied("account_disabled")
    assert len(alice.requests(TOKEN)) == 1
