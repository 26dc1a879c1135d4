"""A worker that was taken over, or that has no memory left."""

import re
import subprocess
from pathlib import Path

import memory
import wire
from helper_house import TOKEN
from house import WORKER_UID
from module import wait_until
from scripted import Raw

INJECT = (Path(__file__).resolve().parents[2]
          / "build" / "release" / "tests" / "pam" / "inject")
LEG = 3  # the worker's descriptor
NOSIGNAL = "0x4000"
# struct wire once it has started: descriptor, its leg's address, sender,
# state, has_nonce, nonce. Packets are wiped.
WIRE = re.compile(
    rb"\x03\0\0\0.{4}.{8}\x02\0\0\0[\x01-\x03]\x01(.{16})", re.S)
HOLD = Raw(end="hold")


def find_nonce(pid):
    """Return the nonce of the worker's leg, out of its memory."""
    (nonce,) = {nonce for content in memory.regions(pid)
                for nonce in WIRE.findall(content)}
    return nonce


def wait_sandboxed(play, *paths):
    """Wait until the worker waits for an answer, and return it."""
    wait_until(lambda: any(play.server.to(p) for p in paths or ["/token"]))
    worker = play.worker
    wait_until(lambda: "\nSeccomp:\t2" in
               Path(f"/proc/{worker}/status").read_text())
    return worker


def send(worker, packet, times=1):
    """Have the worker send a packet to the monitor, and do nothing else."""
    done = subprocess.run(
        [INJECT, "-r", str(times), str(worker), "sendto", str(LEG),
         f"x:{packet.hex()}", str(len(packet)), NOSIGNAL, "0", "0"],
        text=True, capture_output=True, check=False, timeout=10)
    # The monitor may end it before inject sees the call return.
    assert done.stdout.strip() in (
        f"= {len(packet)}", "killed by SIGKILL"), (done.stdout, done.stderr)


def says(kind, *paths, **fields):
    """Return what a scene does: the worker is made to say this."""
    def meanwhile(play):
        worker = wait_sandboxed(play, *paths)
        send(worker, wire.packet(kind, wire.fields(fields),
                                 find_nonce(worker)))

    return meanwhile


def floods(times):
    """Return what a scene does: many assertions are asked for, none read."""
    def meanwhile(play):
        worker = wait_sandboxed(play)
        send(worker, wire.packet("SIGN", b"", find_nonce(worker)), times)

    return meanwhile


def speaks_out_of_turn(play):
    """Have the worker ask for an assertion while the person is asked."""
    worker = wait_sandboxed(play, "/device")
    play.wait_shown("prompt_echo_on")
    send(worker, wire.packet("SIGN", b"", find_nonce(worker)))
    play.type("\n")


def offers(kind="DEVICE", **changes):
    """Return what a scene does: the worker offers this to the person.

    The provider has not answered the worker yet.
    """
    usual = {"DEVICE": {"USER_CODE": "WDJB-MJHT", "EXPIRES_IN": 100,
                        "VERIFICATION_URI": "https://localhost/activate",
                        "INTERVAL": 5}, "AUTHORIZE": {}}
    paths = ("/device", "/par")
    return {"answers": {path: [HOLD] for path in paths}, "requests": 2,
            "metadata": {
                "pushed_authorization_request_endpoint": "{url}/par"},
            "meanwhile": says(kind, *paths, **{**usual[kind], **changes})}


def babbles(play):
    """Have the worker send what is no packet."""
    send(wait_sandboxed(play), b"garbage" * 9)


def starve(play):
    """Let the worker have no more memory, just before much is sent."""
    # As its own user: root may be without CAP_SYS_RESOURCE here.
    subprocess.run(
        ["prlimit", "--pid", str(wait_sandboxed(play)), "--as=1:1"],
        user=WORKER_UID, group=WORKER_UID, extra_groups=[], check=True)
    play.server.on("/token", TOKEN)
