/* base/dir_write: the old content or the new one, whatever happens when. */
#include "dir_write_case.h"

#include <sys/resource.h>

static bool
write_new(void *arg)
{
	(void)arg;
	return replace("file", 'n', NEW_SIZE, NULL) == OAUTH2_ERR_OK;
}

/* One fault at one call; what there is afterwards is what was told. */
static enum fault_end
suffer(struct fault what, int calls)
{
	enum fault_end end;
	char now;

	assert_int_equal(replace("file", 'o', OLD_SIZE, NULL), OAUTH2_ERR_OK);
	end = fault_run(what, write_new, NULL);
	now = look("file");
	if (end == FAULT_OK || end == FAULT_NEVER)
		assert_int_equal(now, 'n');
	/* The last call syncs the directory: the new name is there by then. */
	if (end == FAULT_FAILED)
		assert_int_equal(now, what.n == calls ? 'n' : 'o');
	if (end == FAULT_NEVER)
		assert_int_equal(what.n, calls + 1);
	/* Nothing is in the way of the next one, and nothing is left over. */
	assert_int_equal(replace("file", 'n', NEW_SIZE, NULL), OAUTH2_ERR_OK);
	assert_int_equal(look("file"), 'n');
	assert_int_equal(count_temporaries(house), 0);
	return end;
}

static void
every_call_fails_or_is_the_last(void **state)
{
	unsigned ends[FAULT_NEVER + 1] = { 0 };
	int calls;

	(void)state;
	fault = (struct fault){ 0 };
	assert_true(write_new(NULL));
	calls = fault.count;
	assert_true(calls > 9);
	for (size_t i = 0; i < COUNT(fault_kinds); i++) {
		for (int n = 1; n <= calls + 1; n++) {
			struct fault what = fault_kinds[i];

			what.n = n;
			ends[suffer(what, calls)]++;
		}
	}
	/* Another process has the lock: the next slot is taken. */
	assert_int_equal(ends[FAULT_OK], FAULT_ERRORS);
	assert_int_equal(ends[FAULT_FAILED], FAULT_ERRORS * (calls - 1));
	assert_int_equal(ends[FAULT_KILLED], FAULT_KILLS * calls);
	assert_int_equal(ends[FAULT_NEVER], COUNT(fault_kinds));
}

static void
a_write_that_is_interrupted_goes_on(void **state)
{
	(void)state;
	for (int n = 5; n < 12; n++) {
		fault = (struct fault){ .n = n, .error = EINTR };
		assert_true(write_new(NULL));
		assert_int_equal(look("file"), 'n');
	}
	fault = (struct fault){ .n = 3, .error = EINTR };
	assert_true(write_new(NULL));
	fault = (struct fault){ 0 };
}

/* The order is what a power cut meets: no test here can cut the power. */
static void
space_then_content_then_name_each_synced(void **state)
{
	AUTO(dir_free) struct dir *dir = open_house();
	AUTO(dir_write_free) struct dir_write *w = NULL;

	(void)state;
	fault = (struct fault){ 0 };
	assert_int_equal(dir_reserve(dir, "file", 8, &w, NULL), OAUTH2_ERR_OK);
	assert_string_equal(fault.trace, "openat flock fallocate fsync");
	fault = (struct fault){ 0 };
	assert_int_equal(
	    dir_commit(w, "ab", 2, DIR_REPLACE, NULL), OAUTH2_ERR_OK);
	assert_string_equal(
	    fault.trace, "pwrite64 pwrite64 ftruncate fsync renameat2 sync");
	fault = (struct fault){ 0 };
	assert_int_equal(dir_remove(dir, "file", NULL), OAUTH2_ERR_OK);
	assert_string_equal(fault.trace, "unlinkat sync");
	fault = (struct fault){ 0 };
}

static void
a_directory_that_is_made_is_synced_into_its_own(void **state)
{
	AUTO(dir_free) struct dir *dir = NULL;

	(void)state;
	fault = (struct fault){ 0 };
	assert_int_equal(
	    dir_open(at("made"), DIR_MAKE, &dir, NULL), OAUTH2_ERR_OK);
	assert_string_equal(fault.trace, "mkdirat sync");
	fault = (struct fault){ .n = 2, .error = EIO };
	assert_int_equal(
	    dir_open(at("unsynced"), DIR_MAKE, &dir, NULL), OAUTH2_ERR_IO);
	fault = (struct fault){ 0 };
}

static void
the_systems_words_are_passed_on(void **state)
{
	static const struct {
		int error;
		const char *words;
	} rows[] = {
		{ ENOSPC, "No space left on device" },
		{ EROFS, "Read-only file system" },
		{ EDQUOT, "Disk quota exceeded" },
		{ EFBIG, "File too large" },
		{ ENOENT, "no such file" },
	};
	struct detail d;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		fault = (struct fault){ .n = 3, .error = rows[i].error };
		assert_int_equal(
		    replace("file", 'n', NEW_SIZE, &d), OAUTH2_ERR_IO);
		assert_non_null(strstr(d.text, rows[i].words));
		assert_non_null(strstr(d.text, house));
	}
	fault = (struct fault){ 0 };
	assert_int_equal(count_temporaries(house), 0);
}

static void
nothing_is_there_before_the_commit(void **state)
{
	AUTO(dir_free) struct dir *dir = open_house();
	AUTO(dir_write_free) struct dir_write *w = NULL;
	struct stat st;

	(void)state;
	assert_int_equal(
	    dir_reserve(dir, "file", RESERVED, &w, NULL), OAUTH2_ERR_OK);
	assert_int_equal(look("file"), '-');
	assert_int_equal(stat(at(".file.0"), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_true(st.st_blocks * 512 >= RESERVED);
	dir_write_free(TAKE(w));
	assert_int_equal(count_temporaries(house), 0);
	assert_int_equal(look("file"), '-');
}

static void
what_was_reserved_is_the_limit_and_no_padding(void **state)
{
	AUTO(dir_free) struct dir *dir = open_house();
	AUTO(dir_write_free) struct dir_write *w = NULL;
	AUTO(buf_free) struct buf content = BUF(RESERVED);
	struct stat st;

	(void)state;
	fill(&content, 'n', NEW_SIZE);
	assert_int_equal(
	    dir_reserve(dir, "file", NEW_SIZE - 1, &w, NULL), OAUTH2_ERR_OK);
	assert_int_equal(
	    dir_commit(w, content.data, NEW_SIZE, DIR_REPLACE, NULL),
	    OAUTH2_ERR_LIMIT);
	assert_int_equal(look("file"), '-');
	dir_write_free(TAKE(w));
	assert_int_equal(
	    dir_reserve(dir, "file", RESERVED, &w, NULL), OAUTH2_ERR_OK);
	assert_int_equal(
	    dir_commit(w, content.data, NEW_SIZE, DIR_REPLACE, NULL),
	    OAUTH2_ERR_OK);
	assert_int_equal(look("file"), 'n');
	assert_int_equal(stat(at("file"), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	/* Once only. */
	assert_int_equal(
	    dir_commit(w, "o", 1, DIR_REPLACE, NULL), OAUTH2_ERR_LIMIT);
	assert_int_equal(look("file"), 'n');
}

static void
new_takes_no_name_that_is_taken(void **state)
{
	AUTO(dir_free) struct dir *dir = open_house();
	AUTO(dir_write_free) struct dir_write *w = NULL;

	(void)state;
	assert_int_equal(replace("file", 'o', OLD_SIZE, NULL), OAUTH2_ERR_OK);
	assert_int_equal(dir_reserve(dir, "file", 9, &w, NULL), OAUTH2_ERR_OK);
	assert_int_equal(
	    dir_commit(w, "n", 1, DIR_NEW, NULL), OAUTH2_ERR_EXISTS);
	dir_write_free(TAKE(w));
	assert_int_equal(look("file"), 'o');
	assert_int_equal(dir_reserve(dir, "other", 9, &w, NULL), OAUTH2_ERR_OK);
	assert_int_equal(dir_commit(w, "n", 1, DIR_NEW, NULL), OAUTH2_ERR_OK);
	assert_int_equal(access(at("other"), F_OK), 0);
}

static bool
write_under_a_limit(void *arg)
{
	const struct rlimit limit = { NEW_SIZE - 1, NEW_SIZE - 1 };
	struct detail d;

	(void)arg;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	return replace("file", 'n', NEW_SIZE, &d) == OAUTH2_ERR_IO &&
	       strstr(d.text, "File too large") != NULL;
}

static void
a_limit_on_file_sizes_is_met_before_anything_is_sent(void **state)
{
	(void)state;
	assert_int_equal(replace("file", 'o', OLD_SIZE, NULL), OAUTH2_ERR_OK);
	assert_int_equal(
	    fault_run((struct fault){ 0 }, write_under_a_limit, NULL),
	    FAULT_OK);
	assert_int_equal(look("file"), 'o');
	assert_int_equal(count_temporaries(house), 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, empty_house)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_call_fails_or_is_the_last),
		TEST(a_write_that_is_interrupted_goes_on),
		TEST(space_then_content_then_name_each_synced),
		TEST(a_directory_that_is_made_is_synced_into_its_own),
		TEST(the_systems_words_are_passed_on),
		TEST(nothing_is_there_before_the_commit),
		TEST(what_was_reserved_is_the_limit_and_no_padding),
		TEST(new_takes_no_name_that_is_taken),
		TEST(a_limit_on_file_sizes_is_met_before_anything_is_sent),
	};

	return cmocka_run_group_tests(tests, build_house, pull_down_house);
}
