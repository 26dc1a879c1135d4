#!/usr/bin/python3
"""Run every test of the OAuth2 client, and count its vectors.

    run.py BUILD FLAVOUR...      asan: ASan and UBSan; valgrind: memcheck

`list` beside this file names the vectors. A test is one of a vector when its
name, or else its parameter's, begins with the vector's. What runs here is
what can run in both flavours: unit tests that name a vector, and flow tests
that drive the client. A vector whose tests are all elsewhere is named.
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
LINE = re.compile(r"([A-Z]\d+) (.+)")
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
    vectors = [line[1] for line in lines]
    assert len(vectors) == len(set(vectors))
    return vectors, {line[1] for line in lines if line[2].startswith(LATER)}


def vectors_of(name):
    """Return the vectors that the name of a test names."""
    function, _, parameter = name.partition("[")
    found = IN_PARAMETER.findall("[" + parameter)
    if not found and (match := IN_NAME.match(function)):
        found = match[1].strip("_").split("_")
    return {vector.upper() for vector in found}


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

    def __str__(self):
        return f"{self.name} {'FAILED' if self.failed else 'ok'}"

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


def defined():
    """Return the vectors in the names of tests, whatever suite they are in."""
    return {vector for pattern in ("*/test_*.py", "*/test_*.c")
            for source in TESTS.glob(pattern)
            for names in DEFINED.findall(source.read_text())
            for vector in vectors_of(names)}


def count(tests):
    """Return how many tests there are for each vector."""
    return Counter(vector for test in tests for vector in vectors_of(test))


def table(vectors, passed, failed):
    """Print a line for each family."""
    for family in dict.fromkeys(vector[0] for vector in vectors):
        own = [vector for vector in vectors if vector[0] == family]
        good = sum(1 for v in own if passed[v] and not failed[v])
        tests = sum(passed[v] for v in own)
        print(f"{family}  {good:2} of {len(own):2} vectors, "
              f"{tests + sum(failed[v] for v in own):5} tests, "
              f"{tests:5} passed")


def complain(vectors, later, ran):
    """Print what is wrong with the list; return how much that is."""
    known = ran | defined()
    wrong = [f"{v}: no test" for v in vectors if v not in known | later]
    wrong += [f"{v}: has a test now, so it is not for later"
              for v in vectors if v in known & later]
    wrong += [f"{v}: not in the list" for v in sorted(ran - {*vectors})]
    print("".join(line + "\n" for line in wrong), end="")
    for what, which in (("elsewhere", known - ran), ("for later", later)):
        names = [vector for vector in vectors if vector in which]
        print(f"{what}: {' '.join(names) or 'none'}")
    return len(wrong)


def main(build, *names):
    """Run the flavours; the exit status says whether all is well."""
    vectors, later = read_list()
    flavours = [Flavour(build, name) for name in names]
    for flavour in flavours:
        flavour.run()
    passed = [test for flavour in flavours for test in flavour.passed]
    failed = [test for flavour in flavours for test in flavour.failed]
    table(vectors, count(passed), count(failed))
    wrong = complain(vectors, later, {*count(passed + failed)})
    print(f"{len(vectors)} vectors, {len(passed + failed)} tests: "
          + ", ".join(map(str, flavours)))
    print(f"vectors: {len(passed)} passed, {len(failed) + wrong} failed")
    return 1 if failed or wrong or not passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
