/* base/dir_write: the old content or the new one, whatever happens when. */
#include "fault_case.h"

#include <sys/resource.h>

#include "base/dir_write.h"
#include "base/file.h"

#define OLD_SIZE 3000
#define NEW_SIZE 9000
#define RESERVED 20000
#define SLOTS	 8

static struct dir *
open_house(void)
{
	struct dir *dir = NULL;

	assert_int_equal(
	    dir_open(house, DIR_EXISTING, &dir, NULL), OAUTH2_ERR_OK);
	return dir;
}

static void
fill(struct buf *content, char c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_putc(content, c);
}

static enum oauth2_err
replace(const char *name, char c, size_t n, struct detail *d)
{
	AUTO(dir_free) struct dir *dir = open_house();
	AUTO(buf_free) struct buf content = BUF(NEW_SIZE);

	fill(&content, c, n);
	return dir_replace(dir, name, &content, d);
}

/* 'o', 'n' when that is all that the file holds; '-': there is none. */
static char
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
create(void *arg)
{
	AUTO(dir_free) struct dir *dir = open_house();
	AUTO(dir_write_free) struct dir_write *w = NULL;

	(void)arg;
	usleep(20000);
	return dir_reserve(dir, "race", 4, &w, NULL) == OAUTH2_ERR_OK &&
	       dir_commit(w, "n", 1, DIR_NEW, NULL) == OAUTH2_ERR_OK;
}

static void
of_those_who_race_to_make_it_one_wins(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++) {
		int winners = 0, status;

		for (int i = 0; i < SLOTS; i++) {
			if (fork() == 0)
				_exit(create(NULL) ? 1 : 0);
		}
		for (int i = 0; i < SLOTS; i++) {
			assert_true(waitpid(-1, &status, 0) > 0);
			assert_true(WIFEXITED(status));
			winners += WEXITSTATUS(status);
		}
		assert_int_equal(winners, 1);
		assert_int_equal(count_temporaries(house), 0);
		assert_int_equal(unlink(at("race")), 0);
	}
}

static bool
reserve_and_leave(void *arg)
{
	struct dir *dir = open_house();
	struct dir_write *w = NULL;

	(void)arg;
	if (dir_reserve(dir, "file", RESERVED, &w, NULL) == OAUTH2_ERR_OK)
		kill(getpid(), SIGKILL);
	return false;
}

static void
what_the_killed_left_is_removed_and_the_living_are_not_disturbed(void **state)
{
	AUTO(dir_free) struct dir *dir = open_house();
	struct dir_write *alive[SLOTS] = { NULL };
	AUTO(dir_write_free) struct dir_write *more = NULL;

	(void)state;
	for (int i = 0; i < SLOTS; i++) {
		assert_int_equal(
		    fault_run((struct fault){ 0 }, reserve_and_leave, NULL),
		    FAULT_KILLED);
		assert_int_equal(count_temporaries(house), i + 1);
		assert_int_equal(dir_reserve(dir, "file", 4, &alive[i], NULL),
		    OAUTH2_ERR_OK);
		assert_int_equal(count_temporaries(house), i + 1);
	}
	assert_int_equal(
	    dir_reserve(dir, "file", 4, &more, NULL), OAUTH2_ERR_TIMEOUT);
	assert_null(more);
	assert_int_equal(
	    dir_reserve(dir, "other", 4, &more, NULL), OAUTH2_ERR_OK);
	for (int i = 0; i < SLOTS; i++) {
		assert_int_equal(
		    dir_commit(alive[i], "n", 1, DIR_REPLACE, NULL),
		    OAUTH2_ERR_OK);
		dir_write_free(alive[i]);
	}
	assert_int_equal(count_temporaries(house), 1);
}

/* The dead one's file has become the file, and the living has begun anew. */
static void
finish_and_begin(void)
{
	assert_int_equal(rename(at(".file.0"), at("file")), 0);
	put(".file.0", "alive", 0600);
}

static void
what_has_become_anothers_is_not_taken_for_stale(void **state)
{
	AUTO(dir_free) struct dir *dir = open_house();
	struct stat st;

	(void)state;
	put(".file.0", "stale", 0600);
	fault = (struct fault){
		.n = 1, .how = FAULT_MEANWHILE, .meanwhile = finish_and_begin
	};
	assert_int_equal(dir_remove(dir, "file", NULL), OAUTH2_ERR_OK);
	fault = (struct fault){ 0 };
	assert_int_equal(stat(at(".file.0"), &st), 0);
	assert_int_equal(st.st_size, 5);
}

static void
remove_as_stale(void)
{
	assert_int_equal(unlink(at(".file.0")), 0);
}

static void
a_writer_taken_for_dead_before_its_lock_begins_again(void **state)
{
	AUTO(dir_free) struct dir *dir = open_house();
	AUTO(dir_write_free) struct dir_write *w = NULL;

	(void)state;
	fault = (struct fault){
		.n = 2, .how = FAULT_MEANWHILE, .meanwhile = remove_as_stale
	};
	assert_int_equal(dir_reserve(dir, "file", 4, &w, NULL), OAUTH2_ERR_OK);
	fault = (struct fault){ 0 };
	assert_int_equal(
	    dir_commit(w, "n", 1, DIR_REPLACE, NULL), OAUTH2_ERR_OK);
	assert_int_equal(access(at("file"), F_OK), 0);
}

static void
removing_takes_left_overs_along_but_not_the_livings(void **state)
{
	AUTO(dir_free) struct dir *dir = open_house();
	AUTO(dir_write_free) struct dir_write *alive = NULL;

	(void)state;
	assert_int_equal(replace("file", 'o', OLD_SIZE, NULL), OAUTH2_ERR_OK);
	assert_int_equal(
	    fault_run((struct fault){ 0 }, reserve_and_leave, NULL),
	    FAULT_KILLED);
	assert_int_equal(rename(at(".file.0"), at(".file.5")), 0);
	assert_int_equal(
	    dir_reserve(dir, "file", 4, &alive, NULL), OAUTH2_ERR_OK);
	assert_int_equal(count_temporaries(house), 2);
	assert_int_equal(dir_remove(dir, "file", NULL), OAUTH2_ERR_OK);
	assert_int_equal(count_temporaries(house), 1);
	assert_int_equal(look("file"), '-');
	assert_int_equal(dir_remove(dir, "file", NULL), OAUTH2_ERR_NOT_FOUND);
	assert_int_equal(dir_remove(dir, "../x", NULL), OAUTH2_ERR_INTERNAL);
	assert_int_equal(
	    dir_commit(alive, "n", 1, DIR_REPLACE, NULL), OAUTH2_ERR_OK);
}

static void
a_link_in_place_of_a_temporary_is_not_followed(void **state)
{
	(void)state;
	put("precious", "oo", 0600);
	assert_int_equal(symlink("precious", at(".file.0")), 0);
	assert_int_equal(mkdir(at(".file.1"), 0700), 0);
	assert_int_equal(replace("file", 'n', NEW_SIZE, NULL), OAUTH2_ERR_OK);
	assert_int_equal(look("file"), 'n');
	assert_int_equal(count_temporaries(house), 2);
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
		TEST(of_those_who_race_to_make_it_one_wins),
		TEST(
		    what_the_killed_left_is_removed_and_the_living_are_not_disturbed),
		TEST(what_has_become_anothers_is_not_taken_for_stale),
		TEST(a_writer_taken_for_dead_before_its_lock_begins_again),
		TEST(removing_takes_left_overs_along_but_not_the_livings),
		TEST(a_link_in_place_of_a_temporary_is_not_followed),
		TEST(a_limit_on_file_sizes_is_met_before_anything_is_sent),
	};

	return cmocka_run_group_tests(tests, build_house, pull_down_house);
}
