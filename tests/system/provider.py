"""Install and run the OpenID provider of tests/provider."""

import hashlib
import json
import select
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "tests" / "provider"
INSTALLED = ROOT / "build" / "provider"
NPM_CACHE = ROOT / "build" / "npm-cache"
START_TIMEOUT = 30


def program(name):
    """Return the path of a program that has to be there."""
    path = shutil.which(name)
    if path is None:
        raise FileNotFoundError(f"{name} is not installed: run `make deps`")
    return path


def install():
    """Bring build/provider up to date; uses the network once."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for pattern in ("*.mjs", "*.json"):
        for file in SOURCE.glob(pattern):
            shutil.copy(file, INSTALLED)
    lock = (SOURCE / "package-lock.json").read_bytes()
    digest = hashlib.sha256(lock).hexdigest()
    stamp = INSTALLED / "installed"
    if stamp.exists() and stamp.read_text() == digest:
        return
    subprocess.run(
        [program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund",
         "--no-update-notifier", "--loglevel=error", "--cache", NPM_CACHE],
        cwd=INSTALLED, check=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL)
    stamp.write_text(digest)


def make_ca(directory, *names):
    """Make an authority and a server certificate in a directory."""
    subprocess.run([SOURCE / "make_ca.sh", directory, *names], check=True)


def make_keys(directory):
    """Make the keys of clients that sign, in a directory that is made."""
    directory.mkdir(mode=0o700)
    subprocess.run([SOURCE / "make_keys.sh", directory], check=True)


def approve_command(ca_file, *arguments):
    """Return the command line that walks a provider's pages."""
    return ["/usr/bin/python3", str(SOURCE / "approve.py"),
            "--ca", str(ca_file), *arguments]


class Provider:
    """One running provider."""

    def __init__(self, directory, ca_directory, accounts, **options):
        self._directory = Path(directory)
        self._directory.mkdir()
        self._log = self._directory / "events.jsonl"
        self._log.touch()
        self.ca_file = Path(ca_directory) / "ca.pem"
        self.write_accounts(accounts)
        self._process = self._start(Path(ca_directory), options)
        self.issuer = self._wait_ready()

    def write_accounts(self, accounts):
        """Replace the people who can sign in; takes effect at once."""
        path = self._directory / "accounts.json"
        path.with_suffix(".new").write_text(json.dumps(accounts))
        path.with_suffix(".new").rename(path)

    def _start(self, certificates, options):
        argv = [program("node"), INSTALLED / "provider.mjs",
                "--cert", certificates / "server.pem",
                "--key", certificates / "server.key",
                "--accounts", self._directory / "accounts.json",
                "--log", self._log]
        for name, value in options.items():
            argv += [f"--{name.replace('_', '-')}", str(value)]
        with (self._directory / "errors").open("w") as errors:
            return subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=errors, text=True, env={"PATH": "/usr/bin:/bin"})

    def _wait_ready(self):
        select.select([self._process.stdout], [], [], START_TIMEOUT)
        word, _, issuer = self._process.stdout.readline().partition(" ")
        if word != "ready":
            raise RuntimeError(f"the provider did not start: {self.errors()}")
        return issuer.strip()

    def errors(self):
        """Return what the provider wrote to its standard error."""
        return (self._directory / "errors").read_text()

    def events(self, *names):
        """Return the event log, or its events of these names."""
        events = [json.loads(line) for line in self._log.open()]
        return [e for e in events if not names or e["event"] in names]

    def stop(self):
        """End the provider by closing its standard input."""
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()
