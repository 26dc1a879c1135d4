#include "login/settings_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"

static enum oauth2_err
read_one(struct settings_files *files, const char *path, struct detail *d)
{
	struct buf *content = &files->contents[files->count];
	struct source *source = &files->sources[files->count];
	enum oauth2_err err;

	*content = (struct buf)BUF(SETTINGS_FILE_MAX);
	files->count++;
	err = file_read_trusted(path, FILE_TRUST_ROOT, content, d);
	if (err == OAUTH2_ERR_OK)
		err = strlist_add(&files->names, path);
	if (err != OAUTH2_ERR_OK)
		return err;
	source->name = files->names.items[files->names.count - 1];
	source->data = buf_text(content);
	source->len = content->len;
	return OAUTH2_ERR_OK;
}

/*
 * The directory itself must not be a link, and root's alone to write. What
 * stands above it was judged with the settings file beside it.
 */
static enum oauth2_err
open_directory(const char *path, DIR **ret, struct detail *d)
{
	struct stat st;
	DIR *dir;
	int fd;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return OAUTH2_ERR_NOT_FOUND;
	if (fd < 0)
		return detail_fail(d,
		    errno == ELOOP || errno == ENOTDIR ? OAUTH2_ERR_UNTRUSTED
						       : OAUTH2_ERR_IO,
		    "%s: %s", path, strerrordesc_np(errno));
	if (fstat(fd, &st) != 0 || st.st_uid != 0 || (st.st_mode & 022) != 0) {
		file_close(fd);
		return detail_fail(d, OAUTH2_ERR_UNTRUSTED,
		    "%s: must be root's and not writable by others", path);
	}
	dir = fdopendir(fd);
	if (dir == NULL) {
		file_close(fd);
		return OAUTH2_ERR_NOMEM;
	}
	*ret = dir;
	return OAUTH2_ERR_OK;
}

static bool
is_dropin(const char *name)
{
	size_t n = strlen(name);

	return name[0] != '.' && n > 5 && strcmp(name + n - 5, ".conf") == 0;
}

static enum oauth2_err
list_directory(DIR *dir, struct strlist *ret)
{
	struct dirent *entry;
	enum oauth2_err err = OAUTH2_ERR_OK;

	errno = 0;
	while (err == OAUTH2_ERR_OK && (entry = readdir(dir)) != NULL) {
		if (is_dropin(entry->d_name))
			err = strlist_add(ret, entry->d_name);
		errno = 0;
	}
	if (err == OAUTH2_ERR_OK && errno != 0)
		return OAUTH2_ERR_IO;
	return err;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in byte order, which is the C locale's. */
static enum oauth2_err
dropin_names(const char *path, struct strlist *ret, struct detail *d)
{
	DIR *dir = NULL;
	enum oauth2_err err;

	err = open_directory(path, &dir, d);
	if (err == OAUTH2_ERR_NOT_FOUND)
		return OAUTH2_ERR_OK;
	if (err != OAUTH2_ERR_OK || dir == NULL)
		return err;
	err = list_directory(dir, ret);
	closedir(dir);
	if (err == OAUTH2_ERR_LIMIT)
		return detail_fail(d, err, "%s: more than %d files", path,
		    SETTINGS_DROPINS_MAX);
	if (err != OAUTH2_ERR_OK)
		return detail_fail(d, err, "%s: %s", path, err_text(err));
	if (ret->count > 1)
		qsort(ret->items, ret->count, sizeof(*ret->items), compare);
	return OAUTH2_ERR_OK;
}

enum oauth2_err
settings_files_read(
    const char *path, struct settings_files *ret, struct detail *d)
{
	AUTO(strlist_free)
	struct strlist names = STRLIST(SETTINGS_DROPINS_MAX);
	char directory[PATH_MAX], file[PATH_MAX + NAME_MAX + 2];
	enum oauth2_err err;

	memset(ret, 0, sizeof(*ret));
	ret->names.max = 1 + SETTINGS_DROPINS_MAX;
	err = read_one(ret, path, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (strlen(path) + sizeof(".d") > sizeof(directory))
		return detail_fail(d, OAUTH2_ERR_LIMIT, "path too long");
	snprintf(directory, sizeof(directory), "%s.d", path);
	err = dropin_names(directory, &names, d);
	for (size_t i = 0; i < names.count && err == OAUTH2_ERR_OK; i++) {
		snprintf(
		    file, sizeof(file), "%s/%s", directory, names.items[i]);
		err = read_one(ret, file, d);
	}
	return err;
}

void
settings_files_free(struct settings_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		buf_free(&files->contents[i]);
	strlist_free(&files->names);
	files->count = 0;
}
