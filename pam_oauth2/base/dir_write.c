#include "base/dir_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/secret.h"

/*
 * Temporary names are counted, not random: the next writer of the same file
 * meets what a killed one left, and nobody has to look through a directory.
 */
#define SLOTS	      8U
#define SLOT_ATTEMPTS 4
#define WAITS	      50
#define WAIT_NS	      (10 * CLOCK_NS_PER_MS)
#define TEMPORARY_MAX (DIR_NAME_MAX + 4) /* ".NAME.N" and NUL */

struct dir_write {
	const struct dir *dir;
	int fd;
	size_t size;
	char name[DIR_NAME_MAX + 1];
	char temporary[TEMPORARY_MAX]; /* "": there is none any more */
};

/* Whether a name still leads to what was opened under it. */
static bool
is_same(const struct dir *dir, const char *name, int fd)
{
	struct stat opened, named;

	return fstat(fd, &opened) == 0 &&
	       fstatat(dir->fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/*
 * A writer holds a lock on its temporary file for as long as it lives. Who
 * gets that lock may remove the file: but the one that it looked at.
 */
static void
remove_stale(const struct dir *dir, const char *temporary)
{
	AUTO(file_close)
	int fd = openat(
	    dir->fd, temporary, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
	    is_same(dir, temporary, fd))
		(void)unlinkat(dir->fd, temporary, 0);
}

/* The new file, or -1 and errno; EEXIST: somebody else's. */
static int
make_temporary(const struct dir *dir, const char *temporary)
{
	int fd = openat(dir->fd, temporary,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -1;
	/* Somebody may have taken it for a stale one before the lock. */
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_same(dir, temporary, fd))
		return fd;
	file_close(fd);
	errno = EEXIST;
	return -1;
}

static void
name_slot(const char *name, unsigned slot, char ret[TEMPORARY_MAX])
{
	(void)snprintf(
	    ret, TEMPORARY_MAX, ".%.*s.%u", DIR_NAME_MAX, name, slot % SLOTS);
}

/* Whatever the system says of a file being written, it could not be. */
static enum oauth2_err
write_failed(const struct dir_write *w, int error, struct detail *d)
{
	(void)dir_fail(w->dir, w->name, error, d);
	return OAUTH2_ERR_IO;
}

/* 0, or why there is no temporary file; EEXIST: every slot is taken. */
static int
find_slot(struct dir_write *w)
{
	for (unsigned i = 0; i < SLOTS * SLOT_ATTEMPTS; i++) {
		name_slot(w->name, i / SLOT_ATTEMPTS, w->temporary);
		w->fd = make_temporary(w->dir, w->temporary);
		if (w->fd >= 0)
			return 0;
		if (errno != EEXIST)
			break;
		remove_stale(w->dir, w->temporary);
		errno = EEXIST;
	}
	w->temporary[0] = '\0';
	return errno;
}

/* Many may make the same file at its first use; each is soon done. */
static enum oauth2_err
wait_slot(struct dir_write *w, struct detail *d)
{
	int error = find_slot(w);

	for (int i = 0; i < WAITS && error == EEXIST; i++) {
		clock_sleep_until(clock_monotonic_ns() + WAIT_NS);
		error = find_slot(w);
	}
	if (error == 0)
		return OAUTH2_ERR_OK;
	if (error != EEXIST)
		return write_failed(w, error, d);
	return detail_fail(d, OAUTH2_ERR_TIMEOUT,
	    "%s/%s: too many write it at once", w->dir->path, w->name);
}

/* The blocks are there, and what is needed to find them is on the disk. */
static enum oauth2_err
make_space(struct dir_write *w, struct detail *d)
{
	int error;

	do
		error = posix_fallocate(w->fd, 0, (off_t)w->size);
	while (error == EINTR);
	if (error == 0 && fsync(w->fd) != 0)
		error = errno;
	if (error != 0)
		return write_failed(w, error, d);
	return OAUTH2_ERR_OK;
}

enum oauth2_err
dir_reserve(const struct dir *dir, const char *name, size_t size,
    struct dir_write **ret, struct detail *d)
{
	AUTO(dir_write_free) struct dir_write *w = secret_alloc(sizeof(*w));
	enum oauth2_err err;

	if (w == NULL)
		return OAUTH2_ERR_NOMEM;
	w->dir = dir;
	w->fd = -1;
	w->size = size;
	err = dir_check_name(name, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	memcpy(w->name, name, strlen(name));
	err = wait_slot(w, d);
	if (err == OAUTH2_ERR_OK)
		err = make_space(w, d);
	if (err == OAUTH2_ERR_OK)
		*ret = TAKE(w);
	return err;
}

static bool
write_all(int fd, const uint8_t *data, size_t n)
{
	size_t done = 0;
	ssize_t now;

	while (done < n) {
		now = pwrite(fd, data + done, n - done, (off_t)done);
		if (now < 0 && errno == EINTR)
			continue;
		if (now == 0)
			errno = EIO;
		if (now <= 0)
			return false;
		done += (size_t)now;
	}
	return ftruncate(fd, (off_t)n) == 0 && fsync(fd) == 0;
}

enum oauth2_err
dir_commit(struct dir_write *w, const void *data, size_t n, enum dir_commit how,
    struct detail *d)
{
	const unsigned flags = how == DIR_NEW ? RENAME_NOREPLACE : 0;

	if (w->temporary[0] == '\0' || n > w->size)
		return detail_fail(d, OAUTH2_ERR_LIMIT,
		    "%s/%s: more than was reserved", w->dir->path, w->name);
	if (!write_all(w->fd, data, n))
		return write_failed(w, errno, d);
	if (renameat2(w->dir->fd, w->temporary, w->dir->fd, w->name, flags) !=
	    0) {
		if (errno == EEXIST)
			return OAUTH2_ERR_EXISTS;
		return write_failed(w, errno, d);
	}
	w->temporary[0] = '\0';
	if (fsync(w->dir->fd) != 0)
		return write_failed(w, errno, d);
	return OAUTH2_ERR_OK;
}

void
dir_write_free(struct dir_write *w)
{
	if (w == NULL)
		return;
	/* The name first: while the file is open, its lock is ours. */
	if (w->temporary[0] != '\0')
		(void)unlinkat(w->dir->fd, w->temporary, 0);
	file_close(w->fd);
	secret_free(w);
}

enum oauth2_err
dir_replace(const struct dir *dir, const char *name, const struct buf *content,
    struct detail *d)
{
	AUTO(dir_write_free) struct dir_write *w = NULL;
	enum oauth2_err err;

	err = dir_reserve(dir, name, content->len, &w, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	return dir_commit(w, content->data, content->len, DIR_REPLACE, d);
}

enum oauth2_err
dir_remove(const struct dir *dir, const char *name, struct detail *d)
{
	char temporary[TEMPORARY_MAX];
	enum oauth2_err err;

	err = dir_check_name(name, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		name_slot(name, slot, temporary);
		remove_stale(dir, temporary);
	}
	if (unlinkat(dir->fd, name, 0) != 0 || fsync(dir->fd) != 0)
		return dir_fail(dir, name, errno, d);
	return OAUTH2_ERR_OK;
}
