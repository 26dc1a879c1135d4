#include "login/settings_ini.h"

#include <errno.h>
#include <ini_configobj.h>
#include <ini_valueobj.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/secret.h"
#include "base/text.h"

#define NAME_CHARACTERS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"0123456789_.-"
#define BLANKS " \t"

/* What the scan hands to the library and to what follows it. */
struct scan {
	const struct source *source;
	struct settings_entries *entries;
	struct buf text;      /* as the library sees it, line by line */
	struct buf continued; /* a byte a line, 1: it continues the one above */
	bool has_section;
};

static void
scan_free(struct scan *scan)
{
	buf_free(&scan->text);
	buf_free(&scan->continued);
}

static enum oauth2_err
make_room(struct settings_entries *entries)
{
	size_t room = entries->room == 0 ? 32 : entries->room * 2;
	struct settings_entry *items;

	if (entries->count < entries->room)
		return OAUTH2_ERR_OK;
	if (entries->count >= SETTINGS_ENTRIES_MAX)
		return OAUTH2_ERR_LIMIT;
	items = reallocarray(entries->items, room, sizeof(*items));
	if (items == NULL)
		return OAUTH2_ERR_NOMEM;
	entries->items = items;
	entries->room = room;
	return OAUTH2_ERR_OK;
}

/* The list owns the copies of section, key and value, whatever happens. */
static enum oauth2_err
add_entry(struct settings_entries *entries, const struct settings_entry *entry)
{
	struct settings_entry *copy;
	enum oauth2_err err;

	err = make_room(entries);
	if (err != OAUTH2_ERR_OK)
		return err;
	copy = &entries->items[entries->count++];
	*copy = *entry;
	copy->section = secret_strdup(entry->section);
	copy->key = secret_strdup(entry->key);
	copy->value = secret_strdup(entry->value);
	if (copy->section == NULL ||
	    (entry->key != NULL && copy->key == NULL) ||
	    (entry->value != NULL && copy->value == NULL))
		return OAUTH2_ERR_NOMEM;
	return OAUTH2_ERR_OK;
}

/* "WORD" or "WORD WORD", with one blank. */
static bool
is_section_name(const char *name)
{
	size_t n = strspn(name, NAME_CHARACTERS);

	if (n > 0 && name[n] == ' ') {
		name += n + 1;
		n = strspn(name, NAME_CHARACTERS);
	}
	return n > 0 && name[n] == '\0';
}

static enum oauth2_err
scan_section(struct scan *scan, unsigned number, char *line, struct detail *d)
{
	char *end = strchr(line, ']');
	struct settings_entry entry = {
		.file = scan->source->name,
		.line = number,
		.section = line + 1,
	};

	if (end == NULL || end[1 + strspn(end + 1, BLANKS)] != '\0')
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s:%u: a section line is [NAME] and nothing else",
		    scan->source->name, number);
	*end = '\0';
	if (!is_section_name(entry.section))
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s:%u: not a name for a section; there are [pam_oauth2], "
		    "[service NAME] and [provider NAME], with one blank",
		    scan->source->name, number);
	scan->has_section = true;
	return add_entry(scan->entries, &entry);
}

static enum oauth2_err
scan_key(struct scan *scan, unsigned number, const char *line, struct detail *d)
{
	size_t n = strspn(line, NAME_CHARACTERS);

	if (!scan->has_section)
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s:%u: stands before the first section; [pam_oauth2] "
		    "has the defaults",
		    scan->source->name, number);
	if (n == 0 || line[n + strspn(line + n, BLANKS)] != '=')
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s:%u: neither KEY = VALUE nor [SECTION], nor a comment "
		    "that starts with # or ;",
		    scan->source->name, number);
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
scan_line(struct scan *scan, unsigned number, char *line, struct detail *d)
{
	bool is_indented = *line == ' ' || *line == '\t';
	bool is_blank = line[strspn(line, BLANKS)] == '\0';
	enum oauth2_err err = OAUTH2_ERR_OK;

	/* The library would add a line of blanks to the value above it. */
	if (!is_blank)
		buf_puts(&scan->text, line);
	buf_putc(&scan->text, '\n');
	buf_putc(&scan->continued, is_indented && !is_blank);
	if (is_blank || *line == '#' || *line == ';')
		return OAUTH2_ERR_OK;
	if (*line == '[')
		err = scan_section(scan, number, line, d);
	else if (!is_indented || !scan->has_section)
		err = scan_key(scan, number, line, d);
	return err;
}

static enum oauth2_err
scan_source(struct scan *scan, struct detail *d)
{
	struct source_cursor cursor = SOURCE_CURSOR;
	char line[SOURCE_LINE_MAX + 1];
	enum oauth2_err err;

	err = source_check(scan->source, d);
	while (err == OAUTH2_ERR_OK &&
	       source_copy_line(scan->source, &cursor, line))
		err = scan_line(scan, cursor.number, line, d);
	if (err == OAUTH2_ERR_OK)
		err = buf_err(&scan->text);
	if (err == OAUTH2_ERR_OK)
		err = buf_err(&scan->continued);
	if (err == OAUTH2_ERR_LIMIT)
		return detail_fail(d, err,
		    "%s:%u: more than %d sections and keys", scan->source->name,
		    cursor.number, SETTINGS_ENTRIES_MAX);
	return err;
}

/* "Error (5) on line 3: Equal sign is missing." in our words. */
static enum oauth2_err
library_failed(
    struct ini_cfgobj *ini, const struct source *source, struct detail *d)
{
	char **errors = NULL;
	const char *place = NULL;
	unsigned line = 0;

	if (ini_config_get_errors(ini, &errors) == 0 && errors != NULL &&
	    errors[0] != NULL)
		place = strstr(errors[0], " on line ");
	if (place != NULL && sscanf(place, " on line %u:", &line) == 1)
		(void)detail_fail(d, OAUTH2_ERR_CONFIG, "%s:%u:%s",
		    source->name, line, strchr(place, ':') + 1);
	else
		(void)detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s: the INI library cannot read it", source->name);
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

static enum oauth2_err
add_key(struct scan *scan, struct ini_cfgobj *ini, char *section, char *key)
{
	struct settings_entry entry = {
		.file = scan->source->name,
		.section = section,
		.key = key,
	};
	struct value_obj *object = NULL;
	uint32_t line = 0;
	char *value;
	int error = 0;
	enum oauth2_err err;

	if (ini_get_config_valueobj(
		section, key, ini, INI_GET_FIRST_VALUE, &object) != 0 ||
	    object == NULL || value_get_line(object, &line) != 0)
		return OAUTH2_ERR_INTERNAL;
	value = ini_get_string_config_value(object, &error);
	if (value == NULL)
		return OAUTH2_ERR_NOMEM;
	entry.line = line;
	entry.value = trim(value);
	/* Line n + 1 has index n. */
	entry.is_continued =
	    line < scan->continued.len && scan->continued.data[line] == 1;
	err = add_entry(scan->entries, &entry);
	secret_wipe(value, strlen(value));
	free(value);
	return err;
}

static enum oauth2_err
add_section(struct scan *scan, struct ini_cfgobj *ini, char *section)
{
	enum oauth2_err err = OAUTH2_ERR_OK;
	int count = 0, error = 0;
	char **keys;

	keys = ini_get_attribute_list(ini, section, &count, &error);
	if (keys == NULL)
		return OAUTH2_ERR_NOMEM;
	for (int i = 0; i < count && err == OAUTH2_ERR_OK; i++)
		err = add_key(scan, ini, section, keys[i]);
	ini_free_attribute_list(keys);
	return err;
}

static enum oauth2_err
add_sections(struct scan *scan, struct ini_cfgobj *ini)
{
	enum oauth2_err err = OAUTH2_ERR_OK;
	int count = 0, error = 0;
	char **sections;

	sections = ini_get_section_list(ini, &count, &error);
	if (sections == NULL)
		return OAUTH2_ERR_NOMEM;
	for (int i = 0; i < count && err == OAUTH2_ERR_OK; i++)
		err = add_section(scan, ini, sections[i]);
	ini_free_section_list(sections);
	return err;
}

/*
 * Sections that come twice in one file, and keys that come twice in one
 * section, are errors of the library, whatever their case.
 */
static enum oauth2_err
parse(struct scan *scan, struct ini_cfgobj *ini, struct detail *d)
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
		err = library_failed(ini, scan->source, d);
	else
		err = add_sections(scan, ini);
	ini_config_file_destroy(file);
	return err;
}

enum oauth2_err
settings_ini_read(
    const struct source *source, struct settings_entries *ret, struct detail *d)
{
	struct scan scan = {
		.source = source,
		.entries = ret,
		.text = BUF(source->len + 1),
		.continued = BUF(source->len + 1),
	};
	struct ini_cfgobj *ini = NULL;
	enum oauth2_err err;

	err = scan_source(&scan, d);
	/* The library takes no file without a byte. */
	if (err == OAUTH2_ERR_OK && scan.has_section) {
		if (ini_config_create(&ini) != 0)
			err = OAUTH2_ERR_NOMEM;
		else
			err = parse(&scan, ini, d);
	}
	ini_config_destroy(ini);
	scan_free(&scan);
	return err;
}

void
settings_entries_free(struct settings_entries *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		secret_free(entries->items[i].section);
		secret_free(entries->items[i].key);
		secret_free(entries->items[i].value);
	}
	free(entries->items);
	*entries = (struct settings_entries){ .items = NULL };
}
