"""Peers of a sign-in that are played: see signin_driver.c.

    driver = SigninDriver(program)
    outcome = driver.play(person, worker=Script(...), judge=REAL, ...)

A peer of the monitor is a Script (says what it was told to say), a Relay
(the real child, every message noted) or REAL (that child, and nothing noted).
"""

import contextlib
import os
import select
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

import wire
from logbook import fields
from module import hello

NONCE = b"0123456789abcdef"      # of every leg to a child
PERSONS_NONCE = b"fedcba9876543210"
LEGS = ("person", "worker", "judge", "fetcher")
REAL = "real"
PATIENCE = 10                    # seconds for one sign-in
TYPE_AT = 5                      # in a packet
VERDICTS = {number: name for name, number in wire.VERDICTS.items()}


def kind_of(data):
    """Return the name of a packet's type, or None."""
    number = data[TYPE_AT] if len(data) > TYPE_AT else None
    return wire.TYPE_NAMES.get(number)


@dataclass
class Packet:
    """A message: its type and its fields, (tag, value) in order."""

    kind: object                 # a name or a number
    fields: list
    damage: dict = field(default_factory=dict)      # see wire.packet()

    @classmethod
    def make(cls, kind, **values):
        """Make one; a list makes one field for each item, None leaves out."""
        made = []
        for name, value in values.items():
            for item in value if isinstance(value, list) else [value]:
                if item is not None:
                    made.append((wire.TAGS[name], wire.value_bytes(item)))
        return cls(kind, made)

    @classmethod
    def read(cls, data):
        """Take one apart that is right."""
        body, found = data[24:], []
        while body:
            size = int.from_bytes(body[1:3], "big")
            found.append((body[0], body[3:3 + size]))
            body = body[3 + size:]
        return cls(wire.TYPE_NAMES[data[TYPE_AT]], found)

    def data(self):
        """Return the packet."""
        body = b"".join(wire.field(tag, value) for tag, value in self.fields)
        usual = {"nonce": NONCE, "length": min(len(body), 65535)}
        return wire.packet(self.kind, body, **{**usual, **self.damage})

    def get(self, name):
        """Return the value of the first field of this name, or None."""
        return next((value for tag, value in self.fields
                     if tag == wire.TAGS[name]), None)

    def changed(self, **values):
        """Return a copy with other values; None leaves a field out."""
        changes = Packet.make(self.kind, **values).fields
        names = {wire.TAGS[name] for name in values}
        kept = [item for item in self.fields if item[0] not in names]
        return Packet(self.kind, kept + changes, dict(self.damage))

    def copy(self):
        """Return a copy that can be changed."""
        return Packet(self.kind, list(self.fields), dict(self.damage))


class Person:
    """Who signs in: answers every question, and hears the verdict."""

    def __init__(self, config, answer="", **changes):
        self.hello = {"CONFIG_PATH": str(config), **changes}
        self.answer = answer     # a text, or a function of the question
        self.verdict = None
        self.asked = []

    def begin(self):
        """Return what is said first."""
        return [self._packet("HELLO", hello(**self.hello))]

    def hear(self, data):
        """Return what is said to a message."""
        message = wire.parse(data)
        if message.type == "RESULT":
            self.verdict = (VERDICTS[message.fields["VERDICT"]],
                            message.fields["REASON"])
        if message.type != "ASK":
            return []
        self.asked.append(message.fields["TEXT"])
        is_paste = message.fields["ECHO"] == wire.ECHOS["ON"]
        answer = self.answer if is_paste else ""
        if callable(answer):
            answer = answer(message.fields["TEXT"])
        return [self._packet("REPLY", {"TEXT": answer})]

    @staticmethod
    def _packet(kind, values):
        return wire.packet(kind, wire.fields(values), PERSONS_NONCE)


class Script:
    """A child that says what it is told to, whatever it hears.

    replies[n] is what it says once it has heard n messages: packets, and END
    where it closes its leg; `again`, what it says to all further ones.
    """

    END = None

    def __init__(self, replies=((),), again=()):
        self.replies = list(replies)
        self.again = [self.END] if not again else list(again)
        self.heard, self.said = [], []

    def begin(self):
        """Return what is said unasked."""
        return self._reply()

    def hear(self, data):
        """Return what is said to a message."""
        self.heard.append(data)
        return self._reply()

    def _reply(self):
        count = len(self.heard)
        said = (self.replies[count] if count < len(self.replies)
                else self.again)
        self.said += said
        return said


class Relay:
    """The real child behind a peer that notes every message."""

    def __init__(self):
        self.notes = []          # (is it the child's, packet)

    def replies(self):
        """Return what the child said, as for a Script."""
        found = [[]]
        for is_childs, data in self.notes:
            if is_childs:
                found[-1].append(data)
            else:
                found.append([])
        return found


@dataclass
class Outcome:
    """How a sign-in ended."""

    record: dict                 # what the log would have got
    verdict: tuple               # what the person heard
    types: set                   # of all messages, both ways

    @property
    def is_granted(self):
        """Whether somebody was let in, in all that says so."""
        says = {self.record["result"] == "granted",
                self.verdict == ("GRANT", "approved")}
        assert len(says) == 1, self
        return says.pop()

    @property
    def reason(self):
        """The reason in the log."""
        return self.record["reason"]


class Sockets:
    """The sockets of one sign-in, each with who reads it."""

    def __init__(self):
        self.poll = select.poll()
        self.readers = {}
        self.types = set()

    def add(self, end, reader):
        """Have what comes over a socket read."""
        self.readers[end.fileno()] = (end, reader)
        self.poll.register(end, select.POLLIN)

    def drop(self, end):
        """Close a socket of ours."""
        if self.readers.pop(end.fileno(), None):
            self.poll.unregister(end)
            end.close()

    def close(self):
        """Close them all."""
        for end, _ in list(self.readers.values()):
            self.drop(end)


class Program:
    """A signin_driver, and the socket that commands it."""

    def __init__(self, path):
        self.control, theirs = socket.socketpair(
            socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [path], stdin=theirs, stderr=self._errors, env={
                "ASAN_OPTIONS": "detect_leaks=1"})
        theirs.close()

    def command(self, letter, *ends):
        """Send a command, and give the descriptors away."""
        socket.send_fds(self.control, [letter.encode()],
                        [end.fileno() for end in ends])
        for end in ends:
            end.close()

    @contextlib.contextmanager
    def held(self):
        """Stop it meanwhile."""
        self.process.send_signal(signal.SIGSTOP)
        yield
        self.process.send_signal(signal.SIGCONT)

    def end(self):
        """Wait for its end; returns what it wrote to stderr."""
        self.control.close()
        self.process.wait(PATIENCE)
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace")


class SigninDriver:
    """Signs people in, one after the other.

    Children that are forked come from a program that has no threads.
    """

    def __init__(self, path):
        self._monitor, self._nursery = Program(path), Program(path)

    def play(self, person, worker=REAL, judge=REAL, fetcher=REAL):
        """Sign somebody in; whoever is left out is the real one."""
        sockets = Sockets()
        ends = [self._add(sockets, name, peer) for name, peer in zip(
            LEGS, (person, worker, judge, fetcher))]
        self._monitor.command("s", *ends)
        try:
            record = self._run(sockets)
        finally:
            sockets.close()
        lines = record.splitlines()
        assert len(lines) == 1, lines
        return Outcome(fields(lines[0]), person.verdict, sockets.types)

    def _add(self, sockets, name, peer):
        """Make a leg; returns the monitor's end of it."""
        ours, theirs = socket.socketpair(
            socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if peer is REAL:
            self._child(name, ours)
        elif isinstance(peer, Relay):
            self._add_relay(sockets, name, peer, ours)
        else:
            sockets.add(ours, lambda data: self._tell(
                sockets, ours, peer.hear(data)))
            self._tell(sockets, ours, peer.begin())
        return theirs

    def _add_relay(self, sockets, name, relay, ours):
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._child(name, far)

        def to_child(data):
            relay.notes.append((False, data))
            near.send(data)

        def to_monitor(data):
            relay.notes.append((True, data))
            self._tell(sockets, ours, [data])

        sockets.add(ours, to_child)
        sockets.add(near, to_monitor)

    def _tell(self, sockets, end, packets):
        """Say something to the monitor, which may have gone.

        What is said in one breath is all there before any of it is read.
        """
        with self._monitor.held() if packets[1:] else contextlib.nullcontext():
            for data in packets:
                if data is Script.END:
                    sockets.drop(end)
                    return
                sockets.types.add(kind_of(data))
                with contextlib.suppress(OSError):
                    end.send(data, socket.MSG_DONTWAIT)

    def _child(self, name, end):
        """Start a real child."""
        where = self._monitor if name == "judge" else self._nursery
        where.command(name[0], end)

    def _run(self, sockets):
        """Play until the record comes; returns it."""
        answer = self._monitor.control.fileno()
        sockets.poll.register(answer, select.POLLIN)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            ready = [fd for fd, _ in sockets.poll.poll(1000 * PATIENCE)]
            for fd in ready:
                if fd != answer:
                    self._read(sockets, fd)
            if ready == [answer]:
                return self._record()
        raise AssertionError("the sign-in does not end")

    @staticmethod
    def _read(sockets, fd):
        """Have one packet read by whom it is for."""
        if fd not in sockets.readers:
            return
        end, reader = sockets.readers[fd]
        try:
            data = end.recv(wire.RECEIVE_MAX)
        except ConnectionResetError:
            return               # once; then comes what is left, or the end
        if not data:
            sockets.drop(end)
            return
        sockets.types.add(kind_of(data))
        reader(data)

    def _record(self):
        record = self._monitor.control.recv(wire.RECEIVE_MAX)
        assert record, self._monitor.end()
        return record.decode(errors="backslashreplace")

    def descriptors(self):
        """Return how many descriptors are open, once all judges are gone."""
        directory = f"/proc/{self._monitor.process.pid}/fd"
        counts = [len(os.listdir(directory))]
        while len(counts) < 2 or counts[-1] != counts[-2]:
            time.sleep(0.05)
            counts.append(len(os.listdir(directory)))
        return counts[-1]

    def close(self):
        """Let it end; a leak or an error that it found is one of ours."""
        for program in (self._monitor, self._nursery):
            if program.process.returncode is None:
                errors = program.end()
                assert (program.process.returncode, errors) == (0, ""), errors


def driver_of(build):
    """Start a driver of this flavour."""
    return SigninDriver(os.fspath(build / "tests" / "flow" / "signin_driver"))
