"""What the providers of the presets answer, as their documents have it.

DOUBLES[name] is a Double: the bodies of a scripted server that stands for
the provider, and who it says has signed in. It stands at /auth, /device,
/token, /me and /jwks, whatever the paths of the real one are; what people are
shown is the real address.
"""

import copy
from dataclasses import dataclass, field

import idtoken
from idtoken import SIGNER
from scripted import Reply

BEARER = {"access_token": "AT", "token_type": "Bearer", "expires_in": 3599}
TENANT = "0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"
ALICE = "alice@corp.example"
FRENCH = "b6048e95bb134ec5b1d1e1fa69f287172e91722b9354d637a1bcf2ebb0fd2ef5v1"
OPENID = {"sub": "248289761001", "name": "Alice", "email": ALICE,
          "email_verified": True}
EMAIL = ("email", "email_verified")


def device(uri, complete=None, name="verification_uri", **changes):
    """Return the answer to a request for a device code."""
    answer = {"device_code": "DC", "user_code": "WDJB-MJHT", name: uri,
              "expires_in": 900, "interval": 5, **changes}
    if complete is not None:
        answer["verification_uri_complete"] = complete
    return answer


@dataclass
class Double:
    """A provider; None: it has no such thing."""

    person: dict = None                 # who it says has signed in
    signed: tuple = ()                  # what the ID token says of that
    unsaid: tuple = ()                  # and /me does not
    is_openid: bool = True              # there is an ID token at all
    alg: str = "RS256"
    sub: str = "248289761001"
    email: str = ALICE                  # None: none that counts
    issuer: str = None                  # of a customer, where it has to be set
    token: dict = field(default_factory=lambda: BEARER)
    device: dict = None                 # at /device
    pending: Reply = field(default_factory=lambda: Reply(
        400, {"error": "authorization_pending"}))
    others: dict = field(default_factory=dict)  # further answers, by path
    settings: dict = field(default_factory=dict)

    @property
    def takes_email(self):
        """Whether the provider vouches for addresses."""
        return self.email is not None

    def script(self, server, **person):
        """Teach a server; keywords change the person, ... leaves out."""
        server.on("/me", Reply(json=self.says(**person)))
        if self.device is not None:
            server.on("/device", Reply(json=self.device))
            server.on("/token", self.pending, Reply(json=self.token))
        else:
            server.on("/token", Reply(json=self.token))
        for path, answer in self.others.items():
            server.on(path, answer)
        return server

    def says(self, **person):
        """Return who the person is; ... leaves out."""
        whole = {**copy.deepcopy(self.person or {}), **person}
        return {k: v for k, v in whole.items() if v is not Ellipsis}

    def sign(self, issuer, person=(), **claims):
        """Return an answer with a token, and an ID token where it has one.

        person: changes of the person; keywords: of the ID token's claims.
        """
        if not self.is_openid:
            return Reply(json=self.token)
        says = self.says(**dict(person))
        told = {name: says[name] for name in self.signed if name in says}
        made = idtoken.claims(issuer, **{"sub": self.sub, **told, **claims})
        return Reply(json={
            **self.token, "id_token": SIGNER.sign(made, self.alg)})


def emails(*rows):
    """Return GitHub's list of addresses: (address, primary, verified)."""
    return Reply(json=[
        {"email": email, "primary": primary, "verified": verified,
         "visibility": "private"} for email, primary, verified in rows])


DOUBLES = {
    "google": Double(
        {**OPENID, "hd": "corp.example"},
        device=device("https://www.google.com/device", expires_in=1800,
                      name="verification_url"),
        pending=Reply(428, {"error": "authorization_pending",
                            "error_description": "Precondition Required"}),
        signed=(*EMAIL, "hd")),
    "github": Double(
        {"login": "octocat", "id": 4242424242, "email": "public@evil.example",
         "name": "Alice"},
        sub="4242424242",
        token={"access_token": "AT", "token_type": "bearer",
               "scope": "read:user,user:email"},
        device=device("https://github.com/login/device"),
        pending=Reply(200, {"error": "authorization_pending",
                            "error_uri": "https://docs.github.com/"}),
        others={"/me/emails": emails(("other@corp.example", False, True),
                                     (ALICE, True, True))},
        is_openid=False),
    "gitlab": Double(
        {**OPENID, "sub": "1", "sub_legacy": "x", "nickname": "alice",
         "groups": ["a/b"]}, sub="1",
        device=device("https://gitlab.com/oauth/device",
                      "https://gitlab.com/oauth/device?user_code=WDJB-MJHT",
                      expires_in=300),
        signed=(*EMAIL, "sub_legacy")),
    "entra": Double(
        {"sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
         "email": ALICE, "xms_edov": True, "tid": TENANT, "name": "Alice"},
        sub="AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
        issuer=f"https://login.microsoftonline.com/{TENANT}/v2.0",
        device=device("https://microsoft.com/devicelogin",
                      user_code="F2J9NFWYB",
                      message="To sign in, use a web browser ..."),
        signed=("email", "xms_edov", "tid"), unsaid=("xms_edov", "tid")),
    "okta": Double(
        OPENID, issuer="https://corp.okta.com/oauth2/default",
        device=device("https://corp.okta.com/activate",
                      "https://corp.okta.com/activate?user_code=WDJBMJHT",
                      user_code="WDJBMJHT", expires_in=600)),
    "keycloak": Double(
        OPENID, issuer="https://sso.corp.example/realms/corp",
        device=device("https://sso.corp.example/realms/corp/device",
                      "https://sso.corp.example/realms/corp/device"
                      "?user_code=WDJB-MJHT", expires_in=600),
        signed=EMAIL),
    "authentik": Double(
        OPENID, issuer="https://sso.corp.example/application/o/hosts/",
        device=device("https://sso.corp.example/device",
                      "https://sso.corp.example/device?code=WDJBMJHT",
                      user_code="WDJBMJHT", expires_in=60),
        signed=EMAIL),
    "auth0": Double(
        {**OPENID, "sub": "auth0|5f7c8ec7"}, sub="auth0|5f7c8ec7",
        issuer="https://corp.eu.auth0.com/",
        device=device("https://corp.eu.auth0.com/activate",
                      "https://corp.eu.auth0.com/activate"
                      "?user_code=WDJB-MJHT"),
        pending=Reply(403, {"error": "authorization_pending",
                            "error_description": "User has yet to authorize "
                                                 "device code."}),
        signed=EMAIL),
    "cognito": Double(
        {"sub": "248289761001", "email": ALICE, "email_verified": "true",
         "username": "alice"},
        issuer="https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab",
        settings={"email_verified_string": "yes"},
        signed=EMAIL),
    "egi": Double(
        {"sub": "d7a53c@egi.eu", "email": ALICE, "name": "Alice",
         "voperson_id": "d7a53c@egi.eu", "voperson_verified_email": [ALICE]},
        sub="d7a53c@egi.eu",
        device=device("https://aai.egi.eu/auth/realms/egi/device",
                      "https://aai.egi.eu/auth/realms/egi/device"
                      "?user_code=WDJB-MJHT", expires_in=600)),
    "cilogon": Double(
        {**OPENID, "sub": "http://cilogon.org/serverA/users/12345",
         "idp": "https://idp.example/shibboleth"},
        sub="http://cilogon.org/serverA/users/12345",
        device=device("https://cilogon.org/device/",
                      "https://cilogon.org/device/?user_code=AAA-BBB-CCC",
                      user_code="AAA-BBB-CCC"),
        signed=EMAIL),
    "discord": Double(
        {"id": "80351110224678912", "username": "alice", "email": ALICE,
         "verified": True}, sub="80351110224678912",
        token={**BEARER, "scope": "identify email"},
        is_openid=False),
    "linkedin": Double(
        {**OPENID, "sub": "782bbtaQ"}, sub="782bbtaQ",
        token={**BEARER, "scope": "email,openid,profile"},
        signed=EMAIL),
    "kakao": Double(
        {"id": 123456789, "connected_at": "2022-04-11T01:45:28Z",
         "kakao_account": {"has_email": True, "is_email_valid": True,
                           "is_email_verified": True, "email": ALICE}},
        sub="123456789",
        token={**BEARER, "token_type": "bearer", "scope": "account_email"},
        is_openid=False),
    "reddit": Double(
        {"id": "4xyz2", "name": "alice", "has_verified_email": True},
        sub="4xyz2", email=None,
        token={**BEARER, "token_type": "bearer", "scope": "identity"},
        is_openid=False),
    "naver": Double(
        {"resultcode": "00", "message": "success", "response": {
            "id": "zJ4_3Xk", "email": "alice@naver.example"}},
        sub="zJ4_3Xk", email=None,
        token={**BEARER, "token_type": "bearer", "expires_in": "3600"},
        is_openid=False),
    "facebook": Double(
        {"id": "10220123456789012", "name": "Alice"},
        sub="10220123456789012", email=None,
        token={**BEARER, "token_type": "bearer"},
        is_openid=False),
    "shopify": Double(
        sub="902541635", email=None, issuer="https://corp.myshopify.com",
        token={"access_token": "AT", "scope": "read_products,write_orders",
               "expires_in": 86399, "associated_user_scope": "read_products",
               "associated_user": {"id": 902541635, "email": ALICE,
                                   "email_verified": True,
                                   "account_owner": True}},
        is_openid=False),
    "franceconnect": Double(
        {"sub": FRENCH, "email": ALICE}, sub=FRENCH, email=None,
        alg="ES256"),
}
