"""What a login costs at a real OpenID provider, and what it signs.

The certified provider counts TLS handshakes and requests; the figures are
printed. The first login of each test fills the cache: what is counted is the
second.
"""

import sys
import time

import pytest
from provider import SOURCE

sys.path.append(str(SOURCE))

from approve import authorize  # noqa: E402

LANDING = "https://localhost/pam_oauth2/callback"
INVITED = rb"and press Enter: "
DISCOVERY, KEYS = "/.well-known/openid-configuration", "/jwks"
DEVICE, TOKEN, USERINFO, PUSH = "/device/auth", "/token", "/me", "/request"
OURS = (DISCOVERY, KEYS, DEVICE, TOKEN, USERINFO, PUSH)
# The provider's keep-alive, how long the person takes, and the handshakes.
PACES = [(75, 1, 1), (75, 8, 1), (5, 1, 1), (5, 7.5, 2)]


@pytest.fixture(scope="module")
def providers(house):
    """Providers by their options: started once."""
    made = {}

    def get(**options):
        key = tuple(sorted(options.items()))
        if key not in made:
            made[key] = house.start_provider(**options)
        return made[key]

    return get


class Cost:
    """What the provider has seen of us since a moment."""

    def __init__(self, provider):
        self._provider = provider
        self._mark = len(provider.events())

    @property
    def requests(self):
        """The requests that only we make."""
        return [e for e in self._provider.events()[self._mark:]
                if e["event"] == "request" and e["path"] in OURS]

    @property
    def connections(self):
        """The numbers of the connections they came on."""
        return sorted({e["connection"] for e in self.requests})

    def count(self, path, method=None):
        """Return how often a path was asked for."""
        return sum(e["path"] == path and method in (None, e["method"])
                   for e in self.requests)

    def opened(self, connection):
        """Return when a connection was there, in seconds."""
        event, = (e for e in self._provider.events("tls")
                  if e["connection"] == connection)
        return event["t"] / 1000

    def line(self, name):
        """Return a line of figures."""
        counts = " ".join(
            f"{path}={self.count(path)}" for path in OURS)
        return (f"{name}: TLS handshakes={len(self.connections)} {counts}"
                f" (HEAD to keep open={self.count(TOKEN, 'HEAD')})")


def sign_in(login, provider, pause=0.0):
    """Sign alice in by device; returns when Enter was pressed."""
    alice = login(at=provider).wait_prompt().approve("alice")
    time.sleep(pause)
    entered = alice.press_enter()
    assert alice.outcome()
    assert alice.decision()["reason"] == "approved"
    return alice, entered


@pytest.fixture
def warm(house, login, providers):
    """Return a provider whose documents are in the cache."""
    def warm(at_provider=(), settings=(), **options):
        provider = providers(**options)
        house.use_provider(
            provider, at_provider=at_provider, **dict(settings))
        cost = Cost(provider)
        sign_in(login, provider)
        assert (cost.count(DISCOVERY), cost.count(KEYS)) == (1, 1)
        return provider

    return warm


@pytest.mark.parametrize("keep_alive, pause, handshakes", PACES)
def test_what_a_warm_login_costs(
        login, warm, capsys, keep_alive, pause, handshakes):
    """One handshake, one device request, one poll, and no userinfo.

    Where the provider has closed the connection another one is there
    before Enter is pressed.
    """
    provider = warm(keep_alive=keep_alive)
    cost = Cost(provider)
    begin = time.time()
    alice, entered = sign_in(login, provider, pause)
    with capsys.disabled():
        print("\n" + cost.line(
            f"device, keep-alive {keep_alive} s, person {pause} s"), end="")
    assert len(cost.connections) == handshakes
    assert (cost.count(DISCOVERY), cost.count(KEYS)) == (0, 0)
    assert (cost.count(DEVICE), cost.count(USERINFO)) == (1, 0)
    assert cost.count(TOKEN, "POST") == 1
    assert cost.count(TOKEN, "HEAD") == handshakes - 1
    polled = cost.requests[-1]
    assert polled["connection"] == cost.connections[-1]
    assert begin < cost.opened(cost.connections[-1]) < entered
    assert alice.decision()["detail"] == ""


def test_a_cold_login_costs_one_handshake_more(
        house, login, providers, capsys):
    """Of the key-fetcher, which has both documents by it."""
    provider = providers(keep_alive=75)
    house.use_provider(provider)
    cost = Cost(provider)
    sign_in(login, provider)
    with capsys.disabled():
        print("\n" + cost.line("device, nothing in the cache"), end="")
    assert len(cost.connections) == 2
    fetched = {e["connection"] for e in cost.requests
               if e["path"] in (DISCOVERY, KEYS)}
    assert len(fetched) == 1
    assert [cost.count(path) for path in OURS] == [1, 1, 1, 1, 0, 0]


def test_polls_come_on_the_same_connection(login, warm, capsys):
    """Enter first: polls at the interval, and still one handshake."""
    provider = warm(keep_alive=75)
    cost = Cost(provider)
    alice = login(at=provider).wait_prompt()
    alice.press_enter()
    time.sleep(6)
    alice.approve("alice")
    assert alice.outcome()
    with capsys.disabled():
        print("\n" + cost.line("device, Enter first"), end="")
    assert len(cost.connections) == 1
    assert cost.count(TOKEN) in (3, 4)
    assert cost.count(USERINFO) == 0


def by_code(login, provider):
    """Sign alice in by code; returns the login."""
    alice = login(at=provider)
    alice.session.expect(INVITED)
    landed = authorize(alice.url, str(provider.ca_file), "alice", False)
    alice.session.send(landed.encode() + b"\r")
    return alice


CODE = {"at_provider": {"redirect_uri": LANDING}, "flow": "code"}


def test_what_a_warm_login_by_code_costs(
        house, login, warm, capsys):
    """One handshake, the pushed request and the code's."""
    provider = warm(keep_alive=75, redirect_uri=LANDING)
    house.use_provider(provider, "demo-code", **CODE)
    cost = Cost(provider)
    alice = by_code(login, provider)
    assert alice.outcome()
    assert alice.decision()["flow"] == "code"
    with capsys.disabled():
        print("\n" + cost.line("code"), end="")
    assert len(cost.connections) == 1
    assert [cost.count(path) for path in OURS] == [0, 0, 0, 1, 0, 1]


def test_userinfo_is_asked_where_the_id_token_lacks_the_email(
        login, warm, capsys):
    """A provider that knows no claims parameter: one request more."""
    provider = warm(keep_alive=75, claims="no")
    cost = Cost(provider)
    alice, _ = sign_in(login, provider)
    with capsys.disabled():
        print("\n" + cost.line("device, no claims parameter"), end="")
    assert len(cost.connections) == 1
    assert cost.count(USERINFO) == 1
    assert alice.decision()["detail"].startswith("unsigned: ")


def test_what_is_not_signed_does_not_count(house, login, providers):
    """email_from = id_token at that provider: denied, nothing asked."""
    provider = providers(keep_alive=75, claims="no")
    house.use_provider(provider, email_from="id_token")
    cost = Cost(provider)
    alice = login(at=provider).wait_prompt().approve("alice")
    alice.press_enter()
    alice.denied("email_missing")
    assert cost.count(USERINFO) == 0


@pytest.mark.parametrize("settings", [
    {"email_from": "id_token"}, {"max_age": 300}])
@pytest.mark.parametrize("flow", ["device", "code"])
def test_what_is_asked_for_is_signed(house, login, providers, settings, flow):
    """The certified provider does what OpenID Connect says."""
    provider = providers(keep_alive=75, redirect_uri=LANDING)
    if flow == "code":
        house.use_provider(provider, "demo-code", **CODE, **settings)
        alice = by_code(login, provider)
        assert alice.outcome()
    else:
        house.use_provider(provider, **settings)
        alice, _ = sign_in(login, provider)
    assert (alice.decision()["reason"], alice.decision()["detail"]) == (
        "approved", "")


def test_a_group_is_signed_too(house, login, warm):
    """Asked for by name, because a rule asks for it."""
    provider = warm(keep_alive=75)
    house.write_allowlist("alice email:alice@example.com group:oncall\n")
    cost = Cost(provider)
    sign_in(login, provider)
    assert cost.count(USERINFO) == 0


def test_an_acr_that_the_provider_does_not_say(house, login, providers):
    """Asked for, not answered: denied, and the person is told which."""
    provider = providers(keep_alive=75)
    house.use_provider(provider, require_acr="phr")
    alice = login(at=provider).wait_prompt().approve("alice")
    alice.press_enter()
    alice.denied("acr_amr_missing")
    assert "A stronger or newer sign-in is needed." in alice.session.text
