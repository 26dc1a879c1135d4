"""The list: which guard is broken, how, and which test must notice."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LIST = HERE / "list"
# What is accepted, and what is not: each has a file in the list.
PARAGRAPHS = {
    "Transport", "JSON", "Discovery", "ID token: form",
    "ID token: algorithm and key", "ID token: issuer, audience, times",
    "ID token: subject and signature", "ID token: refresh", "Userinfo",
    "Email and identity: binding", "Email and identity: email_verified",
    "Email and identity: form", "Allowlist: rules", "Allowlist: file",
    "Allowlist: local user", "Allowlist: the same steps for all", "Paste",
    "Device grant", "PIN", "The terminal", "The log", "The wire", "Success",
    "What is kept", "Later sessions", "Login sessions"}
KEYS = {"id", "file", "original", "mutant", "test"}
OPTIONAL = {"also"}


class ListError(Exception):
    """The list and the code are not about the same any more."""


@dataclass(frozen=True)
class Mutant:
    """One guard, broken."""

    id: str
    paragraph: str
    file: str       # below pam_oauth2/
    original: str   # an expression, or whole statements
    mutant: str     # what stands in its place
    test: str       # FILE::CASE below tests/, which has to fail
    also: tuple     # cases of the same file that fail as well

    @property
    def path(self):
        """The file, from the top of the tree."""
        return Path("pam_oauth2") / self.file

    @property
    def test_file(self):
        """The file that the test is in, below tests/."""
        return self.test.partition("::")[0]

    @property
    def case(self):
        """The test's name in that file."""
        return self.test.partition("::")[2]

    @property
    def is_statement(self):
        """Tell statements from an expression."""
        return self.original.rstrip().endswith((";", "}"))

    @property
    def broken(self):
        """What stands in the place of the original, as one thing."""
        return (f"{{ {self.mutant} }}" if self.is_statement
                else f"({self.mutant})")

    @property
    def trap(self):
        """What ends the process where the original stands."""
        return (f"{{ __builtin_trap(); {self.original} }}"
                if self.is_statement
                else f"(__builtin_trap(), {self.original})")


def read_rows(path):
    """Return the mutants of one paragraph."""
    content = tomllib.loads(path.read_text())
    mutants = []
    for row in content["mutant"]:
        if not KEYS <= set(row) <= KEYS | OPTIONAL:
            raise ListError(f"{path.name}: {row.get('id')}: {sorted(row)}")
        row["also"] = tuple(row.get("also", ()))
        mutants.append(Mutant(paragraph=content["paragraph"], **row))
    return mutants


def has_case(path, case):
    """Tell whether a file of tests has a case."""
    is_python = path.suffix == ".py"
    name = re.escape(case.partition("[")[0])
    line = rf"^def {name}\(" if is_python else rf"^{name}\(void \*\*state"
    source = path if is_python else path.with_name(f"{path.name}.c")
    return source.exists() and re.search(line, source.read_text(), re.M)


def faults(mutant, root):
    """Return what in the tree is not as the row says."""
    found = (root / mutant.path).read_text().count(mutant.original)
    if found != 1:
        yield f"the original stands {found} times in {mutant.path}"
    if mutant.mutant == mutant.original:
        yield "nothing is changed"
    if mutant.case in mutant.also:
        yield "its test is among those that fail as well"
    for case in (mutant.case, *mutant.also):
        if not has_case(root / "tests" / mutant.test_file, case):
            yield f"no case {case} in {mutant.test_file}"


def read(root=ROOT):
    """Return all mutants, in the order of the list; it is right, or raises."""
    mutants = [mutant for path in sorted(LIST.glob("*.toml"))
               for mutant in read_rows(path)]
    wrong = [f"{mutant.id}: {fault}" for mutant in mutants
             for fault in faults(mutant, root)]
    wrong += [f"{paragraph}: in the list or in PARAGRAPHS, not in both"
              for paragraph in sorted(PARAGRAPHS ^ {
                  mutant.paragraph for mutant in mutants})]
    ids = [mutant.id for mutant in mutants]
    wrong += [f"{id}: stands twice" for id in sorted(set(ids))
              if ids.count(id) > 1]
    if wrong:
        raise ListError("\n".join(wrong))
    return mutants
