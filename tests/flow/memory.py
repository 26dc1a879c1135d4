"""What lies in the memory of a process, looked at as root."""

import re


def regions(pid):
    """Yield the content of every part that can be written."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, \
            open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            first, last, mode = re.match(
                r"(\w+)-(\w+) (\S+)", line).groups()
            if mode.startswith("rw"):
                memory.seek(int(first, 16))
                yield memory.read(int(last, 16) - int(first, 16))


def found(pid, canaries):
    """Return the names of those canaries that are in it."""
    return {name for content in regions(pid)
            for name, canary in canaries.items() if canary in content}
