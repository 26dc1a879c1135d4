/*
 * One row for each setting. It feeds the parser, the ranges, the defaults,
 * the dump, the example file and the manual page.
 */
#ifndef PAM_OAUTH2_LOGIN_SETTINGS_TABLE_H
#define PAM_OAUTH2_LOGIN_SETTINGS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum settings_type {
	SETTINGS_TYPE_BOOL,
	SETTINGS_TYPE_NUMBER,
	SETTINGS_TYPE_SECONDS,
	SETTINGS_TYPE_CHOICE,
	SETTINGS_TYPE_TEXT,
	SETTINGS_TYPE_PATH,
	SETTINGS_TYPE_NAME,
	SETTINGS_TYPE_PATTERN,
	SETTINGS_TYPE_CLIENT_ID,
	SETTINGS_TYPE_ISSUER,
	SETTINGS_TYPE_URL,
	SETTINGS_TYPE_LANDING,
	SETTINGS_TYPE_PROXY,
	SETTINGS_TYPE_CLAIM,
	SETTINGS_TYPE_HOSTS,
	SETTINGS_TYPE_SCOPES,
	SETTINGS_TYPE_ALGS,
	SETTINGS_TYPE_WORDS,
	SETTINGS_TYPE_PRESET,
	SETTINGS_TYPE_DOMAIN,
	SETTINGS_TYPE_UUID,
	SETTINGS_TYPE_PARAMETERS,
	SETTINGS_TYPE_REFRESH_PARAMETERS,
	SETTINGS_TYPE_FACTORS,
	SETTINGS_TYPE_COUNT
};

enum settings_scope {
	SETTINGS_SCOPE_GLOBAL,	 /* in [pam_oauth2] only */
	SETTINGS_SCOPE_SERVICE,	 /* there and in [service NAME] */
	SETTINGS_SCOPE_PROVIDER, /* in [provider NAME] */
};

struct settings_row {
	const char *name;
	enum settings_type type;
	enum settings_scope scope;
	size_t offset; /* in struct settings or struct provider_settings */
	uint32_t min; /* numbers; texts: bytes, 0: may be empty; lists: items */
	uint32_t max;
	const char *fallback; /* the default; NULL: none; "auto": derived */
	const char *choices;  /* blank-separated, an enum in its order */
	const char *example;  /* where the default shows nothing */
	const char *derived;  /* what "auto" or no value comes to */
	const char *help;     /* sentences */
};

extern const struct settings_row settings_rows[];
extern const size_t settings_row_count;

/* The row of that name, whatever its scope; NULL when there is none. */
const struct settings_row *settings_row_find(const char *name);

/* A list of words, which may go on in the next line. */
bool settings_row_is_list(const struct settings_row *row);

/* The key has no default and cannot be left out. */
bool settings_row_is_required(const struct settings_row *row);

/*
 * Parse a value into its field of base (struct settings, or struct
 * provider_settings for scope PROVIDER); what the field held is freed.
 * Errors: SYNTAX, LIMIT, NOMEM. The field is untouched on failure.
 */
enum oauth2_err settings_value_set(
    const struct settings_row *row, const char *value, void *base) MUST_CHECK;

/* Append the value as a file has it; false where the field is unset. */
bool settings_value_put(
    const struct settings_row *row, const void *base, struct buf *ret);

/* Wipe and free the field; it is unset afterwards. */
void settings_value_free(const struct settings_row *row, void *base);

/* What a value must be, for messages and manuals: "seconds, 10 to 900". */
void settings_value_expected(
    const struct settings_row *row, char *ret, size_t size);

#endif
