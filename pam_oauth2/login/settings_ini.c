#include "login/settings_ini.h"

#include <errno.h>
#include <ini_configobj.h>
#include <ini_valueobj.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "login/settings_scan.h"

#define BLANKS " \t"

/* "Error (5) on line 3: Equal sign is missing." in our words. */
static enum oauth2_err
library_failed(
    const struct settings_scan *scan, struct ini_cfgobj *ini, struct detail *d)
{
	const struct settings_scan_line *line = NULL;
	const char *place = NULL;
	char **errors = NULL;
	unsigned n = 0;

	if (ini_config_get_errors(ini, &errors) == 0 && errors != NULL &&
	    errors[0] != NULL)
		place = strstr(errors[0], " on line ");
	if (place != NULL && sscanf(place, " on line %u:", &n) == 1)
		line = settings_scan_line_at(scan, n);
	if (line != NULL)
		(void)detail_fail(d, OAUTH2_ERR_CONFIG, "%s:%u:%s",
		    scan->source->name, line->number, strchr(place, ':') + 1);
	else
		(void)detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s: the INI library cannot read it", scan->source->name);
	ini_config_free_errors(errors);
	return OAUTH2_ERR_CONFIG;
}

/* Cut the blanks at both ends, in place. */
static char *
trim(char *text)
{
	size_t n;

	text += strspn(text, BLANKS);
	n = strlen(text);
	while (n > 0 && strchr(BLANKS, text[n - 1]) != NULL)
		text[--n] = '\0';
	return text;
}

/* Where the library found a value, as the file counts. */
static enum oauth2_err
find_line(const struct settings_scan *scan, struct value_obj *object,
    struct settings_entry *ret)
{
	const struct settings_scan_line *line, *next;
	uint32_t n = 0;

	if (value_get_line(object, &n) != 0)
		return OAUTH2_ERR_INTERNAL;
	line = settings_scan_line_at(scan, n);
	next = settings_scan_line_at(scan, (size_t)n + 1);
	if (line == NULL)
		return OAUTH2_ERR_INTERNAL;
	ret->line = line->number;
	ret->is_continued = next != NULL && next->is_continuation;
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
add_key(struct settings_scan *scan, struct ini_cfgobj *ini, char *section,
    char *key, struct detail *d)
{
	struct settings_entry entry = {
		.file = scan->source->name,
		.section = section,
		.key = key,
	};
	struct value_obj *object = NULL;
	char *value;
	int error = 0;
	enum oauth2_err err;

	if (ini_get_config_valueobj(
		section, key, ini, INI_GET_FIRST_VALUE, &object) != 0 ||
	    object == NULL)
		return OAUTH2_ERR_INTERNAL;
	err = find_line(scan, object, &entry);
	if (err != OAUTH2_ERR_OK)
		return err;
	value = ini_get_string_config_value(object, &error);
	if (value == NULL)
		return OAUTH2_ERR_NOMEM;
	entry.value = trim(value);
	err = settings_entries_add(scan->entries, &entry, d);
	secret_wipe(value, strlen(value));
	free(value);
	return err;
}

static enum oauth2_err
add_section(struct settings_scan *scan, struct ini_cfgobj *ini, char *section,
    struct detail *d)
{
	enum oauth2_err err = OAUTH2_ERR_OK;
	int count = 0, error = 0;
	char **keys;

	keys = ini_get_attribute_list(ini, section, &count, &error);
	if (keys == NULL)
		return OAUTH2_ERR_NOMEM;
	for (int i = 0; i < count && err == OAUTH2_ERR_OK; i++)
		err = add_key(scan, ini, section, keys[i], d);
	ini_free_attribute_list(keys);
	return err;
}

static enum oauth2_err
add_sections(
    struct settings_scan *scan, struct ini_cfgobj *ini, struct detail *d)
{
	enum oauth2_err err = OAUTH2_ERR_OK;
	int count = 0, error = 0;
	char **sections;

	sections = ini_get_section_list(ini, &count, &error);
	if (sections == NULL)
		return OAUTH2_ERR_NOMEM;
	for (int i = 0; i < count && err == OAUTH2_ERR_OK; i++)
		err = add_section(scan, ini, sections[i], d);
	ini_free_section_list(sections);
	return err;
}

/*
 * Sections that come twice in one file, and keys that come twice in one
 * section, are errors of the library, whatever their case.
 */
static enum oauth2_err
parse(struct settings_scan *scan, struct ini_cfgobj *ini, struct detail *d)
{
	struct ini_cfgfile *file = NULL;
	enum oauth2_err err;
	int rc;

	rc = ini_config_file_from_mem(
	    scan->text.data, (uint32_t)scan->text.len, &file);
	if (rc == 0)
		rc = ini_config_parse(file, INI_STOP_ON_ANY,
		    INI_MV1S_ERROR | INI_MV2S_ERROR | INI_MS_ERROR,
		    INI_PARSE_NO_C_COMMENTS, ini);
	if (rc == ENOMEM)
		err = OAUTH2_ERR_NOMEM;
	else if (rc != 0)
		err = library_failed(scan, ini, d);
	else
		err = add_sections(scan, ini, d);
	ini_config_file_destroy(file);
	return err;
}

enum oauth2_err
settings_ini_read(
    const struct source *source, struct settings_entries *ret, struct detail *d)
{
	AUTO(settings_scan_free) struct settings_scan scan;
	struct ini_cfgobj *ini = NULL;
	enum oauth2_err err;

	err = settings_scan(source, ret, &scan, d);
	/* The library takes no file without a byte. */
	if (err != OAUTH2_ERR_OK || !scan.has_section)
		return err;
	if (ini_config_create(&ini) != 0)
		return OAUTH2_ERR_NOMEM;
	err = parse(&scan, ini, d);
	ini_config_destroy(ini);
	return err;
}
