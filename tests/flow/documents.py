"""What a provider that does everything right answers, at scripted paths."""

WELL_KNOWN = "/.well-known/openid-configuration"
TOKEN = {"access_token": "AT", "token_type": "Bearer", "expires_in": 3600}
USERINFO = {"sub": "248289761001", "email": "alice@corp.example",
            "email_verified": True}
PENDING = {"error": "authorization_pending"}
JWKS = {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k1",
                  "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}


def metadata(server):
    """Return the discovery document of a server."""
    return {
        "issuer": server.url,
        "authorization_endpoint": server.url + "/auth",
        "token_endpoint": server.url + "/token",
        "device_authorization_endpoint": server.url + "/device",
        "userinfo_endpoint": server.url + "/me",
        "jwks_uri": server.url + "/jwks",
    }


def device(server):
    """Return the answer to a request for a device code."""
    return {
        "device_code": "DC",
        "user_code": "WDJB-MJHT",
        "verification_uri": server.url + "/activate",
        "verification_uri_complete": server.url + "/activate?c=WDJB-MJHT",
        "expires_in": 1800,
        "interval": 5,
    }


def by_hand(server):
    """Return driver options that name every endpoint."""
    return {
        "issuer": server.url,
        "client_id": "CLIENT_ID",
        "token_endpoint": server.url + "/token",
        "device_authorization_endpoint": server.url + "/device",
        "userinfo_endpoint": server.url + "/me",
    }
