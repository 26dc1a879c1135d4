"""The tests that have to notice: unit programs, and pytest's files.

Both are run in the copy, and tell for each case whether it passed, failed
by an assertion, or broke: a crash, a time-out, an end before its turn.
"""

import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

PASSED, FAILED, BROKEN = "passed", "failed", "broken"
WAIT = 120
STAGE = "build/stage/.done"
CLIENT_DRIVER = "build/asan/tests/flow/client_driver"
SIGNIN_DRIVER = "build/asan/tests/flow/signin_driver"
PAM_DRIVERS = ("build/release/tests/pam/driver",
               "build/release/tests/pam/inject",
               "build/release/tests/pam/stock")
UNIT_BEGIN = re.compile(r"^\[ RUN +\] (\w+)$", re.M)
# ERROR: it failed, and so did what cleans up behind it.
UNIT_CASE = re.compile(
    r"^\[ RUN +\] (\w+)$(.*?)^\[ +(OK|FAILED|ERROR) +\] \1$", re.M | re.S)
UNIT_END = re.compile(r"^\[=+\] \d+ test\(s\) run", re.M)
# A process that ended otherwise than its test wanted.
CRASH = re.compile(r"with exception|Sanitizer|runtime error:|the driver died|"
                   r"TimeoutExpired|assert \(-?\d+, b")
# What else is run of a file where all of it would take long: what goes well,
# and a refusal of another kind.
CONTROLS = {
    "flow/test_client_code.py": (
        "test_a1_client_secret_post", "test_a2_client_secret_basic",
        "test_a4_the_error_of_a_refusal_is_kept"),
    "flow/test_client_device.py": (
        "test_d1_the_request_and_its_answer", "test_all_parts_of_a_token",
        "test_d11_a_user_code_is_letters_digits_and_hyphens[ABC]"),
    "flow/test_client_transport.py": (
        "test_a_reply_is_told_whole",
        "test_one_connection_serves_many_requests",
        "test_the_configured_proxy_is_used", "test_n5_connection_refused",
        "test_n14_n17_certificates_that_are_refused[n17]",
        "test_only_plain_https_urls[http://localhost/]",
        "test_n12_headers_are_32_kib_in_all[endless]",
        "test_a_header_value_never_breaks_its_line[A\\n]"),
    "flow/test_fake_others.py": ("test_lies[judge-lies0]",),
    "flow/test_fake_worker.py": (
        "test_lie[no email]", "test_lie[a token of dots]",
        "test_lie[to compare: 'WDJB MJHT']", "test_lie[another sub]"),
    "flow/test_helper_cache.py": (
        "test_a_warm_cache_asks_for_nothing",
        "test_nothing_is_unchanged_that_is_not_known[keys]"),
    "flow/test_helper_code.py": (
        "test_parameters_are_granted[address]",
        "test_an_error_of_the_provider_ends_it[access_denied-access_denied]"),
    "flow/test_helper_hostile.py": (
        "test_attack[garbage-polling]", "test_longest_hello",
        "test_bad_hello[no PHASE]"),
    "flow/test_helper_kept.py": (
        "test_each_use_brings_the_next_one",
        "test_userinfo_says_it_where_no_id_token_comes",
        "test_who_has_never_signed_in"),
    "flow/test_helper_kept_faults.py": (
        "test_no_uid_for_a_moment_is_no_way_round",
        "test_another_client_does_not_overwrite"),
    "flow/test_helper_login.py": ("test_grant", "test_declined"),
    "flow/test_openid_keys.py": (
        "test_signing_key_rotation[a new key]",
        "test_a_renewal_that_fails_denies"),
    "flow/test_openid_rp.py": (
        "test_openid[oidcc-client-test-device]",
        "test_openid[oidcc-client-test-code]",
        "test_openid[oidcc-client-test-invalid-iss another-code]"),
    "pam/test_cli.py": ("test_version", "test_list_as_json", "test_rekey"),
    "pam/test_change.py": ("test_both_passes",),
    "system/test_pin.py": ("test_each_time_the_provider_is_asked",),
    "system/test_session_close.py": (
        "test_the_last_session_gives_the_token_back",),
    "system/test_sole_factor.py": (
        "test_prior_module_says_nothing_of_other_settings",),
    "pam/test_fake.py": ("test_control[with a question]",
                         "test_not_well_formed[garbage at once]"),
    "pam/test_reasons.py": (
        "test_scene[token-right]", "test_scene[token-with-email]",
        "test_scene[token-of-stranger]", "test_scene[user-of-another]"),
    "pam/test_stack.py": ("test_silent", "test_no_conversation"),
}


def is_unit(file):
    """Tell programs from Python."""
    return not file.endswith(".py")


def targets(file):
    """Return what has to be built to run a file of tests."""
    if is_unit(file):
        return [f"build/asan/tests/{file}"]
    if file.startswith("flow/test_client_"):
        return [CLIENT_DRIVER]
    if file.startswith("pam/"):
        return [STAGE, *PAM_DRIVERS]
    return [STAGE, SIGNIN_DRIVER] if "/test_fake_" in file else [STAGE]


def run(root, argv, **environment):
    """Run a command in the tree; what it printed."""
    try:
        done = subprocess.run(
            argv, cwd=root, env={**os.environ, **environment},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=WAIT, check=False)
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(errors="replace")
    return done.stdout.decode(errors="replace")


def verdict(text):
    """Tell a failed assertion from what else there may be."""
    return BROKEN if CRASH.search(text) else FAILED


def run_unit(root, file):
    """Run a program of unit tests; the result of each case.

    A case that fails frees nothing: leaks are not looked for.
    """
    output = run(root, [f"build/asan/tests/{file}"],
                 CMOCKA_MESSAGE_OUTPUT="stdout",
                 ASAN_OPTIONS="detect_leaks=0")
    results = dict.fromkeys(UNIT_BEGIN.findall(output), BROKEN)
    for name, text, word in UNIT_CASE.findall(output):
        results[name] = PASSED if word == "OK" else verdict(text)
    if not UNIT_END.search(output):
        results["(its end)"] = BROKEN
    return results


def case_result(entries):
    """Return the result of one case of pytest.

    A test that fails may leave things behind, which is then an error too.
    """
    failed = [entry for entry in entries if entry.tag == "failure"]
    if not entries:
        return PASSED
    message = failed[0].get("message", "") if failed else ""
    if not message.startswith(("AssertionError", "assert ")):
        return BROKEN
    return verdict(failed[0].text + message)


def read_report(text):
    """Return the result of each case in a report of pytest's."""
    entries = {}
    for case in xml.etree.ElementTree.fromstring(text or "<none/>").iter(
            "testcase"):
        entries.setdefault(case.get("name"), []).extend(
            entry for entry in case
            if entry.tag in ("failure", "error", "skipped"))
    return {name: case_result(found) for name, found in entries.items()}


def run_pytest(root, file, cases):
    """Run a file of pytest's, or these cases of it, in their order."""
    names = [f"tests/{file}::{case}" for case in cases] or [f"tests/{file}"]
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        run(root, [sys.executable, "-B", "-m", "pytest", "-q", "-p",
                   "no:cacheprovider", f"--junitxml={report.name}", *names])
        results = read_report(report.read())
    return {**{case: BROKEN for case in cases}, **results}


def run_case(root, file, case):
    """Run one case, or the program that it is in; its result."""
    if is_unit(file):
        return run_unit(root, file).get(case, BROKEN)
    return run_pytest(root, file, [case])[case]


def run_with_others(root, file, cases):
    """Run cases and those beside them; the result of each."""
    if is_unit(file):
        return run_unit(root, file)
    controls = CONTROLS.get(file)
    chosen = dict.fromkeys((*controls, *cases)) if controls else ()
    return run_pytest(root, file, list(chosen))
