"""What a provider may do in one login, and how its documents are made.

A Case is data; how it is played: test_openid_rp.py.
"""

import hmac
import time
from dataclasses import dataclass, field

import idtoken
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from idtoken import SIGNER, encode, encode_json

BOTH = ("device", "code")
CODE = ("code",)
EMAIL = {"email": "alice@example.com", "email_verified": True}
HOUR = 3600
STRANGER = idtoken.Signer(prefix="key")


def now(claims):
    """Return claims in which every time is told."""
    return {name: value() if callable(value) else value
            for name, value in claims.items()}


@dataclass(frozen=True)
class Case:
    """One thing that a provider does."""

    name: str
    how: str = ""
    expected: str = "approved"          # the reason
    says: str = ""                      # in the detail of the log
    flows: tuple = ("device",)
    claims: dict = field(default_factory=dict)      # None leaves one out
    sign: dict = field(default_factory=dict)        # options of Signer.sign
    damage: callable = None             # of the finished ID token
    keys: callable = None               # makes the key set; SIGNER's
    metadata: dict = field(default_factory=dict)
    person: dict = field(default_factory=dict)      # None leaves one out
    userinfo: callable = None           # signs it: url -> JWT
    provider: dict = field(default_factory=dict)    # settings
    settings: dict = field(default_factory=dict)
    allowlist: str = None
    asks: dict = field(default_factory=dict)        # of the request
    userinfo_asked: bool = None         # None: it does not matter
    is_known: bool = False              # alice's email has been used before

    @property
    def title(self):
        """Name and variation."""
        return f"{self.name} {self.how}".strip()

    def id_token(self, url, nonce):
        """Return the ID token that the provider sends."""
        claims = idtoken.claims(
            url, **{"nonce": nonce, **now(self.claims)})
        token = SIGNER.sign(claims, **self.sign)
        return self.damage(token) if self.damage else token


def suite(name, *args, **more):
    """Return a case that has a test in the Foundation's suite."""
    return Case(f"oidcc-client-test{name}", *args, **more)


def ours(name, *args, **more):
    """Return a case that has none."""
    return Case(f"ours: {name}", *args, **more)


def bad(make, name, how, says, **more):
    """Return a case in which the ID token proves nothing."""
    return make(name, how, "id_token_invalid", says, **more)


# What is done to a finished token.

def spoil(part):
    """Change a character in the middle of a part: 1 payload, 2 signature."""
    def damage(token):
        parts = token.split(".")
        middle = len(parts[part]) // 2
        old = parts[part][middle]
        parts[part] = (parts[part][:middle] + ("A" if old != "A" else "B")
                       + parts[part][middle + 1:])
        return ".".join(parts)

    return damage


def unsign(token):
    """Say alg none, with nothing behind the last dot."""
    header = encode_json({"alg": "none"})
    return ".".join([header, token.split(".")[1], ""])


def unsign_and_keep(token):
    """Say alg none, in front of the right signature."""
    header = encode_json({"alg": "none", "kid": "key-RS256"})
    return ".".join([header, *token.split(".")[1:]])


def sign_with(form):
    """Sign with HS256, the secret being the public RSA key in some form."""
    def damage(token):
        header = encode_json({"alg": "HS256", "kid": "key-RS256"})
        text = f"{header}.{token.split('.')[1]}"
        mac = hmac.digest(form(), text.encode(), "sha256")
        return f"{text}.{encode(mac)}"

    return damage


def rsa_pem():
    """Return the public RSA key as a file has it."""
    return SIGNER.keys["RS256"].private.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def rsa_modulus():
    """Return the modulus as the key set has it."""
    return SIGNER.keys["RS256"].public()["n"].encode()


# Key sets.

def only(*algs):
    """Publish the keys of these algorithms alone."""
    return lambda: {"keys": [SIGNER.keys[alg].jwk() for alg in algs]}


def nameless(*algs, alg=None):
    """Publish keys without kid, and for any alg where alg is None."""
    def keys():
        found = [SIGNER.keys[name].jwk() for name in algs]
        for key in found:
            del key["kid"]
            if alg is None:
                del key["alg"]
        return {"keys": found}

    return keys


def with_secret():
    """Publish a symmetric key too, as nobody should."""
    secret = {"kty": "oct", "kid": "key-RS256", "alg": "HS256",
              "k": encode(b"secret" * 8)}
    return {"keys": [secret, *SIGNER.jwks()["keys"]]}


# Signed userinfo.

def userinfo(by=SIGNER, alg="ES256", **changes):
    """Sign userinfo of alice, with iss and aud."""
    def sign(url):
        claims = {"iss": url, "aud": "CLIENT_ID", "sub": "sub-of-alice",
                  **EMAIL, **now(changes)}
        return by.sign({name: value for name, value in claims.items()
                        if value is not None}, alg)

    return sign


def ago(seconds):
    """Return what tells a time when it is needed, and not before."""
    return lambda: int(time.time()) - seconds
