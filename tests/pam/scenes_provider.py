"""What a provider can do wrong, and what has to come of it."""

from dataclasses import replace

import documents
from helper_house import TOKEN
from module import is_running, wait_until
from scene import ALICE, AUTHINFO_UNAVAIL, SUCCESS, Scene
from scripted import Raw, Reply

PENDING = Reply(400, documents.PENDING)
HEAD = (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n")
CHUNKED = (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
           b"Transfer-Encoding: chunked\r\n\r\n")
LARGE = 256 * 1024 * 1024
MEGABYTE = b" " * 1024 * 1024
TEN_SECONDS = (9.5, 12)
GRANTED = {"code": SUCCESS, "result": "granted", "told": "nothing"}
DOWN = {"open_code": AUTHINFO_UNAVAIL}

HANG = Raw(end="hold")
DRIP = Raw(HEAD % 1000, b" ", gap=0.2, forever=True)
RESET = Raw(end="reset")
UNAVAILABLE = Reply(503, {}, headers=("Retry-After: 120",))

# name, answer, reason, and what else has to come of it
FAULTS = [
    ("hangs", HANG, "provider_timeout", {"seconds": TEN_SECONDS, **DOWN}),
    ("drips", DRIP, "provider_timeout", {"seconds": TEN_SECONDS, **DOWN}),
    ("500", Reply(500, body=b"<h1>Oops</h1>", type="text/html"),
     "provider_error", {"detail": "http=500", **DOWN}),
    ("503", UNAVAILABLE, "provider_error", {"detail": "http=503", **DOWN}),
    ("resets", RESET, "provider_unreachable", DOWN),
    ("closes", Raw(end="close"), "provider_unreachable", DOWN),
    ("stops", Raw(HEAD % 1000 + b"{"), "provider_unreachable", DOWN),
    ("404", Reply(404, {}), "provider_error", {"detail": "http=404"}),
    ("302", Reply(302, headers=("Location: https://localhost:1/",)),
     "provider_error", {"detail": "http=302"}),
    ("400", Reply(400, {"error": "invalid_request"}), "provider_error",
     {"detail": "invalid_request"}),
    ("rejects", Reply(401, {"error": "invalid_client"}), "client_rejected",
     {"detail": "invalid_client"}),
    ("malformed", Reply(body=b'{"issuer": '), "provider_malformed", {}),
    ("empty", Reply(body=b""), "provider_malformed", {}),
    ("html", Reply(body=b"<p>", type="text/html"), "provider_malformed", {}),
    ("list", Reply(json=[]), "provider_malformed", {}),
    ("256-mb", Raw(HEAD % LARGE, MEGABYTE, forever=True),
     "provider_malformed", {}),
    ("256-mb-chunked", Raw(
        CHUNKED, b"%x\r\n%s\r\n" % (len(MEGABYTE), MEGABYTE), forever=True),
     "provider_malformed", {}),
]
REQUESTS = [("discovery", documents.WELL_KNOWN), ("device", "/device"),
            ("userinfo", "/me")]


def press_enter_too_late(play):
    """Think until the helper has given up."""
    play.wait_shown("prompt_echo_on")
    monitor = play.monitor
    wait_until(lambda: not is_running(monitor), 15)
    play.type("\n")


def go_down(play):
    """Close the provider when the code was shown."""
    play.wait_shown("prompt_echo_on")
    play.server.close()
    play.type("\n")


def at_every_request():
    """Each fault at each request but the polls."""
    for where, path in REQUESTS:
        for what, answer, reason, expected in FAULTS:
            scene = Scene(f"{where}-{what}", reason,
                          answers={path: [answer]}, **expected)
            # Where a code was shown, the provider has answered.
            yield (replace(scene, open_code=None) if path == "/me"
                   else scene)


# One fault while polling, and then the approval.
ONCE = [
    ("503", UNAVAILABLE, (2, 3.5)),
    ("500-html", Reply(500, body=b"<h1>Oops</h1>", type="text/html"),
     (2, 3.5)),
    ("429", Reply(429, {}), (2, 3.5)),
    ("reset", RESET, (2, 3.5)),
    ("close", Raw(end="close"), (2, 3.5)),
    ("half", Raw(HEAD % 1000 + b"{"), (2, 3.5)),
    ("hang-up", Reply(400, documents.PENDING, hang_up=0), (1, 2.5)),
    ("unavailable", Reply(400, {"error": "temporarily_unavailable"}),
     (2, 3.5)),
    ("timeout", HANG, (11.5, 14)),
    ("drip", DRIP, (11.5, 14)),
    ("slow-down", Reply(400, {"error": "slow_down"}), (6, 7.5)),
]
POLLS = [Scene(f"poll-{what}-once", "approved", seconds=seconds,
               answers={"/token": [PENDING, answer, TOKEN]}, requests=6,
               **GRANTED) for what, answer, seconds in
         [(w, a, (low + 1, high + 1)) for w, a, (low, high) in ONCE]]

# The end of the polling: reason by the provider's answer.
ENDS = [
    ("declined", {"error": "access_denied"}, "access_denied"),
    ("declined-otherwise", {"error": "authorization_declined"},
     "access_denied"),
    ("expired", {"error": "expired_token"}, "code_expired"),
    ("rejects", {"error": "invalid_client"}, "client_rejected"),
    ("unauthorized", {"error": "unauthorized_client"}, "client_rejected"),
    ("used", {"error": "invalid_grant"}, "code_expired"),
    ("strange", {"error": "whatever"}, "provider_error"),
]
POLLS += [Scene(f"poll-{what}", reason, requests=3,
                answers={"/token": [Reply(400, error), TOKEN]})
          for what, error, reason in ENDS]
# A token that was cut or spoilt on its way is not asked for a second time.
POLLS += [Scene(f"poll-{what}", "provider_malformed", requests=3,
                answers={"/token": [answer, TOKEN]}) for what, answer in [
    ("malformed", Reply(body=b'{"access_token": ')),
    ("no-token", Reply(json={})),
    ("mac-token", Reply(json={**documents.TOKEN, "token_type": "mac"})),
]]
POLLS += [
    Scene("poll-pending", "code_expired", device={"expires_in": 2},
          answers={"/token": [PENDING]}, seconds=(1.9, 3)),
    Scene("poll-503-for-ever", "login_timeout",
          answers={"/token": [UNAVAILABLE]},
          settings={"login_timeout": 10}, seconds=TEN_SECONDS),
    Scene("poll-nobody-presses-enter", "login_timeout", typed=None,
          settings={"login_timeout": 10}, seconds=TEN_SECONDS, requests=2,
          meanwhile=press_enter_too_late),
]

OFFERS = [Scene(f"shows-{what}", "verification_uri_refused", requests=2,
                device={field: value}) for what, field, value in [
    ("another-host", "verification_uri", "https://evil.example/activate"),
    ("another-host-in-qr", "verification_uri_complete",
     "https://evil.example/activate?c=WDJB-MJHT"),
    ("http", "verification_uri", "http://localhost:{port}/activate"),
    ("javascript", "verification_uri", "javascript:alert(1)"),
    ("5000-characters", "verification_uri", "{url}/" + "a" * 5000),
    ("201-characters", "verification_uri",
     "https://localhost/" + "a" * 183),
    ("control", "verification_uri", "{url}/\033[2J"),
    ("userinfo", "verification_uri", "https://localhost@evil.example/"),
    ("code-with-escape", "user_code", "WDJB\033[2J"),
    ("code-of-1-kb", "user_code", "A" * 1024),
]]

ENDPOINTS = [
    Scene("issuer-another", "provider_malformed", requests=1,
          metadata={"issuer": "https://localhost"}, detail="issuer"),
    Scene("issuer-with-slash", "provider_malformed", requests=1,
          metadata={"issuer": "{url}/"}, detail="issuer"),
    *[Scene(f"endpoint-{what}", "endpoint_refused", requests=1,
            metadata={"token_endpoint": uri}, detail="token_endpoint")
      for what, uri in [
          ("foreign", "https://evil.example/token"),
          ("http", "http://localhost:{port}/token"),
          ("userinfo", "https://localhost@evil.example/token"),
          ("javascript", "javascript:alert(1)")]],
    Scene("endpoint-missing", "provider_malformed", requests=1,
          metadata={"device_authorization_endpoint": None},
          detail="device_authorization_endpoint"),
]


def hold(connection):
    """Take a connection and say nothing, not even in TLS."""
    connection.settimeout(60)
    while connection.recv(4096):
        pass


def speak_plainly(connection):
    """Speak HTTP where TLS is spoken."""
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


CONNECTIONS = [
    Scene("down", "provider_unreachable", requests=0, **DOWN,
          provider={"issuer": "https://localhost:1"}),
    Scene("down-for-sudo-user", "provider_unreachable", requests=0,
          provider={"issuer": "https://localhost:1"},
          prefix=("setpriv", "--ruid", "21001")),
    Scene("down-after-code", "login_timeout", typed=None, requests=2,
          settings={"login_timeout": 10}, seconds=TEN_SECONDS,
          meanwhile=go_down),
    Scene("silent-in-tls", "provider_timeout", take=hold, requests=0,
          seconds=(4.5, 12), **DOWN),
    *[Scene(f"tls-{identity.replace('_', '-')}", "provider_tls", requests=0,
            identity=identity, detail="cause=tls")
      for identity in ("wrong_name", "self_signed", "expired",
                       "client_only")],
    Scene("tls-not-spoken", "provider_tls", take=speak_plainly, requests=0),
]


def person(name, reason, **changes):
    """Return a scene in which this person has approved."""
    claims = {**ALICE, **changes}
    return Scene(f"person-{name}", reason, requests=4, person={
        claim: value for claim, value in claims.items() if value is not ...})


PERSONS = [
    Scene("person-right", "approved", requests=4, **GRANTED),
    Scene("person-slow", "approved", **GRANTED, requests=4, seconds=(3, 5),
          answers={"/me": [Reply(json=ALICE, delay=3)]}),
    Scene("person-too-slow", "provider_timeout", seconds=TEN_SECONDS,
          answers={"/me": [Reply(json=ALICE, delay=13)]}),
    person("wrong", "identity_not_allowed", email="mallory@example.com"),
    person("longer", "identity_not_allowed", email="alice@example.com.evil"),
    person("no-email", "email_missing", email=...),
    person("null-email", "email_missing", email=None),
    person("unverified", "email_unverified", email_verified=False),
    person("verified-absent", "email_unverified", email_verified=...),
    person("verified-text", "email_unverified", email_verified="true"),
    person("verified-number", "email_unverified", email_verified=1),
    person("verified-null", "email_unverified", email_verified=None),
    person("two-ats", "email_invalid", email="alice@example.com@evil.test"),
    person("newline", "email_invalid", email="alice@example.com\n"),
    person("blank", "email_invalid", email=" alice@example.com"),
    person("no-ascii", "email_invalid", email="\u0430lice@example.com"),
    person("dot", "email_invalid", email="alice@example.com."),
    person("nul", "provider_malformed", email="alice@example.com\0@evil"),
    person("email-number", "provider_malformed", email=5),
    person("email-list", "provider_malformed", email=["alice@example.com"]),
    person("email-object", "provider_malformed", email={}),
    person("no-sub", "provider_malformed", sub=...),
    person("sub-number", "provider_malformed", sub=5),
    person("sub-null", "provider_malformed", sub=None),
    person("sub-empty", "provider_malformed", sub=""),
    person("sub-long", "provider_malformed", sub="s" * 256),
    person("sub-control", "provider_malformed", sub="sub\n"),
    replace(person("groups", "groups_overage", groups=["g"] * 257),
            allowlist="alice email:alice@example.com group:oncall\n"),
]


def set_by_hand(preset, **provider):
    """Return a provider's section with a preset, at the scripted server."""
    return {"preset": preset, "token_endpoint": "{url}/token",
            "device_authorization_endpoint": "{url}/device",
            "authorization_endpoint": "{url}/auth",
            "userinfo_endpoint": "{url}/me", **provider}


def github(name, reason, addresses, **changes):
    """Return a scene at a double of GitHub."""
    return Scene(f"github-{name}", reason, person={
        "id": 4242424242, "login": "alice", "email": "alice@example.com"},
        provider=set_by_hand("github"), answers={"/me/emails": addresses},
        **changes)


MINE = {"email": "alice@example.com", "primary": True, "verified": True}
DISABLED = {"error": "device_flow_disabled", "error_description": "Device "
            "Flow must be explicitly enabled for this App"}
IN_CORP = {**ALICE, "hd": "corp.example"}
PRESETS = [
    github("approved", "approved", [Reply(json=[MINE])], requests=4,
           **GRANTED),
    github("unverified", "email_missing",
           [Reply(json=[{**MINE, "verified": False}])]),
    github("no-scope", "provider_error", [Reply(404, {"message": "x"})],
           detail="user:email"),
    Scene("github-no-device-flow", "client_rejected", requests=1,
          provider=set_by_hand("github"), detail="explicitly enabled",
          answers={"/device": [Reply(200, DISABLED)]}),
    Scene("profile-only-and-email", "allowlist_invalid", requests=0,
          provider=set_by_hand("reddit"),
          allowlist="bob sub:https://www.reddit.com|1\n"
                    "* email:*@example.com\n",
          detail="{dir}/allowlist:2: email: can never hold"),
    Scene("tenant-right", "approved", provider={"hd": "corp.example"},
          person=IN_CORP, **GRANTED),
    Scene("tenant-none", "tenant_not_allowed",
          provider={"hd": "corp.example"}, detail="claim hd"),
    Scene("tenant-wrong", "tenant_not_allowed",
          provider={"hd": "example.com"}, person=IN_CORP),
    Scene("verified-by-text", "approved", **GRANTED,
          provider={"email_verified_string": "yes"},
          person={**ALICE, "email_verified": "true"}),
    Scene("verified-by-nobody", "approved", **GRANTED,
          provider={"assume_email_verified": "yes", "hd": "corp.example"},
          person={"sub": "s", "email": ALICE["email"],
                  "hd": "corp.example"}),
    Scene("scope-not-granted", "access_denied",
          provider={"required_scopes": "openid email"},
          answers={"/token": [Reply(json={**documents.TOKEN,
                                          "scope": "openid profile"})]},
          detail="required scope email"),
]

SCENES = [*at_every_request(), *POLLS, *OFFERS, *ENDPOINTS, *CONNECTIONS,
          *PERSONS, *PRESETS]
