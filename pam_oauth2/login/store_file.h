/* One file of the store, opened or made: for store*.c only. */
#ifndef PAM_OAUTH2_LOGIN_STORE_FILE_H
#define PAM_OAUTH2_LOGIN_STORE_FILE_H

#include <stdbool.h>

#include "base/buf.h"
#include "login/store.h"

#define STORE_FILE_NAME_SIZE 80
#define STORE_LOCK_SUFFIX    ".lock"

/* A file that is what and whose it should be. */
struct store_file {
	bool is_tombstone;
	bool is_key_unknown; /* this is why it is not */
	struct host_key key; /* that it is sealed under */
	struct buf line;     /* its head as bytes */
	struct buf content;  /* opened */
};

#define STORE_FILE \
	{ \
		.line = BUF(SEALED_HEAD_MAX), \
		.content = BUF(SEALED_CONTENT_MAX) \
	}

void store_file_free(struct store_file *file);

static inline void
store_file_free_scope(struct store_file *file)
{
	store_file_free(file);
}

/* The name of a file: a hash and a suffix. Errors: as hash_name(). */
enum oauth2_err store_file_name(
    const struct store_ref *ref, char ret[STORE_FILE_NAME_SIZE]) MUST_CHECK;

/*
 * Read and open. STORE_BROKEN, STORE_FOREIGN or STORE_NONE, or else
 * STORE_TOMB or STORE_SEALED, whatever the slot: what is in it is the
 * caller's.
 */
enum store_state store_file_read(const struct store *store,
    const struct store_ref *ref, struct store_file *ret,
    struct detail *d) MUST_CHECK;

/* The line of a file that is to be made. Errors: SYNTAX, LIMIT, NOMEM. */
enum oauth2_err store_file_line(const struct store *store,
    const struct store_ref *ref, bool is_tombstone, struct buf *ret) MUST_CHECK;

/*
 * Append line and content, sealed under the key that the line names.
 *
 * Errors: LIMIT, NOMEM, INTERNAL.
 */
enum oauth2_err store_file_seal(const struct store *store,
    const struct host_key *key, const struct buf *line,
    const struct buf *content, struct buf *ret) MUST_CHECK;

#endif
