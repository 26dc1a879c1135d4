"""What is installed: libraries, symbols, hardening, modes."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from house import staged_module
from module import HELPER

ENTRY_POINTS = {
    "pam_sm_authenticate", "pam_sm_setcred", "pam_sm_acct_mgmt",
    "pam_sm_open_session", "pam_sm_close_session", "pam_sm_chauthtok",
}
# Calls that change the host process, or that trust its environment.
FOREIGN = {
    "openlog", "closelog", "setlogmask", "signal", "exit", "_exit", "abort",
    "printf", "puts", "system", "popen", "fork", "execve", "execvp",
    "getenv", "setenv", "putenv", "atexit", "dlopen", "chdir", "umask",
    "setuid", "seteuid", "alarm", "sigaction", "socket", "connect",
    "getaddrinfo", "strcpy", "strcat", "sprintf", "gets",
}


def lines(*command):
    """Return what a program prints."""
    return subprocess.run(command, text=True, capture_output=True,
                          check=True).stdout.splitlines()


@pytest.fixture
def module_file(pytestconfig):
    """The staged module."""
    return staged_module(pytestconfig.getoption("stage"))


@pytest.fixture
def helper_file(pytestconfig):
    """The staged helper."""
    return Path(str(pytestconfig.getoption("stage")) + str(HELPER))


@pytest.fixture
def cli_file(pytestconfig):
    """The staged pam-oauth2."""
    return Path(pytestconfig.getoption("stage")) / "usr/sbin/pam-oauth2"


def dynamic(file):
    """Return (tag, value) of the dynamic section."""
    return re.findall(r"\((\w+)\)\s+(.*)", "\n".join(
        lines("readelf", "-dW", file)))


def segments(file):
    """Return the flags of the segments, by type: a list of pairs."""
    found = re.findall(
        r"^  (\w+) +(?:0x\w+ +){5}([RWE ]{3})", "\n".join(
            lines("readelf", "-lW", file)), re.M)
    assert len(found) > 5
    return found


def symbols(file, *options):
    """Return the names of dynamic symbols, without versions."""
    return {line.split()[-1].split("@")[0]
            for line in lines("nm", "-D", *options, file)}


def test_module_needs_libpam_and_libc(module_file):
    """No third library comes into sshd, sudo, su or login."""
    needed = {value for tag, value in dynamic(module_file)
              if tag == "NEEDED"}
    names = {re.search(r"\[(\w+)\.so", value).group(1) for value in needed}
    assert names == {"libpam", "libc"}


def test_module_exports_its_entry_points(module_file):
    """Six symbols, and nothing that could stand in for a host's own."""
    assert symbols(module_file, "--defined-only") == ENTRY_POINTS


def test_module_calls_nothing_that_changes_its_host(module_file):
    """No call that a library in somebody else's process may not make."""
    imported = symbols(module_file, "--undefined-only")
    assert "pam_get_item" in imported and "posix_spawn" in imported
    assert not imported & FOREIGN


@pytest.mark.parametrize("which", ["module_file", "helper_file", "cli_file"])
def test_hardening(which, request):
    """RELRO, everything bound at once, no RPATH, no stack to execute."""
    file = request.getfixturevalue(which)
    tags = dict(dynamic(file))
    assert "RPATH" not in tags and "RUNPATH" not in tags
    assert "TEXTREL" not in tags
    assert "NOW" in tags.get("FLAGS_1", "")
    assert "BIND_NOW" in tags.get("FLAGS", "") + " ".join(tags)
    found = segments(file)
    assert "GNU_RELRO" in dict(found)
    assert "E" not in dict(found)["GNU_STACK"]
    for kind, flags in found:
        assert not {"W", "E"} <= set(flags), (kind, flags)


@pytest.mark.parametrize("which", ["module_file", "helper_file", "cli_file"])
def test_stack_protector_and_fortify(which, request):
    """Both are compiled in."""
    imported = symbols(request.getfixturevalue(which), "--undefined-only")
    assert "__stack_chk_fail" in imported
    assert {name for name in imported if name.endswith("_chk")}


@pytest.mark.parametrize("which", ["helper_file", "cli_file"])
def test_position_independent(which, request):
    """A PIE: its place in memory changes with every start."""
    file = request.getfixturevalue(which)
    assert any(re.match(r"\s+Type:\s+DYN ", line)
               for line in lines("readelf", "-hW", file))
    assert "PIE" in dict(dynamic(file))["FLAGS_1"]


def test_modes(module_file, helper_file, cli_file):
    """Not setuid, no capabilities, writable by root alone."""
    assert os.stat(helper_file).st_mode & 0o7777 == 0o755
    assert os.stat(cli_file).st_mode & 0o7777 == 0o755
    assert os.stat(module_file).st_mode & 0o7777 == 0o644
    for file in (module_file, helper_file, cli_file):
        assert not os.listxattr(file)
