/* What a preset adds to a provider's section, and what it asks of it. */
#ifndef PAM_OAUTH2_LOGIN_SETTINGS_PRESET_H
#define PAM_OAUTH2_LOGIN_SETTINGS_PRESET_H

#include "login/settings.h"
#include "login/settings_entries.h"

/*
 * Set what the section does not set itself and its preset knows. Absolute
 * endpoints and hosts of the preset are left out where the section names
 * another issuer: they are not that one's.
 *
 * section  where the provider's section starts.
 *
 * Errors: CONFIG (file:line in d->text: an issuer that is missing, or not
 * one of this provider), NOMEM.
 */
enum oauth2_err settings_preset_fill(const struct settings_entries *entries,
    const struct settings_entry *section, struct provider_settings *provider,
    struct detail *d) MUST_CHECK;

/*
 * Whether what is set fits together: a way to sign in, trust in addresses
 * only where they are confined, every parameter once.
 * Errors: CONFIG (file:line in d->text).
 */
enum oauth2_err settings_preset_check(const struct settings_entries *entries,
    const struct settings_entry *section,
    const struct provider_settings *provider, struct detail *d) MUST_CHECK;

/* Whether the device grant may be tried. */
bool settings_has_device_grant(const struct provider_settings *provider);

#endif
