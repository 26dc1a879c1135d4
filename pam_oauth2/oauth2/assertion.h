/*
 * private_key_jwt: the client proves itself with a signed assertion (RFC 7523
 * sections 2.2 and 3). Whoever holds the key makes the whole of it here; a
 * client is handed finished ones (get_assertion of oauth2_config), so that a
 * client taken over can have nothing else signed.
 */
#ifndef PAM_OAUTH2_OAUTH2_ASSERTION_H
#define PAM_OAUTH2_OAUTH2_ASSERTION_H

#include <stdint.h>

#include "base/err.h"

#define OAUTH2_ASSERTION_LIFETIME_S 60
#define OAUTH2_ASSERTION_MAX	    (12 * 1024) /* bytes */

struct buf;
struct crypto_key;
struct oauth2_client;

/* What an assertion says (UTF-8), and who signs; borrowed for the call. */
struct oauth2_assertion {
	const char *client_id; /* iss and sub */
	const char *issuer;    /* of the provider */
	/*
	 * `aud`, always one text. NULL: the issuer, and the header's typ is
	 * client-authentication+jwt, both as the update of RFC 7523
	 * (draft-ietf-oauth-rfc7523bis) has it: an assertion for one provider
	 * is of no use at another. Something else, such as the token
	 * endpoint's URL, only for a provider that takes nothing else; then
	 * typ is JWT.
	 */
	const char *audience;
	const char *kid; /* NULL: no kid in the header */
	const struct crypto_key *key;
	int64_t now; /* Unix seconds */
};

/*
 * An assertion ready to be sent: a JWT with a random jti that is good for
 * OAUTH2_ASSERTION_LIFETIME_S. alg follows from the key.
 *
 * ret      for secret_free().
 *
 * Errors: INTERNAL, LIMIT (longer than OAUTH2_ASSERTION_MAX), NOMEM.
 */
enum oauth2_err oauth2_make_assertion(
    const struct oauth2_assertion *assertion, char **ret) MUST_CHECK;

/*
 * Have the client's get_assertion give one, and append client_assertion_type
 * and client_assertion to a form: for this floor only. Errors stick to the
 * form: CLOSED and NOMEM of get_assertion, INTERNAL for all its others and
 * for what is no JWT.
 */
void assertion_add(const struct oauth2_client *c, struct buf *form);

#endif
