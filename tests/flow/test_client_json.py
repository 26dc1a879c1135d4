"""Hostile JSON, vectors J1-J25, from every endpoint that answers with it."""

import gzip
import json

import pytest

import client_case
import documents
from scripted import Reply

# command, path, the answer that would be fine, its main key, the error
PUSHED = {"request_uri": "urn:x", "expires_in": 60}
ENDPOINTS = {
    "discovery": ("discover", documents.WELL_KNOWN, documents.metadata,
                  "issuer", "DISCOVERY"),
    "device": ("start", "/device", documents.device, "device_code",
               "DEVICE_AUTHORIZATION"),
    "token": ("poll", "/token", lambda _: documents.TOKEN, "access_token",
              "GET_ACCESS_TOKEN"),
    "keys": ("keys", "/jwks", lambda _: documents.JWKS, "keys", "JWKS"),
    "userinfo": ("identity", "/me", lambda _: documents.USERINFO, "sub",
                 "GET_PROFILE"),
    "code": ("exchange", "/token", lambda _: documents.TOKEN, "access_token",
             "GET_ACCESS_TOKEN"),
    "refresh": ("refresh", "/token", lambda _: documents.TOKEN,
                "access_token", "REFRESH_TOKEN"),
    "id and email": ("id_email", "/me", lambda _: documents.USERINFO, "sub",
                     "GET_ID_EMAIL"),
    "pushed": ("push", "/par", lambda _: PUSHED, "request_uri",
               "PUSHED_AUTHORIZATION"),
}


class Endpoint:
    """One of the above on a server; ask() sends it one reply."""

    def __init__(self, drive, server, name):
        self._drive, self._server = drive, server
        self.command, self.path, make, self.key, self.error = ENDPOINTS[name]
        self.fine = make(server)
        self.text = json.dumps(self.fine).encode()
        self.options = client_case.by_hand(server)
        self.success = 201 if name == "pushed" else 200
        if name == "discovery":
            self.options = {"issuer": server.url, "client_id": "CLIENT_ID"}

    def ask(self, reply):
        """Return what the driver says to this reply."""
        if reply.status == 200:
            reply.status = self.success
        self._server.on(self.path, reply)
        got = self._drive(self.command, **self.options)
        assert len(self._server.requests) == 1
        return got

    def with_value(self, value):
        """Return the document with these bytes as its main value."""
        old = json.dumps({self.key: self.fine[self.key]}).encode()[1:-1]
        assert old in self.text
        return self.text.replace(old, b'"%s": %s' % (
            self.key.encode(), value))

    def add(self, member):
        """Return the document with one more member."""
        return self.text[:-1] + b", " + member + b"}"


@pytest.fixture(params=ENDPOINTS)
def endpoint(request, drive, server):
    """Every endpoint in turn."""
    return Endpoint(drive, server, request.param)


def test_the_document_itself_is_fine(endpoint):
    assert endpoint.ask(Reply(body=endpoint.text))["result"] == "OK"


BROKEN = {
    "J1 not JSON": lambda e: b"NOT JSON",
    "J2 empty": lambda e: b"",
    "J4 null": lambda e: b"null",
    "J4 number": lambda e: b"5",
    "J4 text": lambda e: b'"s"',
    "J4 array": lambda e: b"[]",
    "J5 pairs": lambda e: b'[["access_token","x"]]',
    "J6 more behind": lambda e: e.text + b" xxx",
    "J7 cut short": lambda e: e.text[:-1],
    "J8 key twice": lambda e: e.add(b'"%s":"x"' % e.key.encode()),
    "J10 escaped NUL": lambda e: e.with_value(b'"A\\u0000B"'),
    "J11 raw NUL": lambda e: e.with_value(b'"A\0B"'),
    "J12 raw CR LF": lambda e: e.with_value(b'"A\r\nX-Evil: 1"'),
    "J13 FF FE": lambda e: e.with_value(b'"\xff\xfe"'),
    "J14 overlong": lambda e: e.with_value(b'"\xc0\xaf"'),
    "J15 lone surrogate": lambda e: e.with_value(b'"\\ud800"'),
    "J16 UTF-16": lambda e: e.text.decode().encode("utf-16"),
    "J16 UTF-16 LE": lambda e: e.text.decode().encode("utf-16-le"),
    "J16 UTF-16 BE": lambda e: e.text.decode().encode("utf-16-be"),
    "J17 depth 17": lambda e: e.add(b'"x":' + b"[" * 16 + b"]" * 16),
    "J17 depth 100000": lambda e: b"[" * 100000 + b"]" * 100000,
    "J25 byte order mark": lambda e: b"\xef\xbb\xbf" + e.text,
    "1e400": lambda e: e.add(b'"x":1e400'),
    "leading zero": lambda e: e.add(b'"x":0123'),
    "4096 more values": lambda e: e.add(b'"x":[0' + b",0" * 4095 + b"]"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_acceptable_json_is_refused(endpoint, name):
    got = endpoint.ask(Reply(body=BROKEN[name](endpoint)))
    assert (got["result"], got["cause"]) == (endpoint.error, "json"), got
    assert got["http_status"] == endpoint.success


def test_depth_16_is_fine(endpoint):
    got = endpoint.ask(Reply(
        body=endpoint.add(b'"x":' + b"[" * 15 + b"]" * 15)))
    assert got["result"] == "OK"


def test_j3_no_content_is_no_answer(endpoint):
    got = endpoint.ask(Reply(204))
    assert (got["result"], got["cause"]) == (endpoint.error, "http")
    assert got["http_status"] == 204


VALUES = {
    "J9 other case": None,
    "J12 escaped CR LF": b'"A\\r\\nX-Evil: 1"',
    "J24 too long": b'"' + b"a" * (16 * 1024 + 1) + b'"',
    "null": b"null",
    "number": b"5",
    "empty": b'""',
    "array": b'["x"]',
    "not ASCII": b'"\\u00e9"',
}


@pytest.mark.parametrize("name", VALUES)
def test_a_main_value_that_is_not_one_is_refused(endpoint, name):
    body = endpoint.text.replace(
        endpoint.key.encode(), endpoint.key.title().encode())
    if VALUES[name] is not None:
        body = endpoint.with_value(VALUES[name])
    got = endpoint.ask(Reply(body=body))
    assert (got["result"], got["cause"]) == (endpoint.error, "protocol"), got
    assert "Evil" not in json.dumps(got)


def test_j18_a_body_above_the_limit(endpoint):
    got = endpoint.ask(Reply(body=endpoint.text.ljust(256 * 1024 + 1)))
    assert (got["result"], got["cause"]) == (endpoint.error, "too_big")


def test_j19_a_chunked_body_above_the_limit(endpoint):
    got = endpoint.ask(Reply(
        body=endpoint.text.ljust(8_000_000), chunked=True))
    assert (got["result"], got["cause"]) == (endpoint.error, "too_big")


def test_a_body_at_the_limit_is_fine(endpoint):
    got = endpoint.ask(Reply(body=endpoint.text.ljust(256 * 1024)))
    assert got["result"] == "OK"


def test_j20_gzip_that_nobody_asked_for(endpoint):
    got = endpoint.ask(Reply(
        body=gzip.compress(endpoint.text),
        headers=("Content-Encoding: gzip",)))
    assert (got["result"], got["cause"]) == (endpoint.error, "json")


@pytest.mark.parametrize("kind", [
    "text/html", "text/html; charset=utf-8", "application/jwt", None,
    "application/x-www-form-urlencoded", "application/problem+json",
    "application/jsonx", "text/json", "xapplication/json",
    "application/json, text/html"])
def test_j22_json_that_says_it_is_something_else(endpoint, kind):
    got = endpoint.ask(Reply(body=endpoint.text, type=kind))
    is_jwt = kind == "application/jwt" and endpoint.path == "/me"
    assert (got["result"], got["cause"]) == (
        endpoint.error, "protocol" if is_jwt else "json")


@pytest.mark.parametrize("kind", [
    "application/json; charset=utf-8", "Application/JSON",
    "application/json ;x=y"])
def test_j23_parameters_and_case_of_the_type_do_not_matter(endpoint, kind):
    assert endpoint.ask(
        Reply(body=endpoint.text, type=kind))["result"] == "OK"


def test_j21_form_encoding(endpoint):
    got = endpoint.ask(Reply(
        body=b"access_token=AT&token_type=bearer",
        type="application/x-www-form-urlencoded"))
    assert (got["result"], got["cause"]) == (endpoint.error, "json")


def test_j23_a_problem_is_read_as_an_error(endpoint):
    got = endpoint.ask(Reply(
        403, {"error": "nope", "error_description": "not \x1b[2J\nyou"},
        type="application/problem+json"))
    assert (got["result"], got["cause"]) == (endpoint.error, "http")
    assert (got["http_status"], got["error"]) == (403, "nope")
    assert got["description"] == "not \\x1b[2J\\x0ayou"


def test_an_error_beside_a_fine_document_wins(endpoint):
    got = endpoint.ask(Reply(body=endpoint.add(b'"error":"nope"')))
    assert (got["result"], got["error"]) == (endpoint.error, "nope")


@pytest.mark.parametrize("value", [b"{}", b"5", b'""', b"false", b"[]"])
def test_an_error_that_is_no_text_is_one_all_the_same(endpoint, value):
    got = endpoint.ask(Reply(body=endpoint.add(b'"error":' + value)))
    assert (got["result"], got["error"]) == (endpoint.error, "?")


def test_an_error_that_is_null_is_none(endpoint):
    got = endpoint.ask(Reply(body=endpoint.add(b'"error":null')))
    assert got["result"] == "OK"


def test_a17_what_the_provider_says_is_cleaned_and_cut(endpoint):
    got = endpoint.ask(Reply(400, {
        "error": "e" * 100, "error_description": 'a"\\\x1b\n' + "d" * 10000}))
    assert got["error"] == "e" * 64
    assert got["description"].startswith("a\\x22\\x5c\\x1b\\x0addd")
    assert len(got["description"]) == 128
