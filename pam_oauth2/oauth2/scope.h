/* Scopes as one text (RFC 6749 section 3.3): for this floor only. */
#ifndef PAM_OAUTH2_OAUTH2_SCOPE_H
#define PAM_OAUTH2_OAUTH2_SCOPE_H

#include "base/strlist.h"

/*
 * The scopes joined by blanks, for secret_free(); NULL for none, or for a
 * list that is NULL.
 *
 * d->text  what is wrong, to be preceded by the name of the setting.
 *
 * Errors: CONFIG (a scope with a character that none may have, too long),
 * NOMEM.
 */
enum oauth2_err scope_join(
    const struct strlist *scopes, char **ret, struct detail *d) MUST_CHECK;

#endif
