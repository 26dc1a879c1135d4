/* Telling the provider that a token is no longer needed (RFC 7009). */
#ifndef PAM_OAUTH2_OAUTH2_REVOKE_H
#define PAM_OAUTH2_OAUTH2_REVOKE_H

#include "oauth2/client.h"

/*
 * Needs the metadata OAUTH2_NEEDS_REVOCATION. The client proves itself with
 * revocation_endpoint_auth_method (section 2.1). HTTP 200 and 204 are success
 * whatever their body, unless it is JSON with an `error`. Can be repeated.
 *
 * token            an access or refresh token.
 * token_type_hint  access_token, refresh_token, or NULL.
 *
 * Errors: REVOKE_TOKEN_NOT_SUPPORTED (no endpoint; no I/O), CONFIG (token or
 * hint are not what they may be; no I/O), REVOKE_TOKEN (see d->cause and
 * d->error), CLOSED, NOMEM, INTERNAL.
 */
enum oauth2_err oauth2_revoke_token(const struct oauth2_client *client,
    const char *token, const char *token_type_hint,
    struct detail *d) MUST_CHECK;

#endif
