"""A trap for programs that do what their caller's environment says.

Every variable leads to a file or a port of its own. The files are watched
by the kernel, the ports are listened at: what was touched can be told.
"""

import ctypes
import os
import socket
import struct
from pathlib import Path

IN_ACCESS, IN_OPEN, IN_CREATE, IN_ISDIR = 0x1, 0x20, 0x100, 0x40000000
EVENT = struct.Struct("iIII")
NAMES = {IN_ACCESS: "read", IN_OPEN: "opened", IN_CREATE: "created"}
PROXIES = ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY")
FILES = {
    "SSL_CERT_FILE": "cert.pem", "OPENSSL_CONF": "openssl.cnf",
    "LD_PRELOAD": "preload.so", "CURL_CA_BUNDLE": "bundle.pem",
    "HOSTALIASES": "aliases", "NETRC": "netrc",
}
DIRECTORIES = {"SSL_CERT_DIR": "certs", "HOME": "home", "TMPDIR": "tmp",
               "LANGUAGE": "language"}
KEY_LOG = "SSLKEYLOGFILE"
VARIABLES = (*PROXIES, *FILES, *DIRECTORIES, KEY_LOG)

_libc = ctypes.CDLL(None, use_errno=True)


class Trap:
    """The files and ports, and an environment that leads to them."""

    def __init__(self, place):
        self._place = Path(place)
        self._place.mkdir()
        self.environment = {KEY_LOG: str(self._place / "keys")}
        self._inotify = _libc.inotify_init1(os.O_NONBLOCK)
        self._listeners = {}
        for name, file in FILES.items():
            (self._place / file).write_text("# nobody should read this\n")
            self.environment[name] = str(self._place / file)
        for name, directory in DIRECTORIES.items():
            self._make_directory(self._place / directory)
            self.environment[name] = str(self._place / directory)
        for name in PROXIES:
            self.environment[name] = self._listen(name)
        self._place.chmod(0o777)
        self._watch(self._place)

    def _make_directory(self, path):
        path.mkdir()
        for file in (".netrc", ".curlrc", ".rnd"):
            (path / file).write_text("# nor this\n")
        path.chmod(0o777)
        self._watch(path)

    def _watch(self, path):
        """Have the kernel tell what is done in a directory."""
        mask = IN_ACCESS | IN_OPEN | IN_CREATE
        if _libc.inotify_add_watch(self._inotify, bytes(path), mask) < 0:
            raise OSError(ctypes.get_errno(), f"cannot watch {path}")

    def _listen(self, name):
        """Return the address of a proxy that nobody should use."""
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setblocking(False)
        self._listeners[name] = listener
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    def _connections(self):
        """Return the proxies that were connected to since last asked."""
        used = []
        for name, listener in self._listeners.items():
            try:
                listener.accept()[0].close()
            except BlockingIOError:
                continue
            used.append(f"{name} used")
        return used

    def _touched(self):
        """Return what was done to the files since last asked."""
        try:
            data = os.read(self._inotify, 65536)
        except BlockingIOError:
            return []
        touched = []
        while data:
            _watch, mask, _cookie, length = EVENT.unpack_from(data)
            name = data[EVENT.size:EVENT.size + length].rstrip(b"\0")
            data = data[EVENT.size + length:]
            if not mask & IN_ISDIR:
                done = [word for bit, word in NAMES.items() if mask & bit]
                touched.append(f"{name.decode()} {' '.join(done)}")
        return touched

    def caught(self):
        """Return everything that was touched since last asked."""
        return self._connections() + self._touched()

    def close(self):
        """Stop listening."""
        os.close(self._inotify)
        for listener in self._listeners.values():
            listener.close()
