/*
 * The door to the INI library (libini_config of ding-libs): it joins
 * continuation lines and finds what stands twice. What it would take silently
 * or reject without saying where is refused before (settings_scan).
 */
#ifndef PAM_OAUTH2_LOGIN_SETTINGS_INI_H
#define PAM_OAUTH2_LOGIN_SETTINGS_INI_H

#include "base/err.h"
#include "login/settings_entries.h"
#include "login/source.h"

/*
 * Append what a file says. Errors: CONFIG (file:line in d->text), LIMIT,
 * NOMEM.
 */
enum oauth2_err settings_ini_read(const struct source *source,
    struct settings_entries *ret, struct detail *d) MUST_CHECK;

#endif
