/*
 * What the provider's userinfo says (OpenID Connect Core 1.0 section 5.3),
 * whole or only who it is about.
 */
#ifndef PAM_OAUTH2_OAUTH2_PROFILE_H
#define PAM_OAUTH2_OAUTH2_PROFILE_H

#include "base/identity.h"
#include "codec/json.h"
#include "oauth2/client.h"
#include "oauth2/token.h"

/*
 * The whole document. Needs OAUTH2_NEEDS_USERINFO.
 *
 * token    its access_token alone is used.
 * ret      a JSON object, for json_free(); nothing in it was checked.
 *
 * Errors: GET_PROFILE (see d->cause and d->http_status), CLOSED, NOMEM,
 * INTERNAL.
 */
enum oauth2_err oauth2_get_profile(const struct oauth2_client *client,
    const struct oauth2_token *token, struct json **ret,
    struct detail *d) MUST_CHECK;

/*
 * Issuer, sub (the id), email or NULL, and whether it is verified; nothing
 * more. Needs OAUTH2_NEEDS_USERINFO. oauth2_get_identity() reads more claims.
 *
 * Errors: GET_ID_EMAIL (as GET_PROFILE of oauth2_get_identity()), CLOSED,
 * NOMEM, INTERNAL.
 */
enum oauth2_err oauth2_get_id_email(const struct oauth2_client *client,
    const struct oauth2_token *token, struct identity **ret,
    struct detail *d) MUST_CHECK;

#endif
