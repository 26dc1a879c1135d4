"""Userinfo: who signed in, and what is not believed."""

import pytest

import documents
from client_case import fetched
from documents import USERINFO
from scripted import Raw, Reply


@pytest.fixture
def identity(drive, server):
    """Fetch userinfo; changes are made to a fine answer, ... leaves out."""
    def run(reply=None, options=None, **changes):
        answer = {**USERINFO, **changes}
        answer = {k: v for k, v in answer.items() if v is not Ellipsis}
        server.on("/me", reply or Reply(json=answer))
        return drive("identity", **documents.by_hand(server),
                     **(options or {}))

    return run


def refused(got, cause="protocol"):
    """Whether it was refused, and nothing was told."""
    assert (got["result"], got["cause"]) == ("GET_PROFILE", cause), got
    assert "sub" not in got
    return True


def test_p17_the_request_has_the_token_in_a_header_alone(identity, server):
    identity(options={"access_token": "A.T-1"})
    assert fetched(server, "/me", "Bearer A.T-1")


def test_who_it_is(identity, server):
    got = identity()
    assert (got["result"], got["cause"], got["text"]) == ("OK", "none", "")
    assert (got["issuer"], got["sub"]) == (server.url, USERINFO["sub"])
    assert (got["email"], got["email_verified"]) == ("alice@corp.example", 1)
    assert (got["groups"], got["claims"]) == ("", "")


@pytest.mark.parametrize("value", [
    "true", "false", 1, 0, "TRUE", None, [], {}, False, ..., [True]])
def test_p10_an_email_is_verified_by_true_alone(identity, value):
    got = identity(email_verified=value)
    assert (got["result"], got["email_verified"]) == ("OK", 0)
    assert got["email"] == "alice@corp.example"


@pytest.mark.parametrize("value", [..., None, ""])
def test_no_email_is_none(identity, value):
    got = identity(email=value)
    assert (got["result"], got["email"]) == ("OK", None)
    assert got["email_verified"] == 0


@pytest.mark.parametrize("value", [
    5, True, ["alice@corp.example"], {"a": "b"}, "a" * 513])
def test_p11_an_email_that_is_no_text(identity, value):
    assert refused(identity(email=value))


@pytest.mark.parametrize("value", [
    ..., None, "", 5, 4242424242, [], "a" * 256, "a\n", "a\x1b", "é"])
def test_p4_sub_is_1_to_255_printable_characters(identity, value):
    assert refused(identity(sub=value))


@pytest.mark.parametrize("value", ["a", "b" * 255, "CN=Jane Doe,O=x"])
def test_sub_is_taken_as_it_is(identity, value):
    assert identity(sub=value)["sub"] == value


@pytest.mark.parametrize("reply, status", [
    (Reply(401, headers=('WWW-Authenticate: Bearer error="x"',)), 401),
    (Reply(403, {"error": "insufficient_scope"}), 403),
    (Reply(302, headers=("Location: /other",)), 302),
    (Reply(201, USERINFO), 201),
    (Reply(500, body=b"<html>", type="text/html"), 500),
    (Reply(503, USERINFO), 503)])
def test_p14_only_200_counts(identity, server, reply, status):
    got = identity(reply)
    assert refused(got, "http")
    assert got["http_status"] == status
    assert len(server.requests) == 1


@pytest.fixture
def signed(drive, server):
    """Fetch userinfo that says it is signed, to be verified by others."""
    def run(body, status=200, kind="application/jwt", command="userinfo"):
        server.on("/me", Reply(status, body=body, type=kind))
        return drive(command, **documents.by_hand(server))

    return run


@pytest.mark.parametrize("kind", [
    "application/jwt", "Application/JWT; charset=utf-8"])
def test_p13_signed_userinfo_is_handed_out(signed, kind):
    got = signed(b"a.b.c", kind=kind)
    assert (got["result"], got["jwt"]) == ("OK", "a.b.c")
    assert "sub" not in got


@pytest.mark.parametrize("body, cause", [
    (b"", "protocol"), (b"a b.c", "protocol"), (b"a.b.c\n", "protocol"),
    (b"a.\x00.c", "protocol"), (b"\xff.b.c", "protocol"),
    (b"a" * (32 * 1024 + 1), "too_big")],
    ids=["nothing", "a blank", "a newline", "NUL", "a byte", "32 KiB + 1"])
def test_p13_what_is_no_jwt_is_not(signed, body, cause):
    assert refused(signed(body), cause)


def test_p13_a_jwt_of_32_kib_is(signed):
    assert signed(b"a" * 32 * 1024)["jwt"] == "a" * 32 * 1024


@pytest.mark.parametrize("status", [201, 204, 401, 500])
def test_p13_a_jwt_with_another_status_is_none(signed, status):
    assert refused(signed(b"a.b.c", status), "http")


@pytest.mark.parametrize("command, result", [
    ("identity", "GET_PROFILE"), ("id_email", "GET_ID_EMAIL")])
def test_p13_who_has_no_keys_refuses_it(signed, command, result):
    got = signed(b"a.b.c", command=command)
    assert (got["result"], got["cause"]) == (result, "protocol")
    assert got["text"] == "userinfo is signed, and has to be verified"
    assert "sub" not in got


def test_p15_transport_failures_say_which(identity):
    assert refused(identity(Raw(end="close")), "transport")
    got = identity(Raw(end="hold"), options={"timeout_ms": 300})
    assert refused(got, "timeout")


GROUPS = {
    "an array": ("groups", {"groups": ["a", "b c"]}, "a\nb c"),
    "one text": ("groups", {"groups": "a"}, "a"),
    "none": ("groups", {}, ""),
    "null": ("groups", {"groups": None}, ""),
    "an empty array": ("groups", {"groups": []}, ""),
    "another case": ("groups", {"Groups": ["a"]}, ""),
    "a path": ("realm.roles", {"realm": {"roles": ["a"]}}, "a"),
    "a long path": ("a.b.c", {"a": {"b": {"c": ["x"]}}}, "x"),
    "a path to nothing": ("realm.roles", {"realm": {}}, ""),
    "a path over nothing": ("realm.roles", {}, ""),
    "a path over null": ("realm.roles", {"realm": None}, ""),
    "a key with dots": ("https://corp.example/groups",
                        {"https://corp.example/groups": ["a"]}, "a"),
    "256": ("groups", {"groups": ["g"] * 256}, "\n".join(["g"] * 256)),
}


@pytest.mark.parametrize("name", GROUPS)
def test_groups_are_texts_at_a_path(identity, name):
    path, claims, groups = GROUPS[name]
    got = identity(options={"groups_claim": path}, **claims)
    assert (got["result"], got["groups"]) == ("OK", groups)


@pytest.mark.parametrize("path, claims", [
    ("groups", {"groups": ["a", 5]}),
    ("groups", {"groups": 5}),
    ("groups", {"groups": True}),
    ("groups", {"groups": {"a": "b"}}),
    ("groups", {"groups": [["a"]]}),
    ("realm.roles", {"realm": "x"}),
    ("realm.roles", {"realm": ["roles"]}),
])
def test_groups_that_are_something_else(identity, path, claims):
    assert refused(identity(options={"groups_claim": path}, **claims))


@pytest.mark.parametrize("groups", [["g"] * 257, ["g" * 256]])
def test_groups_that_cannot_be_checked_are_named_as_such(identity, groups):
    got = identity(groups=groups, options={"groups_claim": "groups"})
    assert refused(got, cause="policy")


@pytest.mark.parametrize("claims", [
    {"_claim_names": {"groups": "src1"}},
    {"_claim_names": {"groups": "src1"}, "groups": ["a"]},
    {"hasgroups": True}])
def test_groups_that_are_elsewhere_are_named_as_such(identity, claims):
    got = identity(options={"groups_claim": "groups"}, **claims)
    assert refused(got, cause="policy")
    assert "too many groups" in got["text"]


def test_groups_are_not_read_unless_asked_for(identity):
    assert identity(groups=5)["groups"] == ""


def test_claims_are_told_by_name_and_absent_ones_are_left_out(identity):
    got = identity(oid="1-2", tid="t=1", roles=["x", "y"], other="z",
                   nothing=None,
                   options={"claims": "oid absent tid nothing roles"})
    assert got["claims"] == "oid=1-2\ntid=t=1\nroles=x\nroles=y"


@pytest.mark.parametrize("value", [5, True, False, {}, [5], "v" * 513,
                                   ["v"] * 33])
def test_claims_that_are_no_texts(identity, value):
    got = identity(oid=value, options={"claims": "oid"})
    assert refused(got)
    assert "oid" in got["text"]
