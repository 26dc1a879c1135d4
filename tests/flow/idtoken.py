"""ID tokens as a provider makes them, and as it should not.

    issuer = Signer()              keys of all four algorithms
    issuer.jwks()                  its key set, a document
    issuer.sign(claims)            a token by the first key
    issuer.sign(claims, alg="ES256", kid="other", header={"crit": ["x"]})

`claims(url)` are those of a token that is right now, for a scripted server;
SIGNER is a provider's that plays no tricks.
"""

import base64
import json
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import (
    ec, ed25519, padding, rsa, utils)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
LIFETIME = 300


def encode(data):
    """Return bytes as base64url."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def encode_json(value):
    """Return a value as base64url of JSON."""
    return encode(json.dumps(value).encode())


def encode_int(number):
    """Return a number as JWK has it."""
    return encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def at_hash(token, digest="sha256"):
    """Return the at_hash of an access token."""
    made = hashes.Hash(hashes.SHA512() if digest == "sha512"
                       else hashes.SHA256())
    made.update(token.encode())
    value = made.finalize()
    return encode(value[:len(value) // 2])


def claims(url, **changes):
    """Return the claims of a good token; a change to None leaves one out."""
    now = int(time.time())
    made = {"iss": url, "sub": "sub-of-alice", "aud": "CLIENT_ID",
            "iat": now, "exp": now + LIFETIME, **changes}
    return {name: value for name, value in made.items() if value is not None}


class Key:
    """One key pair, of the kind that an algorithm needs."""

    def __init__(self, alg, kid, bits=2048):
        self.alg, self.kid = alg, kid
        if alg in ("RS256", "PS256"):
            self.private = rsa.generate_private_key(65537, bits)
        elif alg == "ES256":
            self.private = ec.generate_private_key(ec.SECP256R1())
        else:
            self.private = ed25519.Ed25519PrivateKey.generate()

    def public(self):
        """Return the members of the public key."""
        key = self.private.public_key()
        if isinstance(self.private, rsa.RSAPrivateKey):
            numbers = key.public_numbers()
            return {"kty": "RSA", "n": encode_int(numbers.n),
                    "e": encode_int(numbers.e)}
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            numbers = key.public_numbers()
            return {"kty": "EC", "crv": "P-256",
                    "x": encode(numbers.x.to_bytes(32, "big")),
                    "y": encode(numbers.y.to_bytes(32, "big"))}
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": encode(raw)}

    def jwk(self):
        """Return the key as a key set has it."""
        return {**self.public(), "use": "sig", "alg": self.alg,
                "kid": self.kid}

    def signature(self, text):
        """Return the signature of bytes, as JWS has it."""
        if self.alg == "RS256":
            return self.private.sign(
                text, padding.PKCS1v15(), hashes.SHA256())
        if self.alg == "PS256":
            mask = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
            return self.private.sign(text, mask, hashes.SHA256())
        if self.alg == "ES256":
            der = self.private.sign(text, ec.ECDSA(hashes.SHA256()))
            r, s = utils.decode_dss_signature(der)
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return self.private.sign(text)


class Signer:
    """A provider's keys, one for each algorithm."""

    def __init__(self, algorithms=ALGORITHMS, prefix="key"):
        self.keys = {alg: Key(alg, f"{prefix}-{alg}") for alg in algorithms}

    def jwks(self):
        """Return the key set."""
        return {"keys": [key.jwk() for key in self.keys.values()]}

    def sign(self, payload, alg="RS256", header=None, key=None):
        """Return a token; header adds to its own, None leaves one out."""
        key = key or self.keys[alg]
        head = {"alg": alg, "kid": key.kid, "typ": "JWT", **(header or {})}
        head = {k: v for k, v in head.items() if v is not None}
        text = f"{encode_json(head)}.{encode_json(payload)}"
        return f"{text}.{encode(key.signature(text.encode()))}"


SIGNER = Signer()
