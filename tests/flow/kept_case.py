"""What the tests of a refresh token that was kept share."""

from pathlib import Path

import documents
import wire
from helper_house import token
from scripted import Reply

TOKENS = Path("/var/lib/pam_oauth2/tokens")
FIRST = "first-refresh-token"
SETTINGS = {"account_services": "flow"}
REVOKED = Reply(200)


def keeping(name, **changes):
    """Answer with a token that comes with this refresh token."""
    answer = token(**changes)

    def with_refresh_token(request):
        reply = answer(request)
        reply.json["refresh_token"] = name
        return reply

    return with_refresh_token


def without_id_token(name):
    """Answer as many do to a refresh."""
    return Reply(json={**documents.TOKEN, "refresh_token": name})


def check(logins, phase=wire.PHASE_ACCOUNT, how=(), **hello):
    """Have alice's account checked; returns the verdict. how: for spawn()."""
    module = logins.start(**dict(how)).greet(PHASE=phase, **hello)
    message = module.receive(20)
    if message.type == "READY":
        message = module.receive(20)
    return module.judged(message, hello.get("USER", "alice"), phase)


def sent(logins):
    """Return the refresh tokens that the provider was sent."""
    forms = [dict(r.form) for r in logins.server.to("/token")]
    assert all(f["grant_type"] == "refresh_token" for f in forms)
    return [f["refresh_token"] for f in forms]


def revoking(logins, *answers):
    """Have a place where tokens are given back."""
    logins.server.on("/revoke", *answers)
    logins.set(provider={
        "revocation_endpoint": f"{logins.server.url}/revoke"}, **SETTINGS)
