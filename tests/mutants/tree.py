"""A copy of the tree, in which a guard can be broken."""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

BUILD_WAIT = 600


class BuildError(Exception):
    """What was changed does not compile."""


class Tree:
    """The copy: its files, and how they are built."""

    def __init__(self, source, root):
        self.root = Path(root)
        names = subprocess.run(
            ["git", "ls-files", "-coz", "--exclude-standard"], cwd=source,
            stdout=subprocess.PIPE, check=True).stdout
        for name in filter(None, os.fsdecode(names).split("\0")):
            if (Path(source) / name).exists():
                self._copy(Path(source) / name, self.root / name)

    @staticmethod
    def _copy(source, target):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)

    def build(self, targets):
        """Bring programs up to date."""
        done = subprocess.run(
            ["make", "-s", "-j2", *targets], cwd=self.root,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=BUILD_WAIT, check=False)
        if done.returncode != 0:
            raise BuildError(done.stdout.decode(errors="replace"))

    @contextlib.contextmanager
    def changed(self, mutant, text):
        """Put text in the place of what a mutant is about, for a while."""
        path = self.root / mutant.path
        before = path.read_text()
        path.write_text(before.replace(mutant.original, text))
        try:
            yield
        finally:
            path.write_text(before)
