/* Proof Key for Code Exchange (RFC 7636): what binds a code to who asked. */
#ifndef PAM_OAUTH2_OAUTH2_PKCE_H
#define PAM_OAUTH2_OAUTH2_PKCE_H

#include <stdbool.h>

#include "base/err.h"

#define OAUTH2_PKCE_VERIFIER_MIN 43
#define OAUTH2_PKCE_VERIFIER_MAX 128

struct oauth2_pkce {
	char *verifier;	 /* secret, 43 characters from 32 random bytes */
	char *challenge; /* of method S256, 43 characters */
};

/*
 * A new verifier and its challenge. For a provider that only knows the
 * method plain the verifier is its own challenge.
 *
 * Errors: INTERNAL (no random bytes), NOMEM.
 */
enum oauth2_err oauth2_pkce_new(struct oauth2_pkce **ret) MUST_CHECK;

/* Wipe and free. NULL is fine. */
void oauth2_pkce_free(struct oauth2_pkce *pkce);
AUTO_DEFINE(struct oauth2_pkce, oauth2_pkce_free)

/*
 * The S256 challenge of a verifier (section 4.2), for secret_free().
 *
 * Errors: CONFIG (not 43 to 128 characters of A-Za-z0-9-._~), INTERNAL,
 * NOMEM.
 */
enum oauth2_err oauth2_pkce_challenge(
    const char *verifier, char **ret) MUST_CHECK;

/* Whether the verifier is one: section 4.1. */
bool oauth2_pkce_is_verifier(const char *verifier);

/*
 * 43 characters from 32 random bytes, for secret_free(): a state or nonce
 * that nobody guesses.
 *
 * Errors: INTERNAL, NOMEM.
 */
enum oauth2_err oauth2_random(char **ret) MUST_CHECK;

#endif
