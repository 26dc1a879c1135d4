"""Ways to change what a child says: a field, an order, a duplicate, an
omission, and what lies around them.

    said, recipe = mutate(random.Random(seed), replies, values)

A recipe is in words: it tells a person what was changed.
"""

import struct
from dataclasses import dataclass

import wire
from peers import Packet, Script

NUMBERS = [0, 1, 2, 4, 17, 300, 301, 2**31, 2**32 - 1, 2**32, 2**63 - 1,
           2**63, 2**64 - 1]
TEXTS = [b"", b" ", b"\0", b"a\0b", b"\n", b"\x1b[2J", b"\xff\xfe",
         b"\xc0\xaf", b"{}", b"null", b"%s%n", b"*", b"a" * 255, b"a" * 256,
         b"a" * 2049, b"a" * 40000, b"alice", b"root", b"alice@example.com",
         b"ALICE@EXAMPLE.COM", b"alice@example.com\n", b"sub-of-mallory",
         b"sub-of-alice", b"mallory@elsewhere.example", b"WDJB-MJHT",
         b"https://evil.example/", b"http://localhost/", b"javascript:1"]
SILENT = 0.1     # of the omissions: they cost time


def places(replies):
    """Return where packets are: (step, index)."""
    return [(step, index) for step, said in enumerate(replies)
            for index, _ in enumerate(said)]


def tag_name(tag):
    """Return a tag for people."""
    return wire.TAG_NAMES.get(tag, str(tag))


class Mutator:
    """Changes one list of replies."""

    def __init__(self, rng, replies, values):
        self.rng = rng
        self.replies = [[Packet.read(data) for data in said]
                        for said in replies]
        self.values = values     # of this sign-in: a name for each
        self.recipe = []
        self.is_silent = False   # where it says nothing, it does not end

    def note(self, place, what):
        """Add to the recipe."""
        step, index = place
        kind = self.replies[step][index].kind
        self.recipe.append(f"{kind}[{step}.{index}]: {what}")

    def some_packet(self):
        """Choose a packet; returns its place and itself."""
        place = self.rng.choice(places(self.replies))
        return place, self.replies[place[0]][place[1]]

    def some_field(self):
        """Choose a packet and the index of one of its fields, or None."""
        place, packet = self.some_packet()
        if not packet.fields:
            return place, packet, None
        return place, packet, self.rng.randrange(len(packet.fields))

    def some_value(self, old):
        """Choose another value for a field; returns its name and itself."""
        rng = self.rng
        if len(old) == 8 and rng.random() < 0.5:
            number = rng.choice(NUMBERS)
            return str(number), struct.pack(">Q", number)
        if rng.random() < 0.5:
            name = rng.choice(sorted(self.values))
            return name, self.values[name]
        text = rng.choice(TEXTS)
        return repr(text[:20]), text

    def field_replaced(self):
        """Another value."""
        place, packet, i = self.some_field()
        if i is None:
            return
        tag, old = packet.fields[i]
        name, value = self.some_value(old)
        self.note(place, f"{tag_name(tag)} is {name}")
        packet.fields[i] = (tag, value)

    def field_spoilt(self):
        """One bit, or one byte more or less."""
        place, packet, i = self.some_field()
        if i is None or not packet.fields[i][1]:
            return
        tag, old = packet.fields[i]
        at, bit = self.rng.randrange(len(old)), self.rng.randrange(8)
        flipped = bytearray(old)
        flipped[at] ^= 1 << bit
        name, value = self.rng.choice([
            (f"bit {bit} of byte {at} flipped", bytes(flipped)),
            (f"byte {at} missing", old[:at] + old[at + 1:]),
            (f"byte {at} twice", old[:at] + old[at:at + 1] + old[at:]),
            (f"cut at {at}", old[:at])])
        self.note(place, f"{tag_name(tag)} with {name}")
        packet.fields[i] = (tag, value)

    def field_renamed(self):
        """Another tag."""
        place, packet, i = self.some_field()
        if i is None:
            return
        tag, value = packet.fields[i]
        other = self.rng.choice([0, 255, *wire.TAGS.values()])
        self.note(place, f"{tag_name(tag)} called {tag_name(other)}")
        packet.fields[i] = (other, value)

    def field_added(self):
        """A field that may not belong there."""
        place, packet = self.some_packet()
        tag = self.rng.choice(sorted(wire.TAGS.values()))
        name, value = self.some_value(b"")
        self.note(place, f"{tag_name(tag)} added, {name}")
        packet.fields.insert(
            self.rng.randrange(len(packet.fields) + 1), (tag, value))

    def field_twice(self):
        """A duplicate, the same or another."""
        place, packet, i = self.some_field()
        if i is None:
            return
        tag, old = packet.fields[i]
        name, value = self.some_value(old)
        if self.rng.random() < 0.5:
            name, value = "the same", old
        self.note(place, f"{tag_name(tag)} twice, {name}")
        packet.fields.insert(
            self.rng.choice([0, len(packet.fields)]), (tag, value))

    def field_omitted(self):
        """An omission."""
        place, packet, i = self.some_field()
        if i is None:
            return
        self.note(place, f"{tag_name(packet.fields[i][0])} omitted")
        del packet.fields[i]

    def fields_swapped(self):
        """Another order of fields, which is none of ours."""
        place, packet = self.some_packet()
        self.note(place, "fields shuffled")
        self.rng.shuffle(packet.fields)

    def packet_omitted(self):
        """An omission; then it is silent, or has ended."""
        place, packet = self.some_packet()
        self.is_silent = self.rng.random() < SILENT
        self.note(place, "omitted" + (", silent" if self.is_silent else ""))
        self.replies[place[0]].remove(packet)

    def packet_twice(self):
        """A duplicate, at once or where another is due."""
        place, packet = self.some_packet()
        step = self.rng.randrange(len(self.replies))
        self.note(place, f"again at step {step}")
        said = self.replies[step]
        said.insert(self.rng.randrange(len(said) + 1), packet.copy())

    def packets_swapped(self):
        """Another order."""
        one, _ = self.some_packet()
        other, _ = self.some_packet()
        self.note(one, f"in the place of {other[0]}.{other[1]}")
        (a, i), (b, j) = one, other
        self.replies[a][i], self.replies[b][j] = (
            self.replies[b][j], self.replies[a][i])

    def packet_early(self):
        """What is due later is said now, before it is asked for."""
        place, packet = self.some_packet()
        step = self.rng.randrange(place[0] + 1)
        self.note(place, f"already at step {step}")
        self.replies[place[0]].remove(packet)
        self.replies[step].append(packet)

    def packet_retyped(self):
        """Another type, with these fields."""
        place, packet = self.some_packet()
        number = self.rng.choice([0, 255, *wire.TYPES.values()])
        self.note(place, f"called {wire.TYPE_NAMES.get(number, number)}")
        packet.kind = number

    def packet_damaged(self):
        """Another header."""
        place, packet = self.some_packet()
        name, value = self.rng.choice([
            ("magic", b"PO2X"), ("version", 2), ("length", 0),
            ("length", 65535), ("nonce", bytes(16))])
        self.note(place, f"{name} {value}")
        packet.damage[name] = value


OPERATIONS = [
    (14, Mutator.field_replaced), (8, Mutator.field_spoilt),
    (2, Mutator.field_renamed), (2, Mutator.field_added),
    (2, Mutator.field_twice), (4, Mutator.field_omitted),
    (2, Mutator.fields_swapped), (2, Mutator.packet_omitted),
    (2, Mutator.packet_twice), (2, Mutator.packets_swapped),
    (2, Mutator.packet_early), (2, Mutator.packet_retyped),
    (1, Mutator.packet_damaged)]
WEIGHTS = [weight for weight, _ in OPERATIONS]


@dataclass
class Mutation:
    """What came of it."""

    replies: list
    recipe: str
    is_silent: bool              # the monitor may have to wait in vain


def mutate(rng, replies, values):
    """Change one thing, or now and then up to three."""
    mutator = Mutator(rng, replies, values)
    wanted = rng.choice((1, 1, 1, 2, 3))
    while len(mutator.recipe) < wanted and places(mutator.replies):
        rng.choices(OPERATIONS, WEIGHTS)[0][1](mutator)
    said = [[packet.data()[:wire.RECEIVE_MAX] for packet in step]
            for step in mutator.replies]
    for now, before in zip(said, replies):
        if before and not now and not mutator.is_silent:
            now.append(Script.END)
    return Mutation(said, "; ".join(mutator.recipe), mutator.is_silent)
