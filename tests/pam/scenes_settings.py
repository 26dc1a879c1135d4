"""Settings that reach the provider, or that decide: each has its effect."""

from helper_house import token
from scene import ALICE, ALLOWED, SUCCESS, Scene, connections
from scripted import Reply

GRANTED = {"code": SUCCESS, "result": "granted", "told": "nothing"}
CALLBACK = "https://localhost/callback"
CODE_FLOW = {"settings": {"flow": "code"}, "flow": "code"}
BROKEN = Reply(500, {})
PUSHED = Reply(201, {"request_uri": "urn:pushed", "expires_in": 60})


def asked(path, *fields):
    """Return a check: these form fields came with the request for a path."""
    def check(play):
        (request,) = play.server.to(path)
        assert set(fields) <= set(request.form), request.form

    return check


def shown(text):
    """Return a check: the person has seen this."""
    def check(play):
        assert play.fill(text) in play.output, play.output

    return check


def by_hand(name, path, answer):
    """Return a scene: a setting wins over what is discovered."""
    return Scene(f"set-{name}", "approved", requests=4, **GRANTED,
                 provider={name: "{url}/by-hand"},
                 answers={"/by-hand": [answer], path: [BROKEN]})


def allowed(name, reason, allowlist, **how):
    """Return a scene with another allowlist."""
    granted = GRANTED if reason == "approved" else {}
    return Scene(name, reason, allowlist=allowlist,
                 **{"requests": 4, **granted, **how})


def by_sub(name, reason, allowlist, **how):
    """Return a scene with an allowlist for which an ID token is enough."""
    return allowed(name, reason, allowlist, requests=3, **how)


ENDPOINTS = [
    Scene("set-all-endpoints", "approved", requests=3, **GRANTED,
          provider={"token_endpoint": "{url}/token",
                    "device_authorization_endpoint": "{url}/device",
                    "userinfo_endpoint": "{url}/me",
                    "jwks_uri": "{url}/jwks"}),
    by_hand("token_endpoint", "/token", token()),
    by_hand("userinfo_endpoint", "/me", Reply(json=ALICE)),
    Scene("set-device_authorization_endpoint", "approved", requests=4,
          provider={"device_authorization_endpoint": "{url}/device"},
          metadata={"device_authorization_endpoint": "{url}/nowhere"},
          **GRANTED),
    Scene("set-authorization_endpoint", "approved", typed="SplxlOBeZQQYbYS6\n",
          requests=3, **GRANTED, **CODE_FLOW,
          provider={"redirect_uri": CALLBACK,
                    "authorization_endpoint": "{url}/by-hand"},
          check=shown("Open:  {url}/by-hand?response_type=code")),
    Scene("set-pushed_authorization_request_endpoint", "approved",
          typed="SplxlOBeZQQYbYS6\n", requests=4, **GRANTED, **CODE_FLOW,
          answers={"/by-hand": [PUSHED]},
          provider={"redirect_uri": CALLBACK,
                    "pushed_authorization_request_endpoint":
                    "{url}/by-hand"},
          check=asked("/by-hand", ("redirect_uri", CALLBACK))),
    Scene("set-endpoint_hosts", "approved", requests=4, **GRANTED,
          provider={"endpoint_hosts": "127.0.0.1"}, check=connections(3),
          metadata={"token_endpoint": "https://127.0.0.1:{port}/token"}),
    Scene("set-verification_hosts", "approved", requests=4, **GRANTED,
          provider={"verification_hosts": "www.corp.example"},
          device={"verification_uri": "https://www.corp.example/activate",
                  "verification_uri_complete": None},
          check=shown("Open:  https://www.corp.example/activate")),
    Scene("set-proxy", "provider_unreachable", requests=0, open_code=9,
          provider={"proxy": "http://localhost:1"}),
    Scene("set-scopes", "approved", requests=4, **GRANTED,
          provider={"scopes": "openid email mine"},
          check=asked("/device", ("scope", "openid email mine"))),
    Scene("set-client_id", "approved", requests=4, **GRANTED,
          provider={"client_id": "another"},
          answers={"/token": [token(aud="another")]},
          check=asked("/token", ("client_id", "another"))),
    Scene("set-client_secret_file", "approved", requests=4, **GRANTED,
          provider={"client_secret_file": "{dir}/secret"},
          check=asked("/token", ("client_secret", "very-secret"))),
]

RULES = [
    allowed("set-groups_claim", "approved",
            "alice email:alice@example.com group:oncall\n",
            provider={"groups_claim": "realm.roles"},
            person={**ALICE, "realm": {"roles": ["oncall"]},
                    "groups": ["staff"]}),
    allowed("rule-group-missing", "identity_not_allowed",
            "alice email:alice@example.com group:oncall\n",
            person={**ALICE, "groups": ["staff", "oncall2", "Oncall"]}),
    allowed("rule-claim", "approved", "alice claim:dept=7\n",
            person={**ALICE, "dept": "7"}),
    allowed("rule-claim-other", "identity_not_allowed",
            "alice claim:dept=7\n", person={**ALICE, "dept": "77"}),
    by_sub("rule-sub", "approved", "alice sub:{url}|sub-of-alice\n"),
    by_sub("rule-sub-of-another-issuer", "identity_not_allowed",
           "alice sub:{url}/|sub-of-alice\n"),
    allowed("rule-shared", "approved", "alice shared group:oncall\n",
            person={**ALICE, "groups": ["oncall"]}),
    allowed("rule-star", "approved", "* email:*@example.com\n"),
    allowed("rule-star-for-another", "identity_not_allowed",
            "* email:*@example.com\n", user="bob"),
    allowed("rule-star-below-a-domain", "identity_not_allowed",
            "* email:*@example.com\n",
            person={**ALICE, "email": "alice@x.example.com"}),
    # A line of one's own takes the place of those for all.
    allowed("rule-star-and-own", "identity_not_allowed",
            "* email:*@example.com\nalice email:admin@example.com\n"),
    by_sub("rule-root", "approved", "root sub:{url}|sub-of-alice\n",
           user="root", settings={"allow_root": "yes"}),
    by_sub("rule-root-not-allowed", "user_forbidden",
           "root sub:{url}|sub-of-alice\n", user="root"),
    allowed("set-email_local_part", "identity_not_allowed", ALLOWED,
            settings={"email_local_part": "exact"},
            person={**ALICE, "email": "Alice@example.com"}),
    allowed("email-folded", "approved", ALLOWED,
            person={**ALICE, "email": "Alice@Example.COM"}),
    allowed("set-user_pattern", "user_forbidden", ALLOWED,
            settings={"user_pattern": "[b-z]{1,9}"}),
]

SCENES = [*ENDPOINTS, *RULES]
