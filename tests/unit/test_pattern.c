/* login/pattern: a class of characters and how many, nothing more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "login/pattern.h"

#define DEFAULT "[a-z_][a-z0-9_.-]{0,31}"

static void
a_pattern_is_classes_and_bounds_or_refused(void **state)
{
	static const struct {
		const char *text;
		enum oauth2_err err;
	} rows[] = {
		{ DEFAULT, OAUTH2_ERR_OK },
		{ "[a-z0-9_.@-]{1,64}", OAUTH2_ERR_OK },
		{ "[a]{1,1}", OAUTH2_ERR_OK },
		{ "[a-a]{1,1}", OAUTH2_ERR_OK },
		{ "[-]{1,1}", OAUTH2_ERR_OK },
		{ "[$+]{1,255}", OAUTH2_ERR_OK },
		{ "[a][b]{0,254}", OAUTH2_ERR_OK },
		{ "", OAUTH2_ERR_SYNTAX },
		{ "[a-z]", OAUTH2_ERR_SYNTAX },
		{ "[a-z]+", OAUTH2_ERR_SYNTAX },
		{ "[a-z]*", OAUTH2_ERR_SYNTAX },
		{ "^[a-z]{1,2}$", OAUTH2_ERR_SYNTAX },
		{ "[^a]{1,2}", OAUTH2_ERR_SYNTAX },
		{ "[]{1,2}", OAUTH2_ERR_SYNTAX },
		{ "[a-z{1,2}", OAUTH2_ERR_SYNTAX },
		{ "[a", OAUTH2_ERR_SYNTAX },
		{ "[a-", OAUTH2_ERR_SYNTAX },
		{ "[", OAUTH2_ERR_SYNTAX },
		{ "a-z]{1,2}", OAUTH2_ERR_SYNTAX },
		{ "[z-a]{1,2}", OAUTH2_ERR_SYNTAX },
		{ "[A-z]{1,2}", OAUTH2_ERR_SYNTAX },
		{ "[.-9]{1,2}", OAUTH2_ERR_SYNTAX },
		{ "[0-a]{1,2}", OAUTH2_ERR_SYNTAX },
		{ "[-a]{1,2}", OAUTH2_ERR_SYNTAX },
		{ "[a-c-e]{1,2}", OAUTH2_ERR_SYNTAX },
		{ "[a b]{1,2}", OAUTH2_ERR_SYNTAX },
		{ "[a/]{1,2}", OAUTH2_ERR_SYNTAX },
		{ "[a*]{1,2}", OAUTH2_ERR_SYNTAX },
		{ "[a#:]{1,2}", OAUTH2_ERR_SYNTAX },
		{ "[\\w]{1,2}", OAUTH2_ERR_SYNTAX },
		{ "[\xc3\xa4]{1,2}", OAUTH2_ERR_SYNTAX },
		{ "[a][b][c]{1,2}", OAUTH2_ERR_SYNTAX },
		{ "[a]{1}", OAUTH2_ERR_SYNTAX },
		{ "[a]{,2}", OAUTH2_ERR_SYNTAX },
		{ "[a]{1,}", OAUTH2_ERR_SYNTAX },
		{ "[a]{}", OAUTH2_ERR_SYNTAX },
		{ "[a]{", OAUTH2_ERR_SYNTAX },
		{ "[a]}", OAUTH2_ERR_SYNTAX },
		{ "[a]{1,2", OAUTH2_ERR_SYNTAX },
		{ "[a]{1,2}x", OAUTH2_ERR_SYNTAX },
		{ "[a]{ 1,2}", OAUTH2_ERR_SYNTAX },
		{ "[a]{-1,2}", OAUTH2_ERR_SYNTAX },
		{ "[a]{1,2,3}", OAUTH2_ERR_SYNTAX },
		{ "[a]{2,1}", OAUTH2_ERR_SYNTAX },
		{ "[a]{0,2}", OAUTH2_ERR_SYNTAX },
		{ "[a]{1,256}", OAUTH2_ERR_LIMIT },
		{ "[a][b]{0,255}", OAUTH2_ERR_LIMIT },
		{ "[a]{1,99999999999999999999}", OAUTH2_ERR_LIMIT },
	};
	struct pattern pattern;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (pattern_parse(rows[i].text, &pattern) != rows[i].err)
			fail_msg("%s", rows[i].text);
}

static void
a_name_matches_as_a_whole_or_not(void **state)
{
	static const struct {
		const char *pattern;
		const char *name;
		bool matches;
	} rows[] = {
		{ DEFAULT, "alice", true },
		{ DEFAULT, "a", true },
		{ DEFAULT, "_apt", true },
		{ DEFAULT, "a.b-c_9", true },
		{ DEFAULT, "abcdefghijklmnopqrstuvwxyz012345", true },
		{ DEFAULT, "abcdefghijklmnopqrstuvwxyz0123456", false },
		{ DEFAULT, "", false },
		{ DEFAULT, "9alice", false },
		{ DEFAULT, "-alice", false },
		{ DEFAULT, ".alice", false },
		{ DEFAULT, "Alice", false },
		{ DEFAULT, "alice ", false },
		{ DEFAULT, "alice\n", false },
		{ DEFAULT, "alice@corp", false },
		{ DEFAULT, "../root", false },
		{ DEFAULT,
		    "al\xc3\xad"
		    "ce",
		    false },
		{ DEFAULT, "\xff", false },
		{ "[a-z@.]{3,5}", "a@b", true },
		{ "[a-z@.]{3,5}", "ab", false },
		{ "[a-z@.]{3,5}", "a@b.c", true },
		{ "[a-z@.]{3,5}", "a@b.cd", false },
		{ "[a-c]{1,9}", "abc", true },
		{ "[a-c]{1,9}", "abd", false },
		{ "[a-z-]{1,9}", "a-b", true },
		{ "[a-z-]{1,9}", "-ab", false },
		{ "[a-][a-z]{1,9}", "-ab", false },
	};
	struct pattern pattern;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(
		    pattern_parse(rows[i].pattern, &pattern), OAUTH2_ERR_OK);
		if (pattern_matches(&pattern, rows[i].name) != rows[i].matches)
			fail_msg("%s %s", rows[i].pattern, rows[i].name);
	}
}

static void
a_name_has_up_to_255_characters(void **state)
{
	struct pattern pattern;
	char name[300];

	(void)state;
	memset(name, 'a', sizeof(name));
	assert_int_equal(pattern_parse("[a]{1,255}", &pattern), OAUTH2_ERR_OK);
	name[255] = '\0';
	assert_true(pattern_matches(&pattern, name));
	name[255] = 'a';
	name[256] = '\0';
	assert_false(pattern_matches(&pattern, name));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pattern_is_classes_and_bounds_or_refused),
		cmocka_unit_test(a_name_matches_as_a_whole_or_not),
		cmocka_unit_test(a_name_has_up_to_255_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
