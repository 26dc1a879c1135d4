/* One line of the allowlist, taken apart. Private to the allowlist. */
#ifndef PAM_OAUTH2_LOGIN_ALLOWLIST_LINE_H
#define PAM_OAUTH2_LOGIN_ALLOWLIST_LINE_H

#include "base/err.h"
#include "login/allowlist.h"

/*
 * Check a line and cut it up in place.
 *
 * ret        names and values borrow from line; text and number are unset.
 * ret_user   the user's name or "*", borrowed from line; NULL where the line
 *            is empty or a comment, and ret is untouched.
 * ret_fault  on failure what is wrong and what would be right; static.
 *
 * Errors: SYNTAX.
 */
enum oauth2_err allowlist_line_parse(char *line, struct allowlist_line *ret,
    const char **ret_user, const char **ret_fault) MUST_CHECK;

#endif
