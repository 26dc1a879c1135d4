/*
 * private_key_jwt: the client proves itself with a signed assertion (RFC 7523
 * sections 2.2 and 3). The key is elsewhere; here its owner is asked to sign.
 */
#ifndef PAM_OAUTH2_OAUTH2_ASSERTION_H
#define PAM_OAUTH2_OAUTH2_ASSERTION_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define OAUTH2_ASSERTION_LIFETIME_S 60

/* Texts are copied by oauth2_new(), arg is borrowed. */
struct oauth2_signer {
	const char *alg; /* RS256 or ES256 */
	const char *kid; /* or NULL: no kid in the header */
	/*
	 * `aud`, always one text. NULL: the issuer, and the header's typ is
	 * client-authentication+jwt, both as the update of RFC 7523
	 * (draft-ietf-oauth-rfc7523bis) has it: an assertion for one provider
	 * is of no use at another. Something else, such as the token
	 * endpoint's URL, only for a provider that takes nothing else; then
	 * typ is JWT.
	 */
	const char *audience;
	/*
	 * Append the signature of signing_input ("header.claims") to
	 * ret_signature, as JWS has it: for ES256 64 bytes, r and s (RFC 7518
	 * section 3.4). An error ends the request and is its error.
	 */
	enum oauth2_err (*sign)(
	    void *arg, const char *signing_input, struct buf *ret_signature);
	int64_t (*now)(void *arg); /* Unix seconds; NULL: this host's clock */
	void *arg;
};

struct oauth2_client;

/*
 * Append client_assertion_type and client_assertion to a form: for this
 * floor only. The assertion names the client as iss and sub, carries a
 * random jti, and is good for OAUTH2_ASSERTION_LIFETIME_S. Errors stick to
 * the form: CLOSED and NOMEM of the signer, INTERNAL for all its others.
 */
void assertion_add(const struct oauth2_client *c, struct buf *form);

#endif
