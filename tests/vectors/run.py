#!/usr/bin/python3
"""Run every test of the OAuth2 client, and count its vectors.

    run.py BUILD FLAVOUR...      asan: ASan and UBSan; valgrind: memcheck

`list` beside this file names the vectors. A test is one of a vector when its
name, or else its parameter's, begins with the id. What runs here is what can
run in both flavours: unit tests, and flow tests that drive the client. A
vector whose tests are all in other suites is counted, and named.
"""

import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "flow"))

from driver import VALGRIND  # noqa: E402  (the line above says where it is)

LATER = "later:"
LINE = re.compile(r"([A-Z])(\d+) (.+)")
IN_NAME = re.compile(r"(?:test_)?((?:[a-z]\d{1,2}_)+)")
IN_PARAMETER = re.compile(r"[\[-]([A-Za-z]\d{1,2})(?=[\] -])")
UNIT_TEST = re.compile(r"^\[ +(OK|FAILED) +\] (\w+)$", re.M)
DEFINED = re.compile(r"^(?:def test_)?((?:[a-z]\d{1,2}_)+)\w*\(", re.M)
AT_ONCE_MAX = 8


def read_list():
    """Return the vectors, and those of them that are for later."""
    lines = [LINE.fullmatch(line) for line in
             (TESTS / "vectors" / "list").read_text().splitlines()
             if line and not line.startswith("#")]
    ids = [line[1] + line[2] for line in lines]
    assert len(ids) == len(set(ids))
    return ids, {line[1] + line[2] for line in lines
                 if line[3].startswith(LATER)}


def vectors_of(name):
    """Return the ids in the name of a test."""
    function, _, parameter = name.partition("[")
    found = IN_PARAMETER.findall("[" + parameter)
    if not found and (match := IN_NAME.match(function)):
        found = match[1].strip("_").split("_")
    return {id.upper() for id in found}


def run(argv, environment=None):
    """Run a command, and return its status and what it printed."""
    done = subprocess.run(
        [*map(str, argv)], env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL, check=False)
    return done.returncode, done.stdout.decode(errors="replace")


class Flavour:
    """What ran in one flavour."""

    def __init__(self, build, name):
        self.build, self.name = Path(build) / name, name
        self.passed, self.failed = [], []

    def run(self):
        """Run all there is, as much at a time as there are processors."""
        parts = min(os.cpu_count() or 1, AT_ONCE_MAX)
        jobs = [(self.flow, f"{i}/{parts}") for i in range(1, parts + 1)]
        jobs += [(self.unit, source.stem) for source in
                 sorted((TESTS / "unit").glob("test_*.c"))
                 if DEFINED.search(source.read_text())]
        with ThreadPoolExecutor(parts) as pool:
            list(pool.map(lambda job: job[0](job[1]), jobs))

    def unit(self, name):
        """Run one program of unit tests."""
        memcheck = (*VALGRIND, "--child-silent-after-fork=yes")
        status, output = run(
            [*(memcheck if self.name == "valgrind" else ()),
             self.build / "tests" / "unit" / name],
            {"CMOCKA_MESSAGE_OUTPUT": "stdout"})
        self.note(name, status, output, [
            (test, result == "OK")
            for result, test in UNIT_TEST.findall(output)])

    def flow(self, part):
        """Run a part of the flow tests."""
        with tempfile.NamedTemporaryFile(suffix=".xml") as file:
            status, output = run(
                [sys.executable, "-B", "-m", "pytest", "-q", "-p",
                 "no:cacheprovider", f"--build={self.build}",
                 f"--client-part={part}", f"--junitxml={file.name}",
                 TESTS / "flow"])
            root = xml.etree.ElementTree.fromstring(file.read() or "<none/>")
        self.note(f"flow {part}", status, output, [
            (case.get("name"), not len(case))
            for case in root.iter("testcase")])

    def note(self, what, status, output, tests):
        """Note tests, good or not; a leak is a failure without a test."""
        failed = [test for test, is_good in tests if not is_good]
        self.passed += [test for test, is_good in tests if is_good]
        if status == 0 and tests and not failed:
            return
        self.failed += failed or [what]
        for line in output.splitlines():
            print(f"  {self.name} {what}: {line}", flush=True)

    def __str__(self):
        return f"{self.name} {'FAILED' if self.failed else 'ok'}"


def elsewhere():
    """Return the ids in the names of tests, whatever suite they are in."""
    return {id for pattern in ("*/test_*.py", "*/test_*.c")
            for source in TESTS.glob(pattern)
            for names in DEFINED.findall(source.read_text())
            for id in vectors_of(names)}


def table(ids, flavours):
    """Print a line for each family; return the vectors that ran."""
    passed, failed = (
        Counter(id for names in several for name in names
                for id in vectors_of(name))
        for several in ([f.passed for f in flavours],
                        [f.failed for f in flavours]))
    for family in dict.fromkeys(id[0] for id in ids):
        own = [id for id in ids if id[0] == family]
        good = [id for id in own if passed[id] and not failed[id]]
        count = sum(passed[id] for id in own)
        print(f"{family}  {len(good):2} of {len(own):2} vectors,"
              f" {count + sum(failed[id] for id in own):5} tests,"
              f" {count:5} passed")
    return {*passed, *failed}


def complain(ids, later, ran):
    """Print what is wrong with the list; return how much that is."""
    known = ran | elsewhere()
    wrong = [f"{id}: no test" for id in ids
             if id not in known and id not in later]
    wrong += [f"{id}: there is a test now, it is no longer for later"
              for id in ids if id in known and id in later]
    wrong += [f"{id}: is not in the list" for id in sorted(ran - {*ids})]
    print("\n".join(wrong), end="\n" if wrong else "")
    for what, which in (("in other suites", known - ran - later),
                        ("for later", later)):
        names = [id for id in ids if id in which]
        print(f"{what}: {' '.join(names) or 'none'}")
    return len(wrong)


def main(build, *names):
    """Run the flavours; the exit status says whether all is well."""
    ids, later = read_list()
    flavours = [Flavour(build, name) for name in names]
    for flavour in flavours:
        flavour.run()
    ran = table(ids, flavours)
    failed = complain(ids, later, ran) + sum(len(f.failed) for f in flavours)
    passed = sum(len(f.passed) for f in flavours)
    print(f"{len(ids)} vectors, {passed} tests: "
          + ", ".join(map(str, flavours)))
    print(f"vectors: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
