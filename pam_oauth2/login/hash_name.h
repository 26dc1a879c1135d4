/* Files are named by a hash, never by what people and providers call them. */
#ifndef PAM_OAUTH2_LOGIN_HASH_NAME_H
#define PAM_OAUTH2_LOGIN_HASH_NAME_H

#include <stddef.h>

#include "base/err.h"

#define HASH_NAME_MAX 64 /* hexadecimal digits of SHA-256 */

/* What is hashed: each text with its NUL, so that nothing is ambiguous. */
struct hash_name {
	const char *purpose; /* keeps the names of different things apart */
	const char *issuer;
	const char *who;
};

/*
 * ret      HASH_NAME_MAX digits, then suffix, in size bytes.
 *
 * Errors: LIMIT, INTERNAL, NOMEM.
 */
enum oauth2_err hash_name(const struct hash_name *what, const char *suffix,
    char *ret, size_t size) MUST_CHECK;

#endif
