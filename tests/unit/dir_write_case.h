/* Files of one letter, replaced and looked at. */
#ifndef PAM_OAUTH2_TESTS_DIR_WRITE_CASE_H
#define PAM_OAUTH2_TESTS_DIR_WRITE_CASE_H

#include "fault_case.h"

#include "base/dir_write.h"

#define OLD_SIZE 3000
#define NEW_SIZE 9000
#define RESERVED 20000

static inline struct dir *
open_house(void)
{
	struct dir *dir = NULL;

	assert_int_equal(
	    dir_open(house, DIR_EXISTING, &dir, NULL), OAUTH2_ERR_OK);
	return dir;
}

static inline void
fill(struct buf *content, char c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_putc(content, c);
}

static inline enum oauth2_err
replace(const char *name, char c, size_t n, struct detail *d)
{
	AUTO(dir_free) struct dir *dir = open_house();
	AUTO(buf_free) struct buf content = BUF(NEW_SIZE);

	fill(&content, c, n);
	return dir_replace(dir, name, &content, d);
}

/* 'o', 'n' when that is all that the file holds; '-': there is none. */
static inline char
look(const char *name)
{
	AUTO(dir_free) struct dir *dir = open_house();
	AUTO(buf_free) struct buf content = BUF(RESERVED);
	AUTO(buf_free) struct buf whole = BUF(RESERVED);
	enum oauth2_err err = dir_read(dir, name, &content, NULL);

	if (err == OAUTH2_ERR_NOT_FOUND)
		return '-';
	assert_int_equal(err, OAUTH2_ERR_OK);
	assert_true(content.len > 0);
	fill(&whole, (char)content.data[0],
	    content.data[0] == 'o' ? OLD_SIZE : NEW_SIZE);
	assert_int_equal(content.len, whole.len);
	assert_memory_equal(content.data, whole.data, whole.len);
	return (char)content.data[0];
}

#endif
