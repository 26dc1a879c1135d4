/*
 * The provider's key set (RFC 7517 section 5): fetched here, and stripped of
 * all that a signature cannot need. What a key is, and what it has signed, is
 * decided elsewhere.
 */
#ifndef PAM_OAUTH2_OAUTH2_JWKS_H
#define PAM_OAUTH2_OAUTH2_JWKS_H

#include "base/strlist.h"
#include "net/http.h"
#include "oauth2/client.h"

#define OAUTH2_JWKS_KEYS_MAX 32
#define OAUTH2_JWK_MAX	     2000 /* bytes of one, stripped */

struct oauth2_jwks {
	/*
	 * A JSON object for each key, in the provider's order, with kty, use,
	 * key_ops, alg, kid and the public members alone. Keys that are not
	 * well-formed, or longer than any we can use, are left out.
	 */
	struct strlist keys;
	char etag[HTTP_ETAG_SIZE];
	bool is_unchanged; /* the provider says: as last time; all else empty */
};

#define OAUTH2_JWKS \
	{ \
		.keys = STRLIST(OAUTH2_JWKS_KEYS_MAX) \
	}

/*
 * Fetch the key set. Needs OAUTH2_NEEDS_JWKS. No credential is sent. Blocks
 * for at most a request's time, see net/http.h.
 *
 * etag     of what is known already, or NULL.
 * ret      partly filled on failure.
 * d->cause PROTOCOL: `keys` is no array of 1 to OAUTH2_JWKS_KEYS_MAX objects.
 *          TOO_BIG: too many of them, or a body beyond all limits. TRANSPORT,
 *          TIMEOUT, TLS, HTTP (with d->http_status), JSON as they say.
 *
 * Errors: JWKS, CLOSED, NOMEM, INTERNAL (jwks_uri is not known).
 */
enum oauth2_err oauth2_fetch_jwks(const struct oauth2_client *client,
    const char *etag, struct oauth2_jwks *ret, struct detail *d) MUST_CHECK;

/* Wipe and free the parts, not jwks itself. */
void oauth2_jwks_free(struct oauth2_jwks *jwks);

static inline void
oauth2_jwks_free_scope(struct oauth2_jwks *jwks)
{
	oauth2_jwks_free(jwks);
}

#endif
