/*
 * A struct as one flat JSON object, written and read by one table: what we
 * keep in files of our own. There is exactly one text for given values, and
 * nothing but that text is read back.
 */
#ifndef PAM_OAUTH2_CODEC_JSON_TABLE_H
#define PAM_OAUTH2_CODEC_JSON_TABLE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define JSON_TABLE_INT64_MAX ((INT64_C(1) << 53) - 1)

enum json_table_kind {
	JSON_TABLE_TEXT,     /* char *, UTF-8, never empty */
	JSON_TABLE_OPTIONAL, /* the same, or NULL: no member */
	JSON_TABLE_INLINE,   /* char[max + 1], otherwise the same as TEXT */
	JSON_TABLE_TEXTS,    /* struct strlist of such texts */
	JSON_TABLE_INT64,    /* 0 to JSON_TABLE_INT64_MAX */
};

struct json_table_row {
	const char *name;
	enum json_table_kind kind;
	size_t offset; /* in the struct */
	size_t max;    /* bytes of a text */
	size_t items;  /* of a list, at most */
};

struct json_table {
	const char *form; /* what it is and which version; the first member */
	const struct json_table_row *rows;
	size_t count;
};

/*
 * Append the struct.
 *
 * Errors: SYNTAX (a value that the table does not allow), LIMIT, NOMEM. What
 * was appended is of no use then.
 */
enum oauth2_err json_table_write(const struct json_table *table,
    const void *values, struct buf *ret) MUST_CHECK;

/*
 * Read n bytes into a struct of zeroes.
 *
 * ret      json_table_free() it, also on failure.
 * d->text  what is wrong, in general; nothing of the content.
 *
 * Errors: SYNTAX (any other text than json_table_write() gives), NOMEM.
 */
enum oauth2_err json_table_read(const struct json_table *table,
    const struct buf *text, void *ret, struct detail *d) MUST_CHECK;

/* Wipe and free the values, not the struct. */
void json_table_free(const struct json_table *table, void *values);

#endif
