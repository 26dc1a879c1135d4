/* base/dir_write: those who write the same file at once, dead or alive. */
#include "dir_write_case.h"

#define SLOTS 8

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

#define TEST(name) cmocka_unit_test_teardown(name, empty_house)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(of_those_who_race_to_make_it_one_wins),
		TEST(
		    what_the_killed_left_is_removed_and_the_living_are_not_disturbed),
		TEST(what_has_become_anothers_is_not_taken_for_stale),
		TEST(a_writer_taken_for_dead_before_its_lock_begins_again),
		TEST(removing_takes_left_overs_along_but_not_the_livings),
		TEST(a_link_in_place_of_a_temporary_is_not_followed),
	};

	return cmocka_run_group_tests(tests, build_house, pull_down_house);
}
