#include "login/settings_scan.h"

#include <string.h>

#include "base/text.h"

#define NAME_CHARACTERS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"0123456789_.-"
#define BLANKS " \t"

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
scan_section(
    struct settings_scan *scan, unsigned number, char *line, struct detail *d)
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
	return settings_entries_add(scan->entries, &entry, d);
}

static enum oauth2_err
scan_key(struct settings_scan *scan, unsigned number, const char *line,
    struct detail *d)
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

/* A line that starts with a blank: more of the list above it. */
static enum oauth2_err
scan_continuation(
    const struct settings_scan *scan, unsigned number, struct detail *d)
{
	if (scan->can_continue)
		return OAUTH2_ERR_OK;
	return detail_fail(d, OAUTH2_ERR_CONFIG,
	    "%s:%u: starts with a blank; only a list goes on like that, "
	    "directly below its key",
	    scan->source->name, number);
}

static enum oauth2_err
scan_line(
    struct settings_scan *scan, unsigned number, char *text, struct detail *d)
{
	struct settings_scan_line line = {
		.number = number,
		.is_continuation = *text == ' ' || *text == '\t',
	};

	if (text[strspn(text, BLANKS)] == '\0' || *text == '#' ||
	    *text == ';') {
		scan->can_continue = false;
		return OAUTH2_ERR_OK;
	}
	buf_puts(&scan->text, text);
	buf_putc(&scan->text, '\n');
	buf_put(&scan->lines, &line, sizeof(line));
	if (*text == '[') {
		scan->can_continue = false;
		return scan_section(scan, number, text, d);
	}
	if (line.is_continuation && scan->has_section)
		return scan_continuation(scan, number, d);
	scan->can_continue = true;
	return scan_key(scan, number, text, d);
}

enum oauth2_err
settings_scan(const struct source *source, struct settings_entries *entries,
    struct settings_scan *ret, struct detail *d)
{
	struct source_cursor cursor = SOURCE_CURSOR;
	char line[SOURCE_LINE_MAX + 1];
	enum oauth2_err err;

	*ret = (struct settings_scan){
		.source = source,
		.entries = entries,
		.text = BUF(source->len + 1),
		.lines =
		    BUF((source->len + 1) * sizeof(struct settings_scan_line)),
	};
	err = source_check(source, d);
	while (err == OAUTH2_ERR_OK && source_copy_line(source, &cursor, line))
		err = scan_line(ret, cursor.number, line, d);
	if (err == OAUTH2_ERR_OK)
		err = buf_err(&ret->text);
	if (err == OAUTH2_ERR_OK)
		err = buf_err(&ret->lines);
	return err;
}

const struct settings_scan_line *
settings_scan_line_at(const struct settings_scan *scan, size_t n)
{
	const struct settings_scan_line *lines = (const void *)scan->lines.data;

	if (n < 1 || n > scan->lines.len / sizeof(*lines))
		return NULL;
	return &lines[n - 1];
}

void
settings_scan_free(struct settings_scan *scan)
{
	buf_free(&scan->text);
	buf_free(&scan->lines);
}
