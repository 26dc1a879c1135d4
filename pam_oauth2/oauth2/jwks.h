/*
 * The provider's key set (RFC 7517 section 5): fetched here. What a key is,
 * and what it has signed, is decided elsewhere.
 */
#ifndef PAM_OAUTH2_OAUTH2_JWKS_H
#define PAM_OAUTH2_OAUTH2_JWKS_H

#include "codec/json.h"
#include "oauth2/client.h"

#define OAUTH2_JWKS_KEYS_MAX 32

/*
 * Fetch the key set. Needs OAUTH2_NEEDS_JWKS. No credential is sent. Blocks
 * for at most a request's time, see net/http.h.
 *
 * ret      a JSON object, for json_free(). Its `keys` is an array of 1 to
 *          OAUTH2_JWKS_KEYS_MAX objects; nothing in them was checked.
 *          Untouched on failure.
 * d->cause PROTOCOL: there are no keys, or they are no objects. TOO_BIG: too
 *          many of them, or a body beyond all limits. TRANSPORT, TIMEOUT,
 *          TLS, HTTP (with d->http_status), JSON as they say.
 *
 * Errors: JWKS, CLOSED, NOMEM, INTERNAL (jwks_uri is not known).
 */
enum oauth2_err oauth2_fetch_jwks(const struct oauth2_client *client,
    struct json **ret, struct detail *d) MUST_CHECK;

#endif
