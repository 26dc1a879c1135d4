/* login/email: ASCII, one @, nothing stripped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "login/email.h"

static void
an_address_is_accepted_or_refused_as_a_whole(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		enum oauth2_err err;
	} rows[] = {
		{ "an address", "alice@corp.example", OAUTH2_ERR_OK },
		{ "all that a local part may hold", "aZ09._%+-@corp.example",
		    OAUTH2_ERR_OK },
		{ "a domain of one label", "root@localhost", OAUTH2_ERR_OK },
		{ "nothing", "", OAUTH2_ERR_SYNTAX },
		{ "no @", "alice", OAUTH2_ERR_SYNTAX },
		{ "no local part", "@corp.example", OAUTH2_ERR_SYNTAX },
		{ "no domain", "alice@", OAUTH2_ERR_SYNTAX },
		{ "two @", "alice@corp.example@evil.example",
		    OAUTH2_ERR_SYNTAX },
		{ "a dot at the end", "alice@corp.example.",
		    OAUTH2_ERR_SYNTAX },
		{ "a dot at the start", "alice@.corp.example",
		    OAUTH2_ERR_SYNTAX },
		{ "two dots", "alice@corp..example", OAUTH2_ERR_SYNTAX },
		{ "a leading blank", " alice@corp.example", OAUTH2_ERR_SYNTAX },
		{ "a trailing blank", "alice@corp.example ",
		    OAUTH2_ERR_SYNTAX },
		{ "a newline", "alice@corp.example\n", OAUTH2_ERR_SYNTAX },
		{ "a header", "alice@corp.example\r\nBcc: x",
		    OAUTH2_ERR_SYNTAX },
		{ "quotes", "\"alice\"@corp.example", OAUTH2_ERR_SYNTAX },
		{ "a display name", "Alice <alice@corp.example>",
		    OAUTH2_ERR_SYNTAX },
		{ "a comment", "alice(x)@corp.example", OAUTH2_ERR_SYNTAX },
		{ "an address literal", "alice@[127.0.0.1]",
		    OAUTH2_ERR_SYNTAX },
		{ "an underscore in the domain", "alice@corp_1.example",
		    OAUTH2_ERR_SYNTAX },
		{ "a pattern", "*@corp.example", OAUTH2_ERR_SYNTAX },
		{ "Latin-1",
		    "al\xed"
		    "ce@corp.example",
		    OAUTH2_ERR_SYNTAX },
		{ "UTF-8", "\xc3\xa1lice@corp.example", OAUTH2_ERR_SYNTAX },
		{ "a Cyrillic a in the domain", "alice@corp.ex\xd0\xb0mple",
		    OAUTH2_ERR_SYNTAX },
		{ "a Kelvin sign", "\xe2\x84\xaa@corp.example",
		    OAUTH2_ERR_SYNTAX },
		{ "a full-width @",
		    "alice\xef\xbc\xa0"
		    "corp.example",
		    OAUTH2_ERR_SYNTAX },
	};
	struct email email;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (email_parse(rows[i].text, &email) != rows[i].err)
			fail_msg("%s", rows[i].what);
}

static void
a_local_part_has_64_bytes(void **state)
{
	char text[100];
	struct email email;

	(void)state;
	snprintf(text, sizeof(text), "%064d@corp.example", 1);
	assert_int_equal(email_parse(text, &email), OAUTH2_ERR_OK);
	snprintf(text, sizeof(text), "%065d@corp.example", 1);
	assert_int_equal(email_parse(text, &email), OAUTH2_ERR_LIMIT);
}

static void
a_domain_has_253_bytes(void **state)
{
	char text[300] = "a@";
	struct email email;

	(void)state;
	for (int i = 0; i < 253; i++)
		strcat(text, i % 50 == 49 ? "." : "d");
	assert_int_equal(email_parse(text, &email), OAUTH2_ERR_OK);
	strcat(text, "d");
	assert_int_equal(email_parse(text, &email), OAUTH2_ERR_LIMIT);
}

static void
the_domain_is_folded_and_the_local_part_kept(void **state)
{
	struct email email;

	(void)state;
	assert_int_equal(
	    email_parse("Alice@CORP.Example", &email), OAUTH2_ERR_OK);
	assert_string_equal(email.local, "Alice");
	assert_string_equal(email.domain, "corp.example");
}

static void
a_refused_address_leaves_the_last_one_alone(void **state)
{
	struct email email;

	(void)state;
	assert_int_equal(email_parse("a@b", &email), OAUTH2_ERR_OK);
	assert_int_equal(email_parse("c@d.", &email), OAUTH2_ERR_SYNTAX);
	assert_string_equal(email.local, "a");
	assert_string_equal(email.domain, "b");
}

static void
equality_folds_the_domain_always_and_the_local_part_if_told(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		bool folded;
		bool exact;
	} rows[] = {
		{ "alice@corp.example", "alice@corp.example", true, true },
		{ "alice@corp.example", "alice@CORP.example", true, true },
		{ "alice@corp.example", "Alice@corp.example", true, false },
		{ "alice+x@corp.example", "alice@corp.example", false, false },
		{ "al.ice@gmail.com", "alice@gmail.com", false, false },
		{ "alice@corp.example", "alice@x.corp.example", false, false },
		{ "alice@corp.example", "bob@corp.example", false, false },
		{ "alice@corp.example", "alice@corp.exampl", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct email a, b;

		assert_int_equal(email_parse(rows[i].a, &a), OAUTH2_ERR_OK);
		assert_int_equal(email_parse(rows[i].b, &b), OAUTH2_ERR_OK);
		assert_int_equal(email_is_equal(&a, &b, true), rows[i].folded);
		assert_int_equal(email_is_equal(&a, &b, false), rows[i].exact);
	}
}

static void
an_address_is_a_users_by_its_whole_local_part(void **state)
{
	struct email email;

	(void)state;
	assert_int_equal(
	    email_parse("Alice@corp.example", &email), OAUTH2_ERR_OK);
	assert_true(email_is_of_user(&email, "alice", true));
	assert_false(email_is_of_user(&email, "alice", false));
	assert_true(email_is_of_user(&email, "Alice", false));
	assert_false(email_is_of_user(&email, "Alice", true));
	assert_false(email_is_of_user(&email, "alic", true));
	assert_false(email_is_of_user(&email, "alicex", true));
	assert_false(email_is_of_user(&email, "", true));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_accepted_or_refused_as_a_whole),
		cmocka_unit_test(a_local_part_has_64_bytes),
		cmocka_unit_test(a_domain_has_253_bytes),
		cmocka_unit_test(the_domain_is_folded_and_the_local_part_kept),
		cmocka_unit_test(a_refused_address_leaves_the_last_one_alone),
		cmocka_unit_test(
		    equality_folds_the_domain_always_and_the_local_part_if_told),
		cmocka_unit_test(an_address_is_a_users_by_its_whole_local_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
