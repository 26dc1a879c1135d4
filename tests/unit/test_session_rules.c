/* login/session_rules: who may step up in a login session. */
#include "approval_case.h"

#include "login/session_rules.h"

#define SHELL	900
#define MAX_AGE 3600

/* A sudo in the shell of an ssh login: all of it is right. */
static struct session_asker
sudo_in_a_shell(void)
{
	return (struct session_asker){
		.user = "alice",
		.has_uid = true,
		.uid = 1001,
		.ruid = 1001,
		.login = { SESSION, 1001 },
		.sudo = { .pid = 950, .session = SHELL, .terminal = 3 },
		.leader = { SHELL, 650, SHELL, 3, SHELL, false },
		.parent = { .pid = 650, .parent = OPENED },
		.issuer = "https://id.example",
		.now = { 1700000000, 1000, BOOT_A },
		.max_age = MAX_AGE,
	};
}

/* The session of that login, which has not stepped up yet. */
static struct approval *
approved_session(void)
{
	struct approval *session = sample_approval();

	session->audit_session = SESSION;
	session->pid = OPENED;
	session->started = OPENED;
	session->kin = 0;
	session->kin_started = 0;
	return session;
}

static void
it_is_the_account_of_who_calls_and_logged_in(void **state)
{
	static const char other[] =
	    "sudo asks for another user than who calls it";
	static const struct {
		const char *why;
		bool is_unknown;
		uid_t uid;
		uid_t ruid;
		struct process_login login;
	} rows[] = {
		{ NULL, false, 1001, 1001, { SESSION, 1001 } },
		{ other, true, 1001, 1001, { SESSION, 1001 } },
		{ other, false, 0, 1001, { SESSION, 1001 } },
		{ other, false, 1002, 1001, { SESSION, 1001 } },
		{ other, false, 1001, 0, { SESSION, 1001 } },
		{ "there is no audit session", false, 1001, 1001,
		    { UINT32_MAX, 1001 } },
		{ "somebody else has logged in here", false, 1002, 1002,
		    { SESSION, 1001 } },
		{ "somebody else has logged in here", false, 1001, 1001,
		    { SESSION, UINT32_MAX } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct session_asker asker = sudo_in_a_shell();
		struct detail d = { .text = "" };

		asker.has_uid = !rows[i].is_unknown;
		asker.uid = rows[i].uid;
		asker.ruid = rows[i].ruid;
		asker.login = rows[i].login;
		assert_int_equal(
		    session_rules_is_own(&asker, &d), rows[i].why == NULL);
		assert_string_equal(
		    d.text, rows[i].why != NULL ? rows[i].why : "");
	}
}

static enum reason
judge(const struct session_asker *asker, struct detail *d)
{
	AUTO(approval_free) struct approval *session = approved_session();

	return session_rules_judge(asker, session, d);
}

static void
the_session_is_of_this_user_and_provider(void **state)
{
	struct session_asker asker = sudo_in_a_shell();
	struct detail d;

	(void)state;
	assert_int_equal(judge(&asker, &d), REASON_session);
	asker.uid = 1002;
	assert_int_equal(judge(&asker, &d), REASON_session_unknown);
	assert_string_equal(d.text, "the session is another user's");
	asker = sudo_in_a_shell();
	asker.user = "alicia";
	assert_int_equal(judge(&asker, &d), REASON_session_unknown);
	assert_string_equal(d.text, "the session is another user's");
	asker = sudo_in_a_shell();
	asker.issuer = "https://id.example/other";
	assert_int_equal(judge(&asker, &d), REASON_session_unknown);
	assert_string_equal(
	    d.text, "the session was approved at another provider");
}

static void
a_terminal_is_the_logins_own(void **state)
{
	static const struct {
		const char *what;
		struct process sudo, leader, parent;
		bool is_own;
	} rows[] = {
#define SUDO(tty) { .pid = 950, .session = SHELL, .terminal = (tty) }
#define OTHER(id, up, tty) \
	{ \
		.pid = (id), .parent = (up), .terminal = (tty) \
	}
		{ "sshd", SUDO(3), OTHER(SHELL, 650, 3), OTHER(650, OPENED, 0),
		    true },
		{ "login", SUDO(3), OTHER(SHELL, OPENED, 3),
		    OTHER(OPENED, 1, 3), true },
		{ "login in the same session", SUDO(3), OTHER(OPENED, 1, 3),
		    OTHER(1, 0, 0), true },
		{ "no terminal", SUDO(0), OTHER(SHELL, 650, 0),
		    OTHER(650, OPENED, 0), false },
		{ "another one than its leader's", SUDO(4),
		    OTHER(SHELL, 650, 3), OTHER(650, OPENED, 0), false },
		{ "script", SUDO(4), OTHER(920, 910, 4), OTHER(910, SHELL, 3),
		    false },
		{ "the shell of login has become script", SUDO(4),
		    OTHER(SHELL, 650, 4), OTHER(650, OPENED, 3), false },
		{ "tmux", SUDO(4), OTHER(930, 920, 4), OTHER(920, 1, 0),
		    false },
		{ "another connection", SUDO(3), OTHER(SHELL, 651, 3),
		    OTHER(651, 601, 0), false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct session_asker asker = sudo_in_a_shell();
		struct detail d = { .text = "" };

		asker.sudo = rows[i].sudo;
		asker.leader = rows[i].leader;
		asker.parent = rows[i].parent;
		if ((judge(&asker, &d) == REASON_session) != rows[i].is_own)
			fail_msg("%s: %s", rows[i].what, d.text);
	}
}

static void
the_first_terminal_is_the_one(void **state)
{
	AUTO(approval_free) struct approval *session = approved_session();
	const struct session_asker asker = sudo_in_a_shell();
	struct detail d;

	(void)state;
	session->kin = SHELL;
	session->kin_started = SHELL;
	assert_int_equal(
	    session_rules_judge(&asker, session, &d), REASON_session);
	session->kin = SHELL + 1;
	assert_int_equal(
	    session_rules_judge(&asker, session, &d), REASON_session_unknown);
	session->kin = SHELL;
	session->kin_started = SHELL + 1;
	assert_int_equal(
	    session_rules_judge(&asker, session, &d), REASON_session_unknown);
	assert_string_equal(
	    d.text, "another terminal of the login has stepped up before");
}

static void
it_was_approved_less_than_max_age_ago(void **state)
{
	static const struct {
		int64_t age;
		enum reason reason;
	} rows[] = {
		{ 0, REASON_session },
		{ MAX_AGE - 1, REASON_session },
		{ MAX_AGE, REASON_token_expired },
		{ -1, REASON_clock_suspect },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct session_asker asker = sudo_in_a_shell();
		struct detail d;

		asker.now.boot_s += rows[i].age;
		assert_int_equal(judge(&asker, &d), rows[i].reason);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_account_of_who_calls_and_logged_in),
		cmocka_unit_test(the_session_is_of_this_user_and_provider),
		cmocka_unit_test(a_terminal_is_the_logins_own),
		cmocka_unit_test(the_first_terminal_is_the_one),
		cmocka_unit_test(it_was_approved_less_than_max_age_ago),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
