"""refresh_use = second-factor: a key, and a browser only now and then."""

import signal
import subprocess

import pytest
from house import ALLOWED, HOME, make_key
from later_fixtures import (let_in, people_but, records, refused,
                            with_account_line)
from logbook import fields
from provider import program

BOTH = {"PreferredAuthentications": "publickey,keyboard-interactive",
        "IdentitiesOnly": "yes"}
DEVICE = "/device/auth"


@pytest.fixture(scope="module", autouse=True)
def two_steps(house, account_stack):
    """An sshd that wants a key and then us."""
    return house.start_sshd(
        AuthenticationMethods="publickey,keyboard-interactive")


@pytest.fixture(autouse=True)
def settings(house, provider, fresh):
    """The use of tokens that is tested here."""
    use(house, provider)


def use(house, provider, **settings):
    """Write settings for it."""
    house.use_provider(provider, refresh_use="second-factor", **settings)


@pytest.fixture
def come(house, login, two_steps):
    """Log in with a key, and then whatever it takes."""
    def start(user="alice", **how):
        how.setdefault("IdentityFile", house.authorize_key(user))
        return login(user, **{"to": two_steps, **BOTH, **how})

    return start


@pytest.fixture
def known(come):
    """Alice has signed in once."""
    return approve(come())


def approve(attempt, person="alice"):
    """Be asked, and sign in in the browser."""
    attempt.wait_prompt().approve(person)
    attempt.press_enter()
    assert attempt.outcome(), attempt.session.text
    assert attempt.decision()["reason"] == "approved"
    return attempt


def asked(attempt):
    """Check that a login asks for the browser, and is not let in; leave."""
    attempt.wait_prompt()
    assert len(attempt.requests(DEVICE)) == 1
    assert "reached" not in attempt.session.text
    attempt.session.hang_up(signal.SIGKILL)
    assert attempt.decision()["reason"] in ("client_gone", "cancelled")
    return attempt


def without_a_browser(attempt, requests=1):
    """Check that a login goes through on its own."""
    decision = let_in(attempt, "second_factor", requests)
    assert decision["phase"] == "authenticate"
    assert decision["flow"] == "refresh"
    assert attempt.requests(DEVICE) == []
    assert "Code:" not in attempt.session.text
    return decision


def test_the_browser_once(known, come):
    """Then the key is enough, with one request each time."""
    for _ in range(4):
        without_a_browser(come())


def test_another_key_of_the_same_person(house, known, come):
    """Is not the one of the sign-in."""
    other = house.authorize_key("alice", "other-key")
    asked(come(IdentityFile=other))
    without_a_browser(come())
    approve(come(IdentityFile=other))
    without_a_browser(come(IdentityFile=other))
    asked(come())


def test_without_a_key(house, known, login, come):
    """An sshd that asks only us never lets in unasked."""
    for _ in range(2):
        asked(login())
    without_a_browser(come())


def test_a_sign_in_without_a_key_is_no_base(house, login, come):
    """What was not there at the sign-in cannot be the same."""
    approve(login())
    assert records()
    asked(come())


def test_another_person_with_another_record(house, known, come):
    """Bob has his own key, and nothing is kept of him."""
    asked(come("bob"))
    alices = house.authorize_key("alice")
    keys = HOME / "people" / "bob" / ".ssh" / "authorized_keys"
    before = keys.read_text()
    keys.write_text(before + alices.with_suffix(".pub").read_text())
    try:
        asked(come("bob", IdentityFile=alices))
    finally:
        keys.write_text(before)


def test_the_record_of_another_under_my_name(house, come):
    """A file that was put in the place of another."""
    approve(come())
    [alices] = records()
    approve(come("bob"), "bob")
    [bobs] = set(records()) - {alices}
    bobs.write_bytes(alices.read_bytes())
    asked(come("bob", IdentityFile=house.authorize_key("bob")))


@pytest.mark.parametrize("address, passes", [
    ("127.0.0.2", True), ("127.0.0.254", True), ("127.0.1.1", False),
    ("127.5.0.1", False)])
def test_the_same_network(known, come, address, passes):
    """A /24, as the sign-in came from it."""
    attempt = come(BindAddress=address)
    if passes:
        without_a_browser(attempt)
    else:
        asked(attempt)


def test_another_network_where_it_does_not_matter(
        house, provider, known, come):
    """refresh_requires = ssh-publickey."""
    use(house, provider, refresh_requires="ssh-publickey")
    without_a_browser(come(BindAddress="127.5.0.1"))


def test_the_network_alone_is_refused(house, provider, known, login):
    """It would let in who knows a name; the log says why."""
    use(house, provider, refresh_requires="same-network")
    decision = refused(login(), "settings_invalid")
    assert "refresh_requires" in decision["detail"]


def test_no_factor_at_all_is_refused(house, provider, known, login):
    """Nor does an empty list stand for anything."""
    use(house, provider, refresh_requires="")
    refused(login(), "settings_invalid")


def test_an_acr_that_the_sign_in_did_not_have(house, provider, known, come):
    """A stronger sign-in is asked for, in the browser."""
    use(house, provider, require_acr="urn:example:strong")
    asked(come())


def test_an_amr_that_the_sign_in_did_not_have(house, provider, known, come):
    """The same."""
    use(house, provider, require_amr="hwk")
    asked(come())


def test_an_account_that_was_disabled(people, known, come, by_key):
    """Back to the browser, which does not help; and the key alone is out."""
    people(people_but("alice", disabled=True))
    attempt = asked(come())
    assert [e["error"] for e in attempt.requests("/token")] == [
        "invalid_grant"]
    refused(by_key(), "account_disabled", requests=0)
    people(people_but("alice"))
    assert asked(come()).requests("/token") == []
    approve(come())
    without_a_browser(come())


def test_the_rules_hold_for_those_who_come_back(house, known, come):
    """Who is not allowed any more is not let in, nor ever again unasked."""
    house.write_allowlist("alice email:somebody.else@example.com\n")
    attempt = come().wait_prompt().approve("alice")
    attempt.press_enter()
    attempt.denied("identity_not_allowed")
    house.write_allowlist(ALLOWED)
    asked(come())
    approve(come())
    without_a_browser(come())


@pytest.mark.parametrize("description", [
    "Stale token", "Session not active", "Token is not active"])
def test_keycloak_ends_a_token(
        house, provider, gate, known, come, description):
    """Another host has signed in, say: an ordinary return to the browser."""
    use(house, provider, at_provider=gate.settings)
    gate.does = {"error": "invalid_grant", "error_description": description}
    attempt = asked(come())
    line = house.log.wait_for("event=browser", attempt.log_mark)
    assert fields(line)["reason"] == "token_revoked"
    assert description.lower() in fields(line)["detail"].lower()
    gate.does = "pass"
    approve(come())
    without_a_browser(come())


def test_who_comes_without_a_key_is_asked(house, known, login):
    """Also where sshd does not insist on one."""
    alice = asked(login())
    line = house.log.wait_for("event=browser", alice.log_mark)
    assert fields(line)["reason"] == "factor_missing"
    assert "no SSH key was used" in fields(line)["detail"]


def test_no_grace_without_the_provider(house, provider, gate, known, come):
    """Whatever idp_down says: this is no account check."""
    use(house, provider, at_provider=gate.settings, idp_down="grace")
    gate.shut()
    asked(come())
    gate.open()
    without_a_browser(come())


def test_a_key_alone_without_the_provider(
        house, provider, gate, known, by_key):
    """Grace is for account-check; here only where it is set."""
    use(house, provider, at_provider=gate.settings)
    gate.shut()
    refused(by_key(), "provider_unreachable")
    use(house, provider, at_provider=gate.settings, idp_down="grace")
    let_in(by_key(), "account_grace", requests=0)


def test_a_key_alone_is_checked_as_ever(known, by_key, come):
    """The account phase uses the same token, and leaves it good."""
    let_in(by_key(), "account_active")
    without_a_browser(come())
    let_in(by_key(), "account_active")


@pytest.mark.parametrize("argument, requires, passes", [
    (" prior-module", "prior-module", True),
    ("", "prior-module", False),
    (" prior-module", "ssh-publickey same-network", False),
    (" prior-module", "prior-module ssh-publickey", False)])
def test_a_module_before(house, provider, login, argument, requires, passes):
    """The administrator says so, in pam.d and in the settings: both."""
    use(house, provider, refresh_requires=requires)
    stack = with_account_line().replace(
        "auth required pam_oauth2.so",
        f"auth requisite pam_permit.so\nauth required pam_oauth2.so{argument}")
    house.write_stack("sshd", stack)
    try:
        approve(login())
        if passes:
            decision = without_a_browser(login())
            assert "prior-module" in decision["detail"]
        else:
            asked(login())
    finally:
        house.write_stack("sshd", with_account_line())


@pytest.fixture(scope="module")
def authority(house):
    """Make certificates for keys of alice's."""
    ca, other = make_key(HOME / "user-ca"), make_key(HOME / "other-user-ca")
    (HOME / "user-cas").write_text("".join(
        key.with_suffix(".pub").read_text() for key in (ca, other)))

    def certify(key, serial, by=ca):
        subprocess.run(
            [program("ssh-keygen"), "-q", "-s", by, "-I", f"id {serial}",
             "-n", "alice", "-V", "+1h", "-z", str(serial),
             key.with_suffix(".pub")], check=True)
        return {"IdentityFile": key,
                "CertificateFile": f"{key}-cert.pub"}

    return certify, other


def test_a_certificate_that_is_renewed(house, authority, come):
    """The key and its authority count, not the certificate."""
    certify, other_ca = authority
    sshd = house.start_sshd(
        AuthenticationMethods="publickey,keyboard-interactive",
        AuthorizedKeysFile="none", TrustedUserCAKeys=HOME / "user-cas")
    mine, other = (make_key(HOME / name) for name in ("cert-a", "cert-b"))
    approve(come(to=sshd, **certify(mine, 1)))
    without_a_browser(come(to=sshd, **certify(mine, 2)))
    asked(come(to=sshd, **certify(other, 3)))
    asked(come(to=sshd, **certify(mine, 4, other_ca)))
    without_a_browser(come(to=sshd, **certify(mine, 5)))


def test_the_plain_key_of_a_certificate(house, authority, come):
    """Is not what the authority vouched for."""
    certify, _other_ca = authority
    key = house.authorize_key("alice", "plain-key")
    sshd = house.start_sshd(
        AuthenticationMethods="publickey,keyboard-interactive",
        TrustedUserCAKeys=HOME / "user-cas")
    approve(come(to=sshd, IdentityFile=key))
    without_a_browser(come(to=sshd, IdentityFile=key))
    asked(come(to=sshd, **certify(key, 6)))
