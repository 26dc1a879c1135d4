#!/usr/bin/python3
"""Break one guard at a time, and see a named test go red.

    run.py [--check] [-k PATTERN]

See README.md beside this file.
"""

import argparse
import re
import signal
import sys
import tempfile
import time
from pathlib import Path

import mutants
import suites
from mutants import ListError
from suites import FAILED, PASSED
from tree import BuildError, Tree


class Survivor(Exception):
    """Why a mutant does not count."""


def red(results):
    """Return the cases that did not pass."""
    return {case for case, result in results.items() if result != PASSED}


def unlisted(cases, also):
    """Return cases and entries of a list that have no like on the other side.

    An entry without parameters stands for all that a test has.
    """
    found = {case: {case, case.partition("[")[0]} & set(also)
             for case in cases}
    return ({case for case in cases if not found[case]}
            | set(also).difference(*found.values()))


def check_reached(tree, mutant):
    """See that the test runs through the original."""
    with tree.changed(mutant, mutant.trap):
        tree.build(suites.targets(mutant.test_file))
        result = suites.run_case(tree.root, mutant.test_file, mutant.case)
    if result == PASSED:
        raise Survivor("its line is not executed")


def check_killed(tree, mutant):
    """See that the test fails by an assertion, and no other does."""
    with tree.changed(mutant, mutant.broken):
        tree.build(suites.targets(mutant.test_file))
        results = suites.run_with_others(
            tree.root, mutant.test_file, [mutant.case])
    if results.get(mutant.case) == PASSED:
        raise Survivor("SURVIVED, the others that failed: "
                       + (" ".join(sorted(red(results))) or "none"))
    wrong = unlisted(red(results) - {mutant.case}, mutant.also)
    if wrong:
        raise Survivor("red or green against the list: "
                       + " ".join(sorted(wrong)))
    broken = [case for case in red(results) if results[case] != FAILED]
    if broken:
        raise Survivor("no assertion failed in " + " ".join(sorted(broken)))


def check_sound(tree, chosen):
    """Run every test that is named without a mutant; the files with a red one.
    """
    files = {}
    for mutant in chosen:
        files.setdefault(mutant.test_file, []).append(mutant.case)
    tree.build(list(dict.fromkeys(
        target for file in files for target in suites.targets(file))))
    unsound = {}
    for file, cases in files.items():
        results = suites.run_with_others(tree.root, file, cases)
        bad = red(results) | set(cases) - set(results)
        if bad:
            unsound[file] = "red without a mutant: " + " ".join(sorted(bad))
            print(f"{file}: {unsound[file]}", flush=True)
    return unsound


def try_one(tree, mutant, unsound):
    """Try one mutant; None, or why it does not count."""
    try:
        if mutant.test_file in unsound:
            raise Survivor(unsound[mutant.test_file])
        check_reached(tree, mutant)
        check_killed(tree, mutant)
    except Survivor as survivor:
        return str(survivor)
    except BuildError as error:
        return f"does not compile:\n{error}"
    return None


def try_all(tree, chosen):
    """Try them in turn, with a line for each; how many do not count."""
    started = time.monotonic()
    unsound = check_sound(tree, chosen)
    print(f"all tests without a mutant: {time.monotonic() - started:.0f} s",
          flush=True)
    failed = 0
    for mutant in chosen:
        started = time.monotonic()
        problem = try_one(tree, mutant, unsound)
        failed += problem is not None
        print(f"{mutant.id:26} {mutant.paragraph:34} "
              f"{mutant.test[:72]:72} {time.monotonic() - started:5.1f}",
              flush=True)
        if problem is not None:
            print(f"FAILED  {mutant.id}: {problem}", flush=True)
    return failed


def read_arguments():
    """Return the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true",
                        help="only see that the list fits the tree")
    parser.add_argument("-k", default="", metavar="PATTERN",
                        help="those with this in id, paragraph, file or test")
    return parser.parse_args()


def main():
    """Run what is asked for; the exit status says whether all is well."""
    arguments = read_arguments()
    try:
        listed = mutants.read()
    except ListError as error:
        print(error)
        return 1
    if arguments.check:
        print(f"{len(listed)} mutants fit the tree")
        return 0
    chosen = [mutant for mutant in listed if re.search(arguments.k, " ".join(
        (mutant.id, mutant.paragraph, mutant.file, mutant.test)))]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="mutants-") as directory:
        failed = try_all(Tree(mutants.ROOT, Path(directory)), chosen)
    print(f"mutants: {len(chosen) - failed} passed, {failed} failed")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
