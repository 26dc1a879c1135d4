#!/usr/bin/python3
"""Prove floors and doors: which folder and file may include what.

A floor includes itself and floors below. helper/, module/ and cli/ never
include each other. Each outside library has one door.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "pam_oauth2"
FLOORS = {"base": 0, "codec": 1, "net": 2, "oauth2": 3, "login": 4,
          "module": 5, "helper": 5, "cli": 5}
# header prefix -> the only files that may include it
DOORS = {
    "curl/": {"net/http.c", "net/transfer.*"},
    "cjson/": {"codec/json.c"},
    "openssl/": {"codec/crypto*.c"},
    "qrencode.h": {"codec/qr.c"},
    "ini_": {"login/settings_ini.c"},
    "seccomp.h": {"helper/sandbox.c"},
    "security/": {"module/*"},
}
# What the module carries into its host, beyond module/ itself.
MODULE_MAY = ("base/", "codec/wire", "codec/session", "module/")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^">]+)[">]', re.M)


def is_door(name, doors):
    """Tell whether a file is one of the doors."""
    return any(Path(name).match(door) for door in doors)


def check_own(name, target):
    """Return what is wrong with including our own header, or None."""
    here, there = name.split("/")[0], target.split("/")[0]
    if there not in FLOORS:
        return f'"{target}" is on no floor'
    if FLOORS[there] > FLOORS[here]:
        return f'"{target}" is on a higher floor'
    if FLOORS[there] == 5 and there != here:
        return f'"{target}": {here}/ and {there}/ do not know each other'
    if here == "module" and not target.startswith(MODULE_MAY):
        return f'"{target}" would come into the host process'
    return None


def check_outside(name, target):
    """Return what is wrong with including a library's header, or None."""
    for prefix, doors in DOORS.items():
        if target.startswith(prefix) and not is_door(name, doors):
            return f"<{target}> belongs into {' '.join(sorted(doors))} alone"
    return None


def find_cycle(graph):
    """Return a cycle of headers as a list, or None."""
    done, path = set(), []

    def visit(node):
        if node in path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        path.append(node)
        for other in graph.get(node, ()):
            found = visit(other)
            if found:
                return found
        path.pop()
        done.add(node)
        return None

    return next(filter(None, map(visit, list(graph))), None)


def main():
    """Check every source file; the exit status says whether all is well."""
    problems, graph = [], {}
    files = sorted([*CODE.rglob("*.c"), *CODE.rglob("*.h")])
    for file in files:
        name = str(file.relative_to(CODE))
        for mark, target in INCLUDE.findall(file.read_text()):
            check = check_own if mark == '"' else check_outside
            problem = check(name, target)
            if problem:
                problems.append(f"pam_oauth2/{name}: {problem}")
            if mark == '"' and name.endswith(".h"):
                graph.setdefault(name, []).append(target)
    cycle = find_cycle(graph)
    if cycle:
        problems.append("cycle: " + " -> ".join(cycle))
    print("\n".join(problems) or f"{len(files)} files keep floors and doors")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
