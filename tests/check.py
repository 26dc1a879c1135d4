#!/usr/bin/python3
"""Run the suites and say what ran: ran= failed= skipped= for each.

A suite that runs nothing, skips anything, or ends with an error fails.
"""

import re
import subprocess
import sys
import time
from dataclasses import dataclass

SUITES = ("lint", "unit", "pam", "flow", "vectors", "system", "browser")
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


def run(suite):
    """Run `make SUITE`, pass its output on, and count."""
    started = time.monotonic()
    closing = []
    print(f"==== {suite}", flush=True)
    argv = ["make", "--no-print-directory", suite, *SHORTER.get(suite, ())]
    with subprocess.Popen(argv, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          text=True, errors="replace") as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            if is_closing(line):
                closing.append(line)
    failed = count(FAILED, closing)
    return Outcome(suite, count(RAN, closing), failed,
                   count(SKIPPED, closing), process.returncode,
                   time.monotonic() - started)


def main(suites):
    """Run the suites; the exit status says whether all are good."""
    outcomes = [run(suite) for suite in suites or SUITES]
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
