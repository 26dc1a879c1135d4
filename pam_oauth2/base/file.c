#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

/* What open() says, in our words. O_NOFOLLOW answers ELOOP to a link. */
static enum oauth2_err
open_failed(const char *path, int error, struct detail *d)
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

static enum oauth2_err
check_owner(
    int fd, const char *path, mode_t type, mode_t forbidden, struct detail *d)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return open_failed(path, errno, d);
	if ((st.st_mode & S_IFMT) != type)
		return detail_fail(d, OAUTH2_ERR_UNTRUSTED, "%s: not a %s",
		    path, type == S_IFDIR ? "directory" : "regular file");
	if (st.st_uid != 0)
		return detail_fail(d, OAUTH2_ERR_UNTRUSTED,
		    "%s: owned by uid %lu, must be root", path,
		    (unsigned long)st.st_uid);
	if ((st.st_mode & forbidden) != 0)
		return detail_fail(d, OAUTH2_ERR_UNTRUSTED,
		    "%s: mode %04o is too open, at most %04o", path,
		    (unsigned)(st.st_mode & 07777),
		    (unsigned)(0777 & ~forbidden));
	return OAUTH2_ERR_OK;
}

/*
 * Walk down from / one component at a time, each opened relative to the
 * last, so that nobody can swap a directory between check and use.
 */
static enum oauth2_err
open_trusted(
    const char *path, enum file_trust trust, int *ret, struct detail *d)
{
	AUTO(file_close) int dir = -1;
	char copy[PATH_MAX], *name = copy + 1, *slash;
	mode_t forbidden = trust == FILE_TRUST_SECRET ? 077 : 022;
	enum oauth2_err err;
	int fd;

	if (path[0] != '/' || path[1] == '\0' || strstr(path, "/../") != NULL)
		return detail_fail(
		    d, OAUTH2_ERR_CONFIG, "%s: must be an absolute path", path);
	if (text_copy(copy, sizeof(copy), path) != OAUTH2_ERR_OK)
		return detail_fail(d, OAUTH2_ERR_LIMIT, "path too long");
	dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return open_failed("/", errno, d);
	err = check_owner(dir, "/", S_IFDIR, 022, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	while ((slash = strchr(name, '/')) != NULL) {
		*slash = '\0';
		fd = openat(
		    dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			return open_failed(copy, errno, d);
		file_close(dir);
		dir = fd;
		err = check_owner(dir, copy, S_IFDIR, 022, d);
		if (err != OAUTH2_ERR_OK)
			return err;
		*slash = '/';
		name = slash + 1;
	}
	fd = openat(dir, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return open_failed(path, errno, d);
	err = check_owner(fd, path, S_IFREG, forbidden, d);
	if (err != OAUTH2_ERR_OK) {
		file_close(fd);
		return err;
	}
	*ret = fd;
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
