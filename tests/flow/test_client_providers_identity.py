"""Who signed in, in the words of providers that have their own: P1-P16.

What has no test here is true of every provider and in test_client_identity:
P4 (sub), P10, P13, P14, P15.
"""

import pytest

from client_case import failed
from provider_case import has_none, is_person, refused
from provider_doubles import ALICE, DOUBLES, emails
from scripted import Raw, Reply

pytest_plugins = ["provider_fixtures"]


# GitHub

def test_p1_github_never_believes_the_profile(person, server):
    got = person("github", email="a@b.example")
    assert (got["email"], got["email_verified"]) == (ALICE, 1)
    profile, addresses = server.requests
    assert (profile.target, addresses.target) == (
        "/me", "/me/emails?per_page=100")
    for request in server.requests:
        assert request.header("User-Agent").startswith("pam_oauth2/")
        assert request.header("Accept") == "application/json"


@pytest.mark.parametrize("rows", [
    [(ALICE, True, False)],
    [(ALICE, True, False), ("other@corp.example", False, True)],
    [("other@corp.example", False, True)],
    [(ALICE, "true", True)], [(ALICE, True, "true")], [(ALICE, True, 1)],
    [(None, True, True)], [("", True, True)]])
def test_p2_github_takes_the_primary_and_verified_address(run, server, rows):
    DOUBLES["github"].script(server).on("/me/emails", emails(*rows))
    got = run("github", script=False)
    assert has_none(got)
    assert got["sub"] == "4242424242"


def test_p2_github_has_one_primary_address(run, server):
    DOUBLES["github"].script(server).on("/me/emails", emails(
        (ALICE, True, True), ("b@corp.example", True, True)))
    assert refused(run("github", script=False))


@pytest.mark.parametrize("addresses", [[], [5, None, "x", [], {}]])
def test_p3_github_has_no_address(run, server, addresses):
    DOUBLES["github"].script(server).on("/me/emails", Reply(json=addresses))
    assert has_none(run("github", script=False))


@pytest.mark.parametrize("reply, cause", [
    (Reply(json={}), "json"), (Reply(json={"email": ALICE}), "json"),
    (Reply(body=b"[{]"), "json"), (Reply(404, {"message": "x"}), "http"),
    (Reply(403, {"message": "x"}), "http"), (Reply(401), "http"),
    (Reply(json={"error": "x"}), "http"), (Raw(end="close"), "transport"),
    (Reply(json=[{"email": 5, "primary": True, "verified": True}]),
     "protocol")])
def test_p3_p14_p15_github_must_answer_about_addresses(
        run, server, reply, cause):
    DOUBLES["github"].script(server).on("/me/emails", reply)
    got = run("github", script=False)
    assert refused(got, cause)
    if got["http_status"] in (403, 404):
        assert "user:email" in got["text"]


def test_p3_nobody_else_may_answer_with_a_list(run, server):
    server.on("/me", Reply(json=[{"id": 5}]))
    assert refused(run("github", script=False), "json")


@pytest.mark.parametrize("value", [
    None, "", ..., "5", "octocat", True, [], {}, 0, -5, 1.5])
def test_p4_github_id_is_a_number(person, value):
    assert refused(person("github", id=value))
    assert refused(person("kakao", id=value))


@pytest.mark.parametrize("value", [None, "", ..., 5, True, [], {}, "é",
                                   "a\n", "a" * 256])
@pytest.mark.parametrize("name", ["discord", "reddit", "facebook"])
def test_p4_an_id_is_a_text(person, name, value):
    assert refused(person(name, id=value))


@pytest.mark.parametrize("value, sub", [
    (4242424242, "4242424242"), (1, "1"), (2**31, "2147483648"),
    (2**53 - 1, "9007199254740991")])
def test_p5_an_id_is_whole(person, value, sub):
    assert person("github", id=value)["sub"] == sub
    assert person("kakao", id=value)["sub"] == sub


@pytest.mark.parametrize("value", [2**53, 2**53 + 1, 2**63, 1e300])
def test_p5_an_id_that_is_not_exact(person, value):
    assert refused(person("github", id=value))
    assert refused(person("kakao", id=value))


def test_p5_never_the_login(person):
    got = person("github", {"claims": "login"}, login="root")
    assert (got["sub"], got["claims"]) == ("4242424242", "login=root")


def test_a_userinfo_endpoint_with_a_query_has_no_list_beside_it(run, server):
    got = run("github", userinfo_endpoint=server.url + "/me?x=1")
    assert (got["result"], server.requests) == ("CONFIG", [])
    assert "userinfo_endpoint" in got["text"]


# Google, and whoever says email_verified

@pytest.mark.parametrize("name", ["google", "okta", "linkedin"])
@pytest.mark.parametrize("value", [False, None, ..., "true", 1, "false"])
def test_p6_an_address_that_is_not_verified(person, name, value):
    got = person(name, email_verified=value)
    assert (got["email"], got["email_verified"]) == (ALICE, 0)


@pytest.mark.parametrize("value", [None, ..., ""])
def test_p6_google_sends_no_address(person, value):
    assert has_none(person("google", email=value))


def test_the_hosted_domain_is_a_claim_of_userinfo(person):
    assert person("google", {"claims": "hd"})["claims"] == "hd=corp.example"
    assert person("google", {"claims": "hd"}, hd=...)["claims"] == ""


@pytest.mark.parametrize("value", ["false", "true", 1, False, None, ...])
def test_p7_discord_says_true(person, value):
    got = person("discord", verified=value, email_verified=True)
    assert has_none(got)


@pytest.mark.parametrize("value", [False, "true", 1, None, ...])
@pytest.mark.parametrize("claim", ["is_email_valid", "is_email_verified"])
def test_p8_kakao_says_both(person, claim, value):
    account = {**DOUBLES["kakao"].person["kakao_account"], claim: value}
    account = {k: v for k, v in account.items() if v is not Ellipsis}
    got = person("kakao", kakao_account=account, email=ALICE,
                 email_verified=True)
    assert has_none(got)


@pytest.mark.parametrize("value", [..., None])
def test_p8_kakao_without_an_account(person, value):
    assert has_none(person("kakao", kakao_account=value))


@pytest.mark.parametrize("value", [[], "x", True])
def test_p8_kakao_with_an_account_that_is_none(person, value):
    assert refused(person("kakao", kakao_account=value))


@pytest.mark.parametrize("value", [True, "1"])
def test_p9_entra_says_so_in_its_own_words(person, value):
    assert person("entra", xms_edov=value)["email_verified"] == 1


@pytest.mark.parametrize("value", [
    ..., None, False, 0, 1, "0", "true", "", "11", [True], {}])
def test_p9_entra_without_them(person, value):
    got = person("entra", {"email_verified_string": 1}, xms_edov=value,
                 email_verified=True)
    assert (got["email"], got["email_verified"]) == (ALICE, 0)


def test_p9_the_words_of_entra_are_nobody_elses(person):
    got = person("okta", xms_edov=True, email_verified=False)
    assert got["email_verified"] == 0


# EGI

@pytest.mark.parametrize("changes, verified", [
    ({}, 1), ({"voperson_verified_email": ALICE}, 1),
    ({"voperson_verified_email": ["b@corp.example", ALICE]}, 1),
    ({"voperson_verified_email": ["b@corp.example"]}, 0),
    ({"voperson_verified_email": [ALICE.upper()]}, 0),
    ({"voperson_verified_email": []}, 0),
    ({"voperson_verified_email": ...}, 0),
    ({"voperson_verified_email": None, "email_verified": True}, 1),
    ({"voperson_verified_email": ..., "email_verified": True}, 1),
    ({"voperson_verified_email": ..., "email_verified": "true"}, 0)])
def test_egi_lists_verified_addresses(person, changes, verified):
    got = person("egi", **changes)
    assert (got["email"], got["email_verified"]) == (ALICE, verified)


def test_egi_the_only_verified_address_is_the_address(person):
    assert person("egi", email=...)["email"] == ALICE
    assert has_none(person("egi", email=..., voperson_verified_email=[
        ALICE, "b@corp.example"]))


@pytest.mark.parametrize("value", [5, True, {}, [5], ["a" * 513]])
def test_egi_a_list_that_is_none(person, value):
    assert refused(person("egi", voperson_verified_email=value))


# What the settings allow, and what nobody may send

@pytest.mark.parametrize("value, verified", [
    ("true", 1), (True, 1), ("TRUE", 0), ("1", 0), (1, 0), ("true ", 0),
    ("truer", 0), ("false", 0), (False, 0), (None, 0), (["true"], 0)])
def test_p10_the_text_true_by_the_providers_option(person, value, verified):
    options = {"email_verified_string": 1}
    for name in ("cognito", "keycloak"):
        assert person(name, options, email_verified=value)[
            "email_verified"] == verified
    assert person("cognito", email_verified=value)[
        "email_verified"] == (value is True)


@pytest.mark.parametrize("name", [
    name for name, double in DOUBLES.items() if "email" in (
        double.person or {})])
def test_p11_an_address_with_nul(run, server, name):
    DOUBLES[name].script(server, email="alice@corp.com\0@evil.com")
    assert refused(run(name, script=False), "json")


@pytest.mark.parametrize("value", [["alice@corp.example"], 5, {}, True])
def test_p11_an_address_that_is_no_text(run, person, server, value):
    for name in ("google", "discord", "entra", "egi"):
        assert refused(person(name, email=value))
    DOUBLES["github"].script(server).on(
        "/me/emails", emails((value, True, True)))
    assert refused(run("github", script=False))


@pytest.mark.parametrize("name", ["google", "entra", "kakao", "linkedin"])
def test_p12_userinfo_is_about_whom_the_id_token_is(run, name):
    sub = DOUBLES[name].sub
    assert is_person(run(name, expected_sub=sub), name)
    got = run(name, expected_sub=sub + "0")
    assert failed(got, "USERINFO_MISMATCH", "protocol")
    assert "different people" in got["text"]


# Naver: HTTP 200 whatever comes

@pytest.mark.parametrize("code", ["024", "00 ", "0", "", 0, None, ..., True])
def test_p16_naver_fails_with_200(person, code):
    got = person("naver", resultcode=code, message="Authentication failed")
    assert refused(got)
    assert "resultcode" in got["text"]


@pytest.mark.parametrize("response", [
    ..., None, [], "x", {}, {"id": 5}, {"id": ""}, {"ID": "a"}])
def test_p16_naver_without_a_person(person, response):
    assert refused(person("naver", response=response))
