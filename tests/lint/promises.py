#!/usr/bin/python3
"""Prove two promises about every file of this repository.

No process, of ours or of the tests, turns certificate verification off; and
no test stands in for net/http.c: the network is real where it is tested.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOOR = ROOT / "pam_oauth2" / "net" / "http"
# What to break in a copy, to see a test go red.
MUTANTS = "tests/mutants/list/"
# Ways to trust whatever answers: C, Python, Node, programs, browsers.
TRUSTING = re.compile(r"""
    VERIFY(PEER|HOST|STATUS)\b,\s*0 | VERIFYHOST\b,\s*1L?\b
    | SSL_VERIFY_NONE | CERT_NONE | check_hostname\s*=\s*False
    | _create_unverified | verify\s*=\s*False
    | TLS_REJECT_UNAUTHORIZED | rejectUnauthorized | strict-ssl
    | --insecure | --no-check-certificate | curl\s+(\S+\s+)*-\w*k\b
    | StrictHostKeyChecking["\s:=]+(no|off|accept-new)
    | ignore-certificate-errors | acceptInsecureCerts
    """, re.X)
NAME = re.compile(r"\b(http_\w+)\(")


def tracked():
    """Return every text file of the repository but this and the mutants."""
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT,
        text=True, capture_output=True, check=True).stdout.splitlines()
    for name in names:
        path = ROOT / name
        if (path == Path(__file__).resolve() or not path.is_file()
                or name.startswith(MUTANTS)):
            continue
        try:
            yield name, path.read_text()
        except UnicodeDecodeError:
            continue


def replacement():
    """Return what a file would hold that replaces the door."""
    names = set(NAME.findall(DOOR.with_suffix(".h").read_text()))
    if len(names) < 4:
        sys.exit("net/http.h declares nothing any more")
    either = "|".join(names)
    return re.compile(rf"^({either})\(|#\s*define\s+({either})\b"
                      rf"|#\s*include.*net/http\.c|--wrap=({either})\b", re.M)


def main():
    """Look at every file; the exit status says whether all is well."""
    problems, replacing = [], replacement()
    for name, text in tracked():
        problems += [f"{name}: trusts whatever answers: {found.group()}"
                     for found in TRUSTING.finditer(text)]
        if not name.startswith("pam_oauth2/"):
            problems += [f"{name}: stands in for net/http.c: "
                         f"{found.group().strip()}"
                         for found in replacing.finditer(text)]
    print("\n".join(problems) or "both promises are kept")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
