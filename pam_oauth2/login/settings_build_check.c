#include <string.h>

#include "base/text.h"
#include "login/settings_build.h"
#include "login/settings_check.h"
#include "login/settings_table.h"

static enum oauth2_err
check_section(const struct settings_entry *entry, struct detail *d)
{
	const char *section = entry->section;
	const char *name = strchr(section, ' ');

	if (strcmp(section, "pam_oauth2") == 0)
		return OAUTH2_ERR_OK;
	if (strncmp(section, "service ", 8) != 0 &&
	    strncmp(section, "provider ", 9) != 0)
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s:%u: no such section; there are [pam_oauth2], "
		    "[service NAME] and [provider NAME]",
		    entry->file, entry->line);
	if (!settings_check_name(name + 1))
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s:%u: the NAME of a section is 1 to 64 lower case "
		    "letters, digits, hyphens, dots and underscores",
		    entry->file, entry->line);
	return OAUTH2_ERR_OK;
}

/* The key is one of those that belong into this section. */
static bool
is_in_place(const struct settings_row *row, const char *section)
{
	bool is_provider = strncmp(section, "provider ", 9) == 0;
	bool is_service = strncmp(section, "service ", 8) == 0;

	switch (row->scope) {
	case SETTINGS_SCOPE_GLOBAL:
		return !is_provider && !is_service;
	case SETTINGS_SCOPE_SERVICE:
		return !is_provider;
	case SETTINGS_SCOPE_PROVIDER:
		return is_provider;
	}
	return false;
}

static enum oauth2_err
check_place(const struct settings_entry *entry, struct detail *d)
{
	static const char *const places[] = {
		[SETTINGS_SCOPE_GLOBAL] = "[pam_oauth2]",
		[SETTINGS_SCOPE_SERVICE] = "[pam_oauth2] or [service NAME]",
		[SETTINGS_SCOPE_PROVIDER] = "[provider NAME]",
	};
	const struct settings_row *row = settings_row_find(entry->key);
	char key[65];

	text_clean(key, sizeof(key), entry->key, strlen(entry->key));
	if (row == NULL)
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s:%u: no such setting: %s (names are lower case; see "
		    "pam_oauth2.conf(5))",
		    entry->file, entry->line, key);
	if (!is_in_place(row, entry->section))
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s:%u: %s belongs into %s", entry->file, entry->line, key,
		    places[row->scope]);
	if (entry->is_continued && !settings_row_is_list(row))
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s:%u: %s must stand in one line; the next one starts "
		    "with a blank",
		    entry->file, entry->line, key);
	return OAUTH2_ERR_OK;
}

/* The value, tried on an empty field of its own. */
static enum oauth2_err
check_value(const struct settings_entry *entry, struct detail *d)
{
	union {
		struct settings settings;
		struct provider_settings provider;
	} scratch;
	const struct settings_row *row = settings_row_find(entry->key);
	char expected[160];
	enum oauth2_err err;

	memset(&scratch, 0, sizeof(scratch));
	err = settings_value_set(row, entry->value, &scratch);
	settings_value_free(row, &scratch);
	if (err == OAUTH2_ERR_OK || err == OAUTH2_ERR_NOMEM)
		return err;
	settings_value_expected(row, expected, sizeof(expected));
	/* Not the value: someone may have pasted a secret here. */
	return detail_fail(d, OAUTH2_ERR_CONFIG, "%s:%u: %s must be %s",
	    entry->file, entry->line, row->name, expected);
}

/* The same key in two files; within one the library saw to it. */
static enum oauth2_err
check_repeated(
    const struct settings_entries *entries, size_t n, struct detail *d)
{
	const struct settings_entry *entry = &entries->items[n];

	for (size_t i = 0; i < n; i++) {
		const struct settings_entry *first = &entries->items[i];

		if (first->key == NULL || strcmp(first->key, entry->key) != 0 ||
		    strcmp(first->section, entry->section) != 0)
			continue;
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s:%u: %s is already set in %s:%u; keep one of them",
		    entry->file, entry->line, entry->key, first->file,
		    first->line);
	}
	return OAUTH2_ERR_OK;
}

enum oauth2_err
settings_build_check(const struct settings_entries *entries, struct detail *d)
{
	enum oauth2_err err = OAUTH2_ERR_OK;

	for (size_t i = 0; i < entries->count && err == OAUTH2_ERR_OK; i++) {
		const struct settings_entry *entry = &entries->items[i];

		err = check_section(entry, d);
		if (err != OAUTH2_ERR_OK || entry->key == NULL)
			continue;
		err = check_place(entry, d);
		if (err == OAUTH2_ERR_OK)
			err = check_value(entry, d);
		if (err == OAUTH2_ERR_OK)
			err = check_repeated(entries, i, d);
	}
	return err;
}
