#!/usr/bin/python3
"""A real login against a real provider, on this machine and gone after.

Starts the provider and a private sshd on loopback inside a namespace of
their own, then opens a real ssh. With --auto it also plays the person, on a
terminal of its own, and shows what that person sees.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import namespace
import provider as provider_module
from house import ALLOWED, House
from provider import ROOT, approve_command
from story import Login

DEMO = ROOT / "build" / "demo"
LOGIN_TIMEOUT = 50
ATTEMPTS = 3
INTRODUCTION = """\
A provider and a private sshd run on this machine's loopback until you log
out; nothing of the machine's own login configuration is touched.

  provider   {issuer}
  allowlist  {allowlist}
You will be asked to approve the login of alice. Either open the address
shown in a browser on this machine that trusts {ca}
(signing in as alice, bob or mallory, there is no password), or run this in
another terminal and type the code it asks for:

  {approve}

Opening: ssh alice@localhost
"""


class DemoError(Exception):
    """The demo did not go as it should."""


def say(text):
    """Tell the person in front of the screen something."""
    print(text, flush=True)


def play_person(house, provider, sshd):
    """Be the person: read the screen, approve, press Enter, run id."""
    with house.ssh(sshd, "alice") as session:
        login = Login(house, provider, session).wait_prompt()
        say("--- what the person sees\n" + session.text)
        command = login.approve_command("--login", "alice")
        say("\n--- the person approves\n" + " ".join(command))
        subprocess.run(command, check=True)
        login.press_enter()
        shown = session.command("id")
        say(f"\n--- Enter, and the shell answers `id`\n{shown}")
        if "(alice)" not in shown:
            raise DemoError("the shell is not alice's")
        session.send(b"exit\r")
        session.wait()


def let_person_log_in(house, provider, sshd):
    """Give the terminal to a real ssh."""
    ca_file = DEMO / "demo-ca.pem"
    shutil.copyfile(provider.ca_file, ca_file)
    ca_file.chmod(0o644)
    approve = approve_command(ca_file, "--login", "alice",
                              f"{provider.issuer}/device")
    say(INTRODUCTION.format(
        issuer=provider.issuer, ca=ca_file, approve=" ".join(approve),
        allowlist=ALLOWED.strip().replace("\n", "\n             ")))
    command = house.ssh_command(sshd, "alice", attempts=ATTEMPTS)
    done = subprocess.run(command, check=False)
    granted = any(d["result"] == "granted" for d in house.log.decisions())
    if not granted:
        raise DemoError(f"nobody was let in (ssh ended with "
                        f"{done.returncode})")


def run(stage, auto):
    """Run the demo inside; returns the exit status."""
    house = House(stage)
    try:
        provider = house.start_provider()
        sshd = house.start_sshd()
        house.use_provider(provider, login_timeout=LOGIN_TIMEOUT)
        play = play_person if auto else let_person_log_in
        play(house, provider, sshd)
        house.wait_no_helpers()
    except KeyboardInterrupt:
        say("\nInterrupted: everything that was started has ended.")
        return 1
    except Exception as error:
        say(f"demo failed: {error}\n{house.report()}")
        return 1
    finally:
        house.close()
    say("Done: everything that was started has ended.")
    return 0


def prepare(auto):
    """Do what has to be done outside, then go inside."""
    namespace.require_root()
    if not auto and not sys.stdin.isatty():
        raise DemoError("no terminal to log in from: "
                        "`make demo AUTO=1` needs none")
    DEMO.mkdir(parents=True, exist_ok=True)
    say("Preparing the provider ...")
    provider_module.install()
    namespace.enter()


def main():
    """Run the demo; 0 when the login went through, else 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--auto", action="store_true",
                        help="play the person too")
    parser.add_argument("--stage", type=Path, metavar="DIRECTORY",
                        default=ROOT / "build" / "stage",
                        help="staged installation (default: build/stage)")
    options = parser.parse_args()
    try:
        prepare(options.auto)
        return run(options.stage, options.auto)
    except (DemoError, OSError, subprocess.CalledProcessError) as error:
        say(f"demo failed: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
