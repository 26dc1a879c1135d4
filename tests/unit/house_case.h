/* A directory that only root could have made, for tests about files. */
#ifndef PAM_OAUTH2_TESTS_HOUSE_CASE_H
#define PAM_OAUTH2_TESTS_HOUSE_CASE_H

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Not below /tmp: others can write there. */
static char house[] = "/run/pam_oauth2_test.XXXXXX";

/* The path of something in the house; good for four calls. */
static inline const char *
at(const char *name)
{
	static char path[4][512];
	static unsigned next;
	char *ret = path[next++ % 4];

	snprintf(ret, sizeof(path[0]), "%s/%s", house, name);
	return ret;
}

static inline void
put(const char *name, const char *content, mode_t mode)
{
	int fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static inline int
build_house(void **state)
{
	(void)state;
	umask(077);
	if (geteuid() != 0) {
		fprintf(stderr, "needs root: files must be root's\n");
		return 1;
	}
	return mkdtemp(house) == NULL;
}

static inline int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int
pull_down_house(void **state)
{
	(void)state;
	return nftw(house, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Remove what is in the house, one level or more, but not itself. */
static inline int
remove_inner(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return ftw->level == 0 ? 0 : remove_one(path, st, type, ftw);
}

static inline int
empty_house(void **state)
{
	(void)state;
	return nftw(house, remove_inner, 8, FTW_DEPTH | FTW_PHYS);
}

/* How many temporary files somebody has left in a directory. */
static inline unsigned
count_temporaries(const char *path)
{
	DIR *stream = opendir(path);
	const struct dirent *entry;
	unsigned count = 0;

	assert_non_null(stream);
	while ((entry = readdir(stream)) != NULL)
		count += entry->d_name[0] == '.' &&
			 strspn(entry->d_name, ".") != strlen(entry->d_name);
	closedir(stream);
	return count;
}

#endif
