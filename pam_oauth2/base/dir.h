/*
 * A directory for what this host keeps: root's, mode 0700, opened once, and
 * every file in it root's, mode 0600, with one name. Below it nothing is
 * done by path. Writing is in base/dir_write.
 */
#ifndef PAM_OAUTH2_BASE_DIR_H
#define PAM_OAUTH2_BASE_DIR_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"

/*
 * Names are made by us, such as a hash and a suffix: lower-case letters,
 * digits, '.', '_' and '-', of which the first is a letter or a digit. So a
 * name leads nowhere else, and none is that of a temporary file.
 */
#define DIR_NAME_MAX 80 /* bytes */

struct dir {
	int fd;
	char *path; /* for messages */
};

enum dir_make {
	DIR_EXISTING, /* NOT_FOUND where it is missing */
	DIR_MAKE,     /* make the last component where it is missing */
};

/*
 * Open a directory. What is there already is never mended: another owner or
 * a mode that is more open is refused.
 *
 * Errors: NOT_FOUND, UNTRUSTED, CONFIG (not an absolute path), IO (also: the
 * file system is full or read-only), LIMIT, NOMEM.
 */
enum oauth2_err dir_open(const char *path, enum dir_make make, struct dir **ret,
    struct detail *d) MUST_CHECK;

/* The same for a directory that lies in another. */
enum oauth2_err dir_open_in(const struct dir *parent, const char *name,
    enum dir_make make, struct dir **ret, struct detail *d) MUST_CHECK;

void dir_free(struct dir *dir);
AUTO_DEFINE(struct dir, dir_free)

/*
 * Append the whole of a file, which may be replaced meanwhile.
 *
 * Errors: NOT_FOUND, UNTRUSTED (owner, mode, a link, a second name, not a
 * file), LIMIT (longer than ret->max), IO, NOMEM.
 */
enum oauth2_err dir_read(const struct dir *dir, const char *name,
    struct buf *ret, struct detail *d) MUST_CHECK;

/* Add the names that end with suffix, in no order. Errors: LIMIT, IO, NOMEM. */
enum oauth2_err dir_list(const struct dir *dir, const char *suffix,
    struct strlist *ret, struct detail *d) MUST_CHECK;

/*
 * Take a lock: a file of that name, made where it is missing and never
 * removed, locked until the descriptor is closed. Waits for who holds it, who
 * may have been stopped for good.
 *
 * Errors: TIMEOUT, UNTRUSTED, IO.
 */
enum oauth2_err dir_lock(const struct dir *dir, const char *name,
    int64_t deadline_ns, int *ret_fd, struct detail *d) MUST_CHECK;

/* Say what the system said of a file in the directory. */
enum oauth2_err dir_fail(
    const struct dir *dir, const char *name, int error, struct detail *d);

/* INTERNAL where a name is not one of ours. */
enum oauth2_err dir_check_name(const char *name, struct detail *d) MUST_CHECK;

#endif
