/*
 * Writing a file so that whoever is killed when, the old content or the new
 * one is read back whole: under a temporary name, synced, then renamed. In
 * two steps, so that a full disk is known before anything is done that cannot
 * be taken back:
 *
 *	dir_reserve()  makes and syncs the space
 *	               ... send what can be sent once only ...
 *	dir_commit()   fills it
 */
#ifndef PAM_OAUTH2_BASE_DIR_WRITE_H
#define PAM_OAUTH2_BASE_DIR_WRITE_H

#include "base/dir.h"

struct dir_write;

enum dir_commit {
	DIR_REPLACE, /* whatever has the name now */
	DIR_NEW,     /* EXISTS where the name is taken */
};

/*
 * Make room for a file of up to size bytes. What writers left behind who were
 * killed is removed first; writers that are alive do not disturb each other.
 *
 * dir      borrowed, for as long as ret lives.
 *
 * Errors: IO (full, read-only, over a limit of this process: d->text has
 * the system's words), TIMEOUT (too many writers for half a second), NOMEM.
 */
enum oauth2_err dir_reserve(const struct dir *dir, const char *name,
    size_t size, struct dir_write **ret, struct detail *d) MUST_CHECK;

/*
 * Write n bytes, at most what was reserved, sync, rename, sync the directory.
 * Once only.
 *
 * Errors: EXISTS, LIMIT, IO. After IO the old content is there or the new
 * one, whole; after the others the old one is.
 */
enum oauth2_err dir_commit(struct dir_write *w, const void *data, size_t n,
    enum dir_commit how, struct detail *d) MUST_CHECK;

/* Give up what was not committed. NULL is fine. */
void dir_write_free(struct dir_write *w);
AUTO_DEFINE(struct dir_write, dir_write_free)

/* Both steps at once. */
enum oauth2_err dir_replace(const struct dir *dir, const char *name,
    const struct buf *content, struct detail *d) MUST_CHECK;

/*
 * Remove a file, and what killed writers left of it; sync the directory.
 *
 * Errors: NOT_FOUND, IO.
 */
enum oauth2_err dir_remove(
    const struct dir *dir, const char *name, struct detail *d) MUST_CHECK;

#endif
