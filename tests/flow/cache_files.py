"""The helper's cache on the disk, as tests look at it and damage it.

A file is a head (magic, version, type, when it was fetched, when it was
fetched although it was fresh, when it came whole) and the message of the
key-fetcher as it came.
"""

import os
import struct
import time
from pathlib import Path

import documents
import wire

CACHE = Path("/var/cache/pam_oauth2")
MAGIC = b"PO2C"
HEAD = struct.Struct(">4sBBqqq")
KINDS = {"keys": "KEYS", "metadata": "METADATA"}
HOUR = 3600
GRANTED = ("GRANT", "approved")
PATHS = {"keys": "/jwks", "metadata": documents.WELL_KNOWN}


def find(kind):
    """Return the files of a kind, the one that was written last first."""
    files = CACHE.glob(f"*.{kind}")
    return sorted(files, key=lambda file: -file.stat().st_mtime_ns)


def the(kind):
    """Return the only file of a kind."""
    file, = find(kind)
    return file


def times(kind):
    """Return when the file was fetched and when it was renewed."""
    return HEAD.unpack(the(kind).read_bytes()[:HEAD.size])[3:5]


def set_age(kind, fetched=None, renewed=None, whole=None):
    """Set times of the file back, by so many seconds from now."""
    file, now = the(kind), int(time.time())
    old = file.read_bytes()
    head = list(HEAD.unpack(old[:HEAD.size]))
    for i, age in enumerate((fetched, renewed, whole), 3):
        head[i] = head[i] if age is None else now - age
    plant(file, HEAD.pack(*head) + old[HEAD.size:])


def build(kind, body):
    """Return the content of a file that was fetched just now."""
    now = int(time.time())
    return HEAD.pack(MAGIC, wire.VERSION, wire.TYPES[KINDS[kind]],
                     now, 0, now) + body


def keys_body(jwks):
    """Return the message that holds a key set."""
    return b"".join(wire.field("KEY", key) for key in jwks)


def metadata_body(url, **changes):
    """Return the message that holds these endpoints of a provider."""
    return wire.fields({
        "TOKEN_ENDPOINT": url + "/token", "DEVICE_ENDPOINT": url + "/device",
        "USERINFO_ENDPOINT": url + "/me", "JWKS_URI": url + "/jwks",
        "IS_ISS_SENT": 0, "IS_CLAIMS_PARAMETER": 0, "LACKS_S256": 0,
        "IS_OFFLINE_OFFERED": 0,
        **changes})


def plant(file, content, mode=0o600, owner=0):
    """Put a file there at once, as somebody else would."""
    new = file.with_name(".planted")
    new.write_bytes(content)
    os.chown(new, owner, owner)
    new.chmod(mode)
    new.rename(file)


def asked(logins, kind):
    """Return how often a document was asked for, the first time included."""
    return len(logins.server.to(PATHS[kind]))
