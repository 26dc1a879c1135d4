"""A worker that was taken over, or that has no memory left."""

import re
import subprocess
from pathlib import Path

import documents
import wire
from house import WORKER_UID
from module import wait_until
from scripted import Raw, Reply

INJECT = (Path(__file__).resolve().parents[2]
          / "build" / "release" / "tests" / "pam" / "inject")
LEG = 3  # the worker's descriptor
NOSIGNAL = "0x4000"
STARTED, POLLING = 1, 3  # states of the leg


def find_nonce(pid, state):
    """Return the nonce of the worker's leg, out of its memory.

    That is in struct wire: descriptor, its leg's address, sender, state,
    has_nonce, nonce. Packets are wiped.
    """
    wanted = re.compile(
        rb"\x03\0\0\0.{4}.{8}\x02\0\0\0%c\x01(.{16})" % state, re.S)
    found = set()
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, \
            open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            first, last, mode = re.match(
                r"(\w+)-(\w+) (\S+)", line).groups()
            if not mode.startswith("rw"):
                continue
            memory.seek(int(first, 16))
            found |= set(wanted.findall(
                memory.read(int(last, 16) - int(first, 16))))
    (nonce,) = found
    return nonce


def wait_sandboxed(play, path="/token"):
    """Wait until the worker waits for an answer, and return it."""
    play.wait_request(path)
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


def says(kind, state=POLLING, path="/token", **fields):
    """Return what a scene does: the worker is made to say this."""
    def meanwhile(play):
        worker = wait_sandboxed(play, path)
        send(worker, wire.packet(kind, wire.fields(fields),
                                 find_nonce(worker, state)))

    return meanwhile


def offers(kind="DEVICE", **changes):
    """Return what a scene does: the worker offers this to the person.

    The provider has not answered anything yet.
    """
    usual = {"DEVICE": {"USER_CODE": "WDJB-MJHT", "EXPIRES_IN": 100,
                        "VERIFICATION_URI": "https://localhost/activate",
                        "INTERVAL": 5}, "AUTHORIZE": {"IS_ISS_SENT": 0}}
    return {"answers": {documents.WELL_KNOWN: [Raw(end="hold")]},
            "requests": 1, "meanwhile": says(
                kind, STARTED, documents.WELL_KNOWN,
                **{**usual[kind], **changes})}


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
