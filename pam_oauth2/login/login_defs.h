/* The one line of /etc/login.defs that matters here: UID_MIN. */
#ifndef PAM_OAUTH2_LOGIN_LOGIN_DEFS_H
#define PAM_OAUTH2_LOGIN_LOGIN_DEFS_H

#include <stdint.h>

#include "base/err.h"
#include "login/source.h"

#define LOGIN_DEFS_PATH	    "/etc/login.defs"
#define LOGIN_DEFS_FILE_MAX (256 * 1024)
#define LOGIN_DEFS_UID_MIN  1000 /* where none is set */

/*
 * The last UID_MIN, as in shadow's own reader; decimal, 1 or more.
 * Errors: CONFIG, with file:line, for a value that is not.
 */
enum oauth2_err login_defs_parse(const struct source *source,
    uint32_t *ret_uid_min, struct detail *d) MUST_CHECK;

/*
 * The same from a file that only root can write. No such file: the default.
 * Errors: also UNTRUSTED, LIMIT, IO, NOMEM; not knowing is no reason to
 * guess, and setting min_uid makes the question go away.
 */
enum oauth2_err login_defs_load(
    const char *path, uint32_t *ret_uid_min, struct detail *d) MUST_CHECK;

#endif
