"""The network as it should not be: vectors N1-N20, and one connection."""

import gzip
import socket
import ssl
import time
import warnings

import pytest

from scripted import Raw, Reply

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
FINE = HEAD + b"Content-Length: 2\r\n\r\n{}"
LIMIT = 256 * 1024


@pytest.fixture
def fetch(drive, server):
    """Fetch one path of the server that answers as given."""
    def run(*answers, **options):
        if answers:
            server.on("/x", *answers)
        return drive("fetch", url=server.url + "/x", **options)

    return run


def failed(got, result, cause):
    """Whether it failed as expected, with a word on where."""
    assert (got["result"], got["cause"]) == (result, cause), got
    assert got["text"].startswith("localhost: "), got
    return True


def test_a_reply_is_told_whole(fetch, server):
    got = fetch(Reply(418, body=b"short and stout", type="text/plain"))
    assert got["result"] == "OK"
    assert (got["status"], got["http_status"]) == (418, 418)
    assert (got["type"], got["body"]) == ("text/plain", "short and stout")


def test_the_request_byte_for_byte(fetch, server):
    fetch(Reply(json={}), form="a=b", authorization="Bearer T")
    request, = server.requests
    assert request.method == "POST"
    assert request.body == b"a=b"
    agent = request.header("User-Agent")
    assert request.headers == [
        ("Host", f"localhost:{server.port}"),
        ("User-Agent", agent),
        ("Accept", "application/json"),
        ("Authorization", "Bearer T"),
        ("Content-Length", "3"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ]
    assert agent.startswith("pam_oauth2/")


def test_a_get_has_no_body_and_keeps_its_query(drive, server):
    server.on("/a/../x", Reply(json={}))
    drive("fetch", url=server.url + "/a/../x?q=1")
    request, = server.requests
    assert (request.method, request.target) == ("GET", "/a/../x?q=1")
    assert request.body == b""


@pytest.mark.parametrize("value", ["A\r\nX-Evil: 1", "A\n", "A\x1b"])
def test_a_header_value_never_breaks_its_line(fetch, server, value):
    got = fetch(Reply(json={}), authorization=value)
    assert got["result"] == "SYNTAX"
    assert server.connections == 0


@pytest.mark.parametrize("url", [
    "http://localhost/", "https://u:p@localhost/", "https://localhost/#f",
    "file:///etc/passwd", "ftp://localhost/", ""])
def test_only_plain_https_urls(drive, url):
    assert drive("fetch", url=url)["result"] == "CONFIG"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_n1_a_redirect_is_a_reply_and_no_second_request(
        fetch, server, make_server, status):
    other = make_server()
    got = fetch(Reply(status, headers=(f"Location: {other.url}/y",)),
                form="secret=1")
    assert (got["result"], got["status"]) == ("OK", status)
    assert len(server.requests) == 1
    assert other.connections == 0


def test_n2_not_modified_has_no_body(fetch):
    got = fetch(Raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"))
    assert (got["result"], got["status"], got["body"]) == ("OK", 304, "")


def test_n3_n4_errors_of_the_server_are_replies(fetch):
    got = fetch(Reply(500, body=b"<html>", type="text/html"))
    assert (got["result"], got["status"]) == ("OK", 500)
    got = fetch(Reply(503, headers=("Retry-After: 120",)))
    assert (got["result"], got["status"]) == ("OK", 503)


def test_n5_connection_refused(drive):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    got = drive("fetch", url=f"https://localhost:{port}/")
    assert failed(got, "TRANSPORT", "transport")
    assert got["http_status"] == 0


def test_n6_a_name_that_does_not_exist(drive):
    got = drive("fetch", url="https://nosuch.invalid/")
    assert (got["result"], got["cause"]) == ("TRANSPORT", "transport")
    assert got["text"].startswith("nosuch.invalid: ")


def test_n6_a_name_server_that_is_silent_is_not_waited_for(drive, tmp_path):
    """libcurl would join its resolver thread, which waits 10 s."""
    (tmp_path / "resolv").write_text("nameserver 127.0.0.9\n")
    script = '/bin/mount --bind "$0" /etc/resolv.conf && exec "$@"'
    start = time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.9", 53))
        got = drive("fetch", url="https://id.example/", timeout_ms=500,
                    is_leaky=True, prefix=(
                        "/usr/bin/unshare", "-m", "/bin/sh", "-c", script,
                        str(tmp_path / "resolv")))
    assert (got["result"], got["cause"]) == ("TIMEOUT", "timeout")
    assert time.monotonic() - start < 6


@pytest.mark.parametrize("end", ["close", "cut", "reset"])
def test_n7_a_body_shorter_than_announced(fetch, end):
    got = fetch(Raw(HEAD + b"Content-Length: 20\r\n\r\n{}", end=end))
    assert failed(got, "TRANSPORT", "transport")


def test_n7_a_chunked_body_cut_short(fetch):
    got = fetch(Raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}"))
    assert failed(got, "TRANSPORT", "transport")


@pytest.mark.parametrize("end", ["close", "cut"])
def test_a_body_without_length_ends_with_the_connection(fetch, end):
    """That it was cut is for the JSON scan to see: J7."""
    got = fetch(Raw(HEAD + b"\r\n{}", end=end))
    assert (got["result"], got["body"]) == ("OK", "{}")


@pytest.mark.parametrize("end", ["close", "cut", "reset"])
def test_n8_closed_before_the_status(fetch, server, end):
    got = fetch(Raw(end=end))
    assert failed(got, "TRANSPORT", "transport")
    assert len(server.requests) == 1


def test_n9_something_that_is_not_http(fetch):
    got = fetch(Raw(b"SSH-2.0-x\r\n"))
    assert failed(got, "HTTP", "http")


def test_n9_something_that_is_not_tls(drive, make_server):
    server = make_server(take=lambda s: s.sendall(b"SSH-2.0-x\r\n"))
    got = drive("fetch", url=server.url)
    assert failed(got, "TLS", "tls")


def test_n10_silence_behind_the_request(fetch):
    got = fetch(Raw(end="hold"), timeout_ms=400)
    assert failed(got, "TIMEOUT", "timeout")


def test_n10_silence_before_the_handshake(drive, make_server):
    server = make_server(take=lambda s: s.recv(1) and time.sleep(5))
    got = drive("fetch", url=server.url, timeout_ms=400)
    assert failed(got, "TIMEOUT", "timeout")
    got = drive("fetch", url=server.url, connect_timeout_ms=400)
    assert failed(got, "TIMEOUT", "timeout")


def test_n11_one_byte_at_a_time_ends_with_the_request_timeout(fetch):
    start = time.monotonic()
    got = fetch(Raw(HEAD, b"X: 1\r\n", gap=0.2, forever=True),
                timeout_ms=900)
    assert failed(got, "TIMEOUT", "timeout")
    assert time.monotonic() - start < 6


def test_n11_a_drip_in_the_body(fetch):
    head = HEAD + b"Content-Length: 2000\r\n\r\n"
    got = fetch(Raw(head, b"x", gap=0.2, forever=True), timeout_ms=900)
    assert failed(got, "TIMEOUT", "timeout")


def test_the_deadline_ends_a_request_earlier_than_its_timeout(fetch):
    start = time.monotonic()
    got = fetch(Raw(end="hold"), deadline_ms=400)
    assert failed(got, "TIMEOUT", "timeout")
    assert time.monotonic() - start < 6


def test_after_the_deadline_nothing_is_sent(fetch, server):
    got = fetch(Reply(json={}), deadline_ms=-1)
    assert failed(got, "TIMEOUT", "timeout")
    assert server.connections == 0


def test_a_request_that_is_no_longer_wanted_ends_within_a_second(fetch):
    start = time.monotonic()
    got = fetch(Raw(end="hold"), stop_after=4)
    assert failed(got, "CLOSED", "none")
    assert time.monotonic() - start < 6
    got = fetch(Reply(json={}), stop_after=1)
    assert failed(got, "CLOSED", "none")


@pytest.mark.parametrize("raw", [
    Raw(HEAD + b"X: " + b"a" * 2_000_000 + b"\r\n\r\n"),
    Raw(HEAD + b"X: " + b"a" * 40_000 + b"\r\n\r\n"),
    Raw(HEAD, b"X: 12345678\r\n" * 1000, forever=True),
    Raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, forever=True),
    Raw(b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" * 99, forever=True),
    Raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n",
        b"X: 12345678\r\n" * 1000, forever=True),
], ids=["2 MB line", "40 kB line", "endless", "100", "103", "trailers"])
def test_n12_headers_are_32_kib_in_all(fetch, raw):
    assert failed(fetch(raw), "LIMIT", "too_big")


def test_a_few_1xx_replies_are_fine(fetch):
    got = fetch(Raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + FINE, end="keep"))
    assert (got["result"], got["body"]) == ("OK", "{}")


def test_n13_two_lengths_that_differ(fetch):
    got = fetch(Raw(HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n"
                    b"{} ", end="keep"))
    assert failed(got, "HTTP", "http")
    got = fetch(Raw(HEAD + b"Content-Length: 2\r\ncontent-length: 2\r\n\r\n"
                    b"{}", end="keep"))
    assert (got["result"], got["body"]) == ("OK", "{}")


@pytest.mark.parametrize("status", [b"101", b"999", b"600", b"42", b"2 00"])
def test_a_status_is_one_of_http(fetch, status):
    got = fetch(Raw(b"HTTP/1.1 %s X\r\nContent-Length: 0\r\n\r\n" % status),
                timeout_ms=1000)
    assert got["result"] in ("HTTP", "TRANSPORT"), got
    assert got["http_status"] == 0


@pytest.mark.parametrize("name", [
    "wrong_name", "expired", "self_signed", "client_only"],
    ids=["n14", "n15", "n16", "n17"])
def test_n14_n17_certificates_that_are_refused(drive, make_server, name):
    server = make_server(name)
    server.on("/x", Reply(json={}))
    got = drive("fetch", url=server.url + "/x")
    assert failed(got, "TLS", "tls")
    assert server.requests == []


def test_an_authority_that_is_not_configured(drive, server):
    server.on("/x", Reply(json={}))
    got = drive("fetch", url=server.url + "/x", ca_file=None)
    assert failed(got, "TLS", "tls")
    assert server.requests == []


def test_a_file_of_authorities_that_is_not_there(drive, server):
    got = drive("fetch", url=server.url, ca_file="/nonexistent/ca.pem")
    assert failed(got, "TLS", "tls")


LAX = """\
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = lax
[lax]
MinProtocol = TLSv1
CipherString = ALL:@SECLEVEL=0
"""


def test_n18_tls_1_1_is_refused_and_1_2_is_fine(
        drive, make_server, tmp_path):
    """Also where OpenSSL itself would take it."""
    (tmp_path / "lax").write_text(LAX)
    lax = {"OPENSSL_CONF": str(tmp_path / "lax")}

    def limit(version):
        def change(context):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = version
            context.set_ciphers("ALL:@SECLEVEL=0")
        return change

    old = make_server(context=limit(ssl.TLSVersion.TLSv1_1))
    got = drive("fetch", url=old.url, environment=lax)
    assert failed(got, "TLS", "tls")
    fine = make_server(context=limit(ssl.TLSVersion.TLSv1_2))
    fine.on("/x", Reply(json={}))
    got = drive("fetch", url=fine.url + "/x", environment=lax)
    assert got["result"] == "OK"


@pytest.mark.parametrize("name", [
    "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"])
def test_n19_proxies_of_the_environment_are_not_used(fetch, name):
    got = fetch(Reply(json={}), environment={name: "http://127.0.0.1:1"})
    assert got["result"] == "OK"


def test_the_configured_proxy_is_used(fetch, make_server):
    asked = []

    def take(connection):
        asked.append(connection.recv(4096))
        connection.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")

    proxy = make_server(take=take)
    got = fetch(proxy=f"http://127.0.0.1:{proxy.port}",
                environment={"no_proxy": "*"})
    assert failed(got, "TRANSPORT", "transport")
    assert asked[0].startswith(b"CONNECT localhost:")


@pytest.mark.parametrize("proxy", ["socks5://h", "h:1", "", "http://a b"])
def test_a_proxy_is_an_http_url(fetch, proxy):
    assert fetch(proxy=proxy)["result"] == "CONFIG"


def test_passwords_in_a_netrc_are_not_sent(fetch, server, tmp_path):
    (tmp_path / ".netrc").write_text(
        "machine localhost login alice password hunter2\n")
    got = fetch(Reply(json={}), environment={"HOME": str(tmp_path)})
    assert got["result"] == "OK"
    assert server.requests[0].header("Authorization") is None


def test_n20_no_key_log_is_written(fetch, tmp_path):
    log = tmp_path / "keys"
    got = fetch(Reply(json={}), environment={"SSLKEYLOGFILE": str(log)})
    assert got["result"] == "OK"
    assert not log.exists()


def test_j18_a_body_has_256_kib_and_not_one_byte_more(fetch):
    got = fetch(Reply(body=b"x" * LIMIT))
    assert (got["result"], len(got["body"])) == ("OK", LIMIT)
    got = fetch(Reply(body=b"x" * (LIMIT + 1)))
    assert failed(got, "LIMIT", "too_big")


def test_j19_a_chunked_body_counts_as_well(fetch):
    assert failed(fetch(Reply(body=b"x" * 8_000_000, chunked=True)),
                  "LIMIT", "too_big")


def test_j20_gzip_is_neither_asked_for_nor_unpacked(fetch, server):
    packed = gzip.compress(b"{}")
    got = fetch(Reply(body=packed, headers=("Content-Encoding: gzip",),
                      status=400))
    assert got["body"] != "{}"
    assert server.requests[0].header("Accept-Encoding") is None


def test_a_long_content_type_is_none(fetch):
    assert fetch(Reply(json={}, type="a/" + "b" * 125))["type"] != ""
    assert fetch(Reply(json={}, type="a/" + "b" * 126))["type"] == ""


def test_cookies_are_not_kept(fetch, server):
    fetch(Reply(json={}, headers=("Set-Cookie: a=b",)), repeat=2)
    assert [r.header("Cookie") for r in server.requests] == [None, None]


def test_one_connection_serves_many_requests(fetch, server):
    assert fetch(Reply(json={}), repeat=5)["is_open"] == 1
    assert [r.connection for r in server.requests] == [1] * 5


def test_a_connection_the_server_has_left_is_not_sent_into(fetch, server):
    """libcurl alone sends into it: then `once` makes the request fail."""
    got = fetch(Reply(json={}, hang_up=0.05), Reply(json={}),
                form="a=b", repeat=2, pause_ms=400, once=1)
    assert got["result"] == "OK"
    assert [r.connection for r in server.requests] == [1, 2]


@pytest.mark.parametrize("end", ["cut", "reset", "close"])
def test_what_is_marked_is_sent_at_most_once(fetch, server, end):
    got = fetch(Reply(json={}), Raw(end=end), form="code=1", repeat=2,
                once=1)
    assert failed(got, "TRANSPORT", "transport")
    assert len(server.requests) == 2


def test_what_is_not_marked_is_repeated_on_a_new_connection(fetch, server):
    got = fetch(Reply(json={}), Raw(end="close"), Reply(json={"n": 2}),
                form="code=1", repeat=2)
    assert (got["result"], got["body"]) == ("OK", '{"n": 2}')
    assert [r.connection for r in server.requests] == [1, 1, 2]


def test_opening_leaves_an_open_connection_behind(fetch, server):
    assert fetch(Reply(405), open=1)["is_open"] == 1
    assert [r.method for r in server.requests] == ["HEAD"]


def test_opening_what_is_open_sends_nothing(fetch, server):
    assert fetch(Reply(405), open=1, repeat=3)["result"] == "OK"
    assert len(server.requests) == 1


def test_what_the_server_has_left_is_not_open(fetch, server):
    got = fetch(Reply(405, hang_up=0.05), open=1, repeat=2, pause_ms=400)
    assert got["result"] == "OK"
    assert len(server.requests) == 2
