/* Which machine this is and which of its boots: what is kept is bound to it. */
#ifndef PAM_OAUTH2_LOGIN_MACHINE_H
#define PAM_OAUTH2_LOGIN_MACHINE_H

#include "base/err.h"

#define MACHINE_ID_SIZE	     33 /* 32 hexadecimal digits and NUL */
#define MACHINE_BOOT_ID_SIZE 37 /* a UUID and NUL */

/*
 * Read machine-id(5). Where it is not set yet, as in an image that is to be
 * cloned, nothing may be kept: every clone would have it.
 *
 * path     PATH_MACHINE_ID
 * d->text  what is wrong, and what would set it right
 *
 * Errors: NOT_FOUND, CONFIG, UNTRUSTED, LIMIT, IO, NOMEM.
 */
enum oauth2_err machine_id(
    const char *path, char ret[MACHINE_ID_SIZE], struct detail *d) MUST_CHECK;

/* Read the kernel's boot id. path: PATH_BOOT_ID. Errors as machine_id(). */
enum oauth2_err machine_boot_id(const char *path,
    char ret[MACHINE_BOOT_ID_SIZE], struct detail *d) MUST_CHECK;

#endif
