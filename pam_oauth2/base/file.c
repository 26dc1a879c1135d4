#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

/* O_NOFOLLOW answers ELOOP to a link. */
enum oauth2_err
file_fail(const char *path, int error, struct detail *d)
{
	if (error == ENOENT)
		return detail_fail(
		    d, OAUTH2_ERR_NOT_FOUND, "%s: no such file", path);
	if (error == ELOOP || error == ENOTDIR)
		return detail_fail(d, OAUTH2_ERR_UNTRUSTED,
		    "%s: a symbolic link, or not a directory, on the way",
		    path);
	return detail_fail(
	    d, OAUTH2_ERR_IO, "%s: %s", path, strerrordesc_np(error));
}

enum oauth2_err
file_check(
    int fd, const char *path, const struct file_rule *rule, struct detail *d)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return file_fail(path, errno, d);
	if ((st.st_mode & S_IFMT) != rule->type)
		return detail_fail(d, OAUTH2_ERR_UNTRUSTED, "%s: not a %s",
		    path, rule->type == S_IFDIR ? "directory" : "regular file");
	if (st.st_uid != 0)
		return detail_fail(d, OAUTH2_ERR_UNTRUSTED,
		    "%s: owned by uid %lu, must be root", path,
		    (unsigned long)st.st_uid);
	if ((st.st_mode & rule->forbidden) != 0)
		return detail_fail(d, OAUTH2_ERR_UNTRUSTED,
		    "%s: mode %04o is too open, at most %04o", path,
		    (unsigned)(st.st_mode & 07777),
		    (unsigned)(0777 & ~rule->forbidden));
	return OAUTH2_ERR_OK;
}

static bool
is_straight(const char *path)
{
	return path[0] == '/' && path[1] != '\0' &&
	       strstr(path, "/../") == NULL &&
	       strcmp(file_base_name(path), "..") != 0;
}

const char *
file_base_name(const char *path)
{
	return strrchr(path, '/') + 1;
}

/* One step down; *dir is replaced. */
static enum oauth2_err
step_down(int *dir, const char *name, const char *path, struct detail *d)
{
	const struct file_rule rule = { S_IFDIR, 022 };
	int fd =
	    openat(*dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return file_fail(path, errno, d);
	file_close(*dir);
	*dir = fd;
	return file_check(fd, path, &rule, d);
}

/*
 * Walk down from / one component at a time, each opened relative to the
 * last, so that nobody can swap a directory between check and use.
 */
enum oauth2_err
file_open_parent(const char *path, int *ret_fd, struct detail *d)
{
	AUTO(file_close) int dir = AT_FDCWD;
	char copy[PATH_MAX], *name = copy + 1, *slash;
	enum oauth2_err err;

	if (!is_straight(path))
		return detail_fail(
		    d, OAUTH2_ERR_CONFIG, "%s: must be an absolute path", path);
	if (text_copy(copy, sizeof(copy), path) != OAUTH2_ERR_OK)
		return detail_fail(d, OAUTH2_ERR_LIMIT, "path too long");
	err = step_down(&dir, "/", "/", d);
	while (err == OAUTH2_ERR_OK && (slash = strchr(name, '/')) != NULL) {
		*slash = '\0';
		err = step_down(&dir, name, copy, d);
		*slash = '/';
		name = slash + 1;
	}
	if (err != OAUTH2_ERR_OK)
		return err;
	*ret_fd = dir;
	dir = -1;
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
open_trusted(
    const char *path, enum file_trust trust, int *ret, struct detail *d)
{
	const struct file_rule rule = { S_IFREG,
		trust == FILE_TRUST_SECRET ? 077 : 022 };
	AUTO(file_close) int dir = -1;
	AUTO(file_close) int fd = -1;
	enum oauth2_err err;

	err = file_open_parent(path, &dir, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	fd = openat(dir, file_base_name(path),
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return file_fail(path, errno, d);
	err = file_check(fd, path, &rule, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	*ret = fd;
	fd = -1;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
file_read_trusted(
    const char *path, enum file_trust trust, struct buf *ret, struct detail *d)
{
	AUTO(file_close) int fd = -1;
	enum oauth2_err err;

	err = open_trusted(path, trust, &fd, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	err = file_read(fd, ret);
	if (err != OAUTH2_ERR_OK)
		return detail_fail(d, err, "%s: %s", path, err_text(err));
	return OAUTH2_ERR_OK;
}

enum oauth2_err
file_read(int fd, struct buf *ret)
{
	uint8_t chunk[4096];
	ssize_t n;

	for (;;) {
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		buf_put(ret, chunk, (size_t)n);
		if (buf_err(ret) != OAUTH2_ERR_OK)
			break;
	}
	explicit_bzero(chunk, sizeof(chunk));
	if (n < 0)
		return OAUTH2_ERR_IO;
	return buf_err(ret);
}

void
file_close(int fd)
{
	if (fd >= 0)
		close(fd);
}
