"""An HTTPS server that does what a test tells it to, and notes what it got.

    with Server(authority.make("localhost")) as server:
        server.on("/token", Reply(400, {"error": "slow_down"}), Reply(json=T))
        ...                        # requests to server.url + "/token"
        server.requests[0].body    # b"grant_type=..."

`on(path, *answers)` queues answers for a path; the last one stays. Answers:

* Reply(status, json, ...)   a well-formed reply, the connection is kept
* Raw(*chunks, ...)          bytes as they are, and how the connection ends
* a callable                 gets the Request, returns one of the above

A path without answers is 404. `requests` has every request in order, also
those to unknown paths; `connections` counts TLS connections.
`Server(identity, context=f)` lets f(ssl.SSLContext) change the TLS settings;
`Server(identity, take=f)` hands every accepted TCP socket to f instead.
"""

import contextlib
import json as json_module
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

PHRASES = {200: "OK", 204: "No Content", 302: "Found", 400: "Bad Request"}


@dataclass
class Reply:
    """A well-formed reply."""

    status: int = 200
    json: object = None             # the body, serialised; or
    body: bytes = None              # the body as it is
    type: str = "application/json"  # None: no Content-Type
    headers: tuple = ()             # ("Name: value", ...)
    chunked: bool = False
    delay: float = 0.0              # seconds before it
    hang_up: float = None           # close so much later, unannounced

    def wire(self):
        """Return the bytes of the reply."""
        body = self.body
        if body is None:
            body = b""
            if self.json is not None:
                body = json_module.dumps(self.json).encode()
        phrase = PHRASES.get(self.status, "Status")
        lines = [f"HTTP/1.1 {self.status} {phrase}", *self.headers]
        if self.type is not None:
            lines.append(f"Content-Type: {self.type}")
        if self.chunked:
            lines.append("Transfer-Encoding: chunked")
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        elif self.status != 204:
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Raw:
    """Bytes as they are: chunks, `gap` seconds apart, then `end`.

    end: "close" with TLS's goodbye, "cut" without it, "reset" by TCP, "hold"
    (silent until the server stops), "keep" (wait for another request).
    `forever` repeats the last chunk until the client has gone.
    """

    def __init__(self, *chunks, gap=0.0, end="close", forever=False):
        self.chunks, self.gap = chunks, gap
        self.end, self.forever = end, forever

    def pieces(self):
        """Yield the chunks to send."""
        yield from self.chunks
        while self.forever:
            yield self.chunks[-1]


@dataclass
class Request:
    """What a client sent."""

    method: str
    target: str
    headers: list                   # [(name, value), ...] as sent
    body: bytes
    connection: int                 # 1 for the first connection
    at: float = field(default_factory=time.monotonic)

    @property
    def path(self):
        """The target without its query."""
        return urlsplit(self.target).path

    @property
    def form(self):
        """The fields of a form body, in order."""
        return parse_qsl(self.body.decode(), keep_blank_values=True)

    def header(self, name):
        """Return the one value of a header, None without it."""
        values = [v for n, v in self.headers if n.lower() == name.lower()]
        assert len(values) <= 1, values
        return values[0] if values else None


def end_connection(connection, how):
    """Close a TLS connection in one of the ways of Raw.end."""
    with contextlib.suppress(OSError, ValueError):
        if how == "reset":
            connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif how == "close":
            connection.settimeout(0)
            connection.unwrap()     # says goodbye; waits for no answer
    connection.close()


class Server:
    """See above."""

    def __init__(self, identity, context=None, take=None, port=0):
        self.requests = []
        self.connections = 0
        self._answers = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._open = set()
        self._take = take or self._take_tls
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(identity.cert, identity.key)
        self._context.set_alpn_protocols(["http/1.1"])
        if context is not None:
            context(self._context)
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self.url = f"https://localhost:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Stop, and end every connection."""
        self._stop.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def on(self, path, *answers):
        """Answer requests for path with these, the last one again and again.

        Replaces what was there. Returns self, so that calls can be chained.
        """
        with self._lock:
            self._answers[path] = list(answers)
        return self

    def answer(self, path):
        """Return the answer that is next for a path."""
        with self._lock:
            return self._answers[path][0]

    def to(self, path):
        """Return the requests for one path."""
        return [r for r in self.requests if r.path == path]

    def _accept(self):
        while not self._stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(connection)
            threading.Thread(
                target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection):
        with contextlib.suppress(OSError, ValueError):
            self._take(connection)
        with self._lock:
            self._open.discard(connection)
        connection.close()

    def _take_tls(self, plain):
        plain.settimeout(60)
        connection = self._context.wrap_socket(plain, server_side=True)
        with self._lock:
            self._open.discard(plain)
            self._open.add(connection)
            self.connections += 1
            number = self.connections
        reader = connection.makefile("rb")
        try:
            self._serve(connection, reader, number)
        finally:
            with self._lock:
                self._open.discard(connection)
            reader.close()
            connection.close()

    def _serve(self, connection, reader, number):
        while not self._stop.is_set():
            request = read_request(reader, number)
            if request is None:
                return
            with self._lock:
                self.requests.append(request)
            answer = self._answer(request)
            while callable(answer):
                answer = answer(request)
            if not self._send(connection, request, answer):
                return

    def _answer(self, request):
        with self._lock:
            answers = self._answers.get(request.path)
            if not answers:
                return Reply(404, {"error": "not_scripted"})
            return answers.pop(0) if len(answers) > 1 else answers[0]

    def _send(self, connection, request, answer):
        """Send an answer; whether the connection goes on."""
        if isinstance(answer, Reply):
            self._stop.wait(answer.delay)
            wire = answer.wire()
            if request.method == "HEAD":
                wire = wire[:wire.index(b"\r\n\r\n") + 4]
            connection.sendall(wire)
            if answer.hang_up is None:
                return True
            self._stop.wait(answer.hang_up)
            end_connection(connection, "close")
            return False
        for i, piece in enumerate(answer.pieces()):
            if i > 0 and self._stop.wait(answer.gap):
                return False
            connection.sendall(piece)
        if answer.end == "keep":
            return True
        if answer.end == "hold":
            self._stop.wait()
        else:
            end_connection(connection, answer.end)
        return False


def read_request(reader, number):
    """Read one request, None at the end of the connection."""
    line = reader.readline().decode("latin-1").split()
    if len(line) != 3:
        return None
    headers = []
    while (text := reader.readline().decode("latin-1").rstrip("\r\n")):
        name, _, value = text.partition(":")
        headers.append((name, value.strip()))
    length = int(dict((n.lower(), v) for n, v in headers)
                 .get("content-length", 0))
    body = reader.read(length)
    return Request(line[0], line[1], headers, body, number)
