/* Who signed in, by the provider's userinfo endpoint (OpenID Connect 5.3). */
#ifndef PAM_OAUTH2_OAUTH2_IDENTITY_H
#define PAM_OAUTH2_OAUTH2_IDENTITY_H

#include "base/identity.h"
#include "oauth2/claims.h"
#include "oauth2/client.h"
#include "oauth2/token.h"

/*
 * Fetch userinfo. Needs OAUTH2_NEEDS_USERINFO. The token travels in a
 * header, never in the URL.
 *
 * query    may be NULL.
 * ret      email_verified is true for the JSON value true alone; claims are
 *          "NAME=VALUE", those the provider does not send are left out.
 *
 * Errors: GET_PROFILE (cause PROTOCOL: a claim is missing or of the wrong
 * type; POLICY: more groups than can be checked,
 * or longer ones; HTTP with d->http_status: refused; others as they say),
 * CLOSED, NOMEM, INTERNAL.
 */
enum oauth2_err oauth2_get_identity(const struct oauth2_client *client,
    const struct oauth2_token *token, const struct oauth2_identity_query *query,
    struct identity **ret, struct detail *d) MUST_CHECK;

#endif
