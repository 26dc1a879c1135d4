"""Stands before a provider's token endpoint, and may keep an answer back.

Only requests for tokens come here: discovery, keys and userinfo go to the
provider itself.
"""

import http.client
import http.server
import json
import ssl
import threading
import time

from house import HOME
from provider import make_ca

KEPT_HEADERS = ("Authorization", "Content-Type")
OTHER_CA = HOME / "other-ca"


def server_context(certificates):
    """Return what a TLS server with these certificates needs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(
        certificates / "server.pem", certificates / "server.key")
    return context


def other_ca():
    """Return the directory of an authority that nobody here trusts."""
    if not OTHER_CA.exists():
        make_ca(OTHER_CA)
    return OTHER_CA


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection, one request."""

    def setup(self):
        """TLS first."""
        if self.server.gate.does == "hang":
            self.server.gate.opened.wait(60)
        self.request = self.server.gate.context().wrap_socket(
            self.request, server_side=True)
        super().setup()

    def do_POST(self):
        """Pass it on, or not."""
        gate = self.server.gate
        gate.count += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if isinstance(gate.does, int):
            self.reply(gate.does, "text/html", b"<h1>sorry</h1>")
            return
        if isinstance(gate.does, dict):
            error = json.dumps(gate.does).encode()
            self.reply(400, "application/json", error)
            return
        answer, text = gate.forward(self.headers, body)
        time.sleep(gate.delay)
        if gate.does == "lose":
            return
        self.reply(answer.status, answer.headers["Content-Type"], text)

    def reply(self, status, content_type, body):
        """Answer."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        """Say nothing."""


class Server(http.server.ThreadingHTTPServer):
    """Takes connections; who goes away early is no news."""

    daemon_threads = True

    def handle_error(self, *_arguments):
        """Say nothing."""


class Gate:
    """Does: "pass", "hang", "lose" (the answer), "impostor".

    Or: a status, or an error response (RFC 6749, 5.2), as a dict.
    """

    def __init__(self, provider):
        self._provider = provider
        self._port = 0
        self._server = None
        self.does = "pass"
        self.count = 0
        self.delay = 0  # seconds before the answer, which is made at once
        self.opened = threading.Event()
        self.open()

    @property
    def settings(self):
        """The settings that lead here, for the provider's section."""
        return {"token_endpoint": f"https://localhost:{self._port}/token"}

    def open(self):
        """Take connections, at the same port as before."""
        self._server = Server(("127.0.0.1", self._port), Handler)
        self._server.gate = self
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever,
                         kwargs={"poll_interval": 0.05}, daemon=True).start()

    def shut(self):
        """Take none any more: the connection is refused."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def close(self):
        """End, for good."""
        self.opened.set()
        self.shut()

    def context(self):
        """Return the certificate to show now."""
        if self.does != "impostor":
            return server_context(HOME / "ca")
        return server_context(other_ca())

    def forward(self, headers, body):
        """Ask the provider."""
        issuer = self._provider.issuer.removeprefix("https://")
        connection = http.client.HTTPSConnection(
            issuer, timeout=10, context=ssl.create_default_context(
                cafile=self._provider.ca_file))
        kept = {name: headers[name] for name in KEPT_HEADERS
                if name in headers}
        connection.request("POST", "/token", body, kept)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer, text
