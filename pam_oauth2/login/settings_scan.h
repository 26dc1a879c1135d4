/*
 * The first look at a settings file, before the INI library: which lines are
 * sections, keys and continuations, and what is none of these. Private to
 * the parser.
 */
#ifndef PAM_OAUTH2_LOGIN_SETTINGS_SCAN_H
#define PAM_OAUTH2_LOGIN_SETTINGS_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "login/settings_entries.h"
#include "login/source.h"

/*
 * What the library gets, and how to understand its answers. It sees no
 * comments and no empty lines: it would keep each of them, and adds a line
 * of blanks to the value above it.
 */
struct settings_scan {
	const struct source *source;
	struct settings_entries *entries; /* the sections go here */
	struct buf text;		  /* for the library */
	struct buf
	    lines; /* a struct settings_scan_line for each of its lines */
	bool has_section;
	bool can_continue; /* the line above may go on in this one */
};

struct settings_scan_line {
	unsigned number; /* in the file */
	bool is_continuation;
};

/*
 * Judge every line, and append the sections to the entries. ret borrows the
 * source, and is for settings_scan_free() either way.
 *
 * Errors: CONFIG (file:line in d->text), LIMIT, NOMEM.
 */
enum oauth2_err settings_scan(const struct source *source,
    struct settings_entries *entries, struct settings_scan *ret,
    struct detail *d) MUST_CHECK;

/* What the library calls line n, from 1; NULL when there is none. */
const struct settings_scan_line *settings_scan_line_at(
    const struct settings_scan *scan, size_t n);

void settings_scan_free(struct settings_scan *scan);

static inline void
settings_scan_free_scope(struct settings_scan *scan)
{
	settings_scan_free(scan);
}

#endif
