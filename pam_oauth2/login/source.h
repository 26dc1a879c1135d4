/* A configuration file in memory, and what every one of its lines must be. */
#ifndef PAM_OAUTH2_LOGIN_SOURCE_H
#define PAM_OAUTH2_LOGIN_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define SOURCE_LINE_MAX 4096 /* bytes, without the newline */

struct source {
	const char *name; /* for messages; borrowed, like data */
	const char *data;
	size_t len;
};

/* Where a reader stands; start with SOURCE_CURSOR. */
struct source_cursor {
	size_t offset;	 /* of the next line */
	unsigned number; /* of the current line, from 1 */
	const char *line;
	size_t len;
};

#define SOURCE_CURSOR \
	{ \
		.offset = 0 \
	}

/*
 * Refuse what no text file of ours holds: bytes that are not UTF-8, a byte
 * order mark, NUL, CR and other control characters except tab and newline,
 * lines of more than SOURCE_LINE_MAX bytes. Errors: CONFIG, with file:line.
 */
enum oauth2_err source_check(
    const struct source *source, struct detail *d) MUST_CHECK;

/* Step to the next line; false at the end. */
bool source_next_line(
    const struct source *source, struct source_cursor *cursor);

/*
 * Step to the next line and copy it, with NUL, into a buffer of
 * SOURCE_LINE_MAX + 1 bytes. The source has passed source_check().
 */
bool source_copy_line(
    const struct source *source, struct source_cursor *cursor, char *ret);

#endif
