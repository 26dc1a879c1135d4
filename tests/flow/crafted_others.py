"""Lies of a judge and of a key-fetcher: see crafted.py."""

from crafted import (
    FORGED_USERINFO, PROTOCOL, SIGNED, TOKEN, USERINFO, Lie, behind, ends,
    instead, nothing, says, unasked)
from forgeries import MALLORY
from transcripts import SECRET_FILE

CLAIMS = FORGED_USERINFO
ENDPOINTS = ("AUTHORIZATION_ENDPOINT", "PAR_ENDPOINT", "TOKEN_ENDPOINT",
             "DEVICE_ENDPOINT", "USERINFO_ENDPOINT", "JWKS_URI")
PLACES = ("https://evil.example/x", "http://localhost/x",
          "https://localhost@evil.example/x", "https://localhost.evil/x",
          "javascript:alert(1)", "")
ELSEWHERE = {"provider": {"verification_hosts": "evil.example"}}
WITH_SECRET = {"provider": {"client_secret_file": SECRET_FILE}}
HARD = "x\n\x1b[2J event=decision result=\"granted\""


def says_nothing_to_trust(replies, _):
    """End where it is told whom to trust."""
    replies[1] = [None]


def says_it_at_once(replies, _):
    """Say the first answer before there is a question."""
    replies[0], replies[1] = replies[1], []


JUDGE = [
    Lie("claims that nobody asked for", TOKEN, unasked("CLAIMS", **CLAIMS),
        PROTOCOL),
    Lie("claims twice where there is userinfo", SIGNED,
        behind("CLAIMS", "CLAIMS", **CLAIMS), PROTOCOL),
    Lie("a worker's answer", TOKEN,
        instead("CLAIMS", "IDENTITY", **FORGED_USERINFO), PROTOCOL),
    Lie("a fetcher's answer", TOKEN, instead("CLAIMS", "KEYS"), PROTOCOL),
    Lie("mallory", TOKEN, says("CLAIMS", SUB=MALLORY["sub"],
                               EMAIL=MALLORY["email"]),
        "identity_not_allowed"),
    Lie("alice's email for mallory", TOKEN,
        says("CLAIMS", SUB=MALLORY["sub"]), "subject_changed"),
    Lie("an empty sub", TOKEN, says("CLAIMS", SUB=""), "identity_invalid"),
    Lie("a sub with a line feed", TOKEN, says("CLAIMS", SUB="a\nb"),
        "identity_invalid"),
    Lie("no email", TOKEN, says("CLAIMS", EMAIL=None), "email_missing"),
    Lie("an unverified email", TOKEN, says("CLAIMS", EMAIL_VERIFIED=0),
        "email_unverified"),
    Lie("verified twice over", TOKEN, says("CLAIMS", EMAIL_VERIFIED=2),
        PROTOCOL),
    Lie("too many groups", TOKEN, says("CLAIMS", GROUP=["g"] * 257),
        PROTOCOL),
    Lie("another person than the userinfo", USERINFO,
        says("CLAIMS", SUB="other"), "userinfo_mismatch"),
    Lie("a refusal with a text for the log", TOKEN,
        instead("CLAIMS", "REFUSED", ERROR=0, TEXT=HARD), "internal_error"),
    Lie("a refusal beyond the last", TOKEN,
        instead("CLAIMS", "REFUSED", ERROR=1000, TEXT=""), PROTOCOL),
    Lie("ends in place of claims", TOKEN, ends("CLAIMS"), "helper_failed",
        "the judge ended"),
    Lie("ends once it has keys", TOKEN, says_nothing_to_trust,
        "helper_failed", "the judge ended"),
    Lie("says nothing", TOKEN, nothing("CLAIMS"), "login_timeout",
        is_silent=True),
]
FETCHER = [
    Lie(f"{tag} at {place!r}", TOKEN, says("METADATA", **{tag: place}),
        "endpoint_refused") for tag in ENDPOINTS for place in PLACES]
FETCHER += [
    Lie("a host that may be shown", TOKEN, says(
        "METADATA", TOKEN_ENDPOINT="https://evil.example/x"),
        "endpoint_refused", settings=ELSEWHERE),
    Lie("no way to show a secret, and a text for the log", TOKEN,
        says("METADATA", AUTH_METHOD=["none", HARD]), "client_rejected",
        "set token_endpoint_auth_method", settings=WITH_SECRET),
    Lie("more ways than there are", TOKEN,
        says("METADATA", AUTH_METHOD=["none"] * 17), PROTOCOL,
        settings=WITH_SECRET),
    Lie("too long a way", TOKEN,
        says("METADATA", AUTH_METHOD=["a" * 65]), PROTOCOL,
        settings=WITH_SECRET),
    Lie("metadata that nobody asked for", TOKEN, says_it_at_once, PROTOCOL),
    Lie("keys in place of metadata", TOKEN, instead("METADATA", "KEYS"),
        PROTOCOL),
    Lie("metadata in place of keys", TOKEN, instead(
        "KEYS", "METADATA", IS_ISS_SENT=0, IS_CLAIMS_PARAMETER=0,
        LACKS_S256=0, IS_OFFLINE_OFFERED=0), PROTOCOL),
    Lie("keys behind the metadata", TOKEN, behind("METADATA", "KEYS"),
        PROTOCOL),
    Lie("unchanged where nothing is known", TOKEN,
        instead("METADATA", "UNCHANGED"), PROTOCOL),
    Lie("keys unchanged where none are known", TOKEN,
        instead("KEYS", "UNCHANGED"), PROTOCOL),
    Lie("no endpoint for tokens", TOKEN,
        says("METADATA", TOKEN_ENDPOINT=None), "provider_malformed"),
    Lie("no endpoint, and a text for the log", TOKEN, says(
        "METADATA", TOKEN_ENDPOINT=None,
        REFUSED_ENDPOINT=["token_endpoint: " + HARD]),
        "endpoint_refused"),
    Lie("more refusals than there are", TOKEN, says(
        "METADATA", TOKEN_ENDPOINT=None,
        REFUSED_ENDPOINT=["token_endpoint: x"] * 17),
        "internal_error"),
    Lie("no keys", TOKEN, says("KEYS", KEY=None), "id_token_invalid"),
    Lie("keys that are none", TOKEN, says("KEYS", KEY=["{}", "x"]),
        "id_token_invalid"),
    Lie("keys that end the list of keys", TOKEN,
        says("KEYS", KEY=['{}],"keys":[{}']), "id_token_invalid"),
    Lie("too many keys", TOKEN, says("KEYS", KEY=["{}"] * 33), PROTOCOL),
    Lie("too long a key", TOKEN, says("KEYS", KEY=["a" * 2001]), PROTOCOL),
    Lie("no answer, and a text for the log", TOKEN, instead(
        "METADATA", "NOT_FETCHED", ERROR=1, CAUSE=0, HTTP_STATUS=0,
        PROVIDER_ERROR=HARD, DESCRIPTION=HARD, TEXT=HARD),
        "internal_error"),
    Lie("ends in place of metadata", TOKEN, ends("METADATA"),
        "helper_failed", "the key-fetcher ended"),
    Lie("ends in place of keys", TOKEN, ends("KEYS"), "helper_failed",
        "the key-fetcher ended"),
    Lie("says nothing for metadata", TOKEN, nothing("METADATA"),
        "provider_timeout", is_silent=True),
    Lie("says nothing for keys", TOKEN, nothing("KEYS"), "login_timeout",
        is_silent=True),
]
