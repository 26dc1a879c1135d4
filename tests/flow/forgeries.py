"""ID tokens that let nobody in as alice."""

import hashlib
import hmac
import time

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from helper_house import ALICE, SIGNER
from idtoken import Signer, claims, encode, encode_json

STRANGER = Signer(("RS256",))
MALLORY = {"sub": "sub-of-mallory", "email": "mallory@elsewhere.example",
           "email_verified": True}


def unsigned(said, alg="none"):
    """Return a token without a signature."""
    return f"{encode_json({'alg': alg})}.{encode_json(said)}."


def by_public_key(said):
    """Return a token that takes the public RSA key for a shared secret."""
    key = SIGNER.keys["RS256"]
    secret = key.private.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = {"alg": "HS256", "kid": key.kid}
    text = f"{encode_json(head)}.{encode_json(said)}"
    mac = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{text}.{encode(mac)}"


def with_other_claims(token, said):
    """Return a token's signature below other claims."""
    head, _, signature = token.split(".")
    return f"{head}.{encode_json(said)}.{signature}"


def with_own_key(said):
    """Return a token that brings the key it is signed with."""
    key = STRANGER.keys["RS256"]
    return STRANGER.sign(said, header={"jwk": key.jwk(), "kid": None})


def sayings(url, nonce):
    """Return a function: the claims of a token of alice's, with changes."""
    def said(person=None, **changes):
        person = {**ALICE, **(person or {})}
        return claims(url, **{**person, "nonce": nonce, **changes})

    return said


def poor_tokens(url, nonce):
    """Return tokens that the provider signed for this login, by name."""
    said = sayings(url, nonce)
    return {
        "one without an email": SIGNER.sign(said(email=None)),
        "one of an unverified email": SIGNER.sign(
            said(email_verified=False)),
        "one of a text for true": SIGNER.sign(
            said(email_verified="true")),
        "one of a damaged email": SIGNER.sign(
            said(email="alice@example.com\n")),
        "one without a nonce": SIGNER.sign(said(nonce=None)),
        "mallory's without an email": SIGNER.sign(
            said(MALLORY, email=None)),
    }


def forgeries(url, nonce):
    """Return those that are not hers, or not for this login, by name."""
    said = sayings(url, nonce)
    now = int(time.time())
    mallorys = SIGNER.sign(said(MALLORY))
    return {
        "mallory's token": mallorys,
        "mallory's token for alice's email":
            SIGNER.sign(said(MALLORY, email=ALICE["email"])),
        "a stranger's token": STRANGER.sign(said(), header={
            "kid": SIGNER.keys["RS256"].kid}),
        "a stranger's token with a name of his own": STRANGER.sign(
            said(), header={"kid": "mine"}),
        "a token with its key": with_own_key(said()),
        "a token that nobody signed": unsigned(said()),
        "an RS256 token that nobody signed": unsigned(said(), "RS256"),
        "a token by the public key": by_public_key(said()),
        "mallory's signature": with_other_claims(mallorys, said()),
        "a token for another client": SIGNER.sign(said(aud="OTHER")),
        "a token for several": SIGNER.sign(said(aud=["CLIENT_ID", "OTHER"])),
        "a token of another issuer": SIGNER.sign(
            said(iss="https://evil.example")),
        "a token that is over": SIGNER.sign(said(iat=now - 300, exp=now - 99)),
        "an old token": SIGNER.sign(said(iat=now - 700, exp=now + 999)),
        "a token of the future": SIGNER.sign(said(iat=now + 99)),
        "a token of another login": SIGNER.sign(said(nonce="other")),
        "a token of another access token": SIGNER.sign(
            said(at_hash="77QmUPtjPfzWtF2AnpK9RQ")),
        "a logout token": SIGNER.sign(said(nonce=None, events={
            "http://schemas.openid.net/event/backchannel-logout": {}})),
        "a token without a sub": SIGNER.sign(said(sub=None)),
    }


def payload(token):
    """Return what of a token is signed."""
    return token.rpartition(b".")[0]
