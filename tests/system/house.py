"""A whole machine for one test run or one demo, inside this machine.

House() is made inside a private namespace (namespace.enter()). It puts the
staged module in its real place, brings test people, a system log, a
certificate authority, and starts the provider and a private sshd on
loopback. The machine's own files are never changed.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections import namedtuple
from pathlib import Path

import namespace
from logbook import Logbook
from provider import ROOT, SOURCE, Provider, make_ca, make_keys, program
from terminal import Terminal

HOME = Path("/run/house")
EXAMPLES = ROOT / "conf"
PAM = Path("/etc/pam.d")
DEBIANS_PAM = HOME / "pam.d"  # as it was before we changed anything
SETTINGS = Path("/etc/pam_oauth2/pam_oauth2.conf")
ALLOWLIST = Path("/etc/pam_oauth2/allowlist")
CA_FILE = Path("/etc/pam_oauth2/demo-ca.pem")
SECRET_FILE = Path("/etc/pam_oauth2/demo-secret")
KEY_FILE = Path("/etc/pam_oauth2/demo-key.pem")
HELPER_NAME = "pam_oauth2_helper"
WORKER_USER = "_pam_oauth2"
WORKER_UID = 891
FIRST_UID = 21001
REPORTED = 40

PEOPLE = ("alice", "bob", "carol")
ACCOUNTS = [
    {"login": "alice", "sub": "sub-of-alice", "email": "alice@example.com",
     "email_verified": True, "groups": ["staff", "oncall"]},
    {"login": "bob", "sub": "sub-of-bob", "email": "bob@example.com",
     "email_verified": True, "groups": ["staff"]},
    {"login": "carol", "sub": "sub-of-carol", "email": "carol@example.com",
     "email_verified": False, "groups": []},
    {"login": "mallory", "sub": "sub-of-mallory",
     "email": "mallory@elsewhere.example", "email_verified": True,
     "groups": ["staff"]},
]
CLIENTS = json.loads((SOURCE / "clients.json").read_text())
ALLOWED = """\
alice email:alice@example.com
bob email:bob@example.com
carol email:carol@example.com
"""
STACK = """\
auth required pam_oauth2.so
account required pam_unix.so
password required pam_deny.so
session required pam_permit.so
"""
SUDOERS = """\
Defaults lecture=never, timestamp_timeout=0, !mail_badpass
alice ALL = (ALL) ALL
"""
PRIVATE_DIRECTORIES = (
    "/var/lib/pam_oauth2", "/var/cache/pam_oauth2", "/run/pam_oauth2")
SSHD_CONFIG = Path("/etc/ssh/sshd_config")
# What a private sshd needs beyond Debian's own file and our example for it.
SSHD_OPTIONS = {
    "AddressFamily": "inet", "ListenAddress": "127.0.0.1",
    "AuthorizedKeysFile": ".ssh/authorized_keys", "LogLevel": "DEBUG",
    "MaxStartups": "500:30:500", "PidFile": "none", "PrintLastLog": "no",
    "UseDNS": "no",
}

ENVIRONMENT = {
    "PATH": os.environ["PATH"], "TERM": "xterm", "LC_ALL": "C.UTF-8",
    "HOME": str(HOME),
}

Process = namedtuple("Process", "pid uid")


class Sshd:
    """A running sshd of our own."""

    def __init__(self, process, port, host_key, log_file):
        self.process = process
        self.port = port
        self.host_key = host_key
        self.known_hosts = self._write_known_hosts()
        self._log_file = log_file

    def _write_known_hosts(self):
        """Write what a client has to know; returns the file."""
        public = self.host_key.with_suffix(".pub").read_text()
        known_hosts = self.host_key.with_name("known_hosts")
        known_hosts.write_text(f"[localhost]:{self.port} {public}")
        return known_hosts

    def log(self):
        """Return what sshd has logged."""
        return self._log_file.read_text(errors="replace")

    def wait_listening(self):
        """Wait until it takes connections."""
        deadline = time.monotonic() + 10
        while "Server listening" not in self.log():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"sshd did not start:\n{self.log()}")
            time.sleep(0.01)

    def stop(self):
        """End it; sessions that are open go on."""
        self.process.terminate()
        self.process.wait(10)


def write_file(path, text, mode):
    """Replace a file, owned by root, never seen half written."""
    new = Path(f"{path}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    new.chmod(mode)
    new.rename(path)


def example_stack(service):
    """Return the PAM stack that we recommend for a service."""
    name = "sudo" if service == "sudo-i" else service
    return (EXAMPLES / "pam.d" / name).read_text()


def make_key(file):
    """Make a key for ssh; returns its file."""
    subprocess.run([program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "",
                    "-f", file], check=True)
    return file


def as_user(user, *argv):
    """Return the command line that runs another as a user.

    As in most containers, nothing that is started so can raise a limit.
    """
    return ["setpriv", "--reuid", user, "--regid", user, "--init-groups",
            "--bounding-set", "-sys_resource", "--", *argv]


def free_port():
    """Return a loopback port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def staged_module(stage):
    """Return the one pam_oauth2.so of a staged installation."""
    found = sorted(Path(stage).rglob("pam_oauth2.so"))
    if len(found) != 1:
        raise FileNotFoundError(
            f"{len(found)} pam_oauth2.so in {stage}, not one: "
            f"run `make install DESTDIR={stage}`")
    return found[0]


class House:
    """The private machine. Make it once, inside a namespace."""

    def __init__(self, stage=ROOT / "build" / "stage"):
        self._stage = Path(stage)
        self._providers = []
        self._sshds = []
        self._build_mounts()
        self._add_people()
        self._install()
        self.log = Logbook(HOME / "syslog")
        make_ca(HOME / "ca")
        make_keys(HOME / "keys")
        shutil.copyfile(HOME / "ca" / "ca.pem", CA_FILE)
        CA_FILE.chmod(0o644)
        self.write_stack("sshd", STACK)
        self._use_examples()

    def _build_mounts(self):
        """Make every directory ours that is going to be written to."""
        namespace.tmpfs("/run")
        HOME.mkdir(mode=0o755)
        Path("/run/sshd").mkdir(mode=0o755)
        namespace.own_devices(str(HOME / "dev"))
        namespace.copy_over("/etc", str(HOME / "etc"))
        shutil.copytree(PAM, DEBIANS_PAM)
        namespace.tmpfs("/var/log")
        shutil.rmtree(SETTINGS.parent, ignore_errors=True)
        module = self._installed(staged_module(self._stage))
        namespace.graft(str(module.parent), without=module.name)
        for path in ("/usr/libexec", "/var/lib", "/var/cache"):
            namespace.graft(path, without="pam_oauth2")

    def _installed(self, path):
        """Return where a staged path belongs."""
        return Path("/") / Path(path).relative_to(self._stage)

    def _add_people(self):
        """Add the test people and the worker's system user."""
        names = [*PEOPLE, WORKER_USER]
        uids = [*range(FIRST_UID, FIRST_UID + len(PEOPLE)), WORKER_UID]
        lines = {"passwd": [], "shadow": [], "group": []}
        for name, uid in zip(names, uids):
            home, shell = "/nonexistent", "/usr/sbin/nologin"
            if name != WORKER_USER:
                home, shell = self._make_home(name, uid), "/bin/bash"
            lines["passwd"].append(f"{name}:x:{uid}:{uid}::{home}:{shell}")
            lines["shadow"].append(f"{name}:*:19000:0:99999:7:::")
            lines["group"].append(f"{name}:x:{uid}:")
        for file, added in lines.items():
            self._merge(Path("/etc") / file, added)

    @staticmethod
    def _make_home(name, uid):
        home = HOME / "people" / name
        home.mkdir(parents=True)
        os.chown(home, uid, uid)
        home.chmod(0o700)
        return home

    @staticmethod
    def _merge(path, added):
        """Add account lines in place of those of the same names."""
        names = {line.split(":")[0] for line in added}
        kept = [line for line in path.read_text().splitlines()
                if line.split(":")[0] not in names]
        path.write_text("\n".join([*kept, *added]) + "\n")

    def _install(self):
        """Put the staged files into their real places."""
        module = staged_module(self._stage)
        shutil.copy(module, self._installed(module))
        for path in self._stage.rglob(HELPER_NAME):
            target = self._installed(path)
            target.parent.mkdir(mode=0o755)
            shutil.copy(path, target)
        SETTINGS.parent.mkdir(mode=0o755)
        self.reset()

    def _use_examples(self):
        """Set up sshd, sudo, su and login as an administrator would."""
        for service in ("sudo", "sudo-i", "su", "login"):
            self.write_stack(service, example_stack(service))
        directory = SSHD_CONFIG.with_suffix(".d")
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(EXAMPLES / directory.name, directory)
        write_file(Path("/etc/sudoers.d/house"), SUDOERS, 0o440)

    @staticmethod
    def authorize_key(user, name="key"):
        """Make a key that lets a user in, or find it; returns its file."""
        file = HOME / f"{name}-of-{user}"
        if file.exists():
            return file
        make_key(file)
        directory = HOME / "people" / user / ".ssh"
        directory.mkdir(mode=0o755, exist_ok=True)
        with (directory / "authorized_keys").open("a") as keys:
            keys.write(file.with_suffix(".pub").read_text())
        return file

    def reset(self):
        """Forget everything that earlier logins left."""
        for path in PRIVATE_DIRECTORIES:
            shutil.rmtree(path, ignore_errors=True)
            Path(path).mkdir(mode=0o700)
        write_file(ALLOWLIST, ALLOWED, 0o600)

    def write_settings(self, text):
        """Replace the settings file."""
        write_file(SETTINGS, text, 0o640)

    def write_allowlist(self, text):
        """Replace the allowlist."""
        write_file(ALLOWLIST, text, 0o600)

    def write_stack(self, service, text):
        """Replace the PAM stack of a service."""
        write_file(PAM / service, text, 0o644)

    def use_provider(self, provider, client="demo-device", services=(),
                     at_provider=(), **settings):
        """Write settings for a provider; keywords go to [pam_oauth2].

        services: the settings of each [service NAME], by its name;
        at_provider: those of the provider's section.
        """
        lines = self._section("pam_oauth2", settings)
        for service, own in dict(services).items():
            lines += self._section(f"service {service}", own)
        self.write_settings("\n".join([
            *lines, "[provider demo]", f"issuer = {provider.issuer}",
            f"ca_file = {CA_FILE}", *self._client_lines(client),
            *self._section("", dict(at_provider))[1:]]))

    @staticmethod
    def _section(name, settings):
        """Return the lines of a section of the settings."""
        values = [f"{key} = {value}" for key, value in settings.items()]
        return [f"[{name}]", *values, ""]

    @staticmethod
    def _client_lines(client_id):
        """Return the settings of a client; its secret or key is a file."""
        client = next(c for c in CLIENTS if c["client_id"] == client_id)
        method = client["token_endpoint_auth_method"]
        lines = [f"client_id = {client_id}",
                 f"token_endpoint_auth_method = {method}"]
        if "client_secret" in client:
            write_file(SECRET_FILE, client["client_secret"] + "\n", 0o600)
            lines.append(f"client_secret_file = {SECRET_FILE}")
        if alg := client.get("token_endpoint_auth_signing_alg"):
            key = (HOME / "keys" / f"{alg}.pem").read_text()
            write_file(KEY_FILE, key, 0o600)
            lines.append(f"private_key_file = {KEY_FILE}")
        return lines

    def start_provider(self, accounts=ACCOUNTS, **options):
        """Start a provider; options are those of provider.mjs."""
        directory = HOME / f"provider{len(self._providers)}"
        provider = Provider(directory, HOME / "ca", accounts,
                            keys=HOME / "keys", **options)
        self._providers.append(provider)
        return provider

    def start_sshd(self, name="sshd", under=(), **options):
        """Start an sshd; options are sshd_config keywords.

        Under another name it is another PAM service; under: the command
        that starts it.
        """
        directory = HOME / f"sshd{len(self._sshds)}"
        directory.mkdir(mode=0o700)
        key = make_key(directory / "host_key")
        port = free_port()
        chosen = {**SSHD_OPTIONS, "Port": port, "HostKey": key, **options,
                  "Include": SSHD_CONFIG}
        config = directory / "sshd_config"
        config.write_text("".join(f"{k} {v}\n" for k, v in chosen.items()))
        binary = directory / name
        binary.symlink_to("/usr/sbin/sshd")
        log = directory / "log"
        log.touch()
        process = subprocess.Popen(
            [*under, binary, "-D", "-f", config, "-E", log, *self._spare()],
            stdin=subprocess.DEVNULL, env={"PATH": os.environ["PATH"]})
        sshd = Sshd(process, port, key, log)
        self._sshds.append(sshd)
        sshd.wait_listening()
        return sshd

    @staticmethod
    def _spare():
        """Return the option that spares us penalties, where there is one."""
        option = ["-o", "PerSourcePenalties=no"]
        known = subprocess.run(
            ["/usr/sbin/sshd", "-T", "-f", "/dev/null", *option],
            capture_output=True, text=True, check=False)
        unsupported = "PerSourcePenalties" in known.stderr
        return [] if unsupported else option

    @staticmethod
    def ssh_options(sshd, attempts=1, **changes):
        """Return the options of an ssh client, as scp and sftp take them."""
        options = {
            "GlobalKnownHostsFile": "none",
            "NumberOfPasswordPrompts": attempts,
            "Port": sshd.port,
            "PreferredAuthentications": "keyboard-interactive",
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": sshd.known_hosts,
            **changes,
        }
        chosen = [f"-o{name}={value}" for name, value in options.items()]
        return ["-F", "none", *chosen]

    def ssh_command(self, sshd, user, *command, **options):
        """Return the command line of a real ssh client."""
        return [program("ssh"), *self.ssh_options(sshd, **options),
                f"{user}@localhost", *command]

    def ssh(self, sshd, user, *command, env=(), rows=24, columns=80,
            **options):
        """Open an ssh session on a terminal of its own."""
        argv = self.ssh_command(sshd, user, *command, **options)
        return Terminal(argv, {**ENVIRONMENT, **dict(env)}, rows, columns)

    @staticmethod
    def local(user, *argv, env=()):
        """Run a program on a terminal, as somebody who sits here."""
        return Terminal(as_user(user, *argv), {**ENVIRONMENT, **dict(env)})

    @staticmethod
    def helpers():
        """Return the helper's processes that run now."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                exe = os.readlink(f"/proc/{pid}/exe")
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            if os.path.basename(exe.split(" ")[0]) == HELPER_NAME:
                uid = status.split("\nUid:")[1].split()[0]
                found.append(Process(int(pid), int(uid)))
        return found

    def wait_no_helpers(self, timeout=10):
        """Wait until no helper runs any more."""
        deadline = time.monotonic() + timeout
        while self.helpers():
            if time.monotonic() > deadline:
                raise AssertionError(f"still running: {self.helpers()}")
            time.sleep(0.02)

    def clear_helpers(self):
        """Insist that no helper runs; what does anyway, is ended."""
        try:
            self.wait_no_helpers()
        finally:
            for process in self.helpers():
                os.kill(process.pid, signal.SIGKILL)

    def report(self):
        """Return the log lines that explain a failure."""
        parts = ["--- system log", *self.log.since()[-REPORTED:]]
        for sshd in self._sshds:
            parts += ["--- sshd", *sshd.log().splitlines()[-REPORTED:]]
        for provider in self._providers:
            parts += ["--- provider", provider.errors()]
        return "\n".join(parts)

    def close(self):
        """End what was started."""
        for server in (*self._sshds, *self._providers):
            server.stop()
