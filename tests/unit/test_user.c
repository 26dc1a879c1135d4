/* login/user and login/login_defs: which local users may sign in at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "login/login_defs.h"
#include "login/user.h"

static struct settings
settings_like(uint32_t min_uid, bool allow_root)
{
	static char pattern[] = "[a-z_][a-z0-9_.-]{0,31}";
	struct settings settings = {
		.user_pattern = pattern,
		.min_uid = min_uid,
		.allow_root = allow_root,
	};

	return settings;
}

static void
uids_decide(void **state)
{
	static const struct {
		uid_t uid;
		uint32_t min_uid;
		bool allow_root;
		bool is_allowed;
	} rows[] = {
		{ 1000, 1000, false, true },
		{ 999, 1000, false, false },
		{ 999, 500, false, true },
		{ 0, 1000, false, false },
		{ 0, 1, false, false },
		{ 0, 1000, true, true },
		{ 1, 1000, true, false },
		{ 61183, 1000, false, true },
		{ 61184, 1000, false, false },
		{ 65519, 1000, true, false },
		{ 65520, 1000, false, true },
		{ 65533, 1000, false, true },
		{ 65534, 1000, false, false },
		{ 65535, 1000, false, false },
		{ 65536, 1000, false, true },
		{ 4294967294, 1000, false, true },
		{ 4294967295, 1000, false, false },
		{ 4294967295, SETTINGS_AUTO, true, false },
		{ 4000000000, SETTINGS_AUTO, true, false },
	};
	enum reason reason;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct settings settings =
		    settings_like(rows[i].min_uid, rows[i].allow_root);
		struct user user = { "alice", true, rows[i].uid };
		struct detail d = { .text = "" };

		reason = REASON_internal_error;
		if (user_check(&settings, &user, &reason, &d) !=
		    rows[i].is_allowed)
			fail_msg("row %zu", i);
		assert_int_equal(reason, rows[i].is_allowed
					     ? REASON_internal_error
					     : REASON_user_forbidden);
		assert_int_equal(d.text[0] == '\0', rows[i].is_allowed);
	}
}

static void
a_user_without_uid_is_unknown_whatever_the_name(void **state)
{
	struct settings settings = settings_like(1000, true);
	struct user user = { "alice", false, 1000 };
	enum reason reason;

	(void)state;
	assert_false(user_check(&settings, &user, &reason, NULL));
	assert_int_equal(reason, REASON_user_unknown);
	user.name = "; rm -rf";
	assert_false(user_check(&settings, &user, &reason, NULL));
	assert_int_equal(reason, REASON_user_unknown);
}

static void
a_name_outside_the_pattern_is_forbidden(void **state)
{
	struct settings settings = settings_like(1000, true);
	struct user user = { "Alice", true, 1000 };
	enum reason reason;

	(void)state;
	assert_false(user_check(&settings, &user, &reason, NULL));
	assert_int_equal(reason, REASON_user_forbidden);
	user.name = "";
	assert_false(user_check(&settings, &user, &reason, NULL));
	user.name = "*";
	assert_false(user_check(&settings, &user, &reason, NULL));
}

static void
a_pattern_that_does_not_parse_matches_nobody(void **state)
{
	struct settings settings = settings_like(1000, true);
	struct user user = { "alice", true, 1000 };
	char broken[] = "[a-z]*";
	enum reason reason;

	(void)state;
	settings.user_pattern = broken;
	assert_false(user_check(&settings, &user, &reason, NULL));
	assert_int_equal(reason, REASON_user_forbidden);
}

static void
login_defs_name_uid_min(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		enum oauth2_err err;
		uint32_t uid_min;
	} rows[] = {
		{ "nothing", "", OAUTH2_ERR_OK, 1000 },
		{ "tabs", "UID_MIN\t\t\t  500\n", OAUTH2_ERR_OK, 500 },
		{ "blanks in front", "  UID_MIN 500\n", OAUTH2_ERR_OK, 500 },
		{ "no newline", "UID_MIN 500", OAUTH2_ERR_OK, 500 },
		{ "a comment", "#UID_MIN 500\n", OAUTH2_ERR_OK, 1000 },
		{ "others", "SYS_UID_MIN 101\nUID_MAX 60000\nSUB_UID_MIN 1\n",
		    OAUTH2_ERR_OK, 1000 },
		{ "the last one", "UID_MIN 500\nUID_MIN 2000\n", OAUTH2_ERR_OK,
		    2000 },
		{ "no value", "UID_MIN\n", OAUTH2_ERR_CONFIG, 0 },
		{ "zero", "UID_MIN 0\n", OAUTH2_ERR_CONFIG, 0 },
		{ "octal by its look", "UID_MIN 0x3e8\n", OAUTH2_ERR_CONFIG,
		    0 },
		{ "a comment behind", "UID_MIN 1000 # x\n", OAUTH2_ERR_CONFIG,
		    0 },
		{ "too much", "UID_MIN 4294967294\n", OAUTH2_ERR_CONFIG, 0 },
		{ "Latin-1 elsewhere", "# caf\xe9\nUID_MIN 500\n",
		    OAUTH2_ERR_OK, 500 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct source source = { "login.defs", rows[i].text,
			strlen(rows[i].text) };
		struct detail d = { .text = "" };
		uint32_t uid_min = 0;

		if (login_defs_parse(&source, &uid_min, &d) != rows[i].err)
			fail_msg("%s", rows[i].what);
		assert_int_equal(uid_min, rows[i].uid_min);
		if (rows[i].err != OAUTH2_ERR_OK)
			assert_non_null(strstr(d.text, "login.defs:1: "));
	}
}

static void
without_login_defs_it_is_1000(void **state)
{
	uint32_t uid_min = 0;

	(void)state;
	assert_int_equal(
	    login_defs_load("/etc/pam_oauth2_no_such_file", &uid_min, NULL),
	    OAUTH2_ERR_OK);
	assert_int_equal(uid_min, 1000);
}

static void
login_defs_that_cannot_be_trusted_are_not_guessed(void **state)
{
	struct detail d = { .text = "" };
	uint32_t uid_min = 0;

	(void)state;
	assert_int_equal(
	    login_defs_load("/dev/null", &uid_min, &d), OAUTH2_ERR_UNTRUSTED);
	assert_non_null(strstr(d.text, "or set min_uid"));
	assert_int_equal(uid_min, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uids_decide),
		cmocka_unit_test(
		    a_user_without_uid_is_unknown_whatever_the_name),
		cmocka_unit_test(a_name_outside_the_pattern_is_forbidden),
		cmocka_unit_test(a_pattern_that_does_not_parse_matches_nobody),
		cmocka_unit_test(login_defs_name_uid_min),
		cmocka_unit_test(without_login_defs_it_is_1000),
		cmocka_unit_test(
		    login_defs_that_cannot_be_trusted_are_not_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
