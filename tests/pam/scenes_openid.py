"""What can be wrong with an ID token, and with whom it names."""

from helper_house import SIGNER, token
from idtoken import Signer, claims
from scene import ALICE, SUCCESS, Scene
from scenes_local import inside
from scripted import Reply

GRANTED = {"code": SUCCESS, "result": "granted", "told": "nothing"}
STRANGER = Signer(("RS256",))


def by_token(name, reason, answer=None, **more):
    """Return a scene in which the provider answers with this token."""
    answers = {"/token": [answer]} if answer is not None else {}
    return Scene(name, reason, answers={**answers, **more.pop("answers", {})},
                 **more)


def signed_userinfo(by, **changes):
    """Return userinfo that is signed."""
    def answer(request):
        said = claims(f"https://{request.header('Host')}",
                      **{**ALICE, **changes})
        return Reply(body=by.sign(said).encode(), type="application/jwt")

    return {"/me": [answer]}


STATE = "/var/lib/pam_oauth2"
SCENES = [
    by_token("token-right", "approved", token(), requests=4, **GRANTED),
    by_token("token-with-email", "approved", token(
        email=ALICE["email"], email_verified=True), requests=3, **GRANTED),
    by_token("token-missing", "id_token_invalid", token(without=True),
             detail="no ID token"),
    by_token("token-of-stranger", "id_token_invalid", token(by=STRANGER)),
    by_token("token-for-another", "id_token_invalid", token(aud="OTHER"),
             detail="aud"),
    by_token("token-of-another-issuer", "id_token_invalid",
             token(iss="https://evil.example"), detail="iss"),
    by_token("token-expired", "id_token_invalid", token(exp=1000)),
    by_token("no-keys", "provider_error", answers={
        "/jwks": [Reply(500, {})]}, detail="http=500"),
    by_token("no-keys-once", "approved", answers={
        "/jwks": [Reply(503, {}), Reply(json=SIGNER.jwks())]}, **GRANTED),
    by_token("no-usable-key", "id_token_invalid", answers={
        "/jwks": [Reply(json={"keys": [{"kty": "oct", "k": "AA"}]})]}),
    by_token("userinfo-of-another", "userinfo_mismatch", token(sub="other"),
             requests=4),
    by_token("userinfo-signed", "approved",
             answers=signed_userinfo(SIGNER), requests=4, **GRANTED),
    by_token("userinfo-signed-by-stranger", "identity_invalid",
             answers=signed_userinfo(STRANGER)),
    by_token("userinfo-signed-for-another", "userinfo_mismatch",
             answers=signed_userinfo(SIGNER, sub="other")),
    by_token("token-alone", "email_missing", requests=3,
             settings={"email_from": "id_token"}),
    by_token("acr-missing", "acr_amr_missing", token(),
             settings={"require_acr": "gold"}),
    by_token("acr-right", "approved", token(acr="gold"),
             settings={"require_acr": "gold"}, **GRANTED),
    by_token("amr-missing", "acr_amr_missing", token(amr=["pwd"]),
             settings={"require_amr": "pwd mfa"}),
    by_token("auth-too-old", "auth_too_old", token(auth_time=1000),
             settings={"max_age": 60}),
    by_token("auth-time-missing", "auth_too_old", token(),
             settings={"max_age": 60}),
    by_token("first-use-where-none-will-do", "subject_changed",
             settings={"subject_binding": "strict"}, detail="strict"),
    by_token("state-of-others", "store_failed", detail=STATE,
             prefix=inside(f"mount -t tmpfs -o mode=0777 none {STATE}")),
    by_token("plain-oauth2", "approved", token(without=True),
             provider={"scopes": "email"}, requests=4, **GRANTED),
]
