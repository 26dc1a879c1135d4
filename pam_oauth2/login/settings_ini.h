/*
 * The door to the INI library (libini_config of ding-libs): it joins
 * continuation lines and finds repeated keys. What it would take silently is
 * refused before it sees the text: keys outside a section, bytes that it
 * rejects without saying where.
 */
#ifndef PAM_OAUTH2_LOGIN_SETTINGS_INI_H
#define PAM_OAUTH2_LOGIN_SETTINGS_INI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "login/source.h"

#define SETTINGS_ENTRIES_MAX 4096 /* sections and keys of all files */

/* A key of a section, or (key NULL) the section itself. */
struct settings_entry {
	const char *file; /* the source's name, borrowed */
	unsigned line;
	bool is_continued; /* over several lines */
	char *section;
	char *key;
	char *value; /* without blanks at its ends; may be empty */
};

struct settings_entries {
	struct settings_entry *items;
	size_t count;
	size_t room;
};

/*
 * Append what a file says. Errors: CONFIG (file:line in d->text), LIMIT,
 * NOMEM.
 */
enum oauth2_err settings_ini_read(const struct source *source,
    struct settings_entries *ret, struct detail *d) MUST_CHECK;

void settings_entries_free(struct settings_entries *entries);

static inline void
settings_entries_free_scope(struct settings_entries *entries)
{
	settings_entries_free(entries);
}

#endif
