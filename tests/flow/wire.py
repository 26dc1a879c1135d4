"""The wire between module and helper, a second time: in Python, for tests.

Numbers of types and tags come from wire.h; how a packet is built is written
down here once more. Everything can be damaged on purpose.
"""

import re
import struct
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAGIC = b"PO2W"
VERSION = 1
NONCE_SIZE = 16
PACKET_MAX = 16384  # on the module's leg
RECEIVE_MAX = 65536

Message = namedtuple("Message", "type fields nonce")


def _read_enum(name):
    """Return the names and numbers of an enum in wire.h, without prefix."""
    header = (ROOT / "pam_oauth2" / "codec" / "wire.h").read_text()
    body = re.search(rf"enum {name} {{(.*?)}};", header, re.S).group(1)
    numbers, number = {}, 0
    for item in re.sub(r"/\*.*?\*/", "", body, flags=re.S).split(","):
        word, _, value = (part.strip() for part in item.partition("="))
        number = int(value) if value else number
        if word:
            numbers[re.sub(r"^WIRE_(TAG_)?", "", word)] = number
        number += 1
    return numbers


TYPES = _read_enum("wire_type")
TAGS = _read_enum("wire_tag")
VERDICTS = {name.removeprefix("VERDICT_"): number
            for name, number in _read_enum("wire_verdict").items()}
CANCELS = {name.removeprefix("CANCEL_"): number
           for name, number in _read_enum("wire_cancel").items()}
STYLE_INFO, STYLE_ERROR = 1, 2
ECHOS = {name.removeprefix("ECHO_"): number
         for name, number in _read_enum("wire_echo").items()}
PHASE_AUTHENTICATE, PHASE_ACCOUNT, PHASE_REVOKE = 1, 2, 6

NUMBERS = {"PHASE", "DEBUG", "FLAGS", "CAN_CONVERSE", "UID", "RUID",
           "STARTED_NS", "ALARM_NS", "CAUSE", "DEADLINE_NS", "STYLE",
           "ECHO", "VERDICT", "IS_CUT", "IS_PRIOR_MODULE"}
TYPE_NAMES = {number: name for name, number in TYPES.items()}
TAG_NAMES = {number: name for name, number in TAGS.items()}


def value_bytes(value):
    """Return a value as it travels."""
    if isinstance(value, int):
        return struct.pack(">Q", value)
    return value.encode() if isinstance(value, str) else value


def field(tag, value):
    """Return one field; tag is a name or a number."""
    data = value_bytes(value)
    number = TAGS[tag] if isinstance(tag, str) else tag
    return struct.pack(">BH", number, len(data)) + data


def fields(values):
    """Return the fields of a dict; None leaves one out."""
    return b"".join(field(tag, value) for tag, value in values.items()
                    if value is not None)


def packet(kind, body, nonce, magic=MAGIC, version=VERSION, length=None):
    """Return a packet; kind is a name or a number."""
    number = TYPES[kind] if isinstance(kind, str) else kind
    length = len(body) if length is None else length
    return (struct.pack(">4sBBH", magic, version, number, length)
            + nonce + body)


def parse(data):
    """Take a packet apart that a well-behaved peer has sent."""
    magic, version, number, length = struct.unpack(">4sBBH", data[:8])
    nonce, body = data[8:24], data[24:]
    assert magic == MAGIC and version == VERSION and length == len(body)
    found = {}
    while body:
        tag, size = struct.unpack(">BH", body[:3])
        value, body = body[3:3 + size], body[3 + size:]
        assert len(value) == size and TAG_NAMES[tag] not in found
        name = TAG_NAMES[tag]
        found[name] = (int.from_bytes(value, "big") if name in NUMBERS
                       else value.decode())
    return Message(TYPE_NAMES[number], found, nonce)
