"""How long a person waits. The figures are printed; one is judged."""

import statistics
import time

from house import STACK

BAR_S = 0.15  # the median; a trivial module takes about 0.06 s
SOON = 14
LATER = 6
KEEP_ALIVE = 5
FLOOR_ROUNDS = 10
FLOOR_STACK = """\
auth required pam_ftp.so users=alice ignore
auth required pam_permit.so
account required pam_unix.so
session required pam_permit.so
"""


def measure(session, since):
    """Press Enter, check that a shell comes; seconds from Enter and since."""
    entered = session.press_enter()
    first = session.first_byte()
    assert "uid=21001(alice)" in session.command("id")
    return first - entered, first - since


def summary(name, seconds):
    """Return one line of figures."""
    return (f"{name}: median={statistics.median(seconds):.3f} s "
            f"min={min(seconds):.3f} max={max(seconds):.3f} "
            f"n={len(seconds)}")


def approved_login(login):
    """Open a login and approve it; returns it and the approval's time."""
    alice = login(command=None).wait_prompt().approve("alice")
    event = alice.provider.events("device_approved")[-1]
    return alice, event["t"] / 1000


def enter_soon(login):
    """Press Enter between 0 and 1 s after the approval."""
    for number in range(SOON):
        alice, approved = approved_login(login)
        time.sleep(number / SOON)
        yield measure(alice.session, approved)


def enter_later(login):
    """Press Enter when the provider has closed its connection."""
    waiting = [approved_login(login) for _ in range(LATER)]
    time.sleep(KEEP_ALIVE + 1.5)
    for alice, approved in waiting:
        yield measure(alice.session, approved)


def test_the_shell_comes_after_enter(login, capsys):
    """Approve, then press Enter at once, soon, and after 6 s and more."""
    soon, later = list(enter_soon(login)), list(enter_later(login))
    enter = [after_enter for after_enter, _ in soon + later]
    with capsys.disabled():
        print()
        print(summary("Enter -> shell", enter))
        print(summary("Enter -> shell, soon", [e for e, _ in soon]))
        print(summary("Enter -> shell, after 6 s", [e for e, _ in later]))
        print(summary("approval -> shell, soon", [a for _, a in soon]))
    assert statistics.median(enter) < BAR_S


def floor_round(house, sshd):
    """Answer a prompt that takes any answer; seconds from Enter."""
    with house.ssh(sshd, "alice") as session:
        session.expect(rb"as password\.")
        session.send(b"x")
        return measure(session, time.time())[0]


def test_the_floor_of_any_module(house, sshd, capsys):
    """The same with a module that asks and believes anything."""
    house.write_stack("sshd", FLOOR_STACK)
    try:
        times = [floor_round(house, sshd) for _ in range(FLOOR_ROUNDS)]
    finally:
        house.write_stack("sshd", STACK)
    with capsys.disabled():
        print()
        print(summary("Enter -> shell, trivial module", times))
