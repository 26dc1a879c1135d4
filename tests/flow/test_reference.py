"""The client's table of names: every row is true, and no name is missing."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "pam_oauth2"
TEXT = (CODE / "oauth2" / "README.md").read_text()
ROWS = re.findall(r"^\| (`.*) \| (`.*) \| `(.*)` \| `(.*)` \|$", TEXT, re.M)
TESTS = "\n".join(file.read_text() for folder in ("unit", "flow")
                  for file in (ROOT / "tests" / folder).glob("test_*"))

# What the reference documents, httpx-oauth 0.17: classes, methods, and what
# belongs to each.
REFERENCE = {
    "OAuth2": "client_id client_secret authorize_endpoint"
              " access_token_endpoint refresh_token_endpoint"
              " revoke_token_endpoint name base_scopes"
              " token_endpoint_auth_method revocation_endpoint_auth_method",
    "BaseOAuth2": "",
    "OAuth2ClientAuthMethod": "",
    "get_authorization_url": "redirect_uri state scope code_challenge"
                             " code_challenge_method extras_params",
    "get_access_token": "code redirect_uri code_verifier",
    "refresh_token": "refresh_token",
    "revoke_token": "token token_type_hint",
    "get_id_email": "token",
    "get_profile": "token",
    "OAuth2Token": "is_expired",
    "HTTPXOAuthError": "",
    "OAuth2Error": "",
    "OAuth2RequestError": "",
    "NotSupportedAuthMethodError": "",
    "MissingRevokeTokenAuthMethodError": "",
    "GetAccessTokenError": "",
    "RefreshTokenError": "",
    "RefreshTokenNotSupportedError": "",
    "RevokeTokenError": "",
    "RevokeTokenNotSupportedError": "",
    "GetIdEmailError": "",
    "GetProfileError": "",
}
HEADERS = sorted((CODE / "oauth2").glob("*.h"))
DECLARATION = re.compile(
    r"((?:/\*(?:(?!\*/).)*\*/\n)?)^enum oauth2_err (\w+)\(", re.M | re.S)


def names(cell):
    """Return the names in a cell."""
    return re.findall(r"`([\w.]+)", cell)


def test_the_table_has_every_name_of_the_reference_once():
    told = [name for row in ROWS for name in names(row[0])]
    assert sorted(told) == sorted([*REFERENCE, *(
        f"{owner}.{name}" for owner, members in REFERENCE.items()
        for name in members.split())])


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_what_stands_for_a_name_is_there_and_tested(row):
    _, ours, header, test = row
    declared = (CODE / header).read_text()
    assert names(ours)
    for name in names(ours):
        assert re.search(rf"\b{name}\b", declared), (name, header)
    assert re.search(rf"^(def )?{test}\(", TESTS, re.M), test


@pytest.mark.parametrize("header", HEADERS, ids=[h.name for h in HEADERS])
def test_every_function_that_can_fail_says_how(header):
    said = ""
    for comment, name in DECLARATION.findall(header.read_text()):
        said = comment or said  # that of the one above is for both
        assert re.search(r"\berrors?\b", said, re.I), name


def test_every_header_that_declares_a_function_is_named():
    told = set(re.findall(r"`(?:oauth2/)?(\w+\.h)`", TEXT))
    declares = re.compile(r"^[a-z].*\boauth2_\w+\(", re.M)
    public = {file.name for file in (CODE / "oauth2").glob("*.h")
              if declares.search(file.read_text())}
    assert {"client.h", "idtoken.h", "jwks.h"} <= public <= told
