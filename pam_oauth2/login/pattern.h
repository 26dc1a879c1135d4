/*
 * User names as a setting describes them: [CLASS]{MIN,MAX}, or
 * [FIRST][CLASS]{MIN,MAX} where the first character has a class of its own.
 * Not a regular expression: nothing in it can be slow, and nothing matches
 * by half.
 */
#ifndef PAM_OAUTH2_LOGIN_PATTERN_H
#define PAM_OAUTH2_LOGIN_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define PATTERN_MAX 255 /* bytes of a name */

/* All that a class, and so a user name anywhere here, can hold. */
#define PATTERN_CHARACTERS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"0123456789_.-@+$"

struct pattern {
	bool has_first;
	bool first[128];
	bool rest[128];
	size_t min; /* characters, without the one that first is for */
	size_t max;
};

/*
 * In a class stand single characters of PATTERN_CHARACTERS and ranges such
 * as a-z within the letters or the digits; a hyphen comes last. MIN <= MAX,
 * and the whole is 1 to PATTERN_MAX characters.
 *
 * Errors: SYNTAX, LIMIT. ret is untouched on failure.
 */
enum oauth2_err pattern_parse(const char *text, struct pattern *ret) MUST_CHECK;

/* The whole name, or nothing. A name never starts with a hyphen. */
bool pattern_matches(const struct pattern *pattern, const char *name);

#endif
