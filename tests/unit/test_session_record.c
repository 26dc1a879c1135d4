/* login/session_record and login/process. Runs as root. */
#include "approval_case.h"

#include <signal.h>
#include <sys/wait.h>

#include "login/session_record.h"

static struct process
read_process(pid_t pid)
{
	struct process process;

	assert_int_equal(process_read(pid, &process), OAUTH2_ERR_OK);
	return process;
}

static void
a_line_of_the_kernel_is_read_behind_the_name(void **state)
{
	static const struct {
		const char *stat;
		enum oauth2_err err;
	} rows[] = {
#define REST " S 3 4 5 34816 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 "
		{ "7 (sh)" REST "98765 1 2", OAUTH2_ERR_OK },
		{ "7 (a) S 9 9 9 9 9) b)" REST "98765", OAUTH2_ERR_OK },
		{ "7 (sh)" REST, OAUTH2_ERR_SYNTAX },
		{ "7 sh" REST "98765", OAUTH2_ERR_SYNTAX },
		{ "sh)" REST "98765", OAUTH2_ERR_SYNTAX },
		{ "0 (sh)" REST "98765", OAUTH2_ERR_SYNTAX },
		{ "7 (sh) S", OAUTH2_ERR_SYNTAX },
		{ "", OAUTH2_ERR_SYNTAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct process p = { .pid = -1 };

		assert_int_equal(process_parse(rows[i].stat, &p), rows[i].err);
		if (rows[i].err != OAUTH2_ERR_OK) {
			assert_int_equal(p.pid, -1);
			continue;
		}
		assert_int_equal(p.pid, 7);
		assert_int_equal(p.parent, 3);
		assert_int_equal(p.session, 5);
		assert_int_equal(p.terminal, 34816);
		assert_int_equal(p.started, 98765);
		assert_false(p.is_over);
	}
}

static void
this_process_is_known(void **state)
{
	const struct process self = read_process(getpid());

	(void)state;
	assert_int_equal(self.pid, getpid());
	assert_int_equal(self.parent, getppid());
	assert_int_equal(self.session, getsid(0));
	assert_true(process_is_alive(getpid(), self.started));
	assert_false(process_is_alive(getpid(), self.started + 1));
	assert_false(process_is_alive(0x7fffffff, self.started));
}

/* Ended, and not collected yet. */
static void
who_has_ended_is_not_alive(void **state)
{
	struct process child;
	siginfo_t info;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	child = read_process(pid);
	assert_true(child.is_over);
	assert_false(process_is_alive(pid, child.started));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
write_number(const char *path, const char *number)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, number, strlen(number)) < 0)
		_exit(3);
	close(fd);
}

/* What pam_loginuid does; the kernel gives out a number that nobody had. */
static int
log_in(void)
{
	struct process_login first, second;

	write_number("/proc/self/loginuid", "1001");
	if (process_read_login(getpid(), &first) != OAUTH2_ERR_OK)
		return 1;
	write_number("/proc/self/loginuid", "1002");
	if (process_read_login(getpid(), &second) != OAUTH2_ERR_OK)
		return 1;
	return first.loginuid == 1001 && second.loginuid == 1002 &&
		       first.audit_session != PROCESS_UNSET &&
		       first.audit_session != second.audit_session
		   ? 0
		   : 2;
}

static void
the_kernel_knows_who_has_logged_in(void **state)
{
	struct process_login login;
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(log_in());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(process_read_login(getpid(), &login), OAUTH2_ERR_OK);
	assert_int_equal(
	    process_read_login(0x7fffffff, &login), OAUTH2_ERR_NOT_FOUND);
}

/* A session that this process has opened. */
static struct approval *
open_session(uint32_t id)
{
	struct approval *session = sample_approval();

	session->audit_session = id;
	session->pid = getpid();
	session->started = read_process(getpid()).started;
	session->kin = 0;
	session->kin_started = 0;
	return session;
}

static void
a_session_is_found_by_its_number(void **state)
{
	AUTO(dir_free) struct dir *dir = open_place();
	AUTO(approval_free) struct approval *put = open_session(SESSION);
	AUTO(approval_free) struct approval *got = NULL;
	AUTO(approval_free) struct approval *none = NULL;

	(void)state;
	assert_int_equal(session_record_put(dir, put, NULL), OAUTH2_ERR_OK);
	assert_int_equal(
	    session_record_find(dir, SESSION, &got, NULL), OAUTH2_ERR_OK);
	assert_string_equal(got->sub, "sub-1");
	assert_int_equal(
	    session_record_find(dir, 1, &none, NULL), OAUTH2_ERR_NOT_FOUND);
	assert_int_equal(
	    session_record_remove(dir, SESSION, NULL), OAUTH2_ERR_OK);
	assert_int_equal(session_record_find(dir, SESSION, &none, NULL),
	    OAUTH2_ERR_NOT_FOUND);
	assert_null(none);
}

static void
a_file_that_was_renamed_is_none(void **state)
{
	AUTO(dir_free) struct dir *dir = open_place();
	AUTO(approval_free) struct approval *put = open_session(SESSION);
	AUTO(approval_free) struct approval *got = NULL;

	(void)state;
	assert_int_equal(session_record_put(dir, put, NULL), OAUTH2_ERR_OK);
	assert_int_equal(rename(at("17.session"), at("18.session")), 0);
	assert_int_equal(
	    session_record_find(dir, 18, &got, NULL), OAUTH2_ERR_SYNTAX);
	assert_null(got);
}

static void
what_is_over_is_swept(void **state)
{
	const struct moment now = { 1700000000, 1000, BOOT_A };
	AUTO(dir_free) struct dir *dir = open_place();
	AUTO(approval_free) struct approval *live = open_session(1);
	AUTO(approval_free) struct approval *gone = open_session(2);
	AUTO(approval_free) struct approval *reused = open_session(3);
	AUTO(approval_free) struct approval *rebooted = open_session(4);
	AUTO(approval_free) struct approval *got = NULL;

	(void)state;
	gone->pid = 0x7fffffff;
	reused->started -= 1;
	memcpy(rebooted->when.boot_id, BOOT_B, sizeof(BOOT_B));
	assert_true(session_record_is_live(live, &now));
	assert_false(session_record_is_live(gone, &now));
	assert_false(session_record_is_live(reused, &now));
	assert_false(session_record_is_live(rebooted, &now));
	assert_int_equal(session_record_put(dir, live, NULL), OAUTH2_ERR_OK);
	assert_int_equal(session_record_put(dir, gone, NULL), OAUTH2_ERR_OK);
	assert_int_equal(session_record_put(dir, reused, NULL), OAUTH2_ERR_OK);
	assert_int_equal(
	    session_record_put(dir, rebooted, NULL), OAUTH2_ERR_OK);
	put("5.session", "{}", 0600);
	session_record_sweep(dir, &now);
	assert_int_equal(count_files(dir, ".session"), 1);
	assert_int_equal(
	    session_record_find(dir, 1, &got, NULL), OAUTH2_ERR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_of_the_kernel_is_read_behind_the_name),
		cmocka_unit_test(this_process_is_known),
		cmocka_unit_test(who_has_ended_is_not_alive),
		cmocka_unit_test(the_kernel_knows_who_has_logged_in),
		cmocka_unit_test_teardown(
		    a_session_is_found_by_its_number, empty_house),
		cmocka_unit_test_teardown(
		    a_file_that_was_renamed_is_none, empty_house),
		cmocka_unit_test_teardown(what_is_over_is_swept, empty_house),
	};

	return cmocka_run_group_tests(tests, build_house, pull_down_house);
}
