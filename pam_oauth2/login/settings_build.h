/* From the entries of all files to the settings of one service. */
#ifndef PAM_OAUTH2_LOGIN_SETTINGS_BUILD_H
#define PAM_OAUTH2_LOGIN_SETTINGS_BUILD_H

#include "base/err.h"
#include "login/settings.h"
#include "login/settings_ini.h"

/*
 * Judge every entry by itself: sections and keys that exist, keys in a
 * section they belong to, no key twice (in all files: with two answers it
 * would take the order of file names to know which holds), values in range.
 * Errors: CONFIG, with file:line; NOMEM.
 */
enum oauth2_err settings_build_check(
    const struct settings_entries *entries, struct detail *d) MUST_CHECK;

/*
 * Defaults, [pam_oauth2], [service NAME], then the provider; every provider
 * section must be complete, also where another one is chosen. The entries
 * have passed settings_build_check(). Errors: CONFIG, NOMEM.
 */
enum oauth2_err settings_build(const struct settings_entries *entries,
    const struct settings_host *host, struct settings **ret,
    struct detail *d) MUST_CHECK;

#endif
