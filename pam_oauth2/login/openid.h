/* Which documents have a say in who signed in. */
#ifndef PAM_OAUTH2_LOGIN_OPENID_H
#define PAM_OAUTH2_LOGIN_OPENID_H

#include <stdbool.h>

#include "login/settings.h"

/*
 * Whether the provider signs an ID token for us: it is asked for one (scope
 * openid). Then there is no way in without. Plain OAuth2 providers have none.
 */
bool openid_is_used(const struct provider_settings *provider);

/*
 * Whether the ID token repeats a nonce of this login: where it comes for a
 * code, and the provider is not one of those that never do. For settings
 * whose flow is chosen.
 */
bool openid_has_nonce(const struct settings *settings);

/* Whether nothing but the ID token counts (email_from = id_token). */
bool openid_is_enough(const struct settings *settings);

#endif
