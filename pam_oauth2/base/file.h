/* Files that decide a login: opened once, then judged by the descriptor. */
#ifndef PAM_OAUTH2_BASE_FILE_H
#define PAM_OAUTH2_BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

enum file_trust {
	FILE_TRUST_ROOT,   /* root's, not writable by group or others */
	FILE_TRUST_SECRET, /* and not readable by them either */
};

/*
 * Read a whole file that only root could have written: absolute path, no
 * symbolic link in it, regular, owned by uid 0 with the mode that trust
 * asks for, and every directory above it root's and not writable by others.
 *
 * ret      a buffer born with its maximum; the content is appended.
 * d->text  says which path is wrong, and how.
 *
 * Errors: NOT_FOUND, UNTRUSTED, LIMIT (larger than ret->max), IO, NOMEM.
 */
enum oauth2_err file_read_trusted(const char *path, enum file_trust trust,
    struct buf *ret, struct detail *d) MUST_CHECK;

/*
 * Open the directory that the last component of a path is in, walking down
 * from / as file_read_trusted() does: O_PATH, for calls like openat().
 *
 * Errors: CONFIG (not an absolute, straight path), and as above.
 */
enum oauth2_err file_open_parent(
    const char *path, int *ret_fd, struct detail *d) MUST_CHECK;

/* What comes after the last slash of an absolute path. */
const char *file_base_name(const char *path);

/* What is asked of something that was opened, beyond being root's. */
struct file_rule {
	mode_t type;	  /* S_IFREG or S_IFDIR */
	mode_t forbidden; /* bits that its mode may not have */
};

/* Judge a descriptor; path is for d->text. Errors: UNTRUSTED, IO. */
enum oauth2_err file_check(int fd, const char *path,
    const struct file_rule *rule, struct detail *d) MUST_CHECK;

/* An error of open() and its kin in our words; errno is its argument. */
enum oauth2_err file_fail(const char *path, int error, struct detail *d);

/* Read what is left of a descriptor. Errors: LIMIT, IO, NOMEM. */
enum oauth2_err file_read(int fd, struct buf *ret) MUST_CHECK;

/* Close a descriptor that leaves its scope; -1 is fine. */
void file_close(int fd);

static inline void
file_close_scope(int *fd)
{
	file_close(*fd);
}

#endif
