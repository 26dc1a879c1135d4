"""What can be wrong with this host and with whoever asks."""

import contextlib
import fcntl
import os
import signal
import socket
from pathlib import Path

import documents
import takeover
from scene import ABORT, ALICE, ALLOWED, IGNORED, Scene
from scenes_provider import GRANTED, TOKEN
from scripted import Reply

ROOT = Path(__file__).resolve().parents[2]
PENDING = Reply(400, documents.PENDING)
WAITING = {"answers": {"/token": [PENDING]}}
SUDO_USER = ("setpriv", "--ruid", "21001")
SILENT = ("-F", "0x8000")
SOMEBODY = 21001
# For a module whose helper has not come as far as the settings.
NO_SETTINGS = {"told": "id", "has_iss": False, "requests": 0}
NO_HELPER = {**NO_SETTINGS, "has_flow": False}


def inside(*commands):
    """Return what runs the driver where these commands were run before."""
    return ("unshare", "-m", "sh", "-ec",
            "; ".join([*commands, 'exec "$@"']), "sh")


def mode(name, bits):
    """Change the mode of a file."""
    return lambda play: (play.dir / name).chmod(bits)


def owner(name, bits=None):
    """Give a file to a user."""
    def change(play):
        os.chown(play.dir / name, SOMEBODY, SOMEBODY)
        if bits is not None:
            (play.dir / name).chmod(bits)

    return change


def remove(name):
    """Remove a file."""
    return lambda play: (play.dir / name).unlink()


def link(name):
    """Put a link in place of a file."""
    def change(play):
        path = play.dir / name
        path.rename(path.with_name("real"))
        path.symlink_to("real")

    return change


def append(name, text):
    """Add to a file."""
    def change(play):
        with (play.dir / name).open("a") as file:
            file.write(text)

    return change


def drop_in(text, bits=0o644, directory_bits=0o755):
    """Add a file to the directory beside the settings."""
    def change(play):
        directory = play.dir / "settings.d"
        directory.mkdir()
        play.write("settings.d/10-own.conf", text, bits)
        directory.chmod(directory_bits)

    return change


def copy_ca(change):
    """Give the scene a CA file of its own, and change it."""
    def arrange(play):
        play.write("ca.pem", Path("/etc/pam_oauth2/flow-ca.pem").read_text())
        change(play)

    return arrange


def settings(name, arrange, detail, **expected):
    """Return a scene with settings that cannot be used."""
    return Scene(f"settings-{name}", "settings_invalid", arrange=arrange,
                 detail=detail, **{**NO_SETTINGS, **expected})


SETTINGS = [
    settings("key", lambda play: play.write(
        "settings", "[pam_oauth2]\n\nnonsense = 1\n"),
        "{dir}/settings:3: "),
    settings("value", lambda play: play.write(
        "settings", "[pam_oauth2]\nlogin_timeout = soon\n"),
        "{dir}/settings:2: "),
    settings("no-ini", lambda play: play.write("settings", "hello\n"),
             "{dir}/settings:1: "),
    settings("nul", append("settings", "a\0b\n"), "{dir}/settings"),
    settings("empty", lambda play: play.write("settings", ""), "."),
    settings("large", append("settings", "# a\n" * 65536 + "#\n"),
             "{dir}/settings"),
    settings("missing", remove("settings"), "{dir}/settings: no such file"),
    settings("directory", lambda play: (play.dir / "settings").unlink()
             or (play.dir / "settings").mkdir(), "{dir}/settings"),
    settings("by-group", mode("settings", 0o664), "mode 0664"),
    settings("by-others", mode("settings", 0o646), "mode 0646"),
    settings("of-user", owner("settings"), "uid 21001"),
    settings("link", link("settings"), "symbolic link"),
    settings("by-directory", lambda play: play.dir.chmod(0o775),
             "{dir}: mode 0775"),
    settings("drop-in", drop_in("[pam_oauth2]\n\nqr = maybe\n"),
             "{dir}/settings.d/10-own.conf:3: "),
    settings("drop-in-by-group", drop_in("[pam_oauth2]\n", 0o664),
             "mode 0664"),
    settings("drop-in-directory", drop_in(
        "[pam_oauth2]\n", directory_bits=0o775), "{dir}/settings.d"),
    settings("argument", None, "^nonsense$", has_flow=False,
             arguments=("nonsense",)),
    Scene("ca-file-of-user", "settings_invalid", requests=0,
          provider={"ca_file": "{dir}/ca.pem"}, detail="uid 21001",
          arrange=copy_ca(owner("ca.pem"))),
    Scene("ca-file-by-group", "settings_invalid", requests=0,
          provider={"ca_file": "{dir}/ca.pem"}, detail="mode 0664",
          arrange=copy_ca(mode("ca.pem", 0o664))),
    Scene("ca-file-missing", "settings_invalid", requests=0,
          provider={"ca_file": "{dir}/ca.pem"}, detail="no such file"),
]


def allowlist(name, arrange, detail):
    """Return a scene with an allowlist that cannot be used."""
    return Scene(f"allowlist-{name}", "allowlist_invalid", arrange=arrange,
                 detail=detail, requests=0)


def secret(name, arrange, detail):
    """Return a scene with a client secret that cannot be used."""
    return Scene(f"secret-{name}", "secret_unreadable", arrange=arrange,
                 provider={"client_secret_file": "{dir}/secret"},
                 detail=detail, requests=0)


FILES = [
    allowlist("missing", remove("allowlist"), "{dir}/allowlist: no such"),
    allowlist("empty", lambda play: play.write("allowlist", "", 0o600),
              "{dir}/allowlist"),
    allowlist("comments", lambda play: play.write(
        "allowlist", "# nobody\n\n", 0o600), "{dir}/allowlist"),
    allowlist("line", append("allowlist", "bob maybe:bob\n"),
              "{dir}/allowlist:2"),
    allowlist("nul", append("allowlist", "bob email:b\0b\n"),
              "{dir}/allowlist"),
    allowlist("of-user", owner("allowlist"), "Permission denied"),
    allowlist("of-user-0644", owner("allowlist", 0o644), "uid 21001"),
    allowlist("by-group", mode("allowlist", 0o620), "mode 0620"),
    allowlist("link", link("allowlist"), "symbolic link"),
    secret("missing", remove("secret"), "{dir}/secret: no such file"),
    secret("by-group", mode("secret", 0o640), "mode 0640"),
    secret("0644", mode("secret", 0o644), "mode 0644"),
    secret("of-user", owner("secret"), "Permission denied"),
    secret("of-user-0644", owner("secret", 0o644), "uid 21001"),
    secret("empty", lambda play: play.write("secret", "", 0o600),
           "{dir}/secret"),
    secret("link", link("secret"), "symbolic link"),
]

NO_WORKER_USER = inside(
    "grep -v ^_pam_oauth2: /etc/passwd >{dir}/passwd",
    "mount --bind {dir}/passwd /etc/passwd")
HELPER = "/usr/libexec/pam_oauth2/pam_oauth2_helper"
FAKE = f"""\
#!/usr/bin/python3 -ISB
import sys
sys.path[:0] = ["{ROOT}/tests/pam", "{ROOT}/tests/flow"]
from fake import play
play("{{dir}}/notes", "fake.greet(); fake.ready(); fake.show('x' * 16001)")
"""


def write_fake(play):
    """Write a helper that says more than may be said."""
    play.write("helper", play.fill(FAKE), 0o755)


def kill(which):
    """Kill one of the helper's processes when somebody waits."""
    def meanwhile(play):
        play.wait_request("/token")
        os.kill(getattr(play, which), signal.SIGKILL)

    return meanwhile


HELPERS = [
    Scene("no-worker-user", "sandbox_failed", prefix=NO_WORKER_USER,
          detail="no user _pam_oauth2", **NO_SETTINGS),
    # Its capabilities survive setuid(): it could become root again.
    Scene("worker-that-can-return", "sandbox_failed", requests=0,
          prefix=("setpriv", "--securebits", "+no_setuid_fixup")),
    Scene("no-helper", "helper_failed", **NO_HELPER,
          prefix=inside("mount -t tmpfs none /usr/libexec/pam_oauth2")),
    Scene("no-program", "helper_failed", **NO_HELPER,
          prefix=inside(f"mount --bind /etc/hostname {HELPER}")),
    Scene("another-program", "helper_failed", **NO_HELPER,
          prefix=inside(f"mount --bind /bin/true {HELPER}")),
    Scene("chatty-helper", "protocol_error", arrange=write_fake, **NO_HELPER,
          prefix=inside(f"mount --bind {{dir}}/helper {HELPER}")),
    Scene("monitor-killed", "helper_failed", **WAITING,
          meanwhile=kill("monitor"),
          **{**NO_HELPER, "requests": None}),
    Scene("worker-killed", "helper_failed", **WAITING,
          meanwhile=kill("worker"), detail="the worker ended"),
    Scene("worker-babbles", "protocol_error", **WAITING,
          meanwhile=takeover.babbles),
    Scene("worker-lies", "id_token_invalid", **WAITING,
          meanwhile=takeover.says("TOKENS", ID_TOKEN="e30.e30.AA")),
    # Who somebody is, is not the worker's to say.
    Scene("worker-names-somebody", "protocol_error", **WAITING,
          meanwhile=takeover.says("IDENTITY", SUB=ALICE["sub"],
                                  EMAIL=ALICE["email"], EMAIL_VERIFIED=1)),
    Scene("worker-without-memory", "internal_error", **WAITING,
          person={**ALICE, "filler": "x" * 200000},
          meanwhile=takeover.starve),
    Scene("worker-makes-no-sense", "internal_error", **WAITING,
          meanwhile=takeover.says("FAILED", ERROR=0, CAUSE=0, HTTP_STATUS=0,
                                  PROVIDER_ERROR="", DESCRIPTION="",
                                  TEXT="")),
]

REFUSED = "verification_uri_refused"
EVIL = "https://evil.example/x"
CODE_FLOW = {"settings": {"flow": "code"}, "flow": "code",
             "provider": {"redirect_uri": "https://localhost/callback"}}
# The worker has checked it all; it was taken over before it could.
OFFERS = [
    Scene("worker-offers", "conversation_failed", typed="",
          **takeover.offers()),
    Scene("worker-offers-another-host", REFUSED,
          **takeover.offers(VERIFICATION_URI=EVIL)),
    Scene("worker-offers-another-host-in-qr", REFUSED,
          **takeover.offers(VERIFICATION_URI_COMPLETE=EVIL)),
    Scene("worker-offers-http", REFUSED,
          **takeover.offers(VERIFICATION_URI="http://localhost/x")),
    Scene("worker-offers-an-escape", REFUSED,
          **takeover.offers(VERIFICATION_URI="https://localhost/\033[2J")),
    Scene("worker-offers-a-blank", REFUSED,
          **takeover.offers(VERIFICATION_URI="https://localhost/a b")),
    Scene("worker-offers-a-short-code", REFUSED,
          **takeover.offers(USER_CODE="abc")),
    Scene("worker-offers-a-code-with-escape", REFUSED,
          **takeover.offers(USER_CODE="WDJB\033[2J")),
    Scene("worker-offers-an-address-unasked", "protocol_error",
          **takeover.offers("AUTHORIZE", URL="https://localhost/x")),
    Scene("worker-offers-a-code-unasked", "protocol_error", **CODE_FLOW,
          **takeover.offers()),
    Scene("worker-offers-another-address", REFUSED, **CODE_FLOW,
          **takeover.offers("AUTHORIZE", URL=EVIL)),
]

USERS = [
    Scene("user-unknown", "user_unknown", user="nobody-here", requests=4),
    Scene("user-unknown-listed", "user_unknown", user="nobody-here",
          allowlist="nobody-here email:alice@example.com\n"),
    Scene("user-root", "user_forbidden", user="root", requests=4,
          allowlist="root email:alice@example.com\n"),
    Scene("user-root-without-sub", "user_forbidden", user="root",
          settings={"allow_root": "yes"}, requests=4,
          allowlist="root email:alice@example.com\n"),
    Scene("user-of-the-system", "user_forbidden", user="daemon", requests=4,
          allowlist="daemon email:alice@example.com\n"),
    Scene("user-below-min-uid", "user_forbidden", requests=4,
          settings={"min_uid": 30000}),
    Scene("user-not-listed", "user_not_listed", user="bob", requests=4),
    Scene("user-of-another", "identity_not_allowed", user="bob", requests=4,
          allowlist=ALLOWED + "bob email:bob@example.com\n"),
]


def interrupt(play, what=signal.SIGINT):
    """Press Ctrl-C while it is polled."""
    play.wait_request("/token")
    os.kill(play.process.pid, what)


def connection(address, at, port=0):
    """Return both ends of a connection from an address to a listener."""
    is_v6 = ":" in at
    family = socket.AF_INET6 if is_v6 else socket.AF_INET
    with socket.create_server((at, 0), family=family,
                              dualstack_ipv6=is_v6) as listener:
        near = socket.create_connection(
            (address, listener.getsockname()[1]),
            source_address=(address, port))
        while True:  # a stranger may have come first
            far, peer = listener.accept()
            if peer[1] == near.getsockname()[1]:
                return near, far
            far.close()


def give(play, near, far):
    """Give the host its client, as sshd's PAM process has it."""
    play.near, play.far = near, far
    address, port, *_ = near.getsockname()
    play.options += ["-e", f"SSH_CONNECTION={address} {port} {address} 22"]
    play.pass_fds += (far.fileno(),)


def connect_behind_many(play):
    """Give it its client on a descriptor with a high number."""
    near, far = connection("127.0.0.1", "127.0.0.1")
    high = fcntl.fcntl(far, fcntl.F_DUPFD_CLOEXEC, 900)
    far.close()
    give(play, near, socket.socket(fileno=high))


def connect(address="127.0.0.1", at=None):
    """Return what gives the host a client."""
    return lambda play: give(play, *connection(address, at or address))


def connect_two(play):
    """Give it another's as well, whose port begins the client's."""
    for port in range(1024, 6553):
        with contextlib.suppress(OSError):
            other = connection("127.0.0.1", "127.0.0.1", port)
            client = connection("127.0.0.1", "127.0.0.1", port * 10)
            break
    other[0].close()
    play.other = other
    play.pass_fds = (other[1].fileno(),)
    give(play, *client)


def hang_up(play):
    """Hang up while it is polled."""
    play.wait_request("/token")
    play.near.close()


def die(play):
    """Kill the host while it is polled."""
    play.wait_request("/token")
    play.process.kill()


BLOCKED = ("env", "--block-signal=INT,QUIT")


PEOPLE = [
    Scene("ctrl-c-under-sudo", "cancelled", service="sudo", code=ABORT,
          told="nothing", options=("-t", "pts/1"), prefix=BLOCKED,
          meanwhile=interrupt, **WAITING),
    Scene("ctrl-backslash-under-sudo", "cancelled", service="sudo",
          code=ABORT, told="nothing", options=("-t", "pts/1"),
          prefix=BLOCKED, **WAITING,
          meanwhile=lambda play: interrupt(play, signal.SIGQUIT)),
    Scene("ctrl-c-elsewhere", "cancelled", told="nothing", prefix=BLOCKED,
          meanwhile=interrupt, **WAITING),
    Scene("client-hangs-up", "client_gone", told="nothing",
          arrange=connect(), meanwhile=hang_up, **WAITING),
    Scene("client-hangs-up-ipv6", "client_gone", told="nothing",
          arrange=connect("::1"), meanwhile=hang_up, **WAITING),
    Scene("client-hangs-up-behind-many", "client_gone", told="nothing",
          arrange=connect_behind_many, meanwhile=hang_up, **WAITING),
    # sshd writes its address as what it is.
    Scene("client-hangs-up-mapped", "client_gone", told="nothing",
          arrange=connect(at="::"), meanwhile=hang_up, **WAITING),
    Scene("another-hangs-up", "approved", arrange=connect_two,
          answers={"/token": [PENDING, TOKEN]}, **GRANTED),
    Scene("host-dies", "client_gone", code=None, told="nothing",
          meanwhile=die, **WAITING),
    Scene("no-conversation", "no_conversation", options=("-c",),
          told="nothing", requests=0, open_code=IGNORED),
    Scene("no-conversation-for-sudo-user", "no_conversation",
          options=("-c",), told="nothing", requests=0, prefix=SUDO_USER),
    Scene("sudo-without-terminal", "no_conversation", service="sudo",
          requests=0, open_code=IGNORED),
    Scene("sudo-user-without-terminal", "no_conversation", service="sudo",
          requests=0, prefix=SUDO_USER),
    Scene("silent", "silent", options=SILENT, told="nothing", requests=0,
          open_code=IGNORED),
    Scene("silent-for-sudo-user", "silent", options=SILENT, told="nothing",
          requests=0, prefix=SUDO_USER),
    Scene("password", "password_conversation", options=("-f",), requests=0),
    Scene("end-of-input", "conversation_failed", typed="", requests=2),
    Scene("not-root", "not_root", options=("-u", str(SOMEBODY)),
          **NO_HELPER, has_uid=False),
]
SCENES = [*SETTINGS, *FILES, *HELPERS, *OFFERS, *USERS, *PEOPLE]
