/* base/reason: the fixed list, and what each side of it shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <syslog.h>
#include <cmocka.h>

#include "base/reason.h"

static void
every_name_is_found_again(void **state)
{
	enum reason found;

	(void)state;
	for (int i = 0; i < REASON_COUNT; i++) {
		assert_int_equal(
		    reason_parse(reason_name((enum reason)i), &found),
		    OAUTH2_ERR_OK);
		assert_int_equal(found, i);
	}
}

static void
an_unknown_name_is_not_found(void **state)
{
	static const char *const names[] = { "", "Approved", "approved ",
		"grant" };
	enum reason found = REASON_not_root;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(
		    reason_parse(names[i], &found), OAUTH2_ERR_NOT_FOUND);
	assert_int_equal(found, REASON_not_root);
}

static void
zeroed_memory_is_a_denial(void **state)
{
	(void)state;
	assert_int_not_equal(
	    reason_class((enum reason)0), REASON_CLASS_GRANTED);
}

static void
these_alone_are_granted(void **state)
{
	(void)state;
	for (int i = 0; i < REASON_COUNT; i++) {
		assert_int_equal(
		    reason_class((enum reason)i) == REASON_CLASS_GRANTED,
		    i == REASON_approved || i == REASON_second_factor ||
			i == REASON_pin || i == REASON_session);
		assert_int_equal(
		    reason_class((enum reason)i) == REASON_CLASS_CONFIRMED,
		    i == REASON_account_active || i == REASON_account_grace ||
			i == REASON_account_not_checked);
	}
}

static void
a_number_outside_the_list_is_an_internal_error(void **state)
{
	(void)state;
	assert_string_equal(
	    reason_name((enum reason)REASON_COUNT), "internal_error");
	assert_int_equal(
	    reason_class((enum reason)REASON_COUNT), REASON_CLASS_SETUP);
	assert_string_equal(reason_name((enum reason) - 1), "internal_error");
}

static void
a_stranger_cannot_tell_the_rules_apart(void **state)
{
	static const enum reason same[] = { REASON_user_unknown,
		REASON_user_forbidden, REASON_user_not_listed,
		REASON_identity_not_allowed, REASON_email_missing,
		REASON_email_unverified, REASON_email_invalid };
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		reason_text(same[i], "alice", text, sizeof(text));
		assert_string_equal(
		    text, "This identity may not sign in as alice here.");
	}
}

static void
a_user_name_is_no_format_string(void **state)
{
	char text[128];

	(void)state;
	reason_text(REASON_user_unknown, "%s%n%u", text, sizeof(text));
	assert_string_equal(
	    text, "This identity may not sign in as %s%n%u here.");
}

static void
a_text_is_cut_to_its_room(void **state)
{
	char text[8] = "xxxxxxx";

	(void)state;
	reason_text(REASON_user_unknown, "alice", text, 5);
	assert_string_equal(text, "This");
	reason_text(REASON_user_unknown, "alice", text, 1);
	assert_string_equal(text, "");
}

static void
someone_who_left_is_told_nothing(void **state)
{
	char text[128] = "x";

	(void)state;
	reason_text(REASON_client_gone, "alice", text, sizeof(text));
	assert_string_equal(text, "");
}

static void
priorities_are_notice_warning_and_err(void **state)
{
	(void)state;
	assert_int_equal(reason_priority(REASON_approved), LOG_NOTICE);
	assert_int_equal(reason_priority(REASON_access_denied), LOG_WARNING);
	assert_int_equal(
	    reason_priority(REASON_identity_not_allowed), LOG_WARNING);
	assert_int_equal(reason_priority(REASON_settings_invalid), LOG_ERR);
	assert_int_equal(reason_priority(REASON_internal_error), LOG_ERR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_is_found_again),
		cmocka_unit_test(an_unknown_name_is_not_found),
		cmocka_unit_test(zeroed_memory_is_a_denial),
		cmocka_unit_test(these_alone_are_granted),
		cmocka_unit_test(
		    a_number_outside_the_list_is_an_internal_error),
		cmocka_unit_test(a_stranger_cannot_tell_the_rules_apart),
		cmocka_unit_test(a_user_name_is_no_format_string),
		cmocka_unit_test(a_text_is_cut_to_its_room),
		cmocka_unit_test(someone_who_left_is_told_nothing),
		cmocka_unit_test(priorities_are_notice_warning_and_err),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
