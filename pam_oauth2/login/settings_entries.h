/* What settings files say, before anything is judged: a list of entries. */
#ifndef PAM_OAUTH2_LOGIN_SETTINGS_ENTRIES_H
#define PAM_OAUTH2_LOGIN_SETTINGS_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

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

/* Append a copy (but for file). Errors: LIMIT (file:line), NOMEM. */
enum oauth2_err settings_entries_add(struct settings_entries *entries,
    const struct settings_entry *entry, struct detail *d) MUST_CHECK;

void settings_entries_free(struct settings_entries *entries);

static inline void
settings_entries_free_scope(struct settings_entries *entries)
{
	settings_entries_free(entries);
}

#endif
