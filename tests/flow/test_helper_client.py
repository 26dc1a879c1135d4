"""How the real helper's client proves itself, and what binds its codes."""

import base64
import hashlib
import re
import shutil
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

import assertions
import documents
import wire
from client_case import REDIRECT_URI
from helper_house import PENDING, TOKEN, token
from scripted import Reply

pytest_plugins = ["helper_fixtures"]

KEY_FILE = "/etc/pam_oauth2/flow-key.pem"
SECRET_FILE = Path("/etc/pam_oauth2/flow-secret")
SIGNING = {"token_endpoint_auth_method": "private_key_jwt",
           "private_key_file": KEY_FILE}


@pytest.fixture(scope="module")
def keys(house, tmp_path_factory):
    """Keys of a client; that for ES256 is in its place."""
    made = assertions.make_keys(tmp_path_factory.mktemp("keys"))
    shutil.copy(made / "ES256.pem", KEY_FILE)
    return made


@pytest.fixture
def signing(logins, keys):
    """Logins of a client with a private key."""
    logins.set(SIGNING)
    return logins


def approve(module):
    """Take a device login to its end, which says what it always says."""
    module.greet().invited()
    module.reply()
    assert module.verdict() == ("GRANT", "approved")


def proofs(server, *paths):
    """Return the assertions of the requests for these paths."""
    return [assertions.read(request) for path in paths
            for request in server.to(path)]


def test_every_request_has_a_proof_of_its_own(signing, keys):
    """The device request and each poll; the person notices nothing."""
    signing.answer(PENDING, PENDING, TOKEN)
    begin = int(time.time())
    approve(signing.start())
    got = proofs(signing.server, "/device", "/token")
    assert len(got) == 4
    assert len({proof.claims.pop("jti") for proof in got}) == 4
    for proof in got:
        assert proof.header == {
            "alg": "ES256", "typ": "client-authentication+jwt"}
        issued = proof.claims.pop("iat")
        assert begin <= issued <= time.time()
        assert proof.claims == {
            "iss": "CLIENT_ID", "sub": "CLIENT_ID",
            "aud": signing.server.url, "exp": issued + 60}
        assert assertions.verifies(proof, keys)
    assert signing.server.requests[-1].header("Authorization") == "Bearer AT"


def test_rs256_and_the_name_of_the_key(signing, keys):
    """What the algorithm is follows from the key."""
    shutil.copy(keys / "RS256.pem", KEY_FILE)
    signing.set({**SIGNING, "private_key_id": "k 1"})
    signing.answer(TOKEN)
    approve(signing.start())
    got = proofs(signing.server, "/device", "/token")
    shutil.copy(keys / "ES256.pem", KEY_FILE)
    assert [proof.header for proof in got] == [{
        "alg": "RS256", "typ": "client-authentication+jwt", "kid": "k 1"}] * 2
    assert all(assertions.verifies(proof, keys) for proof in got)


def test_the_audience_is_what_the_settings_say(signing, keys):
    """Not what discovery says, and the same for every endpoint."""
    own = signing.server.url + "/other-token"
    signing.set({**SIGNING, "assertion_audience": "token_endpoint",
                 "token_endpoint": own})
    signing.answer()
    signing.server.on("/other-token", TOKEN)
    approve(signing.start())
    got = proofs(signing.server, "/device", "/other-token")
    assert [(p.header["typ"], p.claims["aud"]) for p in got] == [
        ("JWT", own)] * 2
    assert not signing.server.to("/token")


def test_a_client_that_is_refused(signing):
    """The provider does not take the proof."""
    signing.server.on("/device", Reply(401, {"error": "invalid_client"}))
    module = signing.start().greet()
    module.probe().reply()
    assert module.verdict() == ("DENY", "client_rejected")


def asked(module):
    """Go on to where a code is asked for; the address shown."""
    module.greet().probe().reply()
    question = module.expect("ASK")
    assert question["ECHO"] == wire.ECHOS["ON"]
    return re.search(r"https://\S+", question["TEXT"]).group()


def by_code(logins, **provider):
    """Settings and answers for the flow code."""
    logins.set({"redirect_uri": REDIRECT_URI, **provider}, flow="code")
    logins.answer(TOKEN)


def test_pushed_and_traded_with_a_proof_each(signing, keys):
    """The flow code, with the request pushed (RFC 9126)."""
    by_code(signing, **SIGNING, pushed_authorization_request_endpoint=(
        signing.server.url + "/par"))
    signing.server.on("/par", Reply(201, {
        "request_uri": "urn:x", "expires_in": 60}))
    module = signing.start()
    asked(module)
    pushed, = signing.server.to("/par")
    signing.server.on("/token", token(nonce=dict(pushed.form)["nonce"]))
    module.reply("SplxlOBeZQQYbYS6WxSbIA")
    assert module.verdict() == ("GRANT", "approved")
    got = proofs(signing.server, "/par", "/token")
    assert len({proof.claims["jti"] for proof in got}) == 2
    assert all(assertions.verifies(proof, keys) for proof in got)


def parameters(url):
    """Return the parameters of an address, each name once."""
    return {k: v[0] for k, v in parse_qs(urlsplit(url).query).items()}


@pytest.mark.parametrize("pkce, challenge_of", [
    ("S256", lambda verifier: base64.urlsafe_b64encode(
        hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")),
    ("plain", lambda verifier: verifier)])
def test_what_binds_the_code(logins, pkce, challenge_of):
    """S256, or plain where a provider knows no better."""
    by_code(logins, pkce=pkce)
    module = logins.start()
    shown = parameters(asked(module))
    logins.server.on("/token", token(nonce=shown["nonce"]))
    module.reply("SplxlOBeZQQYbYS6WxSbIA")
    assert module.verdict() == ("GRANT", "approved")
    request, = logins.server.to("/token")
    verifier = dict(request.form)["code_verifier"]
    assert shown["code_challenge_method"] == pkce
    assert shown["code_challenge"] == challenge_of(verifier)
    assert len(verifier) == 43


METHODS = "token_endpoint_auth_methods_supported"
POST, BASIC = "client_secret_post", "client_secret_basic"
IN_FORM = (None, "SECRET")
IN_HEADER = ("Basic " + base64.b64encode(b"CLIENT_ID:SECRET").decode(), None)


def announce(logins, methods, **provider):
    """Write settings; the provider announces methods, ... leaves them out."""
    SECRET_FILE.write_text("SECRET\n")
    SECRET_FILE.chmod(0o600)
    logins.set(provider)
    logins.answer(TOKEN)
    document = {**documents.metadata(logins.server), METHODS: methods}
    logins.server.on(documents.WELL_KNOWN, Reply(json={
        name: value for name, value in document.items()
        if value is not Ellipsis}))


def shown(server):
    """Return how the secret was shown: the same wherever it was."""
    how, = {(request.header("Authorization"),
             dict(request.form).get("client_secret"))
            for path in ("/device", "/token") for request in server.to(path)}
    return how


@pytest.mark.parametrize("methods, how", [
    (..., IN_FORM), (None, IN_FORM), ([], IN_FORM), ([POST], IN_FORM),
    ([BASIC, POST], IN_FORM), ([BASIC], IN_HEADER),
    (["none", BASIC, "private_key_jwt"], IN_HEADER)])
def test_o4_a_secret_is_shown_as_the_provider_has_it(logins, methods, how):
    """And the next time, when nobody is asked what it announces."""
    announce(logins, methods, client_secret_file=SECRET_FILE)
    approve(logins.start())
    approve(logins.start())
    assert shown(logins.server) == how
    assert len(logins.server.to("/token")) == 2
    assert len(logins.server.to(documents.WELL_KNOWN)) == 1


@pytest.mark.parametrize("methods", [[POST], [BASIC], ["none"]])
@pytest.mark.parametrize("method, how", [(POST, IN_FORM), (BASIC, IN_HEADER)])
def test_o4_what_the_settings_say_wins(logins, methods, method, how):
    """Providers announce less than they take."""
    announce(logins, methods, client_secret_file=SECRET_FILE,
             token_endpoint_auth_method=method)
    approve(logins.start())
    assert shown(logins.server) == how


@pytest.mark.parametrize("methods", [[POST], [BASIC], ["none"]])
def test_o4_a_key_stays_a_key(logins, keys, methods):
    """Nobody can have a better proof given up."""
    announce(logins, methods, **SIGNING)
    approve(logins.start())
    assert shown(logins.server) == (None, None)
    assert all(assertions.verifies(proof, keys) for proof in proofs(
        logins.server, "/device", "/token"))


@pytest.mark.parametrize("methods", [[POST], [BASIC], ["private_key_jwt"]])
def test_o4_without_a_secret_there_is_nothing_to_show(logins, methods):
    """Many that know public clients announce what the others do."""
    announce(logins, methods)
    approve(logins.start())
    assert shown(logins.server) == (None, None)


@pytest.mark.parametrize("methods", [
    ["none"], ["private_key_jwt"], ["none", "private_key_jwt"]])
def test_o4_only_methods_that_we_do_not_have(logins, methods):
    """The log says what to set; the secret goes nowhere."""
    announce(logins, methods, client_secret_file=SECRET_FILE)
    module = logins.start().greet()
    module.probe().reply()
    assert module.verdict() == ("DENY", "client_rejected")
    assert logins.decision()["detail"] == (
        "set token_endpoint_auth_method: the provider offers only "
        + ", ".join(methods))
    assert not logins.server.to("/device")


@pytest.mark.parametrize("methods", [[1], {}, 5, ["x" * 65], ["x"] * 17])
def test_o4_what_is_no_list(logins, methods):
    """As everything else in the document, for everybody."""
    announce(logins, methods)
    module = logins.start().greet()
    module.probe().reply()
    assert module.verdict() == ("DENY", "provider_malformed")


@pytest.mark.parametrize("raw, sent", [
    ("no", b"a%2Bb:s%2F%3D"), ("yes", b"a+b:s/=")])
def test_a_secret_in_the_header(house, logins, raw, sent):
    """Form-encoded, or as it is for a provider that knows no better."""
    SECRET_FILE.write_text("s/=\n")
    SECRET_FILE.chmod(0o600)
    house.write_settings("\n".join([
        "[provider flow]", f"issuer = {logins.server.url}",
        "client_id = a+b", "ca_file = /etc/pam_oauth2/flow-ca.pem",
        f"client_secret_file = {SECRET_FILE}", f"basic_raw = {raw}",
        "token_endpoint_auth_method = client_secret_basic", ""]))
    logins.answer(token(aud="a+b"))
    approve(logins.start())
    for path in ("/device", "/token"):
        request, = logins.server.to(path)
        kind, text = request.header("Authorization").split()
        assert (kind, base64.b64decode(text)) == ("Basic", sent)
