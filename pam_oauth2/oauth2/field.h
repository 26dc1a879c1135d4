/* Members of a provider's JSON as we take them: for this floor only. */
#ifndef PAM_OAUTH2_OAUTH2_FIELD_H
#define PAM_OAUTH2_OAUTH2_FIELD_H

#include <stdint.h>

#include "codec/json.h"

/* Note the cause of a failure that is about to be described. */
static inline struct detail *
because(struct detail *d, enum oauth2_cause cause)
{
	if (d != NULL)
		d->cause = cause;
	return d;
}

/*
 * A copy of a text, to be freed with secret_free(). d->text names the field.
 *
 * Errors: NOT_FOUND (absent or null), SYNTAX (empty, no text, above max
 * bytes), NOMEM. For the first two d->cause is PROTOCOL.
 */
enum oauth2_err field_text(const struct json *json, const char *name,
    size_t max, char **ret, struct detail *d) MUST_CHECK;

/*
 * The same for a text of 0x21-0x7e alone, as tokens and codes are. Errors as
 * field_text().
 */
enum oauth2_err field_token(const struct json *json, const char *name,
    size_t max, char **ret, struct detail *d) MUST_CHECK;

/*
 * An integer, as a number or as its digits in a text (some send that); cut
 * to +-max. Errors as field_text().
 */
enum oauth2_err field_integer(const struct json *json, const char *name,
    int64_t max, int64_t *ret, struct detail *d) MUST_CHECK;

/*
 * For a field that may be missing: NOT_FOUND is fine, and not to be told.
 * All other errors are handed through.
 */
enum oauth2_err field_optional(
    enum oauth2_err err, struct detail *d) MUST_CHECK;

#endif
