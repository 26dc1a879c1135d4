#!/usr/bin/python3
"""Run the suites and say what ran: ran= failed= skipped= for each.

A suite that runs nothing, skips anything, or ends with an error fails. Two run
at a time; those that compute give way to those that mostly wait. The output of
each comes in one piece when it ends.
"""

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

# Those that take long first: two lanes then end at about the same time.
SUITES = ("system", "vectors", "flow", "pam", "unit", "browser", "lint")
COMPUTE = ("lint", "unit", "vectors")
LANES = 2
NICE = 5  # of those that compute
# flow and unit have run what is left out here
SHORTER = {"vectors": ["WITH=valgrind"]}

# cmocka, pytest, and the lint's own lines
RAN = (r"\[=+\] Running (\d+) test", r"\b(\d+) passed\b",
       r"\b(\d+) failed\b", r"\b(\d+) errors?\b", r"\b(\d+) skipped\b")
FAILED = (r"\[  FAILED  \] +(\d+) test", r"\b(\d+) failed\b",
          r"\b(\d+) errors?\b")
SKIPPED = (r"\[  SKIPPED \] +(\d+) test", r"\b(\d+) skipped\b")


@dataclass
class Outcome:
    """What one suite did."""

    suite: str
    ran: int
    failed: int
    skipped: int
    status: int
    seconds: float

    def is_good(self):
        """Tell whether it ran, whole, and without a failure."""
        return (self.status == 0 and self.ran > 0
                and self.failed == 0 and self.skipped == 0)

    def __str__(self):
        word = "ok" if self.is_good() else f"FAILED (status {self.status})"
        return (f"{self.suite:8} ran={self.ran} failed={self.failed} "
                f"skipped={self.skipped} time={self.seconds:.0f}s {word}")


def is_closing(line):
    """Tell the lines that count from those that only talk of counts."""
    return (line.startswith("[") or re.match(r"=+ .* in [\d.]+s", line)
            or re.match(r"\d+ \w+.* in [\d.]+s", line)
            or re.match(r"\w+: \d+ passed, \d+ failed$", line))


def count(patterns, lines):
    """Add up the numbers that the patterns find."""
    return sum(int(found.group(1)) for line in lines for pattern in patterns
               for found in re.finditer(pattern, line))


def give_way():
    """Leave the processors to those who need them at once."""
    os.nice(NICE)


def run(suite):
    """Run `make SUITE`, pass its output on, and count."""
    print(f"==== {suite} begins", flush=True)
    started = time.monotonic()
    argv = ["make", "--no-print-directory", suite, *SHORTER.get(suite, ())]
    ended = subprocess.run(
        argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL, text=True, errors="replace", check=False,
        preexec_fn=give_way if suite in COMPUTE else None)
    closing = [line for line in ended.stdout.splitlines() if is_closing(line)]
    outcome = Outcome(suite, count(RAN, closing), count(FAILED, closing),
                      count(SKIPPED, closing), ended.returncode,
                      time.monotonic() - started)
    print(f"==== {suite}\n{ended.stdout}{outcome}", flush=True)
    return outcome


def main(suites):
    """Run the suites; the exit status says whether all are good."""
    with ThreadPoolExecutor(LANES) as pool:
        outcomes = list(pool.map(run, suites or SUITES))
    print("====")
    for outcome in outcomes:
        print(outcome)
    failed = sum(o.failed for o in outcomes)
    bad = [o for o in outcomes if not o.is_good()]
    passed = sum(o.ran - o.failed - o.skipped for o in outcomes)
    print(f"{passed} passed, {max(failed, len(bad))} failed, "
          f"{sum(o.skipped for o in outcomes)} skipped")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
