"""Client assertions (RFC 7523) as a provider looks at them."""

import json
import subprocess
import tempfile
from collections import namedtuple
from pathlib import Path
from urllib.parse import parse_qsl

from client_case import base64url

ROOT = Path(__file__).resolve().parents[2]
ALGORITHMS = ("RS256", "ES256")

Assertion = namedtuple("Assertion", "header claims signed signature")


def make_keys(folder):
    """Make ALG.pem and ALG.pub for each algorithm; returns the folder."""
    subprocess.run([ROOT / "tests" / "provider" / "make_keys.sh", folder],
                   check=True)
    return Path(folder)


def read(request):
    """Take the assertion of a request apart."""
    form = dict(parse_qsl(request.body.decode()))
    header, claims, signature = form["client_assertion"].split(".")
    return Assertion(json.loads(base64url(header)),
                     json.loads(base64url(claims)),
                     f"{header}.{claims}", base64url(signature))


def to_der(raw):
    """Return r and s as the DER that openssl takes."""
    parts = b""
    for half in (raw[:32], raw[32:]):
        value = half.lstrip(b"\0")
        value = b"\0" + value if value[0] >= 128 else value
        parts += b"\x02%c%s" % (len(value), value)
    return b"\x30%c%s" % (len(parts), parts)


def verifies(assertion, keys):
    """Tell whether openssl takes the signature for that of our key."""
    alg, signature = assertion.header["alg"], assertion.signature
    if alg == "ES256":
        assert len(signature) == 64
        signature = to_der(signature)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "signature")
        file.write_bytes(signature)
        done = subprocess.run(
            ["openssl", "dgst", "-sha256", "-verify", keys / f"{alg}.pub",
             "-signature", file], input=assertion.signed.encode(),
            capture_output=True, check=False)
    return done.stdout == b"Verified OK\n"
