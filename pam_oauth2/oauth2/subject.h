/* Two documents of one sign-in are about the same person: for this floor. */
#ifndef PAM_OAUTH2_OAUTH2_SUBJECT_H
#define PAM_OAUTH2_OAUTH2_SUBJECT_H

#include "base/err.h"

/*
 * Check that an ID token has this sub (OpenID Connect Core 5.3.2). Its
 * signature is not looked at: this can refuse, and proves nothing.
 *
 * id_token  NULL: there is none, and nothing to check.
 *
 * Errors: SYNTAX (d->cause PROTOCOL: another sub, or no ID token), NOMEM.
 */
enum oauth2_err subject_check(
    const char *id_token, const char *sub, struct detail *d) MUST_CHECK;

#endif
