#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "login/pattern.h"
#include "login/settings.h"
#include "login/settings_check.h"
#include "login/settings_table.h"

enum storage {
	STORE_BOOL,
	STORE_NUMBER,
	STORE_CHOICE,
	STORE_TEXT,
	STORE_LIST
};

static const struct {
	enum storage storage;
	bool (*is_valid)(const char *text); /* a text, or one item of a list */
	const char *expected;
} types[SETTINGS_TYPE_COUNT] = {
	[SETTINGS_TYPE_BOOL] = { STORE_BOOL, NULL, "yes or no" },
	[SETTINGS_TYPE_NUMBER] = { STORE_NUMBER, NULL, "a number" },
	[SETTINGS_TYPE_SECONDS] = { STORE_NUMBER, NULL, "seconds" },
	[SETTINGS_TYPE_CHOICE] = { STORE_CHOICE, NULL, "" },
	[SETTINGS_TYPE_TEXT] = { STORE_TEXT, text_is_printable,
	    "one line of printable UTF-8" },
	[SETTINGS_TYPE_PATH] = { STORE_TEXT, settings_check_path,
	    "an absolute path" },
	[SETTINGS_TYPE_NAME] = { STORE_TEXT, settings_check_name,
	    "the NAME of a [provider NAME] section" },
	[SETTINGS_TYPE_PATTERN] = { STORE_TEXT, settings_check_pattern,
	    "[CLASS]{MIN,MAX} or [FIRST][CLASS]{MIN,MAX}" },
	[SETTINGS_TYPE_CLIENT_ID] = { STORE_TEXT, text_is_printable_ascii,
	    "printable ASCII" },
	[SETTINGS_TYPE_ISSUER] = { STORE_TEXT, settings_check_issuer,
	    "https://HOST[:PORT][/PATH] without query, fragment or user" },
	[SETTINGS_TYPE_URL] = { STORE_TEXT, settings_check_url,
	    "https://HOST[:PORT]/PATH[?QUERY] without fragment or user" },
	[SETTINGS_TYPE_LANDING] = { STORE_TEXT, settings_check_landing,
	    "https://HOST[:PORT]/PATH[?QUERY] as browsers write it: with a "
	    "path, the host in lower case, no :443" },
	[SETTINGS_TYPE_PROXY] = { STORE_TEXT, settings_check_proxy,
	    "http://HOST:PORT" },
	[SETTINGS_TYPE_CLAIM] = { STORE_TEXT, settings_check_claim,
	    "a claim, or claims with single dots between them" },
	[SETTINGS_TYPE_HOSTS] = { STORE_LIST, settings_check_host,
	    "host names of lower case letters, digits, hyphens and dots" },
	[SETTINGS_TYPE_SCOPES] = { STORE_LIST, settings_check_scope,
	    "scopes of printable ASCII without quote and backslash" },
	[SETTINGS_TYPE_ALGS] = { STORE_LIST, settings_check_alg,
	    "of RS256, PS256, ES256 and EdDSA" },
	[SETTINGS_TYPE_WORDS] = { STORE_LIST, settings_check_word,
	    "words of printable ASCII" },
	[SETTINGS_TYPE_PRESET] = { STORE_TEXT, settings_check_preset, "" },
	[SETTINGS_TYPE_DOMAIN] = { STORE_TEXT, settings_check_host,
	    "a domain of lower case letters, digits, hyphens and dots" },
	[SETTINGS_TYPE_UUID] = { STORE_TEXT, text_is_uuid,
	    "8-4-4-4-12 hexadecimal digits in lower case" },
	[SETTINGS_TYPE_PARAMETERS] = { STORE_LIST, settings_check_parameter,
	    "NAME=VALUE words, each NAME once and none that the request has "
	    "by itself" },
	[SETTINGS_TYPE_REFRESH_PARAMETERS] = { STORE_LIST,
	    settings_check_refresh_parameter,
	    "NAME=VALUE words, each NAME once and none that the request has "
	    "by itself" },
	[SETTINGS_TYPE_FACTORS] = { STORE_LIST, settings_check_factor,
	    "of " FACTOR_SSH_PUBLICKEY ", " FACTOR_SAME_NETWORK
	    " and " FACTOR_PRIOR_MODULE },
};

static bool
is_derived(const struct settings_row *row)
{
	return row->fallback != NULL && strcmp(row->fallback, "auto") == 0;
}

/* The number of a word in a blank-separated list. */
static enum oauth2_err
choice_number(const char *choices, const char *word, uint32_t *ret)
{
	size_t n = strlen(word);

	if (n == 0 || strpbrk(word, " \t") != NULL)
		return OAUTH2_ERR_SYNTAX;
	for (uint32_t i = 0; *choices != '\0'; i++) {
		size_t length = strcspn(choices, " ");

		if (length == n && memcmp(choices, word, n) == 0) {
			*ret = i;
			return OAUTH2_ERR_OK;
		}
		choices += length + strspn(choices + length, " ");
	}
	return OAUTH2_ERR_SYNTAX;
}

static enum oauth2_err
set_number(const struct settings_row *row, const char *value, void *field)
{
	uint64_t number;
	uint32_t stored;
	enum oauth2_err err;

	if (is_derived(row) && strcmp(value, "auto") == 0) {
		number = SETTINGS_AUTO;
	} else {
		err = text_parse_u64(value, row->max, &number);
		if (err != OAUTH2_ERR_OK)
			return err;
		if (number < row->min)
			return OAUTH2_ERR_LIMIT;
	}
	stored = (uint32_t)number;
	memcpy(field, &stored, sizeof(stored));
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
set_text(const struct settings_row *row, const char *value, char **field)
{
	char *copy = NULL;
	size_t n = strlen(value);

	if (n < row->min || n > row->max)
		return OAUTH2_ERR_LIMIT;
	if (n > 0) {
		if (!types[row->type].is_valid(value))
			return OAUTH2_ERR_SYNTAX;
		copy = secret_strdup(value);
		if (copy == NULL)
			return OAUTH2_ERR_NOMEM;
	}
	secret_free(*field);
	*field = copy;
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
set_list(
    const struct settings_row *row, const char *value, struct strlist *field)
{
	AUTO(strlist_free)
	struct strlist list = STRLIST(row->max);
	enum oauth2_err err;

	err = strlist_add_words(&list, value);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (list.count < row->min)
		return OAUTH2_ERR_LIMIT;
	for (size_t i = 0; i < list.count; i++)
		if (!types[row->type].is_valid(list.items[i]))
			return OAUTH2_ERR_SYNTAX;
	strlist_free(field);
	*field = list;
	list = (struct strlist)STRLIST(0);
	return OAUTH2_ERR_OK;
}

enum oauth2_err
settings_value_set(
    const struct settings_row *row, const char *value, void *base)
{
	void *field = (char *)base + row->offset;
	uint32_t number;
	enum oauth2_err err;

	switch (types[row->type].storage) {
	case STORE_BOOL:
		err = choice_number("no yes", value, &number);
		if (err == OAUTH2_ERR_OK)
			*(bool *)field = number == 1;
		return err;
	case STORE_NUMBER:
		return set_number(row, value, field);
	case STORE_CHOICE:
		err = choice_number(row->choices, value, &number);
		if (err == OAUTH2_ERR_OK)
			memcpy(field, &number, sizeof(number));
		return err;
	case STORE_TEXT:
		return set_text(row, value, field);
	case STORE_LIST:
		return set_list(row, value, field);
	}
	return OAUTH2_ERR_INTERNAL;
}

static void
put_number(const struct settings_row *row, const void *field, struct buf *ret)
{
	uint32_t number;

	memcpy(&number, field, sizeof(number));
	if (number == SETTINGS_AUTO && is_derived(row))
		buf_puts(ret, "auto");
	else
		buf_printf(ret, "%u", number);
}

static void
put_choice(const struct settings_row *row, const void *field, struct buf *ret)
{
	const char *word = row->choices;
	uint32_t number;

	memcpy(&number, field, sizeof(number));
	for (; number > 0; number--) {
		word += strcspn(word, " ");
		word += strspn(word, " ");
	}
	buf_put(ret, word, strcspn(word, " "));
}

bool
settings_value_put(
    const struct settings_row *row, const void *base, struct buf *ret)
{
	const void *field = (const char *)base + row->offset;
	const struct strlist *list = field;
	const char *const *text = field;

	switch (types[row->type].storage) {
	case STORE_BOOL:
		buf_puts(ret, *(const bool *)field ? "yes" : "no");
		return true;
	case STORE_NUMBER:
		put_number(row, field, ret);
		return true;
	case STORE_CHOICE:
		put_choice(row, field, ret);
		return true;
	case STORE_TEXT:
		if (*text != NULL)
			buf_puts(ret, *text);
		return *text != NULL;
	case STORE_LIST:
		for (size_t i = 0; i < list->count; i++)
			buf_printf(
			    ret, "%s%s", i > 0 ? " " : "", list->items[i]);
		return list->count > 0;
	}
	return false;
}

void
settings_value_free(const struct settings_row *row, void *base)
{
	void *field = (char *)base + row->offset;
	char **text = field;

	if (types[row->type].storage == STORE_LIST)
		strlist_free(field);
	if (types[row->type].storage == STORE_TEXT) {
		secret_free(*text);
		*text = NULL;
	}
}

void
settings_value_expected(const struct settings_row *row, char *ret, size_t size)
{
	const char *expected = types[row->type].expected;

	switch (types[row->type].storage) {
	case STORE_NUMBER:
		snprintf(ret, size, "%s from %u to %u%s", expected, row->min,
		    row->max, is_derived(row) ? ", or auto" : "");
		break;
	case STORE_CHOICE:
		snprintf(ret, size, "one of: %s", row->choices);
		break;
	case STORE_TEXT:
		if (row->choices != NULL) {
			snprintf(ret, size, "one of: %s", row->choices);
			break;
		}
		snprintf(ret, size, "%s, at most %u bytes", expected, row->max);
		break;
	case STORE_LIST:
		snprintf(ret, size, "%s, at most %u", expected, row->max);
		break;
	case STORE_BOOL:
		snprintf(ret, size, "%s", expected);
		break;
	}
}
