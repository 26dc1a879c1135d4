"""The device grant: vectors D1-D15, A and B as they apply to it."""

import time

import pytest

import documents
from client_case import posted
from documents import PENDING, TOKEN
from scripted import Raw, Reply

GRANT = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"


@pytest.fixture
def start(drive, server):
    """Ask for a code; changes are made to a fine answer, None leaves out."""
    def run(reply=None, options=None, **changes):
        answer = {**documents.device(server), **changes}
        answer = {k: v for k, v in answer.items() if v is not Ellipsis}
        server.on("/device", reply or Reply(json=answer))
        return drive("start", **{
            **documents.by_hand(server), **(options or {})})

    return run


@pytest.fixture
def poll(drive, server):
    """Poll; a second of waiting lasts 2 ms unless told."""
    def run(*answers, repeat=1, **options):
        server.on("/token", *answers)
        return drive("poll", **{"repeat": repeat, "second_ms": 2,
                                **documents.by_hand(server), **options})

    return run


def refused(got, result, cause):
    """Whether it was refused as expected."""
    assert (got["result"], got["cause"]) == (result, cause), got
    return True


# The start

def test_d1_the_request_and_its_answer(start, server):
    got = start(
        device_code="GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS",
        options={"client_id": "1406020730", "scopes": "example_scope"})
    assert posted(server, "/device",
                  b"client_id=1406020730&scope=example_scope")
    assert got["result"] == "OK"
    assert got["device_code"] == "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS"
    assert got["user_code"] == "WDJB-MJHT"
    assert got["verification_uri"] == server.url + "/activate"
    assert (got["verification_uri_complete"]
            == server.url + "/activate?c=WDJB-MJHT")
    assert (got["expires_in"], got["interval"]) == (1800, 5)
    assert (got["cause"], got["text"]) == ("none", "")


def test_scopes_are_joined_and_none_is_left_out(start, server):
    start(options={"scopes": "openid profile email"})
    start()
    assert server.requests[0].body == (
        b"client_id=CLIENT_ID&scope=openid+profile+email")
    assert server.requests[1].body == b"client_id=CLIENT_ID"


@pytest.mark.parametrize("method, body, authorization", [
    ("client_secret_post", b"client_id=CLIENT_ID&client_secret=S%26&scope=a",
     None),
    ("client_secret_basic", b"scope=a", "Basic Q0xJRU5UX0lEOlMlMjY="),
    (None, b"client_id=CLIENT_ID&client_secret=S%26&scope=a", None),
])
def test_a_confidential_client_says_who_it_is(
        start, server, method, body, authorization):
    start(options={"client_secret": "S&", "scopes": "a", "method": method})
    assert posted(server, "/device", body, authorization)


def test_d8_interval_absent_is_5(start):
    assert start(interval=...)["interval"] == 5
    assert start(interval=None)["interval"] == 5


@pytest.mark.parametrize("given, interval", [
    (0, 5), (-1, 5), (-1e300, 5), (1, 1), (120, 120), (300, 300), ("7", 7)])
def test_d8_interval_is_honoured_from_1_to_300(start, given, interval):
    assert start(interval=given)["interval"] == interval


@pytest.mark.parametrize("given", [301, 1e9, 1e300, 5.5, "x", True, [], {}])
def test_d8_interval_is_refused_otherwise(start, given):
    assert refused(start(interval=given), "DEVICE_AUTHORIZATION", "protocol")


def test_d8_interval_above_expires_in_is_refused(start):
    got = start(interval=61, expires_in=60)
    assert refused(got, "DEVICE_AUTHORIZATION", "protocol")
    assert start(interval=60, expires_in=60)["result"] == "OK"


@pytest.mark.parametrize("given", [..., None, 0, -1, "x", 1.5, []])
def test_expires_in_is_a_positive_number(start, given):
    assert refused(start(expires_in=given), "DEVICE_AUTHORIZATION",
                   "protocol")


def test_expires_in_is_cut_to_a_day(start):
    assert start(expires_in=1e20)["expires_in"] == 86400


def test_d9_verification_url(start, server):
    got = start(verification_uri=..., verification_url=server.url + "/u")
    assert got["verification_uri"] == server.url + "/u"
    got = start(verification_uri=server.url + "/i",
                verification_url="https://evil.example/")
    assert got["verification_uri"] == server.url + "/i"


BAD_URIS = [
    "javascript:alert(1)", "http://localhost/", "https://localhost/\x1b[2J",
    "https://localhost/a b", "https://localhost/\r\n", "https://localhost/é",
    "https://u@localhost/", "https://evil.example/", "https://localhost.x/",
    "https://xlocalhost/", "https://localhost@evil.example/", "//localhost/",
    "https://localhost\\@evil.example/", "data:text/html,x",
]


@pytest.mark.parametrize("uri", BAD_URIS + ["https://localhost/" + "a" * 183])
def test_d10_what_may_not_be_shown(start, uri):
    got = start(verification_uri=uri)
    assert refused(got, "POLICY", "policy")
    assert got["text"].startswith("verification_uri: ")
    assert uri not in got["text"]


@pytest.mark.parametrize("uri", BAD_URIS + ["https://localhost/" + "a" * 495])
def test_d10_the_complete_uri_likewise(start, uri):
    got = start(verification_uri_complete=uri)
    assert refused(got, "POLICY", "policy")
    assert got["text"].startswith("verification_uri_complete: ")


def test_d10_the_longest_that_may_be_shown(start):
    longest = "https://localhost/" + "a" * 182
    assert start(verification_uri=longest)["verification_uri"] == longest
    longest += "b" * 312
    got = start(verification_uri_complete=longest)
    assert got["verification_uri_complete"] == longest


def test_the_page_may_be_on_a_host_that_is_listed(start):
    other = "https://Login.Example/activate#/x"
    for key in ("verification_hosts", "endpoint_hosts"):
        got = start(verification_uri=other,
                    options={key: "x.example login.example"})
        assert got["verification_uri"] == other
    got = start(verification_uri=other,
                options={"verification_hosts": "example x.login.example"})
    assert refused(got, "POLICY", "policy")
    assert "login.example" in got["text"]


def test_the_page_may_be_on_the_host_of_the_endpoint(drive, server):
    options = documents.by_hand(server)
    options["issuer"] = "https://id.example"
    server.on("/device", Reply(json=documents.device(server)))
    assert drive("start", **options)["result"] == "OK"


@pytest.mark.parametrize("key", [
    "verification_uri_complete", "message", "interval"])
def test_what_may_be_missing(start, key):
    got = start(**{key: ...})
    assert (got["result"], got["cause"], got["text"]) == ("OK", "none", "")


@pytest.mark.parametrize("code", [
    "\x1b[2J", "A" * 1000, "A" * 17, "ABC", "AB CD", "ABCD\n", "ÄBCD",
    "ABC_D", "<b>AB"])
def test_d11_a_user_code_is_letters_digits_and_hyphens(start, code):
    got = start(user_code=code)
    assert refused(got, "POLICY", "policy")
    assert code not in got["text"]


@pytest.mark.parametrize("code", ["ABCD", "A" * 16, "a-Z-09"])
def test_d11_a_user_code_has_4_to_16_characters(start, code):
    assert start(user_code=code)["user_code"] == code


@pytest.mark.parametrize("key", [
    "device_code", "user_code", "verification_uri"])
def test_d14_what_must_be_there(start, key):
    for missing in (..., None, "", 5, []):
        got = start(**{key: missing})
        assert refused(got, "DEVICE_AUTHORIZATION", "protocol")
        assert key in got["text"]


def test_a_refusal_keeps_the_word_of_the_provider(start):
    got = start(Reply(400, {"error": "unauthorized_client",
                            "error_description": "no device flow"}))
    assert refused(got, "DEVICE_AUTHORIZATION", "http")
    assert got["error"] == "unauthorized_client"
    assert got["description"] == "no device flow"
    assert got["http_status"] == 400


def test_transport_failures_of_the_start_say_which(start):
    got = start(Raw(end="close"))
    assert refused(got, "DEVICE_AUTHORIZATION", "transport")
    got = start(Raw(end="hold"), options={"timeout_ms": 300})
    assert refused(got, "DEVICE_AUTHORIZATION", "timeout")
    got = start(Reply(302, headers=("Location: /other",)))
    assert refused(got, "DEVICE_AUTHORIZATION", "http")


# The polls

def test_d2_the_request_of_a_poll(poll, server):
    poll(Reply(json=TOKEN), device_code="Gm_R/x y")
    assert posted(server, "/token", (
        f"grant_type={GRANT}&device_code=Gm_R%2Fx+y&client_id=CLIENT_ID"
    ).encode())


def test_a1_post(poll, server):
    poll(Reply(json=TOKEN), client_secret="CLIENT_SECRET")
    assert posted(server, "/token", (
        f"grant_type={GRANT}&device_code=DC"
        "&client_id=CLIENT_ID&client_secret=CLIENT_SECRET").encode())


@pytest.mark.parametrize("name, secret, encoded", [
    ("CLIENT_ID", "CLIENT_SECRET", "Q0xJRU5UX0lEOkNMSUVOVF9TRUNSRVQ="),
    ("a:b", "c:d", "YSUzQWI6YyUzQWQ="),
    ("client id", "p+q%r/s=&", "Y2xpZW50K2lkOnAlMkJxJTI1ciUyRnMlM0QlMjY="),
    ("app@example.com", "pä55", "YXBwJTQwZXhhbXBsZS5jb206cCVDMyVBNDU1"),
], ids=["B1", "B2", "B3", "B4"])
def test_a2_basic(poll, server, name, secret, encoded):
    got = poll(Reply(json=TOKEN), client_id=name, client_secret=secret,
               method="client_secret_basic")
    assert posted(server, "/token",
                  f"grant_type={GRANT}&device_code=DC".encode(),
                  "Basic " + encoded)
    assert (got["access_token"], got["lifetime"]) == ("AT", 3600)


def test_a3_encoding(poll, server):
    poll(Reply(json=TOKEN), client_id="c:l i/é", device_code="c/d+e f")
    assert server.requests[0].body.endswith(
        b"&device_code=c%2Fd%2Be+f&client_id=c%3Al+i%2F%C3%A9")


def test_a4_the_error_is_kept(poll):
    got = poll(Reply(400, {"error": "invalid_request"}))
    assert refused(got, "GET_ACCESS_TOKEN", "http")
    assert (got["error"], got["http_status"]) == ("invalid_request", 400)


def test_a5_no_second_try_with_another_method(poll, server):
    got = poll(Reply(401, {"error": "invalid_client"}),
               client_secret="S", method="client_secret_basic", repeat=9)
    assert refused(got, "GET_ACCESS_TOKEN", "http")
    assert got["error"] == "invalid_client"
    assert len(server.requests) == 1


def test_a7_error_and_token_together(poll):
    got = poll(Reply(json={**TOKEN, "error": "authorization_pending"}))
    assert got["result"] == "AUTHORIZATION_PENDING"
    assert "access_token" not in got


def test_a11_any_case_of_bearer(poll):
    assert poll(Reply(json={**TOKEN, "token_type": "bEaReR"}))[
        "access_token"] == "AT"


def test_a18_a_public_client_sends_its_id_alone(poll, server):
    poll(Reply(json=TOKEN), method="none")
    assert server.requests[0].body.endswith(b"&client_id=CLIENT_ID")


def test_all_parts_of_a_token(poll):
    got = poll(Reply(json={**TOKEN, "refresh_token": "RT", "scope": "a b",
                           "id_token": "a.b.c"}))
    assert (got["refresh_token"], got["scope"]) == ("RT", "a b")
    assert (got["id_token"], got["lifetime"]) == ("a.b.c", 3600)


def test_d3_pending_then_success(poll, server):
    got = poll(*[Reply(400, PENDING)] * 3, Reply(json=TOKEN), repeat=9)
    assert got["polls"].split("\n") == [
        "AUTHORIZATION_PENDING 5"] * 3 + ["OK 5"]
    assert len(server.requests) == 4
    assert {r.connection for r in server.requests} == {1}
    assert len({r.body for r in server.requests}) == 1


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 428, 429, 500])
def test_d4_the_error_counts_and_not_the_status(poll, status):
    assert poll(Reply(status, PENDING))["result"] == "AUTHORIZATION_PENDING"


def test_d5_slow_down_adds_5_for_good(poll):
    slow = Reply(400, {"error": "slow_down"})
    got = poll(slow, slow, Reply(400, PENDING), Reply(json=TOKEN), repeat=9)
    assert got["polls"].split("\n") == [
        "SLOW_DOWN 10", "SLOW_DOWN 15", "AUTHORIZATION_PENDING 15", "OK 15"]


@pytest.mark.parametrize("carried, interval", [
    (20, 20), (7, 10), (10, 10), ("20", 20), (1e9, 86400), (-1, 10),
    ("x", 10), (None, 10)])
def test_d5_slow_down_with_an_interval(poll, carried, interval):
    got = poll(Reply(200, {"error": "slow_down", "interval": carried}))
    assert got["polls"] == f"SLOW_DOWN {interval}"


def test_d5_the_polls_keep_the_interval_on_the_wire(poll, server):
    poll(Reply(400, {"error": "slow_down"}), Reply(400, PENDING),
         Reply(json=TOKEN), repeat=9, second_ms=40)
    times = [r.at for r in server.requests]
    assert all(b - a >= 0.4 for a, b in zip(times, times[1:]))


@pytest.mark.parametrize("status", [200, 400, 403])
@pytest.mark.parametrize("error, result", [
    ("access_denied", "ACCESS_DENIED"),
    ("authorization_declined", "ACCESS_DENIED"),
    ("expired_token", "EXPIRED_TOKEN"),
    ("token_expired", "EXPIRED_TOKEN"),
    ("bad_verification_code", "EXPIRED_TOKEN"),
    ("invalid_grant", "EXPIRED_TOKEN"),
    ("incorrect_device_code", "EXPIRED_TOKEN"),
    ("invalid_request", "GET_ACCESS_TOKEN"),
    ("Access_Denied", "GET_ACCESS_TOKEN"),
    ("authorization_pending ", "GET_ACCESS_TOKEN"),
], ids=["d6", "d6 declined", "d7", "d7 token", "d7 code", "d7 grant",
        "d7 unknown", "other", "case",
        "blank"])
def test_answers_that_end_it(poll, server, status, error, result):
    got = poll(Reply(status, {"error": error}), repeat=9)
    assert refused(got, result, "http")
    assert (got["error"], got["http_status"]) == (error, status)
    assert "access_token" not in got
    assert len(server.requests) == 1


def test_d12_a_timeout_backs_off_and_goes_on(poll):
    got = poll(*[Raw(end="hold")] * 5, Reply(400, PENDING),
               Reply(json=TOKEN), repeat=9, second_ms=4, timeout_ms=500)
    assert got["polls"].split("\n") == [
        "TIMEOUT 10", "TIMEOUT 20", "TIMEOUT 40", "TIMEOUT 60", "TIMEOUT 60",
        "AUTHORIZATION_PENDING 5", "OK 5"]


def test_d12_so_does_a_lost_connection(poll):
    got = poll(Raw(end="reset"), Reply(json=TOKEN), repeat=9)
    assert got["polls"].split("\n") == ["TRANSPORT 10", "OK 5"]


def test_d12_backing_off_is_never_faster_than_told(poll):
    got = poll(Reply(400, {"error": "slow_down", "interval": 100}),
               Reply(503), Reply(json=TOKEN), repeat=9)
    assert got["polls"].split("\n") == [
        "SLOW_DOWN 100", "TRANSPORT 100", "OK 100"]


@pytest.mark.parametrize("reply", [
    Reply(429, body=b"slow", type="text/plain"),
    Reply(500, body=b"<html>", type="text/html"),
    Reply(503, headers=("Retry-After: 1",)),
    Reply(503, {"error": "temporarily_unavailable"}),
    Reply(400, {"error": "temporarily_unavailable"}),
    Reply(502, {"message": "upstream"}),
], ids=["429", "500", "503", "503 json", "400 json", "502"])
def test_d12_so_does_a_server_that_is_busy(poll, reply):
    got = poll(reply, Reply(json=TOKEN), repeat=9)
    assert got["polls"].split("\n") == ["TRANSPORT 10", "OK 5"]


@pytest.mark.parametrize("reply", [
    Reply(302, headers=("Location: /other",)), Reply(404, {"a": 1}),
    Reply(201, TOKEN), Reply(400, body=b"x", type="text/html")],
    ids=["302", "404", "201", "400"])
def test_what_is_neither_answer_nor_busy_ends_it(poll, server, reply):
    got = poll(reply, repeat=9)
    assert refused(got, "GET_ACCESS_TOKEN", "http")
    assert len(server.requests) == 1


def test_a_certificate_that_is_wrong_ends_it(drive, make_server):
    got = drive("poll", repeat=9, second_ms=1,
                **documents.by_hand(make_server("expired")))
    assert refused(got, "GET_ACCESS_TOKEN", "tls")


def test_d13_the_deadline_ends_a_provider_that_never_decides(drive, server):
    answer = {**documents.device(server), "expires_in": 60, "interval": 5}
    server.on("/device", Reply(json=answer))
    server.on("/token", Reply(400, PENDING))
    begin = time.monotonic()
    got = drive("login", second_ms=10, **documents.by_hand(server))
    assert got["result"] == "AUTHORIZATION_PENDING"
    assert time.monotonic() - begin < 10
    assert 1 <= len(server.to("/token")) <= 12


def test_d13_the_deadline_of_requests_is_kept_by_every_poll(poll):
    begin = time.monotonic()
    got = poll(Raw(end="hold"), repeat=3, second_ms=1, deadline_ms=500)
    assert got["polls"].split("\n")[0] == "TIMEOUT 10"
    assert time.monotonic() - begin < 6


def test_d15_who_no_longer_waits_polls_no_more(poll, server):
    got = poll(Reply(400, PENDING), repeat=9, stop_after=1)
    assert (got["result"], got["polls"]) == ("CLOSED", "CLOSED 5")
    assert server.connections == 0
    got = poll(Reply(400, PENDING), repeat=9, stop_polls=1)
    assert got["polls"].split("\n") == ["AUTHORIZATION_PENDING 5", "CLOSED 5"]
    assert len(server.requests) == 1


def test_d15_a_poll_under_way_is_given_up(poll, server):
    begin = time.monotonic()
    got = poll(Raw(end="hold"), repeat=9, stop_ms=800)
    assert (got["result"], got["polls"]) == ("CLOSED", "CLOSED 5")
    assert len(server.requests) == 1
    assert time.monotonic() - begin < 6


def test_a_poll_after_the_server_left_is_sent_once(poll, server):
    """Node closes an idle connection after 5 s: the usual interval."""
    got = poll(*[Reply(400, PENDING, hang_up=0.05)] * 3, Reply(json=TOKEN),
               repeat=9, second_ms=40)
    assert got["polls"].split("\n") == [
        "AUTHORIZATION_PENDING 5"] * 3 + ["OK 5"]
    assert [r.connection for r in server.requests] == [1, 2, 3, 4]


def test_a_whole_login_is_one_connection(drive, server):
    server.on(documents.WELL_KNOWN, Reply(json=documents.metadata(server)))
    server.on("/device", Reply(json=documents.device(server)))
    server.on("/token", Reply(400, PENDING), Reply(json=TOKEN))
    server.on("/me", Reply(json=documents.USERINFO))
    got = drive("login", issuer=server.url, client_id="CLIENT_ID",
                scopes="openid email")
    assert (got["result"], got["sub"]) == ("OK", "248289761001")
    assert (got["email"], got["email_verified"]) == ("alice@corp.example", 1)
    assert [(r.method, r.path, r.connection) for r in server.requests] == [
        ("GET", documents.WELL_KNOWN, 1), ("POST", "/device", 1),
        ("POST", "/token", 1), ("POST", "/token", 1), ("GET", "/me", 1)]
