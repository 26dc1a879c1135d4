/* What ties an access token to an ID token (OpenID Connect section 3.1.3.6). */
#ifndef PAM_OAUTH2_OAUTH2_AT_HASH_H
#define PAM_OAUTH2_OAUTH2_AT_HASH_H

#include "codec/crypto.h"

/*
 * The at_hash that an ID token signed with alg (jws_claimed_alg()) has for an
 * access token: so that who checks it need not see the access token.
 *
 * ret      to be freed with secret_free().
 *
 * Errors: NOMEM, INTERNAL.
 */
enum oauth2_err oauth2_at_hash(
    enum crypto_alg alg, const char *access_token, char **ret) MUST_CHECK;

#endif
