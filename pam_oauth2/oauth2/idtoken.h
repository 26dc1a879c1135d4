/*
 * ID tokens (OpenID Connect section 2 and 3.1.3.7), and userinfo that is
 * signed (5.3.2). Pure: keys and time are arguments, nothing is fetched.
 */
#ifndef PAM_OAUTH2_OAUTH2_IDTOKEN_H
#define PAM_OAUTH2_OAUTH2_IDTOKEN_H

#include <stdint.h>

#include "base/identity.h"
#include "base/strlist.h"
#include "codec/jwk.h"
#include "oauth2/claims.h"

#define OAUTH2_AUD_MAX 16 /* audiences of a token */
#define OAUTH2_AMR_MAX 16

/* NULL is "nothing of the kind", unless it says otherwise. All borrowed. */
struct oauth2_idtoken_expected {
	const char *issuer;    /* always */
	const char *client_id; /* always */
	int64_t now;	       /* Unix seconds, always */
	/* Names of algorithms; NULL: RS256, PS256, ES256 and EdDSA. */
	const struct strlist *algs;
	const struct strlist *extra_audiences; /* may stand beside client_id */
	const char *nonce;   /* as sent; without it a fresh token has none */
	const char *at_hash; /* of the access token (at_hash.h) */
	int64_t max_age;     /* seconds, as asked for; 0: not asked */
	const struct strlist *require_acr; /* one of these */
	const struct strlist *require_amr; /* all of these */
	/*
	 * At a refresh: about whom the first token was, and for whom. NULL
	 * for a fresh sign-in.
	 */
	const char *sub;
	const struct strlist *aud;
	struct oauth2_identity_query query; /* what else to read */
};

struct oauth2_idtoken_claims {
	struct identity *identity;
	struct strlist aud;
	bool is_fresh;	   /* issued within 600 s; at a refresh it may not be */
	int64_t auth_time; /* Unix seconds; 0: the token does not say */
	char *acr;	   /* or NULL */
	struct strlist amr;
};

/*
 * Check an ID token and read it: form and signature (jws_verify()); issuer,
 * audience and azp; exp, iat and nbf, where clocks may differ by 60 s and a
 * fresh token was issued within 600 s; nonce, at_hash where it is there, sub;
 * then what the settings ask for beyond.
 *
 * ret      Untouched on failure.
 * d->text  what is wrong; nothing of the token but differences of time.
 *
 * Errors: UNKNOWN_KEY (the keys may be old), ID_TOKEN (it proves nothing),
 * OTHER_PERSON (at a refresh: another sub or issuer than at the sign-in);
 * where it is genuine, but not good enough: AUTH_TOO_OLD, ACR_AMR_MISSING,
 * GROUPS_OVERAGE. NOMEM, INTERNAL.
 */
enum oauth2_err oauth2_idtoken_verify(
    const struct oauth2_idtoken_expected *expected, const char *jwt,
    const struct jwk_set *keys, struct oauth2_idtoken_claims **ret,
    struct detail *d) MUST_CHECK;

/* Wipe and free. NULL is fine. */
void oauth2_idtoken_claims_free(struct oauth2_idtoken_claims *claims);
AUTO_DEFINE(struct oauth2_idtoken_claims, oauth2_idtoken_claims_free)

/*
 * The same for userinfo as application/jwt. Of what is expected it looks at
 * issuer, client_id, extra_audiences, now, algs and query; and at sub, which
 * must be that of the ID token. iss, aud, exp and nbf are checked where they
 * are there.
 *
 * Errors: UNKNOWN_KEY, USERINFO, USERINFO_MISMATCH (another sub),
 * GROUPS_OVERAGE, NOMEM, INTERNAL (also where expected has no sub).
 */
enum oauth2_err oauth2_userinfo_verify(
    const struct oauth2_idtoken_expected *expected, const char *jwt,
    const struct jwk_set *keys, struct identity **ret,
    struct detail *d) MUST_CHECK;

#endif
