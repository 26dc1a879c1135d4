"""The real helper in the flow code: what is pasted, and what comes of it."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest

import documents
import wire
from helper_house import TOKEN, token
from scripted import Raw, Reply

pytest_plugins = ["helper_fixtures"]

LANDING = "https://login.example/pam_oauth2/"
CODE = "SplxlOBeZQQYbYS6WxSbIA"
ISS = "authorization_response_iss_parameter_supported"
PKCE = "code_challenge_methods_supported"
PAR = "pushed_authorization_request_endpoint"
AGAIN = "copy it whole\nand paste it again: "
CUT = "the pieces that the page shows: "
MIXED = "These pieces do not belong together"
JUNK = "\b\n\r\177INCORRECT"
TEXT_SERVICES = ("login", "su", "su-l", "sudo", "sudo-i")
UNREACHABLE = ("provider_unreachable", "provider_error")


class Coded:
    """One login that waits for a paste."""

    def __init__(self, logins, **hello):
        self.logins = logins
        self.module = logins.start().greet(**hello)
        self.module.expect("READY")
        if hello.get("SERVICE") not in TEXT_SERVICES:
            assert self.module.expect("ASK")["ECHO"] == wire.ECHOS["PROBE"]
            self.module.reply()
        self.screen = self.asked()
        url = self.screen.split("Open:  ")[1].split()[0]
        self.sent = {k: v[0] for k, v in parse_qs(urlsplit(url).query).items()}
        logins.server.on("/token", token(nonce=self.nonce()))

    def nonce(self):
        """Return the nonce that the provider was told."""
        pushed = self.logins.server.to("/par")
        return (dict(pushed[0].form) if pushed else self.sent)["nonce"]

    def asked(self):
        """Return the next question, which has an echo."""
        asked = self.module.expect("ASK")
        assert asked["ECHO"] == wire.ECHOS["ON"]
        return asked["TEXT"]

    def query(self, **changes):
        """Return what a provider appends; None leaves a parameter out."""
        fields = {"code": CODE, "state": self.sent.get("state"), **changes}
        return "&".join(f"{name}={quote(value, safe='')}"
                        for name, value in fields.items() if value is not None)

    def address(self, **changes):
        """Return where the browser lands."""
        return f"{LANDING}?{self.query(**changes)}"

    def paste(self, text):
        """Paste a line."""
        self.module.reply(text)
        return self

    def paste_cut(self):
        """Have a line that the host did not hand over."""
        self.module.send("REPLY", {"TEXT": "", "IS_CUT": 1})
        return self

    def granted(self):
        """See that it is granted, with one request for a token."""
        assert self.module.verdict() == ("GRANT", "approved")
        assert len(self.logins.polls) == 1

    def denied(self, *reasons, sent=0):
        """See that it is denied, and how often a code was sent."""
        verdict, reason = self.module.verdict()
        assert verdict == "DENY" and reason in reasons, reason
        assert len(self.logins.polls) == sent
        return self.logins.decision()


@pytest.fixture
def setup(logins):
    """Write settings; metadata: changes to the provider's, None: without."""
    def write(metadata=(), flow="code"):
        logins.set({"redirect_uri": LANDING}, flow=flow)
        found = {**documents.metadata(logins.server), **dict(metadata)}
        logins.server.on(documents.WELL_KNOWN, Reply(json={
            name: value for name, value in found.items() if value}))

    return write


@pytest.fixture
def coded(logins, setup):
    """Begin a login, up to where it asks for the paste."""
    def start(metadata=(), flow="code", **hello):
        setup(metadata, flow)
        return Coded(logins, **hello)

    return start


def fnv(text):
    """Return the checksum of pieces: FNV-1a, 32 bits."""
    total = 2166136261
    for byte in text.encode():
        total = ((total ^ byte) * 16777619) & 0xffffffff
    return f"{total:08x}"


def pieces(text, count):
    """Cut a text into so many pieces."""
    size = -(-len(text) // count)
    return [f"PO2.{i + 1}/{count}.{fnv(text)}.{text[i * size:(i + 1) * size]}"
            for i in range(count)]


def test_the_code_is_sent_with_what_binds_it(coded):
    """The verifier of this login's challenge, and the same address."""
    login = coded().paste(CODE)
    login.granted()
    form = dict(login.logins.server.to("/token")[0].form)
    assert form["code"] == CODE and form["redirect_uri"] == LANDING
    assert len(form["code_verifier"]) == 43
    assert login.sent["code_challenge_method"] == "S256"


@pytest.mark.parametrize("make", [Coded.address, Coded.query])
def test_parameters_are_granted(coded, make):
    """The whole address, and the parameters alone."""
    login = coded()
    login.paste(make(login)).granted()


@pytest.mark.parametrize("methods", [["S256"], ["plain", "S256"], None])
def test_a_provider_that_knows_pkce(coded, methods):
    """It says so, or says nothing."""
    coded(metadata={PKCE: methods}).paste(CODE).granted()


@pytest.mark.parametrize("methods, reason", [
    (["plain"], "endpoint_refused"), (["s256"], "endpoint_refused"),
    ("plain", "endpoint_refused"), ([1], "provider_malformed"),
    ({"S256": 1}, "provider_malformed")])
def test_without_pkce_nothing_binds_a_code(logins, setup, methods, reason):
    """A stolen one would be as good as one's own: nobody is asked for it."""
    setup({PKCE: methods})
    logins.start().greet().probe().reply()
    assert logins.modules[-1].verdict() == ("DENY", reason)


BAD = {
    "nothing": (lambda login: "", "paste_invalid"),
    "a password": (lambda login: "Tr0ub4dor&3", "paste_invalid"),
    "the address to open": (
        lambda login: f"{login.logins.server.url}/auth?x=y", "paste_invalid"),
    "another host": (
        lambda login: login.address().replace("login.", "evil."),
        "paste_invalid"),
    "another path": (
        lambda login: login.address().replace("oauth2/", "oauth2"),
        "paste_invalid"),
    "code twice": (
        lambda login: login.address() + "&code=again", "paste_invalid"),
    "state twice": (
        lambda login: login.query() + f"&state={login.sent['state']}",
        "paste_invalid"),
    "a control": (
        lambda login: login.query(code=f"{CODE}\n"), "paste_invalid"),
    "a code without state": (
        lambda login: login.query(state=None), "paste_state"),
    "an error without state": (
        lambda login: "error=access_denied", "paste_state"),
    "another state": (
        lambda login: login.query(state="A" * 32), "paste_state"),
    "another iss": (
        lambda login: login.query(iss="https://evil.example"),
        "paste_issuer"),
}


@pytest.mark.parametrize("make, reason", BAD.values(), ids=BAD)
def test_three_pastes_are_the_end(coded, make, reason):
    """What is no code of this login goes nowhere, however often."""
    login = coded()
    for _ in range(2):
        assert login.paste(make(login)).asked().endswith(AGAIN)
    decision = login.paste(make(login)).denied(reason)
    assert decision["detail"] == ""


@pytest.mark.parametrize("bad", [1, 2])
def test_a_bad_paste_can_be_made_good(coded, bad):
    """Up to the third."""
    login = coded()
    for _ in range(bad):
        login.paste("what?").asked()
    login.paste(CODE).granted()


@pytest.mark.parametrize("iss, reason", [
    (None, "paste_issuer"), ("https://evil.example", "paste_issuer")])
def test_an_announced_issuer_has_to_come(coded, iss, reason):
    """RFC 9207: missing is as bad as another's."""
    login = coded(metadata={ISS: True})
    for _ in range(2):
        login.paste(login.address(iss=iss)).asked()
    login.paste(login.address(iss=iss)).denied(reason)


def test_our_issuer_is_right(coded):
    """As it stands in the settings."""
    login = coded(metadata={ISS: True})
    login.paste(login.address(iss=login.logins.server.url)).granted()


LENGTHS = [
    ("sshd", 1022, True), ("sshd", 1023, False), ("flow", 1023, False),
    ("sudo", 511, True), ("login", 1023, True), ("login", 4094, True),
    ("login", 4095, False), ("su", 4094, True), ("su-l", 4095, False)]


@pytest.mark.parametrize("service, length, is_whole", LENGTHS)
def test_what_a_host_may_have_cut_is_explained(
        coded, service, length, is_whole):
    """Each reads so much of a line; what is longer was longer still."""
    login = coded(SERVICE=service, TTY="/dev/pts/0")
    text = login.address() + "&padding="
    login.paste(text.ljust(length, "x"))
    if not is_whole:
        assert login.asked().endswith(CUT)
        login.paste(CODE)
    login.granted()


def test_what_a_host_did_not_hand_over_is_explained(coded):
    """sudo says so itself; three times are the end."""
    login = coded(SERVICE="sudo", TTY="/dev/pts/0")
    for _ in range(2):
        assert login.paste_cut().asked().endswith(CUT)
    login.paste_cut().denied("paste_cut")


@pytest.mark.parametrize("order", [1, -1], ids=["in turn", "backwards"])
def test_eight_pieces_are_one_paste(coded, order):
    """Each asks for one that is missing; none is a try."""
    login = coded()
    parts = pieces(login.query(), 8)[::order]
    for number, part in enumerate(parts[:-1], 1):
        wanted = number + 1 if order == 1 else 1
        assert login.paste(part).asked() == (
            f"{number} of 8 pieces taken. Paste piece {wanted}: ")
    login.paste(parts[-1]).granted()


def test_a_lost_piece_is_asked_for(coded):
    """By its number, until it comes."""
    login = coded()
    first, second, third = pieces(login.query(), 3)
    login.paste(first).asked()
    for _ in range(2):
        assert login.paste(third).asked() == (
            "2 of 3 pieces taken. Paste piece 2: ")
    login.paste(second).granted()


def test_a_damaged_piece_spoils_all(coded):
    """It is said so, and all can be pasted again."""
    login = coded()
    first, second = pieces(login.query(), 2)
    login.paste(first).asked()
    assert MIXED in login.paste(second[:-1] + "!").asked()
    login.paste(second).asked()
    login.paste(first).granted()


def test_pieces_do_not_go_on_for_ever(coded):
    """Eleven questions, and that is all."""
    login = coded()
    piece = pieces(login.query(), 3)[0]
    for _ in range(10):
        login.paste(piece).asked()
    login.paste(piece).denied("paste_invalid")


@pytest.mark.parametrize("answer, reason", [
    (Reply(400, {"error": "invalid_grant"}), ("code_refused",)),
    (Reply(200, {"error": "bad_verification_code"}), ("code_refused",)),
    (Reply(503), UNREACHABLE), (Raw(end="close"), UNREACHABLE),
    (Raw(end="reset"), UNREACHABLE)])
def test_a_code_is_sent_once(coded, answer, reason):
    """Whatever comes of it, and where nothing comes at all."""
    login = coded()
    login.logins.server.on("/token", answer, TOKEN)
    login.paste(CODE).denied(*reason, sent=1)


@pytest.mark.parametrize("error, reason", [
    ("access_denied", "access_denied"),
    ("user_cancelled_login", "access_denied"),
    ("server_error", "provider_error")])
def test_an_error_of_the_provider_ends_it(coded, error, reason):
    """The log has the provider's word."""
    login = coded()
    login.paste(login.query(code=None, error=error))
    assert login.denied(reason)["detail"] == error


def test_what_is_pasted_stays_out_of_the_log(coded):
    """Not even what poses as an error of the provider."""
    login = coded()
    secret = "hunter2 is not a word"
    login.paste(login.query(code=None, error=secret)).denied("provider_error")
    lines = "\n".join(login.logins.house.log.since(login.logins.mark))
    assert "hunter2" not in lines and login.sent["state"] not in lines


@pytest.mark.parametrize("length", [1, 13, 21, 40, 1022])
@pytest.mark.parametrize("uid, reason", [
    (None, "user_unknown"), (0, "user_forbidden"), (21001, "user_forbidden")])
def test_who_may_not_sign_in_is_told_no_more_than_others(
        coded, uid, reason, length):
    """sshd hides what they paste: as if the code had been right."""
    login = coded(SERVICE="sshd", UID=uid)
    decision = login.paste((JUNK * 100)[:length]).denied(reason)
    assert "sshd" in decision["detail"]


def test_what_resembles_the_junk_of_sshd_is_a_bad_paste(coded):
    """Only that of sshd, to the letter."""
    login = coded(SERVICE="sshd")
    assert login.paste(JUNK + "x").asked().endswith(AGAIN)
    assert login.paste("").asked().endswith(AGAIN)
    login.paste(CODE).granted()


@pytest.mark.parametrize("seconds, is_said", [(20, True), (600, False)])
def test_a_pushed_request_has_to_be_opened_in_time(
        coded, logins, seconds, is_said):
    """Said where that is sooner than the end of the login."""
    logins.server.on("/par", Reply(201, {
        "request_uri": "urn:example:1", "expires_in": seconds}))
    login = coded(metadata={PAR: f"{logins.server.url}/par"})
    told = f"Open the address within {seconds} s.\n" in login.screen
    assert told == is_said
    assert login.sent == {"client_id": "CLIENT_ID",
                          "request_uri": "urn:example:1"}
    login.paste(CODE).granted()


NO_DEVICE = {"device_authorization_endpoint": None}


@pytest.mark.parametrize("flow, metadata", [
    ("auto", NO_DEVICE), ("code", {}), ("code", NO_DEVICE)])
def test_a_paste_is_asked_for(coded, flow, metadata):
    """By code always, by auto where the provider has no device grant."""
    login = coded(metadata, flow)
    login.paste(login.address()).granted()
    assert login.logins.decision()["flow"] == "code"


def test_auto_prefers_the_device_grant(logins, setup):
    """Where the provider has it nobody has to paste."""
    setup(flow="auto")
    assert "WDJB-MJHT" in logins.start().greet().invited()
