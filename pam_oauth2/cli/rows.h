/* What is kept, one row for each file, in the order that people look for. */
#ifndef PAM_OAUTH2_CLI_ROWS_H
#define PAM_OAUTH2_CLI_ROWS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "login/record_age.h"
#include "login/store.h"

enum row_kind {
	ROW_TOKEN,
	ROW_PIN,
	ROW_TOMBSTONE,
	ROW_BROKEN,
	ROW_FOREIGN,
	ROW_KINDS
};

/* Nothing that could sign anybody in. */
struct row {
	enum row_kind kind;
	char *file;
	char *user; /* NULL: the file does not say; so the next two */
	char *issuer;
	char *client;
	int64_t uid;
	char *email;	     /* of ROW_TOKEN; or NULL */
	int64_t signed_in_s; /* of ROW_TOKEN: since a person has */
	bool is_refused;     /* likewise: was, when they came last */
	int64_t success_s;   /* where not: since all was well */
	bool has_expiry;     /* whether the limits are known */
	enum record_age age;
	int64_t expires_s;	    /* of RECORD_AGE_GOOD */
	struct tombstone tombstone; /* of ROW_TOMBSTONE */
	char why[160];		    /* of ROW_BROKEN and ROW_FOREIGN */
};

struct rows {
	struct row *items;
	size_t count;
	size_t room;
};

void rows_free(struct rows *rows);

static inline void
rows_free_scope(struct rows *rows)
{
	rows_free(rows);
}

/* Borrowed. */
struct rows_query {
	const char *user;		    /* NULL: everybody's */
	const char *account;		    /* its own name, or NULL */
	const char *issuer;		    /* of the settings, or NULL */
	const char *client;		    /* likewise */
	const struct record_limits *limits; /* or NULL */
	struct moment now;
};

/*
 * Read what there is. What is broken is somebody's where it has the name of
 * their file for a client that is known here.
 *
 * ret      of zeroes; rows_free() it, also on failure.
 *
 * Errors: those of store_list(), NOMEM.
 */
enum oauth2_err rows_read(const struct store *store,
    const struct rows_query *query, struct rows *ret,
    struct detail *d) MUST_CHECK;

/* "token", ... */
const char *row_kind_name(enum row_kind kind);

/* The members of an object. */
void row_json(const struct row *row, struct buf *ret);

#endif
