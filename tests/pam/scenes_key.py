"""A client with a private key: its file, and a worker that wants too much."""

import functools
import subprocess

import takeover
from scene import Scene
from scenes_local import NO_SETTINGS, WAITING, link, mode, owner, remove

P256 = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
P384 = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384")
RSA_1024 = ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024")
ED25519 = ("-algorithm", "ED25519")
WITH_PASSWORD = (*P256, "-aes-256-cbc", "-pass", "pass:hunter2")
SIGNING = {"token_endpoint_auth_method": "private_key_jwt",
           "private_key_file": "{dir}/key"}
FILE = "{dir}/key: "


@functools.cache
def make_key(*options):
    """Return a private key as openssl makes it."""
    return subprocess.run(["openssl", "genpkey", "-quiet", *options],
                          text=True, capture_output=True, check=True).stdout


def public_key():
    """Return the half that is no secret."""
    return subprocess.run(
        ["openssl", "pkey", "-pubout"], input=make_key(*P256), text=True,
        capture_output=True, check=True).stdout


def with_key(change=None, text=None):
    """Return what puts a key in its place, and changes the file."""
    def arrange(play):
        key = make_key(*P256) if text is None else text()
        play.write("key", key, 0o600)
        if change is not None:
            change(play)

    return arrange


def key(name, detail, change=None, text=None):
    """Return a scene with a key that cannot be used."""
    return Scene(f"key-{name}", "secret_unreadable", provider=SIGNING,
                 arrange=with_key(change, text), detail=detail, requests=0)


def made(*options):
    """Return what makes a key of another kind."""
    return lambda: make_key(*options)


NO_PEM = FILE + "not a private key in PEM without a password"
FILES = [
    key("missing", FILE + "no such file", remove("key")),
    key("0644", FILE + "mode 0644", mode("key", 0o644)),
    key("by-group", FILE + "mode 0640", mode("key", 0o640)),
    key("of-user", "Permission denied", owner("key")),
    key("of-user-0644", FILE + "owned by uid 21001", owner("key", 0o644)),
    key("link", "symbolic link", link("key")),
    key("empty", NO_PEM, text=lambda: ""),
    key("text", NO_PEM, text=lambda: "hunter2\n"),
    key("public", NO_PEM, text=public_key),
    key("with-password", NO_PEM, text=made(*WITH_PASSWORD)),
    key("of-another-type", FILE + "the private key is neither RSA nor P-256",
        text=made(*ED25519)),
    key("on-another-curve", FILE + "the private key is on another curve",
        text=made(*P384)),
    key("too-small", FILE + "the private key has not 2048 to 8192 bits",
        text=made(*RSA_1024)),
]


def settings(name, detail, **provider):
    """Return a scene with settings that do not go together."""
    return Scene(f"settings-{name}", "settings_invalid", provider=provider,
                 detail=r"^{dir}/settings:\d: \[provider scene\] has "
                 + detail, **NO_SETTINGS)


SETTINGS = [
    settings("key-without-method", "a private_key_file",
             private_key_file="{dir}/key"),
    settings("method-without-key", "private_key_jwt without",
             token_endpoint_auth_method="private_key_jwt"),
    settings("key-and-secret", "a client_secret_file", **SIGNING,
             client_secret_file="{dir}/secret"),
    settings("audience-to-be-discovered", "assertion_audience", **SIGNING,
             assertion_audience="token_endpoint"),
]

ASKING = {**WAITING, "provider": SIGNING, "arrange": with_key()}
WORKERS = [
    Scene("worker-asks-without-a-key", "protocol_error", **WAITING,
          meanwhile=takeover.says("SIGN"), detail="there is no key"),
    Scene("worker-asks-with-a-wish", "protocol_error", **ASKING,
          meanwhile=takeover.says("SIGN", JWT="a.b.c")),
    Scene("worker-signs", "protocol_error", **ASKING,
          meanwhile=takeover.says("SIGNED", JWT="a.b.c")),
    Scene("worker-asks-out-of-turn", "protocol_error", **ASKING, typed=None,
          meanwhile=takeover.speaks_out_of_turn, detail="out of turn"),
    Scene("worker-asks-too-often", "protocol_error", **ASKING,
          settings={"login_timeout": 15}, meanwhile=takeover.floods(40),
          detail="more assertions than it can need"),
    # More than the longest login may have; the leg is full before that.
    Scene("worker-asks-and-does-not-read", "protocol_error", **ASKING,
          settings={"login_timeout": 900}, meanwhile=takeover.floods(1500),
          detail="message out of turn|more assertions"),
]
SCENES = [*FILES, *SETTINGS, *WORKERS]
