/* What a provider's section says about the client, and what goes together. */
#ifndef PAM_OAUTH2_LOGIN_SETTINGS_CLIENT_H
#define PAM_OAUTH2_LOGIN_SETTINGS_CLIENT_H

#include "base/err.h"
#include "login/settings.h"
#include "login/settings_entries.h"

/*
 * Work out how the client proves itself where the settings leave that open:
 * with a secret it stays so until the provider is known (metadata.h).
 * A credential and a method that uses it, or neither; and no setting that
 * would have no effect.
 *
 * section  where the provider's section starts, for messages.
 *
 * Errors: CONFIG, with file:line.
 */
enum oauth2_err settings_client_resolve(const struct settings_entry *section,
    struct provider_settings *provider, struct detail *d) MUST_CHECK;

#endif
