"""private_key_jwt: what is signed, who signs, and where it is sent."""

import pytest

import assertions
from client_case import REDIRECT_FORM, SECRET, by_hand, posted
from documents import TOKEN, device
from scripted import Reply

NOW = 1700000000
CODE = f"grant_type=authorization_code&code=CODE&redirect_uri={REDIRECT_FORM}"
TYPE = ("&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A"
        "client-assertion-type%3Ajwt-bearer&client_assertion=")


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """A private key for each algorithm, by its name."""
    return assertions.make_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def send(drive, server, keys):
    """Run a command with private_key_jwt."""
    def run(command="exchange", alg="ES256", **options):
        server.on("/token", Reply(json=TOKEN))
        server.on("/revoke", Reply(204))
        server.on("/device", Reply(json=device(server)))
        server.on("/par", Reply(201, {"request_uri": "urn:x",
                                      "expires_in": 60}))
        return drive(command, **{
            **by_hand(server), "method": "private_key_jwt",
            "key": keys / f"{alg}.pem", "token": "RT", **options})

    return run


def assertion_of(server):
    """Return the assertion of the last request."""
    return assertions.read(server.requests[-1])


@pytest.mark.parametrize("alg", assertions.ALGORITHMS)
def test_the_assertion_and_its_signature(send, server, keys, alg):
    assert send(alg=alg, kid="k\"1")["result"] == "OK"
    got = assertion_of(server)
    assert list(got.header.items()) == [
        ("alg", alg), ("typ", "client-authentication+jwt"), ("kid", 'k"1')]
    assert len(got.claims.pop("jti")) == 43
    assert got.claims == {"iss": "CLIENT_ID", "sub": "CLIENT_ID",
                          "aud": server.url, "iat": NOW, "exp": NOW + 60}
    assert assertions.verifies(got, keys)
    assert not assertions.verifies(
        got._replace(signed=got.signed + "A"), keys)


def test_the_request_byte_for_byte(send, server):
    send(assertion="aA9_.-.z")
    assert posted(server, "/token", (
        f"{CODE}&client_id=CLIENT_ID{TYPE}aA9_.-.z").encode())


def test_no_two_assertions_are_alike(send, server):
    send(repeat=2)
    first, second = [r.body for r in server.to("/token")]
    assert first != second


def test_without_kid_there_is_none(send, server):
    send()
    assert list(assertion_of(server).header) == ["alg", "typ"]


def test_an_audience_for_a_provider_that_wants_its_own(send, server):
    send(audience=server.url + "/token")
    got = assertion_of(server)
    assert got.header["typ"] == "JWT"
    assert got.claims["aud"] == server.url + "/token"


def test_a_client_id_is_escaped(send, server):
    send(client_id='c"l\\é')
    assert assertion_of(server).claims["iss"] == 'c"l\\é'


@pytest.mark.parametrize("command, path, form", [
    ("refresh", "/token",
     "grant_type=refresh_token&refresh_token=RT&client_id=CLIENT_ID"),
    ("push", "/par", "response_type=code&client_id=CLIENT_ID&redirect_uri="
     + REDIRECT_FORM),
    ("start", "/device", "client_id=CLIENT_ID"),
    ("poll", "/token", "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type"
     "%3Adevice_code&device_code=DC&client_id=CLIENT_ID")])
def test_every_request_proves_the_client(send, server, command, path, form):
    assert send(command, second_ms=1)["result"] == "OK"
    request, = server.to(path)
    assert request.body.decode().startswith(form + TYPE)
    assert request.header("Authorization") is None
    assert assertion_of(server).claims["aud"] == server.url


def test_v5_revocation_by_an_assertion_alone(send, server):
    got = send("revoke", method="client_secret_post", **SECRET,
               revocation_method="private_key_jwt")
    assert got["result"] == "OK"
    assert server.requests[0].body.startswith(
        f"token=RT&client_id=CLIENT_ID{TYPE}".encode())


def test_v5_a_secret_for_revocation_alone(send, server):
    got = send("revoke", revocation_method="client_secret_post", **SECRET)
    assert got["result"] == "OK"
    assert posted(server, "/revoke", b"token=RT&client_id=CLIENT_ID"
                  b"&client_secret=CLIENT_SECRET")


@pytest.mark.parametrize("error, result", [
    ("CLOSED", "CLOSED"), ("NOMEM", "NOMEM"), ("CONFIG", "INTERNAL"),
    ("NOT_FOUND", "INTERNAL"), ("LIMIT", "INTERNAL")])
def test_no_assertion_is_the_end_of_the_request(send, server, error, result):
    for command in ("exchange", "refresh", "revoke", "push", "start"):
        got = send(command, assertion_error=error,
                   revocation_method="private_key_jwt")
        assert (got["result"], server.connections) == (result, 0)
        assert "access_token" not in got


@pytest.mark.parametrize("text", [
    "", "a", "a.b", "a.b.", ".a.b", "a..b", "a.b.c.d", "a.b.c=", "a.b.c ",
    "a.b.c\n", "a+.b.c", "a.b/.c", "a.b.c&client_id=other"])
def test_what_is_no_assertion_is_not_sent(send, server, text):
    assert send(assertion=text)["result"] == "INTERNAL"
    assert server.connections == 0


@pytest.mark.parametrize("options, word", [
    ({"key": None}, "private_key_file: missing"), (SECRET, "client_secret: "),
    ({"method": "none"}, "private_key_file: only used")])
def test_key_and_method_fit_each_other(send, server, options, word):
    got = send(revocation_method=None, revocation_endpoint=None, **options)
    assert got["result"] == "CONFIG"
    assert word in got["text"]
    assert server.connections == 0
