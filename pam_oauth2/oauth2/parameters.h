/* Names and values beyond those a request has by itself, in order. */
#ifndef PAM_OAUTH2_OAUTH2_PARAMETERS_H
#define PAM_OAUTH2_OAUTH2_PARAMETERS_H

#include <stddef.h>

#include "base/buf.h"

struct oauth2_parameter {
	const char *name;
	const char *value;
};

/* Borrowed for the length of the call. Zeroes are "none". */
struct oauth2_parameters {
	const struct oauth2_parameter *items;
	size_t count;
};

/*
 * Cut "NAME=VALUE" in place; ret borrows. Errors: SYNTAX (not that, no name
 * that a parameter can have, control characters in the value).
 */
enum oauth2_err oauth2_parameter_cut(
    char *text, struct oauth2_parameter *ret) MUST_CHECK;

/*
 * Append them to a form: for this floor only.
 *
 * reserved  names the request sets itself, up to a NULL.
 * d->text   which one is wrong.
 *
 * Errors: CONFIG (a reserved name, one twice or empty, a value with control
 * characters). What b says is for the caller to ask.
 */
enum oauth2_err parameters_add(const struct oauth2_parameters *parameters,
    const char *const *reserved, struct buf *b, struct detail *d) MUST_CHECK;

#endif
