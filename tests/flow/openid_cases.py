"""The OpenID Foundation's tests of relying parties, and more, as data.

CASES is what a provider does to us, by the name of the test in the
Foundation's suite (plans oidcc-client-basic, -config and -dynamic); where it
has none the name starts with "ours". NOT_APPLICABLE says why some of its
tests are not among them.
"""

import idtoken
from idtoken import ALGORITHMS, SIGNER
from openid_case import (
    BOTH, CODE, EMAIL, HOUR, STRANGER, ago, bad, nameless, only, ours,
    rsa_modulus, rsa_pem, sign_with, spoil, suite, unsign, unsign_and_keep,
    userinfo, with_secret)

AT_HASH = idtoken.at_hash("AT")
OVERAGE = {"_claim_names": {"groups": "src1"},
           "_claim_sources": {"src1": {"endpoint": "https://graph.example/"}}}
GROUP = "alice email:alice@example.com group:oncall\n"
TWO = {"aud": ["CLIENT_ID", "https://api.example"]}
LISTED = {"extra_audiences": "https://api.example"}

DISCOVERY = [
    suite("", flows=BOTH),
    suite("-discovery-openid-config", flows=BOTH),
    suite("-discovery-jwks-uri-keys"),
    *(suite("-discovery-issuer-mismatch", how, "provider_malformed",
            "another issuer", metadata={"issuer": issuer})
      for how, issuer in [("another host", "https://evil.example"),
                          ("a slash more", lambda url: url + "/")]),
    ours("a provider without keys", "", "provider_malformed", "jwks_uri",
         metadata={"jwks_uri": None}),
    ours("keys at another host", "", "endpoint_refused", "jwks_uri",
         metadata={"jwks_uri": "https://evil.example/jwks"}),
]

CLAIMS = [
    *(bad(suite, "-invalid-iss", how, "iss is not", flows=BOTH,
          claims={"iss": iss})
      for how, iss in [("another", "https://evil.example"), ("missing", None),
                       ("a list", ["https://localhost"])]),
    *(bad(suite, "-missing-sub", how, "", flows=flows, claims={"sub": sub})
      for how, sub, flows in [("missing", None, BOTH), ("empty", "", BOTH),
                              ("a number", 5, ("device",))]),
    bad(suite, "-missing-aud", "", "aud does not name", flows=BOTH,
        claims={"aud": None}),
    *(bad(suite, "-invalid-aud", how, says, claims={"aud": aud})
      for how, aud, says in [
          ("another", "OTHER", "aud does not name"),
          ("none", [], "aud does not name"),
          ("a longer one", "CLIENT_ID2", "aud does not name"),
          ("another beside ours", TWO["aud"], "not in extra_audiences")]),
    ours("aud", "ours in a list", claims={"aud": ["CLIENT_ID"]}),
    ours("aud", "another that is listed", flows=BOTH, provider=LISTED,
         claims={**TWO, "azp": "CLIENT_ID"}),
    bad(ours, "azp", "missing with two audiences", "azp is missing",
        provider=LISTED, claims=TWO),
    bad(ours, "azp", "another's", "azp is not", claims={"azp": "OTHER"}),
    ours("azp", "ours", claims={"azp": "CLIENT_ID"}),
    bad(suite, "-missing-iat", "", "iat is missing", flows=BOTH,
        claims={"iat": None}),
    bad(ours, "iat", "an hour old", "iat is", claims={"iat": ago(HOUR)}),
    bad(ours, "iat", "ahead", "ahead", claims={"iat": ago(-HOUR)}),
    bad(ours, "exp", "missing", "exp is missing", claims={"exp": None}),
    bad(ours, "exp", "past", "exp is over", flows=BOTH,
        claims={"exp": ago(HOUR), "iat": ago(HOUR)}),
    bad(ours, "nbf", "ahead", "nbf is", claims={"nbf": ago(-HOUR)}),
    bad(ours, "a nonce that nobody sent", "", "where none was sent",
        claims={"nonce": "A" * 32}),
    *(bad(suite, "-nonce-invalid", how, says, flows=CODE,
          claims={"nonce": nonce})
      for how, nonce, says in [
          ("another", "A" * 32, "not the one that was sent"),
          ("missing", None, "nonce is missing"),
          ("empty", "", "not the one"), ("a list", ["n"], "not the one")]),
    *(bad(suite, "-invalid-athash", how, "at_hash is not", flows=BOTH,
          claims={"at_hash": value})
      for how, value in [("another", idtoken.at_hash("OTHER")),
                         ("half of it", AT_HASH[:11])]),
    suite("-missing-athash", flows=BOTH),
    ours("at_hash", "right", flows=BOTH, claims={"at_hash": AT_HASH}),
    suite("-invalid-chash", "is not looked at", flows=CODE,
          claims={"c_hash": "AAAA"}),
]


def bad_signatures(alg):
    """Return what is wrong with a signature, for one algorithm."""
    name = f"-invalid-sig-{alg.lower()}"
    says = "signature does not verify"
    stranger = {"alg": alg, "key": STRANGER.keys[alg]}
    return [
        bad(suite, name, "damaged", says, sign={"alg": alg},
            damage=spoil(2)),
        bad(suite, name, "of another text", says, sign={"alg": alg},
            damage=spoil(1)),
        bad(suite, name, "a stranger's", says, flows=BOTH, sign=stranger)]


SIGNATURES = [
    *(suite(f"-idtoken-sig-{alg.lower()}", flows=BOTH, sign={"alg": alg})
      for alg in ALGORITHMS),
    *(case for alg in ALGORITHMS for case in bad_signatures(alg)),
    bad(suite, "-idtoken-sig-none", "", "alg is none that is", flows=BOTH,
        damage=unsign),
    bad(suite, "-idtoken-sig-none", "a signature all the same",
        "alg is none that is", damage=unsign_and_keep),
    *(bad(suite, "-invalid-sig-hs256", how, "alg is none that is",
          damage=sign_with(form))
      for how, form in [("the RSA key in PEM", rsa_pem),
                        ("its modulus", rsa_modulus)]),
    bad(ours, "HS256", "a symmetric key in the set", "alg is none that is",
        damage=sign_with(lambda: b"secret" * 8), keys=with_secret),
    bad(ours, "alg", "not in id_token_algs", "not among those allowed",
        provider={"id_token_algs": "ES256"}),
    ours("alg", "in id_token_algs", provider={"id_token_algs": "RS256"}),
    *(bad(ours, "header", how, says, sign={"header": header})
      for how, header, says in [
          ("crit", {"crit": ["exp"]}, "crit"), ("zip", {"zip": "DEF"}, "zip"),
          ("typ of an access token", {"typ": "at+jwt"}, "typ")]),
    ours("header", "jku and jwk are not looked at", sign={"header": {
        "jku": "https://evil.example/", "jwk": STRANGER.keys["RS256"].jwk()}}),
    bad(ours, "header", "its own key", "signature does not verify", sign={
        "key": STRANGER.keys["RS256"],
        "header": {"jwk": STRANGER.keys["RS256"].jwk()}}),
]

KEYS = [
    suite("-kid-absent-single-jwks", flows=BOTH, keys=only("RS256"),
          sign={"header": {"kid": None}}),
    suite("-kid-absent-single-jwks", "one for the algorithm of several",
          sign={"header": {"kid": None}}),
    suite("-kid-absent-single-jwks", "no kid in the set either",
          keys=nameless("RS256", "ES256"), sign={"header": {"kid": None}}),
    bad(suite, "-kid-absent-multiple-jwks", "",
        "no kid in the token, and 2 keys fit", flows=BOTH,
        keys=nameless("RS256", "PS256"), sign={"header": {"kid": None}}),
    bad(ours, "kid", "of two keys", "2 keys have the kid", keys=lambda: {
        "keys": SIGNER.jwks()["keys"] + [SIGNER.keys["RS256"].jwk()]}),
    bad(ours, "kid", "unknown", "fits the kid", flows=BOTH,
        sign={"header": {"kid": "other"}}),
    bad(ours, "kid", "of a key for another algorithm", "not for its alg",
        sign={"header": {"kid": "key-ES256"}}),
    bad(ours, "key set", "without one that can be used", "no key that could",
        keys=lambda: {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}),
    ours("key set", "empty", "provider_malformed", "no valid keys",
         keys=lambda: {"keys": []}),
]

USERINFO = [
    suite("-userinfo-invalid-sub", "another", "userinfo_mismatch",
          flows=BOTH, person={"sub": "sub-of-bob"}),
    suite("-userinfo-invalid-sub", "another case of letters",
          "userinfo_mismatch", person={"sub": "SUB-OF-ALICE"}),
    suite("-userinfo-invalid-sub", "missing", "provider_malformed", "sub",
          flows=BOTH, person={"sub": None}),
    suite("-scope-userinfo-claims", flows=BOTH,
          asks={"scope": "openid profile email"}),
    suite("-userinfo-signed", flows=BOTH, userinfo=userinfo()),
    suite("-userinfo-signed", "neither iss nor aud",
          userinfo=userinfo(iss=None, aud=None)),
    *(suite("-userinfo-signed", how, reason, userinfo=userinfo(**more))
      for how, reason, more in [
          ("a stranger", "identity_invalid", {"by": STRANGER}),
          ("another sub", "userinfo_mismatch", {"sub": "sub-of-bob"}),
          ("no sub", "identity_invalid", {"sub": None}),
          ("another aud", "identity_invalid", {"aud": "OTHER"}),
          ("another iss", "identity_invalid", {"iss": "https://evil.example"}),
          ("past", "identity_invalid", {"exp": ago(HOUR)}),
          ("another's email", "identity_not_allowed",
           {"email": "bob@example.com"})]),
    suite("-aggregated-claims", "are not looked at",
          person={"_claim_names": {"email": "src1"}, "_claim_sources": {
              "src1": {"JWT": "e30.e30.c2ln"}}}),
    suite("-distributed-claims", "are not fetched", "email_missing",
          person={"email": None, "_claim_names": {"email": "src1"},
                  "_claim_sources": OVERAGE["_claim_sources"]}),
]

CLAIMS_PARAMETER = {"claims_parameter_supported": True}
ASKED = '{"id_token":{"email":null,"email_verified":null}}'
ASKED_MORE = ('{"id_token":{"email":null,"email_verified":null,'
              '"groups":null,"department":null}}')

REQUEST = [
    ours("claims parameter", "where it is known", flows=BOTH, claims=EMAIL,
         metadata=CLAIMS_PARAMETER, asks={"claims": ASKED}),
    ours("claims parameter", "not where it is not", flows=BOTH,
         metadata={"claims_parameter_supported": False},
         asks={"claims": None}),
    ours("claims parameter", "all that the allowlist needs", flows=BOTH,
         claims={**EMAIL, "groups": ["oncall"], "department": "IT"},
         allowlist=GROUP.replace("group:", "claim:department=IT group:"),
         metadata=CLAIMS_PARAMETER, asks={"claims": ASKED_MORE}),
    ours("claims parameter", "of the settings goes first", flows=CODE,
         provider={"authorize_params": "claims={}"},
         metadata=CLAIMS_PARAMETER, asks={"claims": "{}"}),
    ours("acr", "asked for, and there", flows=BOTH,
         settings={"require_acr": "phr phrh"}, claims={"acr": "phrh"},
         asks={"acr_values": "phr phrh"}),
    ours("acr", "wins over a parameter", flows=CODE,
         settings={"require_acr": "phr"}, claims={"acr": "phr"},
         provider={"authorize_params": "acr_values=low ui_locales=de"},
         asks={"acr_values": "phr", "ui_locales": "de"}),
    *(ours("acr", how, "acr_amr_missing", "acr", flows=BOTH,
           settings={"require_acr": "phr"}, claims={"acr": acr})
      for how, acr in [("missing", None), ("another", "pwd")]),
    ours("amr", "there", settings={"require_amr": "mfa hwk"},
         claims={"amr": ["hwk", "pwd", "mfa"]}),
    *(ours("amr", how, "acr_amr_missing", "amr", flows=BOTH,
           settings={"require_amr": "mfa hwk"}, claims={"amr": amr})
      for how, amr in [("missing", None), ("one of two", ["mfa"])]),
    ours("max_age", "asked for, and young enough", flows=BOTH,
         settings={"max_age": 600}, claims={"auth_time": ago(500)},
         asks={"max_age": "600"}),
    *(ours("max_age", how, "auth_too_old", "auth_time", flows=BOTH,
           settings={"max_age": 600}, claims={"auth_time": when})
      for how, when in [("missing", None), ("too long ago", ago(HOUR))]),
    ours("max_age", "not asked for", claims={"auth_time": 1},
         asks={"max_age": None}),
    *(ours("hd", how, reason, flows=flows, asks=asks,
           provider={"hd": "corp.example"}, claims={"hd": hd, **EMAIL})
      for how, reason, hd, flows, asks in [
          ("right", "approved", "corp.example", ("device",), {"hd": None}),
          ("asked for with a code", "approved", "corp.example", CODE,
           {"hd": "corp.example"}),
          ("another", "tenant_not_allowed", "evil.example", BOTH, {}),
          ("missing", "tenant_not_allowed", None, BOTH, {})]),
]

GROUPS = [
    *(ours("groups", how, flows=BOTH, allowlist=GROUP, claims=claims,
           provider={"groups_claim": path}, person=person)
      for how, path, claims, person in [
          ("in the ID token", "groups", {"groups": ["a", "oncall"]}, {}),
          ("one as a text", "groups", {"groups": "oncall"}, {}),
          ("at a path", "realm_access.roles",
           {"realm_access": {"roles": ["oncall"]}}, {}),
          ("in userinfo", "realm_access.roles", {},
           {"realm_access": {"roles": ["oncall"]}})]),
    *(ours("groups", how, "identity_not_allowed", allowlist=GROUP,
           claims=claims, provider={"groups_claim": path}, person=person)
      for how, path, claims, person in [
          ("not this one", "groups", {"groups": ["staff"]},
           {"groups": ["oncall"]}),
          ("at another path", "groups",
           {"realm_access": {"roles": ["oncall"]}}, {}),
          ("a longer name", "groups", {"groups": ["oncalls"]}, {})]),
    ours("groups", "elsewhere (Entra)", "groups_overage", "too many groups",
         flows=BOTH, allowlist=GROUP, claims=OVERAGE),
    ours("groups", "elsewhere, says userinfo", "groups_overage",
         "too many groups", allowlist=GROUP, person=OVERAGE),
    ours("groups", "hasgroups", "groups_overage", allowlist=GROUP,
         claims={"hasgroups": True}),
    ours("groups", "elsewhere, and nobody asks", claims=OVERAGE),
    *(ours("groups", how, "groups_overage", allowlist=GROUP,
           person={"groups": groups})
      for how, groups in [("257 of them", ["oncall"] * 257),
                          ("longer than we can hold", ["g" * 255] * 256)]),
]

BOB = {"sub": "sub-of-bob", "email": "bob@example.com",
       "email_verified": True}
SIGNED = {"settings": {"email_from": "id_token"}, "flows": BOTH,
          "userinfo_asked": False}
AUTO = {"settings": {"email_from": "auto"}, "flows": BOTH}

EMAIL_FROM = [
    ours("email_from = id_token", "it says all", claims=EMAIL, **SIGNED),
    ours("email_from = id_token", "of bob, userinfo of alice",
         "identity_not_allowed", claims=BOB, **SIGNED),
    ours("email_from = id_token", "of bob without email, userinfo of alice",
         "email_missing", claims={"sub": "sub-of-bob"},
         person={"sub": "sub-of-bob"}, **SIGNED),
    ours("email_from = id_token", "an email in userinfo alone",
         "email_missing", **SIGNED),
    ours("email_from = id_token", "verified in userinfo alone",
         "email_unverified", claims={"email": EMAIL["email"]}, **SIGNED),
    ours("email_from = id_token", "signed userinfo does not count",
         "email_missing", userinfo=userinfo(), **SIGNED),
    ours("email_from = id_token", "groups in userinfo alone",
         "identity_not_allowed", claims=EMAIL, allowlist=GROUP,
         person={"groups": ["oncall"]}, **SIGNED),
    ours("email_from = id_token", "no userinfo endpoint", claims=EMAIL,
         metadata={"userinfo_endpoint": None}, **SIGNED),
    ours("email_from = auto", "it says all", claims=EMAIL,
         userinfo_asked=False, **AUTO),
    ours("email_from = auto", "userinfo says it, unsigned", says="unsigned",
         userinfo_asked=True, **AUTO),
    ours("email_from = auto", "of bob, userinfo of alice",
         "userinfo_mismatch", claims={"sub": "sub-of-bob"},
         userinfo_asked=True, **AUTO),
    ours("email_from = auto", "of bob, userinfo that says it is of bob",
         "subject_changed", claims={"sub": "sub-of-bob"},
         person={"sub": "sub-of-bob"}, is_known=True, userinfo_asked=True,
         **AUTO),
    ours("email_from = auto", "what the ID token says stands",
         "identity_not_allowed", claims={**BOB, "sub": "sub-of-alice"},
         allowlist=GROUP, person={"groups": ["oncall"]}, userinfo_asked=True,
         **AUTO),
    ours("email_from = auto", "verified in userinfo alone",
         "email_unverified", claims={"email": EMAIL["email"]},
         userinfo_asked=False, **AUTO),
    ours("email_from = auto", "only email_verified is signed",
         "email_unverified", claims={"email_verified": True},
         person={"email_verified": False}, userinfo_asked=True, **AUTO),
    ours("email_from = auto", "no userinfo endpoint", "email_missing",
         metadata={"userinfo_endpoint": None}, **AUTO),
    *(ours("email_from = id_token", f"with {preset}", "settings_invalid",
           "there is no ID token", settings={"email_from": "id_token"},
           flows=CODE, provider={"preset": preset})
      for preset in ("github", "discord")),
    *(ours(f"{name} = {value}", "without ID tokens", "settings_invalid",
           f"{name} does not go with", settings={name: value},
           provider={"scopes": "email"})
      for name, value in [("require_acr", "phr"), ("require_amr", "mfa"),
                          ("max_age", 60)]),
]

CASES = (DISCOVERY + CLAIMS + SIGNATURES + KEYS + USERINFO + REQUEST
         + GROUPS + EMAIL_FROM)

NOT_APPLICABLE = {
    "oidcc-client-test-discovery-webfinger-acct":
        "no email is asked for before: the issuer is a setting",
    "oidcc-client-test-discovery-webfinger-url":
        "the issuer is a setting",
    "oidcc-client-test-dynamic-registration":
        "the client is registered by an administrator",
    "oidcc-client-test-request-uri-signed-rs256":
        "no request objects: requests are pushed (RFC 9126)",
    "oidcc-client-test-request-uri-signed-none":
        "no request objects: requests are pushed (RFC 9126)",
    "oidcc-client-test-missing-chash":
        "of the hybrid flow",
    "oidcc-client-test-nonce-unless-code-flow":
        "of the implicit flow",
}
