"""A worker that was taken over, or that has no memory left."""

import re
import subprocess
from pathlib import Path

import documents
import wire
from house import WORKER_UID
from module import wait_until
from scripted import Reply

INJECT = (Path(__file__).resolve().parents[2]
          / "build" / "release" / "tests" / "pam" / "inject")
LEG = 3  # the worker's descriptor
NOSIGNAL = "0x4000"
# struct wire while it polls: descriptor, its leg's address, sender, state,
# has_nonce, nonce. Packets are wiped.
WIRE = re.compile(
    rb"\x03\0\0\0.{4}.{8}\x02\0\0\0\x03\x01(.{16})", re.S)


def find_nonce(pid):
    """Return the nonce of the worker's leg, out of its memory."""
    found = set()
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, \
            open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            first, last, mode = re.match(
                r"(\w+)-(\w+) (\S+)", line).groups()
            if not mode.startswith("rw"):
                continue
            memory.seek(int(first, 16))
            found |= set(WIRE.findall(
                memory.read(int(last, 16) - int(first, 16))))
    (nonce,) = found
    return nonce


def wait_sandboxed(play):
    """Wait until the worker waits for approval, and return it."""
    play.wait_request("/token")
    worker = play.worker
    wait_until(lambda: "\nSeccomp:\t2" in
               Path(f"/proc/{worker}/status").read_text())
    return worker


def send(worker, packet):
    """Have the worker send a packet to the monitor."""
    done = subprocess.run(
        [INJECT, str(worker), "sendto", str(LEG), f"x:{packet.hex()}",
         str(len(packet)), NOSIGNAL, "0", "0"],
        text=True, capture_output=True, check=False, timeout=10)
    # The monitor may end it before inject sees the call return.
    assert done.stdout.strip() in (
        f"= {len(packet)}", "killed by SIGKILL"), (done.stdout, done.stderr)


def says(kind, **fields):
    """Return what a scene does: the worker is made to say this."""
    def meanwhile(play):
        worker = wait_sandboxed(play)
        send(worker, wire.packet(kind, wire.fields(fields),
                                 find_nonce(worker)))

    return meanwhile


def babbles(play):
    """Have the worker send what is no packet."""
    send(wait_sandboxed(play), b"garbage" * 9)


def starve(play):
    """Let the worker have no more memory, just before much is sent."""
    # As its own user: root may be without CAP_SYS_RESOURCE here.
    subprocess.run(
        ["prlimit", "--pid", str(wait_sandboxed(play)), "--as=1:1"],
        user=WORKER_UID, group=WORKER_UID, extra_groups=[], check=True)
    play.server.on("/token", Reply(json=documents.TOKEN))
