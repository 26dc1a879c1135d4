"""Discovery of endpoints: vectors O1-O5, and what stays by hand."""

import pytest

import documents
from client_case import BASIC, SECRET, fetched
from documents import WELL_KNOWN
from scripted import Raw, Reply


@pytest.fixture
def discover(drive, server):
    """Discover; changes are made to a fine document, ... leaves out."""
    def run(reply=None, options=None, **changes):
        document = {**documents.metadata(server), **changes}
        document = {k: v for k, v in document.items() if v is not Ellipsis}
        server.on(WELL_KNOWN, reply or Reply(json=document))
        return drive("discover", **{
            "issuer": server.url, "client_id": "CLIENT_ID",
            **(options or {})})

    return run


def refused(got, cause):
    """Whether it was refused, and no endpoint was taken."""
    assert (got["result"], got["cause"]) == ("DISCOVERY", cause), got
    assert got["token_endpoint"] is None
    assert got["userinfo_endpoint"] is None
    return True


def test_the_endpoints_are_found(discover, server):
    got = discover()
    assert (got["result"], got["cause"], got["text"]) == ("OK", "none", "")
    assert got["token_endpoint"] == server.url + "/token"
    assert got["device_authorization_endpoint"] == server.url + "/device"
    assert got["userinfo_endpoint"] == server.url + "/me"
    assert fetched(server, WELL_KNOWN)


@pytest.mark.parametrize("path, asked", [
    ("/realms/a", "/realms/a" + WELL_KNOWN),
    ("/realms/a/", "/realms/a" + WELL_KNOWN),
    ("/", WELL_KNOWN),
])
def test_the_address_of_the_document(drive, server, path, asked):
    issuer = server.url + path
    server.on(asked, Reply(
        json={**documents.metadata(server), "issuer": issuer}))
    got = drive("discover", issuer=issuer, client_id="CLIENT_ID")
    assert got["result"] == "OK"
    assert server.requests[0].target == asked


@pytest.mark.parametrize("change", [
    lambda url: url + "/", lambda url: url.replace("https", "HTTPS"),
    lambda url: url.replace("localhost", "LOCALHOST"),
    lambda url: "https://evil.example", lambda url: url[:-1],
    lambda url: "", lambda url: None, lambda url: [url], lambda url: ...])
def test_o1_another_issuer(discover, server, change):
    assert refused(discover(issuer=change(server.url)), "protocol")


@pytest.mark.parametrize("key", [
    "token_endpoint", "device_authorization_endpoint", "userinfo_endpoint"])
@pytest.mark.parametrize("uri", [
    "http://localhost/x", "https://evil.example/x", "https://u@localhost/x",
    "https://localhost/x#f", "https://localhost.evil.example/", "/x",
    "https://127.0.0.1/x", "file:///etc/passwd"])
def test_o2_an_endpoint_that_is_not_allowed(discover, key, uri):
    got = discover(**{key: uri})
    assert refused(got, "policy")
    assert got["text"].startswith(key + ": ")
    assert uri not in got["text"]


def test_an_endpoint_on_a_host_that_is_listed(discover):
    got = discover(userinfo_endpoint="https://API.example/me",
                   options={"endpoint_hosts": "x.example api.example"})
    assert got["userinfo_endpoint"] == "https://API.example/me"


def test_a_host_that_may_be_shown_gets_no_secrets(discover):
    got = discover(userinfo_endpoint="https://api.example/me",
                   options={"verification_hosts": "api.example"})
    assert refused(got, "policy")
    assert "api.example is not listed in endpoint_hosts" in got["text"]


@pytest.mark.parametrize("reply, cause", [
    (Reply(json=[]), "json"),
    (Reply(body=b"<html>", type="text/html"), "json"),
    (Reply(302, headers=("Location: /other",)), "http"),
    (Reply(500, body=b"<html>", type="text/html"), "http"),
    (Raw(end="close"), "transport"),
    (Raw(b"SSH-2.0-x\r\n"), "http"),
], ids=["array", "HTML", "302", "500", "closed", "ssh"])
def test_o3_what_is_no_document(discover, server, reply, cause):
    assert refused(discover(reply), cause)
    assert len(server.requests) == 1


GONE = Reply(404, body=b"gone", type="text/plain")
OAUTH_KNOWN = "/.well-known/oauth-authorization-server"


def test_o3_no_document_at_either_address(discover, server):
    server.on(OAUTH_KNOWN, GONE)
    assert refused(discover(GONE), "http")
    assert [r.target for r in server.requests] == [WELL_KNOWN, OAUTH_KNOWN]


@pytest.mark.parametrize("path, asked", [
    ("", OAUTH_KNOWN), ("/", OAUTH_KNOWN), ("/a/b", OAUTH_KNOWN + "/a/b"),
    ("/a/", OAUTH_KNOWN + "/a")])
def test_the_address_of_rfc_8414_comes_second(drive, server, path, asked):
    issuer = server.url + path
    server.on(asked, Reply(
        json={**documents.metadata(server), "issuer": issuer}))
    got = drive("discover", issuer=issuer, client_id="CLIENT_ID")
    assert got["result"] == "OK"
    assert [r.target for r in server.requests] == [
        issuer[len(server.url):].rstrip("/") + WELL_KNOWN, asked]


@pytest.mark.parametrize("reply, cause", [
    (Reply(json=[]), "json"), (Reply(500), "http"), (GONE, "http"),
    (Reply(302, headers=("Location: /other",)), "http")])
def test_the_second_address_is_read_as_strictly(
        discover, server, reply, cause):
    server.on(OAUTH_KNOWN, reply)
    assert refused(discover(GONE), cause)


def test_o1_another_issuer_at_the_second_address(discover, server):
    server.on(OAUTH_KNOWN, Reply(json={
        **documents.metadata(server), "issuer": server.url + "/"}))
    assert refused(discover(GONE), "protocol")


METHODS = "token_endpoint_auth_methods_supported"


@pytest.mark.parametrize("methods", [
    ["none"], ["private_key_jwt"], ["none", "private_key_jwt"], "none",
    ["client_secret_jwt", "tls_client_auth"], ["CLIENT_SECRET_POST"]])
def test_o4_only_methods_that_we_do_not_have(discover, methods):
    got = discover(options=SECRET, **{METHODS: methods})
    assert refused(got, "policy")
    named = [methods] if methods == "none" else methods
    assert got["text"] == ("set token_endpoint_auth_method: the provider "
                           f"offers only {', '.join(named)}")


@pytest.mark.parametrize("methods", [
    5, {}, [1], [None], [["none"]], True, ["x" * 65], ["x"] * 17])
def test_o4_what_is_no_list(discover, methods):
    got = discover(options=SECRET, **{METHODS: methods})
    assert refused(got, "protocol")
    assert got["text"] == f"{METHODS} is no list of texts"


@pytest.fixture
def shown(drive, server):
    """Discover, and ask for a device code; how the secret was shown."""
    def run(methods, **options):
        document = {**documents.metadata(server), METHODS: methods}
        document = {k: v for k, v in document.items() if v is not Ellipsis}
        server.on(WELL_KNOWN, Reply(json=document))
        server.on("/device", Reply(json=documents.device(server)))
        got = drive("start", issuer=server.url, client_id="CLIENT_ID",
                    **options)
        assert got["result"] == "OK", got
        return proof(server, "/device")

    return run


def proof(server, path):
    """Return the header and the field of a form that hold the secret."""
    request, = server.to(path)
    return (request.header("Authorization"),
            dict(request.form).get("client_secret"))


IN_FORM, IN_HEADER = (None, "CLIENT_SECRET"), (BASIC, None)


@pytest.mark.parametrize("methods, how", [
    (..., IN_FORM), (None, IN_FORM), ([], IN_FORM),
    (["client_secret_post"], IN_FORM),
    (["client_secret_basic", "client_secret_post"], IN_FORM),
    (["client_secret_basic"], IN_HEADER), ("client_secret_basic", IN_HEADER),
    (["none", "client_secret_basic", "private_key_jwt"], IN_HEADER)])
def test_o4_a_secret_is_shown_as_the_provider_has_it(shown, methods, how):
    assert shown(methods, **SECRET) == how


@pytest.mark.parametrize("methods", [
    ["none"], ["client_secret_basic"], ["client_secret_post"], [1]])
@pytest.mark.parametrize("method, how", [
    ("client_secret_post", IN_FORM), ("client_secret_basic", IN_HEADER)])
def test_o4_what_the_settings_say_wins(shown, methods, method, how):
    assert shown(methods, **SECRET, method=method) == how


@pytest.mark.parametrize("methods", [
    ["private_key_jwt"], ["client_secret_basic"], [1]])
def test_o4_without_a_secret_there_is_nothing_to_show(shown, methods):
    assert shown(methods) == (None, None)


@pytest.mark.parametrize("own, how", [
    ({}, IN_HEADER), ({"revocation_method": "client_secret_post"}, IN_FORM)])
def test_o4_revocation_goes_the_same_way(drive, server, own, how):
    server.on(WELL_KNOWN, Reply(json={
        **documents.metadata(server), METHODS: ["client_secret_basic"],
        "revocation_endpoint": server.url + "/revoke"}))
    server.on("/revoke", Reply())
    got = drive("revoke", issuer=server.url, client_id="CLIENT_ID",
                token="AT", needs=REVOCATION, **SECRET, **own)
    assert got["result"] == "OK", got
    assert proof(server, "/revoke") == how


@pytest.mark.parametrize("value", [None, ...])
def test_o5_what_else_it_supports_is_not_asked(discover, value):
    assert discover(grant_types_supported=value)["result"] == "OK"


@pytest.mark.parametrize("key", [
    "token_endpoint", "device_authorization_endpoint", "userinfo_endpoint"])
def test_a_missing_endpoint_names_the_setting(discover, key):
    for missing in (..., None):
        got = discover(**{key: missing})
        assert refused(got, "protocol")
        assert got["text"] == (
            f"the provider announces no {key}; set it by hand")


def test_what_no_flow_needs_may_be_wrong(discover):
    got = discover(authorization_endpoint="http://x", jwks_uri=5)
    assert got["result"] == "OK"


@pytest.mark.parametrize("uri", [
    "https://elsewhere.example/x", "https://127.0.0.1/x?y=z"])
def test_what_is_set_by_hand_wins(discover, server, uri):
    got = discover(token_endpoint="http://evil.example",
                   options={"token_endpoint": uri})
    assert got["result"] == "OK"
    assert got["token_endpoint"] == uri
    assert got["userinfo_endpoint"] == server.url + "/me"


def test_where_all_is_set_by_hand_nothing_is_fetched(drive, server):
    got = drive("discover", **documents.by_hand(server))
    assert got["result"] == "OK"
    assert server.connections == 0


def test_a_certificate_for_another_name(drive, make_server):
    server = make_server("wrong_name")
    got = drive("discover", issuer=server.url, client_id="C")
    assert refused(got, "tls")
    assert server.requests == []


# What is not there at every provider

TOKEN, REVOCATION, PUSHED, ISS = 2, 16, 32, 64
OPTIONAL = {"needs": TOKEN | REVOCATION | PUSHED | ISS}


def test_optional_endpoints_are_found(discover, server):
    got = discover(options={"needs": 1 | TOKEN | REVOCATION | PUSHED | ISS},
                   revocation_endpoint=server.url + "/revoke",
                   pushed_authorization_request_endpoint=server.url + "/par",
                   authorization_response_iss_parameter_supported=True)
    assert got["result"] == "OK"
    assert got["authorization_endpoint"] == server.url + "/auth"
    assert got["revocation_endpoint"] == server.url + "/revoke"
    assert got["par_endpoint"] == server.url + "/par"
    assert got["iss_parameter"] == 1


@pytest.mark.parametrize("value", [None, ...])
def test_optional_endpoints_may_be_missing(discover, server, value):
    got = discover(options=OPTIONAL, revocation_endpoint=value,
                   pushed_authorization_request_endpoint=value,
                   authorization_response_iss_parameter_supported=value)
    assert (got["result"], got["cause"], got["text"]) == ("OK", "none", "")
    assert got["token_endpoint"] == server.url + "/token"
    assert (got["revocation_endpoint"], got["par_endpoint"]) == (None, None)
    assert got["iss_parameter"] == 0


@pytest.mark.parametrize("key", [
    "revocation_endpoint", "pushed_authorization_request_endpoint"])
@pytest.mark.parametrize("uri, cause", [
    ("http://localhost/x", "policy"), ("https://evil.example/x", "policy"),
    (5, "protocol"), ("", "protocol")])
def test_an_optional_endpoint_that_is_not_allowed(
        discover, key, uri, cause):
    assert refused(discover(options=OPTIONAL, **{key: uri}), cause)


@pytest.mark.parametrize("value", ["true", 1, [], {}])
def test_the_flag_is_true_or_false(discover, value):
    got = discover(options=OPTIONAL,
                   authorization_response_iss_parameter_supported=value)
    assert refused(got, "protocol")
    got = discover(options=OPTIONAL,
                   authorization_response_iss_parameter_supported=False)
    assert (got["result"], got["iss_parameter"]) == ("OK", 0)


def test_what_was_not_asked_for_is_not_taken(discover, server):
    got = discover(revocation_endpoint=5,
                   pushed_authorization_request_endpoint=5,
                   authorization_response_iss_parameter_supported=True)
    assert (got["result"], got["iss_parameter"]) == ("OK", 0)


def test_optional_ones_are_no_reason_to_fetch(drive, server):
    got = drive("discover", **documents.by_hand(server), **OPTIONAL)
    assert (got["result"], server.connections) == ("OK", 0)
    assert got["revocation_endpoint"] is None


def test_unless_nothing_else_is_asked_for(discover, server):
    got = discover(options={**documents.by_hand(server),
                            "needs": REVOCATION},
                   revocation_endpoint=server.url + "/revoke")
    assert got["revocation_endpoint"] == server.url + "/revoke"
    assert discover(Reply(500), options={"needs": ISS})["cause"] == "http"


@pytest.mark.parametrize("again", [REVOCATION, PUSHED | ISS,
                                   TOKEN | REVOCATION | PUSHED | ISS])
def test_they_are_looked_for_once(discover, server, again):
    got = discover(options={**OPTIONAL, "again": again})
    assert (got["result"], len(server.requests)) == ("OK", 1)


def test_a_later_question_for_more_is_asked(discover, server):
    got = discover(options={"needs": TOKEN, "again": REVOCATION | ISS},
                   revocation_endpoint=server.url + "/revoke",
                   authorization_response_iss_parameter_supported=True)
    assert len(server.requests) == 2
    assert got["revocation_endpoint"] == server.url + "/revoke"
    assert got["iss_parameter"] == 1


def test_an_optional_endpoint_set_by_hand_wins(discover, server):
    got = discover(options={
        **OPTIONAL, "revocation_method": "none",
        "revocation_endpoint": "https://elsewhere.example/r"},
        revocation_endpoint=5)
    assert got["result"] == "OK"
    assert got["revocation_endpoint"] == "https://elsewhere.example/r"
