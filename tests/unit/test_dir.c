/* base/dir: a directory that only root can look into. Runs as root. */
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "house_case.h"

#include "base/clock.h"
#include "base/dir.h"
#include "base/file.h"

#define LONGEST \
	"0123456789012345678901234567890123456789" \
	"0123456789012345678901234567890123456789"

static struct dir *
open_house(void)
{
	struct dir *dir = NULL;

	assert_int_equal(
	    dir_open(house, DIR_EXISTING, &dir, NULL), OAUTH2_ERR_OK);
	return dir;
}

static void
it_is_made_where_it_is_missing_and_wanted(void **state)
{
	AUTO(dir_free) struct dir *dir = NULL;
	AUTO(dir_free) struct dir *again = NULL;
	struct detail d;
	struct stat st;

	(void)state;
	assert_int_equal(
	    dir_open(at("made"), DIR_EXISTING, &dir, &d), OAUTH2_ERR_NOT_FOUND);
	assert_null(dir);
	assert_int_not_equal(access(at("made"), F_OK), 0);
	assert_int_equal(
	    dir_open(at("made"), DIR_MAKE, &dir, &d), OAUTH2_ERR_OK);
	assert_int_equal(stat(at("made"), &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0700);
	assert_int_equal(
	    dir_open(at("made"), DIR_MAKE, &again, &d), OAUTH2_ERR_OK);
}

static void
one_level_is_made_and_no_more(void **state)
{
	AUTO(dir_free) struct dir *dir = NULL;
	struct detail d;

	(void)state;
	assert_int_equal(dir_open(at("no/further"), DIR_MAKE, &dir, &d),
	    OAUTH2_ERR_NOT_FOUND);
	assert_null(dir);
}

static void
a_directory_in_a_directory(void **state)
{
	AUTO(dir_free) struct dir *outer = open_house();
	AUTO(dir_free) struct dir *inner = NULL;
	struct detail d;

	(void)state;
	assert_int_equal(dir_open_in(outer, "inner", DIR_EXISTING, &inner, &d),
	    OAUTH2_ERR_NOT_FOUND);
	assert_int_equal(
	    dir_open_in(outer, "inner", DIR_MAKE, &inner, &d), OAUTH2_ERR_OK);
	assert_string_equal(inner->path, at("inner"));
	assert_int_equal(dir_open_in(outer, "..", DIR_MAKE, &inner, &d),
	    OAUTH2_ERR_INTERNAL);
}

static void
only_roots_own_0700_is_taken(void **state)
{
	static const struct {
		mode_t mode;
		uid_t owner;
		enum oauth2_err err;
	} rows[] = {
		{ 0700, 0, OAUTH2_ERR_OK },
		{ 0500, 0, OAUTH2_ERR_OK },
		{ 0710, 0, OAUTH2_ERR_UNTRUSTED },
		{ 0701, 0, OAUTH2_ERR_UNTRUSTED },
		{ 0750, 0, OAUTH2_ERR_UNTRUSTED },
		{ 0755, 0, OAUTH2_ERR_UNTRUSTED },
		{ 0720, 0, OAUTH2_ERR_UNTRUSTED },
		{ 01777, 0, OAUTH2_ERR_UNTRUSTED },
		{ 0700, 65534, OAUTH2_ERR_UNTRUSTED },
	};
	struct detail d;

	(void)state;
	assert_int_equal(mkdir(at("judged"), 0700), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(dir_free) struct dir *dir = NULL;

		assert_int_equal(chown(at("judged"), rows[i].owner, 0), 0);
		assert_int_equal(chmod(at("judged"), rows[i].mode), 0);
		assert_int_equal(
		    dir_open(at("judged"), DIR_MAKE, &dir, &d), rows[i].err);
		assert_int_equal(dir != NULL, rows[i].err == OAUTH2_ERR_OK);
	}
}

static void
the_way_to_it_is_judged_too(void **state)
{
	AUTO(dir_free) struct dir *dir = NULL;
	struct detail d;

	(void)state;
	assert_int_equal(mkdir(at("way"), 0700), 0);
	assert_int_equal(mkdir(at("way/end"), 0700), 0);
	assert_int_equal(symlink("way", at("link")), 0);
	assert_int_equal(symlink("end", at("way/link")), 0);
	put("plain", "", 0600);
	assert_int_equal(
	    dir_open(at("link/end"), DIR_MAKE, &dir, &d), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(
	    dir_open(at("way/link"), DIR_MAKE, &dir, &d), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(
	    dir_open(at("plain"), DIR_MAKE, &dir, &d), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(
	    dir_open("relative", DIR_MAKE, &dir, &d), OAUTH2_ERR_CONFIG);
	assert_int_equal(
	    dir_open("/run/..", DIR_MAKE, &dir, &d), OAUTH2_ERR_CONFIG);
	assert_int_equal(chmod(at("way"), 0770), 0);
	assert_int_equal(
	    dir_open(at("way/end"), DIR_MAKE, &dir, &d), OAUTH2_ERR_UNTRUSTED);
	assert_null(dir);
}

static void
names_lead_nowhere_else(void **state)
{
	static const char *const good[] = { "a", "0", "host.key",
		"0123abcdef.token", "a_b-c.d", LONGEST };
	static const char *const bad[] = { "", ".", "..", ".hidden", "-x", "_x",
		"a/b", "../x", "/x", "A", "caf\xc3\xa9", "a b", "a\nb", "a%s",
		LONGEST "0" };
	AUTO(dir_free) struct dir *dir = open_house();
	AUTO(buf_free) struct buf content = BUF(10);
	int fd = -1;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_int_equal(dir_read(dir, good[i], &content, NULL),
		    OAUTH2_ERR_NOT_FOUND);
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(
		    dir_read(dir, bad[i], &content, NULL), OAUTH2_ERR_INTERNAL);
		assert_int_equal(
		    dir_lock(dir, bad[i], 0, &fd, NULL), OAUTH2_ERR_INTERNAL);
	}
}

static enum oauth2_err
read_file(const char *name)
{
	AUTO(dir_free) struct dir *dir = open_house();
	AUTO(buf_free) struct buf content = BUF(10);

	return dir_read(dir, name, &content, NULL);
}

static void
a_file_is_roots_own_and_has_one_name(void **state)
{
	(void)state;
	put("file", "0123456789", 0600);
	assert_int_equal(read_file("file"), OAUTH2_ERR_OK);
	for (mode_t bit = 1; bit <= 040; bit <<= 1) {
		assert_int_equal(chmod(at("file"), 0600 | bit), 0);
		assert_int_equal(read_file("file"), OAUTH2_ERR_UNTRUSTED);
	}
	assert_int_equal(chmod(at("file"), 0400), 0);
	assert_int_equal(read_file("file"), OAUTH2_ERR_OK);
	assert_int_equal(link(at("file"), at("second")), 0);
	assert_int_equal(read_file("file"), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(unlink(at("second")), 0);
	assert_int_equal(read_file("file"), OAUTH2_ERR_OK);
	assert_int_equal(chown(at("file"), 65534, 0), 0);
	assert_int_equal(read_file("file"), OAUTH2_ERR_UNTRUSTED);
}

static void
nothing_but_a_file_is_read(void **state)
{
	(void)state;
	put("real", "x", 0600);
	assert_int_equal(symlink("real", at("link")), 0);
	assert_int_equal(read_file("link"), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(mkfifo(at("fifo"), 0600), 0);
	assert_int_equal(read_file("fifo"), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(mkdir(at("inner"), 0700), 0);
	assert_int_equal(read_file("inner"), OAUTH2_ERR_UNTRUSTED);
	put("long", "01234567890", 0600);
	assert_int_equal(read_file("long"), OAUTH2_ERR_LIMIT);
	assert_int_equal(read_file("missing"), OAUTH2_ERR_NOT_FOUND);
}

/*
 * Replace a file, until killed, with a rest: who never rests can be faster
 * than whoever reads, however often.
 */
static pid_t
start_replacing(void)
{
	static const struct timespec rest = { .tv_nsec = 100000 };
	pid_t pid = fork();

	assert_true(pid >= 0);
	/* Also where the test fails before it can stop us. */
	if (pid == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		_exit(1);
	while (pid == 0) {
		int fd = open(at("next"), O_WRONLY | O_CREAT | O_EXCL, 0600);

		if (fd < 0 || write(fd, "whole", 5) != 5 || close(fd) != 0 ||
		    rename(at("next"), at("busy")) != 0 ||
		    nanosleep(&rest, NULL) != 0)
			_exit(1);
	}
	return pid;
}

static void
a_file_that_is_replaced_meanwhile_is_read(void **state)
{
	AUTO(dir_free) struct dir *dir = open_house();
	pid_t pid;
	int status;

	(void)state;
	put("busy", "whole", 0600);
	pid = start_replacing();
	for (int i = 0; i < 20000; i++) {
		AUTO(buf_free) struct buf content = BUF(10);
		struct detail d = { 0 };

		if (dir_read(dir, "busy", &content, &d) != OAUTH2_ERR_OK)
			fail_msg("%s", d.text);
		assert_string_equal(buf_text(&content), "whole");
	}
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

static void
names_are_listed_by_their_suffix(void **state)
{
	AUTO(dir_free) struct dir *dir = open_house();
	AUTO(strlist_free) struct strlist names = STRLIST(2);
	struct detail d;

	(void)state;
	put("one.token", "", 0600);
	put("two.token", "", 0600);
	put("one.pin", "", 0600);
	put(".one.token", "", 0600);
	put("THREE.token", "", 0600);
	assert_int_equal(dir_list(dir, ".token", &names, &d), OAUTH2_ERR_OK);
	assert_int_equal(names.count, 2);
	assert_true(strlist_has(&names, "one.token"));
	assert_true(strlist_has(&names, "two.token"));
	assert_int_equal(dir_list(dir, "", &names, &d), OAUTH2_ERR_LIMIT);
}

static void
a_lock_keeps_others_out_until_its_holder_is_gone(void **state)
{
	AUTO(dir_free) struct dir *dir = open_house();
	int64_t started, deadline;
	struct detail d;
	int fd = -1, other = -1;

	(void)state;
	assert_int_equal(dir_lock(dir, "x.lock", 0, &fd, &d), OAUTH2_ERR_OK);
	assert_true(fd >= 0);
	started = clock_monotonic_ns();
	deadline = started + 200 * CLOCK_NS_PER_MS;
	assert_int_equal(
	    dir_lock(dir, "x.lock", deadline, &other, &d), OAUTH2_ERR_TIMEOUT);
	assert_int_equal(other, -1);
	assert_in_range(clock_monotonic_ns() - started, 200 * CLOCK_NS_PER_MS,
	    10 * CLOCK_NS_PER_S);
	assert_int_equal(dir_lock(dir, "y.lock", 0, &other, &d), OAUTH2_ERR_OK);
	file_close(other);
	file_close(fd);
	assert_int_equal(dir_lock(dir, "x.lock", 0, &other, &d), OAUTH2_ERR_OK);
	file_close(other);
}

static void
a_lock_that_comes_free_is_taken(void **state)
{
	AUTO(dir_free) struct dir *dir = open_house();
	int64_t deadline = clock_monotonic_ns() + 5 * CLOCK_NS_PER_S;
	int fd = -1, status;
	pid_t pid;

	(void)state;
	assert_int_equal(dir_lock(dir, "x.lock", 0, &fd, NULL), OAUTH2_ERR_OK);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		usleep(100000);
		_exit(0);
	}
	/* The child holds the same lock, and then nobody does. */
	file_close(fd);
	assert_int_equal(
	    dir_lock(dir, "x.lock", deadline, &fd, NULL), OAUTH2_ERR_OK);
	file_close(fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

static void
a_lock_is_a_file_of_ours(void **state)
{
	AUTO(dir_free) struct dir *dir = open_house();
	int fd = -1;

	(void)state;
	put("open.lock", "", 0666);
	assert_int_equal(
	    dir_lock(dir, "open.lock", 0, &fd, NULL), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(symlink("elsewhere", at("link.lock")), 0);
	assert_int_equal(
	    dir_lock(dir, "link.lock", 0, &fd, NULL), OAUTH2_ERR_UNTRUSTED);
	assert_int_not_equal(access(at("elsewhere"), F_OK), 0);
	assert_int_equal(fd, -1);
}

#define TEST(name) cmocka_unit_test_teardown(name, empty_house)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_made_where_it_is_missing_and_wanted),
		TEST(one_level_is_made_and_no_more),
		TEST(a_directory_in_a_directory),
		TEST(only_roots_own_0700_is_taken),
		TEST(the_way_to_it_is_judged_too),
		TEST(names_lead_nowhere_else),
		TEST(a_file_is_roots_own_and_has_one_name),
		TEST(nothing_but_a_file_is_read),
		TEST(a_file_that_is_replaced_meanwhile_is_read),
		TEST(names_are_listed_by_their_suffix),
		TEST(a_lock_keeps_others_out_until_its_holder_is_gone),
		TEST(a_lock_that_comes_free_is_taken),
		TEST(a_lock_is_a_file_of_ours),
	};

	return cmocka_run_group_tests(tests, build_house, pull_down_house);
}
