"""The client's private key: in the monitor's memory, in no child's."""

import re
import shutil
import subprocess

import pytest

import assertions
import memory
from helper_house import polling

pytest_plugins = ["helper_fixtures"]

KEY_FILE = "/etc/pam_oauth2/memory-key.pem"
# What openssl calls the numbers of a key that are secret.
SECRETS = {"ES256": ("priv",),
           "RS256": ("privateExponent", "prime1", "prime2", "exponent1")}


def secret_numbers(path, names):
    """Return the secret numbers of a key, big endian, by name."""
    text = subprocess.run(
        ["openssl", "pkey", "-in", path, "-noout", "-text"], text=True,
        capture_output=True, check=True).stdout
    return {name: bytes.fromhex(re.sub(r"[\s:]", "", re.search(
        rf"^{name}:\n((?:    .*\n)+)", text, re.M).group(1))).lstrip(b"\0")
        for name in names}


def canaries(path, alg):
    """Return every form in which the key may lie in a memory."""
    numbers = secret_numbers(path, SECRETS[alg])
    lines = path.read_bytes().splitlines()[1:-1]
    return {
        **{f"{name} as in the file": n for name, n in numbers.items()},
        # OpenSSL computes with words, the lowest first.
        **{f"{name} in words": n[::-1] for name, n in numbers.items()},
        **{f"line {i} of the file": line for i, line in enumerate(lines)
           if len(line) > 40}}


@pytest.fixture(scope="module")
def keys(house, tmp_path_factory):
    """Keys of a client."""
    return assertions.make_keys(tmp_path_factory.mktemp("keys"))


@pytest.mark.parametrize("alg", assertions.ALGORITHMS)
def test_no_child_ever_has_the_key(logins, keys, alg):
    """The worker proves the client with every request all the same."""
    shutil.copy(keys / f"{alg}.pem", KEY_FILE)
    logins.set({"token_endpoint_auth_method": "private_key_jwt",
                "private_key_file": KEY_FILE})
    module = logins.start()
    polling(module)
    logins.wait_polls(2)
    for request in logins.server.to("/token"):
        assert assertions.verifies(assertions.read(request), keys)
    secrets = canaries(keys / f"{alg}.pem", alg)
    in_monitor = memory.found(module.pid, secrets)
    assert {f"{name} in words" for name in SECRETS[alg]} <= in_monitor
    assert not [name for name in in_monitor if name.startswith("line")]
    for child in (module.worker, module.judge, module.fetcher):
        assert memory.found(child, secrets) == set()
    assert memory.found(module.worker, {"id": b"CLIENT_ID"}) == {"id"}
