"""A certificate authority for one test run, made with the openssl command.

    authority = Authority(directory)
    authority.ca                   the CA's certificate (a path)
    authority.make("localhost")    an Identity: .cert and .key (paths)

Identities by name: localhost (localhost and 127.0.0.1), wrong_name, expired,
self_signed, client_only (not for servers). Others are made the same way with
`Authority.make(name, san=..., extra=..., days=...)`.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

LOCAL = "DNS:localhost,IP:127.0.0.1"
PAST = ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"]
KNOWN = {
    "localhost": {},
    "wrong_name": {"san": "DNS:other.example"},
    "expired": {"dates": PAST},
    "client_only": {"usage": "clientAuth"},
}
CONFIG = """
[ca]
default_ca = here
[here]
database = {dir}/index
new_certs_dir = {dir}
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = none
unique_subject = no
[any]
commonName = supplied
[none]
"""


@dataclass
class Identity:
    """A server's certificate and key, as paths."""

    cert: Path
    key: Path


class Authority:
    """See above."""

    def __init__(self, directory):
        self.dir = Path(directory)
        self.ca = self.dir / "ca.pem"
        self._made = {}
        (self.dir / "index").write_text("")
        (self.dir / "ca.cnf").write_text(CONFIG.format(dir=self.dir))
        self._openssl(
            "req", "-x509", *self._new_key("ca"), "-subj", "/CN=Test CA",
            "-days", "30", "-out", self.ca,
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def make(self, name):
        """Return the identity of that name, made once."""
        if name not in self._made:
            if name == "self_signed":
                self._made[name] = self._self_sign(name)
            else:
                self._made[name] = self._sign(name, **KNOWN[name])
        return self._made[name]

    def _openssl(self, *arguments):
        subprocess.run(
            ["openssl", *map(str, arguments)], check=True,
            capture_output=True, cwd=self.dir)

    def _new_key(self, name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-keyout", self.dir / f"{name}.key"]

    def _self_sign(self, name):
        cert = self.dir / f"{name}.pem"
        self._openssl(
            "req", "-x509", *self._new_key(name), "-subj", "/CN=localhost",
            "-days", "30", "-addext", f"subjectAltName={LOCAL}", "-out", cert)
        return Identity(cert, self.dir / f"{name}.key")

    def _sign(self, name, san=LOCAL, usage="serverAuth", dates=None):
        cert = self.dir / f"{name}.pem"
        request = self.dir / f"{name}.csr"
        extensions = self.dir / f"{name}.ext"
        extensions.write_text(
            f"subjectAltName={san}\nextendedKeyUsage={usage}\n")
        self._openssl("req", "-new", *self._new_key(name),
                      "-subj", f"/CN={name}", "-out", request)
        self._openssl(
            "ca", "-batch", "-config", self.dir / "ca.cnf", "-notext",
            "-cert", self.ca, "-keyfile", self.dir / "ca.key",
            *(dates or ["-days", "30"]), "-extfile", extensions,
            "-in", request, "-out", cert)
        return Identity(cert, self.dir / f"{name}.key")
