#include "base/dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"

#define NAME_FIRST	 "abcdefghijklmnopqrstuvwxyz0123456789"
#define READ_ATTEMPTS	 16
#define LOCK_INTERVAL_NS (10 * CLOCK_NS_PER_MS)

static const struct file_rule private_directory = { S_IFDIR, 077 };
static const struct file_rule private_file = { S_IFREG, 077 };

enum oauth2_err
dir_check_name(const char *name, struct detail *d)
{
	if (strlen(name) <= DIR_NAME_MAX &&
	    text_has_only(name, NAME_FIRST "._-") &&
	    strchr(NAME_FIRST, name[0]) != NULL)
		return OAUTH2_ERR_OK;
	return detail_fail(
	    d, OAUTH2_ERR_INTERNAL, "not the name of a file of ours");
}

enum oauth2_err
dir_fail(const struct dir *dir, const char *name, int error, struct detail *d)
{
	char path[PATH_MAX + DIR_NAME_MAX + 2];

	(void)snprintf(path, sizeof(path), "%s/%s", dir->path, name);
	return file_fail(path, error, d);
}

/* A new name is not safe before the directory that holds it is. */
static bool
make_directory(int parent, const char *name)
{
	AUTO(file_close) int fd = -1;

	if (mkdirat(parent, name, 0700) != 0 && errno != EEXIST)
		return false;
	fd = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && fsync(fd) == 0;
}

static enum oauth2_err
open_below(int parent, const char *path, enum dir_make make, struct dir **ret,
    struct detail *d)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	const char *name = file_base_name(path);
	AUTO(dir_free) struct dir *dir = secret_alloc(sizeof(*dir));
	enum oauth2_err err;

	if (dir == NULL)
		return OAUTH2_ERR_NOMEM;
	dir->path = secret_strdup(path);
	dir->fd = openat(parent, name, flags);
	if (dir->fd < 0 && errno == ENOENT && make == DIR_MAKE) {
		if (!make_directory(parent, name))
			return file_fail(path, errno, d);
		dir->fd = openat(parent, name, flags);
	}
	if (dir->fd < 0)
		return file_fail(path, errno, d);
	if (dir->path == NULL)
		return OAUTH2_ERR_NOMEM;
	err = file_check(dir->fd, path, &private_directory, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	*ret = TAKE(dir);
	return OAUTH2_ERR_OK;
}

enum oauth2_err
dir_open(
    const char *path, enum dir_make make, struct dir **ret, struct detail *d)
{
	AUTO(file_close) int parent = -1;
	enum oauth2_err err;

	err = file_open_parent(path, &parent, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	return open_below(parent, path, make, ret, d);
}

enum oauth2_err
dir_open_in(const struct dir *parent, const char *name, enum dir_make make,
    struct dir **ret, struct detail *d)
{
	char path[PATH_MAX];
	enum oauth2_err err;
	int n;

	err = dir_check_name(name, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	n = snprintf(path, sizeof(path), "%s/%s", parent->path, name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return detail_fail(d, OAUTH2_ERR_LIMIT, "path too long");
	return open_below(parent->fd, path, make, ret, d);
}

void
dir_free(struct dir *dir)
{
	if (dir == NULL)
		return;
	file_close(dir->fd);
	secret_free(dir->path);
	secret_free(dir);
}

/* file_check() with the path spelt out. */
static enum oauth2_err
check_file(const struct dir *dir, const char *name, int fd, struct detail *d)
{
	char path[PATH_MAX + DIR_NAME_MAX + 2];

	(void)snprintf(path, sizeof(path), "%s/%s", dir->path, name);
	return file_check(fd, path, &private_file, d);
}

/* *ret_is_gone: replaced or removed since it was opened. */
static enum oauth2_err
check_links(const struct dir *dir, const char *name, int fd, bool *ret_is_gone,
    struct detail *d)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return dir_fail(dir, name, errno, d);
	if (st.st_nlink > 1)
		return detail_fail(d, OAUTH2_ERR_UNTRUSTED,
		    "%s/%s: has a second name (a hard link)", dir->path, name);
	*ret_is_gone = st.st_nlink == 0;
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
open_file(
    const struct dir *dir, const char *name, int *ret_fd, struct detail *d)
{
	bool is_gone = true;
	enum oauth2_err err;

	for (int i = 0; i < READ_ATTEMPTS; i++) {
		AUTO(file_close)
		int fd = openat(dir->fd, name,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

		if (fd < 0)
			return dir_fail(dir, name, errno, d);
		err = check_file(dir, name, fd, d);
		if (err == OAUTH2_ERR_OK)
			err = check_links(dir, name, fd, &is_gone, d);
		if (err != OAUTH2_ERR_OK)
			return err;
		if (!is_gone) {
			*ret_fd = fd;
			fd = -1;
			return OAUTH2_ERR_OK;
		}
	}
	return detail_fail(d, OAUTH2_ERR_IO, "%s/%s: is replaced all the time",
	    dir->path, name);
}

enum oauth2_err
dir_read(
    const struct dir *dir, const char *name, struct buf *ret, struct detail *d)
{
	AUTO(file_close) int fd = -1;
	enum oauth2_err err;

	err = dir_check_name(name, d);
	if (err == OAUTH2_ERR_OK)
		err = open_file(dir, name, &fd, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	err = file_read(fd, ret);
	if (err != OAUTH2_ERR_OK)
		return detail_fail(
		    d, err, "%s/%s: %s", dir->path, name, err_text(err));
	return OAUTH2_ERR_OK;
}

static bool
ends_with(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n >= m && strcmp(name + n - m, suffix) == 0;
}

static enum oauth2_err
add_names(DIR *stream, const char *suffix, struct strlist *ret)
{
	struct dirent *entry;
	enum oauth2_err err = OAUTH2_ERR_OK;

	errno = 0;
	while (err == OAUTH2_ERR_OK && (entry = readdir(stream)) != NULL) {
		if (dir_check_name(entry->d_name, NULL) == OAUTH2_ERR_OK &&
		    ends_with(entry->d_name, suffix))
			err = strlist_add(ret, entry->d_name);
		errno = 0;
	}
	return err == OAUTH2_ERR_OK && errno != 0 ? OAUTH2_ERR_IO : err;
}

enum oauth2_err
dir_list(const struct dir *dir, const char *suffix, struct strlist *ret,
    struct detail *d)
{
	int fd = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	enum oauth2_err err;

	if (stream == NULL) {
		file_close(fd);
		return detail_fail(
		    d, OAUTH2_ERR_IO, "%s: cannot be listed", dir->path);
	}
	err = add_names(stream, suffix, ret);
	closedir(stream);
	if (err != OAUTH2_ERR_OK)
		return detail_fail(d, err, "%s: %s", dir->path, err_text(err));
	return OAUTH2_ERR_OK;
}

/* One try; EWOULDBLOCK is TIMEOUT. */
static enum oauth2_err
try_lock(const struct dir *dir, const char *name, int fd, struct detail *d)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return OAUTH2_ERR_OK;
	if (errno != EWOULDBLOCK && errno != EINTR)
		return dir_fail(dir, name, errno, d);
	return detail_fail(d, OAUTH2_ERR_TIMEOUT,
	    "%s/%s: locked by another process", dir->path, name);
}

enum oauth2_err
dir_lock(const struct dir *dir, const char *name, int64_t deadline_ns,
    int *ret_fd, struct detail *d)
{
	AUTO(file_close) int fd = -1;
	enum oauth2_err err;

	err = dir_check_name(name, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	/* Not for writing: a lock that is there works on a read-only disk. */
	fd = openat(dir->fd, name,
	    O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd < 0)
		return dir_fail(dir, name, errno, d);
	err = check_file(dir, name, fd, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	while ((err = try_lock(dir, name, fd, d)) == OAUTH2_ERR_TIMEOUT &&
	       clock_ms_until(deadline_ns) > 0)
		clock_sleep_until(clock_monotonic_ns() + LOCK_INTERVAL_NS);
	if (err != OAUTH2_ERR_OK)
		return err;
	*ret_fd = fd;
	fd = -1;
	return OAUTH2_ERR_OK;
}
