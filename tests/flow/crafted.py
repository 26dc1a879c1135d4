"""Lies of a worker that were thought of, each with what has to come of it.

A change takes the replies of a sign-in that was granted (lists of packets, by
step) and the sign-in itself, and changes them.
"""

from dataclasses import dataclass, field

import wire
from fake_case import ALICE, poor, token
from forgeries import MALLORY
from peers import Packet, Script

TOKEN, USERINFO, SIGNED = ("device, ID token", "device, userinfo",
                           "device, signed userinfo")
CODE, PUSHED, KEY, PLAIN = ("code, ID token", "pushed, ID token",
                            "private_key_jwt", "plain OAuth2")
EVIL = "https://evil.example/activate"


@dataclass
class Lie:
    """What a child says, and what it leads to."""

    what: str
    world: str
    change: object
    reason: str
    detail: str = ""             # a part of it
    settings: dict = field(default_factory=dict)
    is_silent: bool = False      # the monitor waits in vain


def find(replies, kind):
    """Return where the first packet of a type is: its step and index."""
    return next((step, i) for step, said in enumerate(replies)
                for i, packet in enumerate(said) if packet.kind == kind)


def fill(values, transcript):
    """Return values, those that depend on the sign-in filled in."""
    return {name: value(transcript) if callable(value) else value
            for name, value in values.items()}


def says(kind, **values):
    """Say something else in a message."""
    def change(replies, transcript):
        step, i = find(replies, kind)
        replies[step][i] = replies[step][i].changed(
            **fill(values, transcript))

    return change


def instead(kind, other, **values):
    """Say another message in the place of one."""
    def change(replies, transcript):
        step, i = find(replies, kind)
        replies[step][i] = Packet.make(other, **fill(values, transcript))

    return change


def behind(kind, other, **values):
    """Say one more message, at once after another."""
    def change(replies, transcript):
        step, i = find(replies, kind)
        replies[step].insert(
            i + 1, Packet.make(other, **fill(values, transcript)))

    return change


def unasked(kind, **values):
    """Say something before anything was asked."""
    def change(replies, transcript):
        replies[0].append(Packet.make(kind, **fill(values, transcript)))

    return change


def early(kind, before):
    """Say what is due later at once after another message, and then end."""
    def change(replies, _):
        step, i = find(replies, kind)
        packet = replies[step].pop(i)
        step, i = find(replies, before)
        replies[step][i + 1:] = [packet, Script.END]

    return change


def twice(kind, tag):
    """Say a field twice."""
    def change(replies, _):
        step, i = find(replies, kind)
        packet = replies[step][i]
        packet.fields.append((wire.TAGS[tag], packet.get(tag)))

    return change


def ends(kind):
    """End in the place of a message."""
    def change(replies, _):
        step, i = find(replies, kind)
        replies[step][i:] = [Script.END]

    return change


def nothing(kind):
    """Say nothing in the place of a message, and live on."""
    def change(replies, _):
        step, i = find(replies, kind)
        del replies[step][i:]

    return change


def both(*changes):
    """Make several changes."""
    def change(replies, transcript):
        for one in changes:
            one(replies, transcript)

    return change


def path(suffix):
    """Return an address at the provider's own host."""
    return lambda transcript: transcript.url + suffix


FORGED_USERINFO = {"SUB": ALICE["sub"], "EMAIL": ALICE["email"],
                   "EMAIL_VERIFIED": 1}
MALLORYS_USERINFO = {**FORGED_USERINFO, "SUB": MALLORY["sub"]}
INVALID = "id_token_invalid"
PROTOCOL = "protocol_error"

# The tokens themselves, in the device grant and for a code.
FORGERIES = [
    Lie(f"{name}, {where}", world, says("TOKENS", ID_TOKEN=token(name)),
        reason, detail)
    for world, where in ((TOKEN, "by device"), (CODE, "by code"))
    for name, reason, detail in [
        ("mallory's token", "identity_not_allowed", ""),
        ("mallory's token for alice's email", "subject_changed", ""),
        ("a stranger's token", INVALID, "signature"),
        ("a stranger's token with a name of his own", INVALID, "not list"),
        ("a token with its key", INVALID, ""),
        ("a token that nobody signed", INVALID, "alg"),
        ("an RS256 token that nobody signed", INVALID, ""),
        ("a token by the public key", INVALID, "alg"),
        ("mallory's signature", INVALID, "signature"),
        ("a token for another client", INVALID, "aud"),
        ("a token for several", INVALID, "aud"),
        ("a token of another issuer", INVALID, "iss"),
        ("a token that is over", INVALID, "exp"),
        ("an old token", INVALID, "iat"),
        ("a token of the future", INVALID, "iat"),
        ("a token of another login", INVALID, "nonce"),
        ("a token of another access token", INVALID, "at_hash"),
        ("a token without a sub", INVALID, "sub")]]
FORGERIES += [
    Lie(name, TOKEN, says("TOKENS", ID_TOKEN=poor(name)), reason)
    for name, reason in [
        ("one without an email", "email_missing"),
        ("one of an unverified email", "email_unverified"),
        ("one of a text for true", "email_unverified"),
        ("one of a damaged email", "email_invalid")]]
TOKENS = [
    Lie("another's token and forged userinfo", TOKEN, both(
        says("TOKENS", ID_TOKEN=token("mallory's token")),
        behind("TOKENS", "IDENTITY", **FORGED_USERINFO)),
        "identity_not_allowed"),
    Lie("no token", TOKEN, says("TOKENS", ID_TOKEN=None), INVALID,
        "no ID token"),
    Lie("an empty token", TOKEN, says("TOKENS", ID_TOKEN=""), INVALID),
    Lie("a token of dots", TOKEN, says("TOKENS", ID_TOKEN="." * 9), INVALID),
    Lie("the longest token", TOKEN,
        says("TOKENS", ID_TOKEN="a" * 32768), INVALID),
    Lie("too long a token", TOKEN,
        says("TOKENS", ID_TOKEN="a" * 32769), PROTOCOL),
    Lie("another at_hash", TOKEN, both(
        says("TOKENS", ID_TOKEN=token("a token of another access token"),
             AT_HASH="a" * 22)), INVALID, "at_hash"),
    Lie("a logout token", TOKEN,
        says("TOKENS", ID_TOKEN=token("a logout token")), INVALID, "events"),
    Lie("two tokens", TOKEN, twice("TOKENS", "ID_TOKEN"), PROTOCOL),
    Lie("a device's token for a code", CODE,
        says("TOKENS", ID_TOKEN=poor("one without a nonce")), INVALID,
        "nonce is missing"),
    Lie("userinfo for a token", TOKEN,
        instead("TOKENS", "IDENTITY", **FORGED_USERINFO), PROTOCOL),
    Lie("userinfo that nobody asked for", TOKEN,
        unasked("IDENTITY", **FORGED_USERINFO), PROTOCOL),
    Lie("the wrong organisation", TOKEN, says("TOKENS"),
        "tenant_not_allowed", settings={"provider": {"hd": "corp.example"}}),
    Lie("not the sign-in that is required", TOKEN, says("TOKENS"),
        "acr_amr_missing", settings={"require_acr": "gold"}),
    Lie("not all that is required", TOKEN, says("TOKENS"),
        "acr_amr_missing", settings={"require_amr": "pwd mfa"}),
    Lie("not when it is required", TOKEN, says("TOKENS"), "auth_too_old",
        settings={"max_age": 60}),
]
USERINFOS = [
    Lie("another sub", USERINFO, says("IDENTITY", SUB="other"),
        "userinfo_mismatch"),
    Lie("another's token, userinfo of alice", USERINFO,
        says("TOKENS", ID_TOKEN=poor("mallory's without an email")),
        "userinfo_mismatch"),
    Lie("another's token, alice's email", USERINFO, both(
        says("TOKENS", ID_TOKEN=poor("mallory's without an email")),
        says("IDENTITY", **MALLORYS_USERINFO)), "subject_changed"),
    Lie("another email", USERINFO,
        says("IDENTITY", EMAIL="mallory@elsewhere.example"),
        "identity_not_allowed"),
    Lie("another email where the token has one", USERINFO, both(
        says("TOKENS", ID_TOKEN=token("mallory's token")),
        says("IDENTITY", **MALLORYS_USERINFO)), "identity_not_allowed"),
    Lie("another email beside groups", USERINFO, both(
        says("TOKENS", ID_TOKEN=token("mallory's token")),
        says("IDENTITY", **MALLORYS_USERINFO, GROUP="oncall")),
        "identity_not_allowed", settings={
            "allowlist": "alice email:alice@example.com group:oncall\n"}),
    Lie("no email", USERINFO, says("IDENTITY", EMAIL=None), "email_missing"),
    Lie("an unverified email", USERINFO,
        says("IDENTITY", EMAIL_VERIFIED=0), "email_unverified"),
    Lie("a damaged email", USERINFO,
        says("IDENTITY", EMAIL="alice@example.com\n"), "email_invalid"),
    Lie("an email with a tail", USERINFO,
        says("IDENTITY", EMAIL=b"alice@example.com\0@evil"), PROTOCOL),
    Lie("too many groups", USERINFO,
        says("IDENTITY", GROUP=["g"] * 257), PROTOCOL),
    Lie("too many claims", USERINFO,
        says("IDENTITY", CLAIM=["a=b"] * 33), PROTOCOL),
    Lie("an empty sub", USERINFO, says("IDENTITY", SUB=""),
        "userinfo_mismatch"),
    Lie("userinfo before it is asked for", USERINFO,
        early("IDENTITY", "TOKENS"), PROTOCOL),
    Lie("userinfo of a stranger's", SIGNED,
        says("USERINFO", USERINFO=token("a stranger's token")),
        "identity_invalid"),
    Lie("userinfo about another", SIGNED,
        says("USERINFO", USERINFO=token("mallory's token")),
        "userinfo_mismatch"),
    Lie("unsigned userinfo", SIGNED,
        says("USERINFO", USERINFO=token("a token that nobody signed")),
        "identity_invalid"),
    Lie("userinfo for another client", SIGNED,
        says("USERINFO", USERINFO=token("a token for another client")),
        "identity_invalid"),
    Lie("signed userinfo where nothing is signed", PLAIN,
        instead("IDENTITY", "USERINFO", USERINFO="a.b.c"),
        "identity_invalid"),
    Lie("another number", PLAIN, says("IDENTITY", SUB="1"),
        "subject_changed"),
    Lie("a sub that is no text", PLAIN, says("IDENTITY", SUB="a\n"),
        "identity_invalid"),
]
OFFERS = [
    Lie(f"{what}: {value[:30]!r}", world, says(kind, **{tag: value}),
        "verification_uri_refused")
    for what, world, kind, tag, values in [
        ("to open", TOKEN, "DEVICE", "VERIFICATION_URI", [
            EVIL, "http://localhost/", "javascript:alert(1)", "",
            "https://localhost@evil.example/", "https://localhost/\033[2J",
            "https://localhost/ https://evil.example"]),
        ("in the QR code", TOKEN, "DEVICE", "VERIFICATION_URI_COMPLETE", [
            EVIL]),
        ("to compare", TOKEN, "DEVICE", "USER_CODE", [
            "", "ABC", "WDJB\033[2J", "WDJB MJHT", 4 * "\u0430"]),
        ("to open", CODE, "AUTHORIZE", "URL", [
            EVIL, "https://localhost/", ""])]
    for value in values]
OFFERS += [
    Lie("an address beside the endpoint", CODE,
        says("AUTHORIZE", URL=path("/authorise?x=1")),
        "verification_uri_refused"),
    Lie("an address as long as the endpoint", CODE,
        says("AUTHORIZE", URL=path("/oath?x=1")),
        "verification_uri_refused"),
    Lie("the endpoint with a fragment", CODE,
        says("AUTHORIZE", URL=path("/auth?x=1#y")),
        "verification_uri_refused"),
    Lie("a code that is over", TOKEN, says("DEVICE", EXPIRES_IN=0),
        "code_expired"),
    Lie("too long an interval", TOKEN, says("DEVICE", INTERVAL=301),
        PROTOCOL),
    Lie("an address in place of a code", TOKEN,
        instead("DEVICE", "AUTHORIZE", URL=path("/auth?x=1")), PROTOCOL),
    Lie("a code in place of an address", CODE,
        instead("AUTHORIZE", "DEVICE", USER_CODE="WDJB-MJHT",
                VERIFICATION_URI=path("/activate"), EXPIRES_IN=9,
                INTERVAL=1), PROTOCOL),
    Lie("approved before Enter", TOKEN, early("TOKENS", "DEVICE"), PROTOCOL),
    Lie("paid before the code", CODE, early("TOKENS", "AUTHORIZE"), PROTOCOL),
]
SIGNING = [
    Lie("an assertion without a key", TOKEN, behind("DEVICE", "SIGN"),
        PROTOCOL),
    Lie("an assertion where there is no key", TOKEN,
        instead("DEVICE", "SIGN"), PROTOCOL, "there is no key"),
    Lie("an assertion with a wish", KEY, instead("SIGN", "SIGN", JWT="a.b"),
        PROTOCOL),
    Lie("its own assertion", KEY, instead("SIGN", "SIGNED", JWT="a.b"),
        PROTOCOL),
    Lie("an assertion out of turn", KEY, behind("DEVICE", "SIGN"), PROTOCOL),
]
# Messages that are others' to send.
OTHERS = [
    Lie(f"{kind} from a worker", TOKEN, instead("TOKENS", kind, **values),
        PROTOCOL)
    for kind, values in [
        ("START", {}), ("POLL", {"DELAY_S": 0}), ("IDENTIFY", {}),
        ("HELLO", {}), ("REPLY", {"TEXT": ""}), ("CANCEL", {"CAUSE": 1}),
        ("RESULT", {"VERDICT": 1, "REASON": "approved", "PHASE": 1,
                    "USER": "alice", "TEXT": ""}),
        ("CLAIMS", FORGED_USERINFO),
        ("TRUST", {}), ("REFUSED", {"ERROR": 0, "TEXT": ""}),
        ("KEYS", {}), ("UNCHANGED", {}), ("DEVICE", {}), ("TOKENS", {
            "SUB": "sub-of-alice"})]]
ENDS = [
    Lie(f"ends in place of {kind}", world, ends(kind), "helper_failed",
        "the worker ended")
    for world, kinds in [(TOKEN, ("DEVICE", "TOKENS")),
                         (USERINFO, ("IDENTITY",)), (CODE, ("AUTHORIZE",)),
                         (KEY, ("SIGN",))] for kind in kinds]
ENDS += [
    Lie(f"says nothing in place of {kind}", world, nothing(kind), reason,
        is_silent=True)
    for world, kind, reason in [
        (TOKEN, "DEVICE", "provider_timeout"),
        (TOKEN, "TOKENS", "login_timeout"),
        (USERINFO, "IDENTITY", "login_timeout"),
        (CODE, "TOKENS", "login_timeout")]]
LIES = [*FORGERIES, *TOKENS, *USERINFOS, *OFFERS, *SIGNING, *OTHERS, *ENDS]
