/* base/text: whole strings or nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/text.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void
utf8_is_well_formed_or_refused(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		bool is_utf8;
	} rows[] = {
		{ "nothing", "", true },
		{ "ASCII", "abc\x7f", true },
		{ "two bytes", "\xc3\xa9", true },
		{ "three bytes", "\xe2\x82\xac", true },
		{ "four bytes", "\xf0\x9f\x94\x91", true },
		{ "the last code point", "\xf4\x8f\xbf\xbf", true },
		{ "past the last code point", "\xf4\x90\x80\x80", false },
		{ "a lone continuation", "\x80", false },
		{ "an overlong slash", "\xc0\xaf", false },
		{ "an overlong slash in three", "\xe0\x80\xaf", false },
		{ "an overlong slash in four", "\xf0\x80\x80\xaf", false },
		{ "a surrogate", "\xed\xa0\x80", false },
		{ "a cut sequence", "ab\xe2\x82", false },
		{ "a broken sequence", "\xe2\x28\xa1", false },
		{ "0xff", "\xff", false },
		{ "Latin-1", "caf\xe9", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (text_is_utf8(rows[i].text, strlen(rows[i].text)) !=
		    rows[i].is_utf8)
			fail_msg("%s", rows[i].what);
	assert_true(text_is_utf8("a\0b", 3));
}

static void
ascii_is_visible_printable_or_refused(void **state)
{
	static const struct {
		const char *text;
		bool is_visible;
		bool is_printable;
	} rows[] = {
		{ "", false, false },
		{ "!~", true, true },
		{ "a b", false, true },
		{ " ", false, true },
		{ "a\tb", false, false },
		{ "a\nb", false, false },
		{ "a\x1b[31m", false, false },
		{ "\x7f", false, false },
		{ "\x80", false, false },
		{ "\xff", false, false },
		{ "caf\xc3\xa9", false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (text_is_visible_ascii(rows[i].text) != rows[i].is_visible)
			fail_msg("visible: row %zu", i);
		if (text_is_printable_ascii(rows[i].text) !=
		    rows[i].is_printable)
			fail_msg("printable: row %zu", i);
	}
}

static void
a_line_for_people_holds_nothing_that_moves_or_hides_text(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		bool is_printable;
	} rows[] = {
		{ "nothing", "", true },
		{ "words", "Gr\xc3\xbc\xc3\x9f Gott \xf0\x9f\x94\x91", true },
		{ "a newline", "a\nb", false },
		{ "a tab", "a\tb", false },
		{ "an escape", "\x1b[2J", false },
		{ "DEL", "\x7f", false },
		{ "CSI as C1",
		    "\xc2\x9b"
		    "2J",
		    false },
		{ "a no-break space", "\xc2\xa0", true },
		{ "right-to-left override",
		    "a\xe2\x80\xae"
		    "b",
		    false },
		{ "an isolate", "\xe2\x81\xa6", false },
		{ "a zero-width space", "\xe2\x80\x8b", false },
		{ "a line separator", "\xe2\x80\xa8", false },
		{ "a byte order mark",
		    "\xef\xbb\xbf"
		    "a",
		    false },
		{ "a tag", "\xf3\xa0\x81\x81", false },
		{ "not UTF-8", "caf\xe9", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (text_is_printable(rows[i].text) != rows[i].is_printable)
			fail_msg("%s", rows[i].what);
}

static void
a_domain_has_labels_and_single_dots(void **state)
{
	static const struct {
		const char *text;
		bool is_domain;
	} rows[] = {
		{ "corp.example", true },
		{ "Corp.Example", true },
		{ "localhost", true },
		{ "127.0.0.1", true },
		{ "xn--bcher-kva.example", true },
		{ "", false },
		{ ".", false },
		{ ".corp.example", false },
		{ "corp.example.", false },
		{ "corp..example", false },
		{ "corp_1.example", false },
		{ "corp example", false },
		{ "corp.example/", false },
		{ "corp.example:1", false },
		{ "b\xc3\xbc"
		  "cher.example",
		    false },
		{ "corp.example\n", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (text_is_domain(rows[i].text) != rows[i].is_domain)
			fail_msg("%s", rows[i].text);
}

static void
a_domain_has_253_bytes_and_a_label_63(void **state)
{
	char domain[260];

	(void)state;
	memset(domain, 'a', sizeof(domain));
	domain[63] = '\0';
	assert_true(text_is_domain(domain));
	domain[63] = 'a';
	domain[64] = '\0';
	assert_false(text_is_domain(domain));
	domain[64] = 'a';
	for (size_t i = 50; i < 250; i += 50)
		domain[i] = '.';
	domain[253] = '\0';
	assert_true(text_is_domain(domain));
	domain[253] = 'a';
	domain[254] = '\0';
	assert_false(text_is_domain(domain));
}

static void
only_listed_characters_and_at_least_one(void **state)
{
	(void)state;
	assert_true(text_has_only("abba", "ab"));
	assert_false(text_has_only("abc", "ab"));
	assert_false(text_has_only("", "ab"));
}

static void
a_number_is_digits_up_to_its_maximum(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		uint64_t max;
		enum oauth2_err err;
		uint64_t value;
	} rows[] = {
		{ "a plain number", "10", 100, OAUTH2_ERR_OK, 10 },
		{ "zero", "0", 100, OAUTH2_ERR_OK, 0 },
		{ "leading zeros", "007", 100, OAUTH2_ERR_OK, 7 },
		{ "the maximum", "100", 100, OAUTH2_ERR_OK, 100 },
		{ "one more", "101", 100, OAUTH2_ERR_LIMIT, 0 },
		{ "a maximum of zero", "1", 0, OAUTH2_ERR_LIMIT, 0 },
		{ "the largest of all", "18446744073709551615", UINT64_MAX,
		    OAUTH2_ERR_OK, UINT64_MAX },
		{ "past the largest", "18446744073709551616", UINT64_MAX,
		    OAUTH2_ERR_LIMIT, 0 },
		{ "nothing", "", 100, OAUTH2_ERR_SYNTAX, 0 },
		{ "a unit", "10s", 100, OAUTH2_ERR_SYNTAX, 0 },
		{ "a sign", "+1", 100, OAUTH2_ERR_SYNTAX, 0 },
		{ "a minus", "-1", 100, OAUTH2_ERR_SYNTAX, 0 },
		{ "a blank", " 1", 100, OAUTH2_ERR_SYNTAX, 0 },
		{ "hexadecimal", "0x10", 100, OAUTH2_ERR_SYNTAX, 0 },
		{ "a fraction", "1.5", 100, OAUTH2_ERR_SYNTAX, 0 },
	};
	uint64_t value;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		value = 4711;
		if (text_parse_u64(rows[i].text, rows[i].max, &value) !=
		    rows[i].err)
			fail_msg("%s", rows[i].what);
		assert_int_equal(
		    value, rows[i].err == OAUTH2_ERR_OK ? rows[i].value : 4711);
	}
}

static void
a_copy_fits_with_its_nul_or_is_refused(void **state)
{
	char dst[4] = "xyz";

	(void)state;
	assert_int_equal(text_copy(dst, 4, "abcd"), OAUTH2_ERR_LIMIT);
	assert_string_equal(dst, "xyz");
	assert_int_equal(text_copy(dst, 4, "abc"), OAUTH2_ERR_OK);
	assert_string_equal(dst, "abc");
}

static void
folding_touches_ascii_capitals_alone(void **state)
{
	char text[] = "AZaz@[`{\xc3\x84";

	(void)state;
	text_fold(text);
	assert_string_equal(text, "azaz@[`{\xc3\x84");
}

static void
cleaning_escapes_and_never_cuts_an_escape(void **state)
{
	char dst[16];

	(void)state;
	text_clean(dst, sizeof(dst), "a\"b\\c\n", 6);
	assert_string_equal(dst, "a\\x22b\\x5cc\\x0a");
	text_clean(dst, sizeof(dst), "a\0b", 3);
	assert_string_equal(dst, "a\\x00b");
	text_clean(dst, 6, "ab\x1bz", 4);
	assert_string_equal(dst, "ab");
	text_clean(dst, 7, "ab\x1bz", 4);
	assert_string_equal(dst, "ab\\x1b");
	text_clean(dst, 1, "abc", 3);
	assert_string_equal(dst, "");
	text_clean(dst, sizeof(dst), "\xff\x80", 2);
	assert_string_equal(dst, "\\xff\\x80");
}

static void
cleaning_twice_is_cleaning_once(void **state)
{
	char once[64], twice[64];

	(void)state;
	text_clean(once, sizeof(once), "a\"b\\c\n\xff", 7);
	text_clean(twice, sizeof(twice), once, strlen(once));
	assert_string_equal(once, twice);
	/* Only what it makes itself is taken for an escape. */
	text_clean(once, sizeof(once), "\\x2", 3);
	assert_string_equal(once, "\\x5cx2");
	text_clean(once, sizeof(once), "\\xAB", 4);
	assert_string_equal(once, "\\x5cxAB");
}

static void
a_uuid_is_hexadecimal_in_five_groups(void **state)
{
	static const char *const wrong[] = {
		"",
		"0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5",
		"0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f0",
		"0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5g",
		"0A1B2C3D-0a1b-2c3d-4e5f-0a1b2c3d4e5f",
		"0a1b2c3d00a1b-2c3d-4e5f-0a1b2c3d4e5f",
		"0a1b2c3-d0a1b-2c3d-4e5f-0a1b2c3d4e5f",
		"{a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5}",
	};

	(void)state;
	assert_true(text_is_uuid("0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(text_is_uuid(wrong[i]));
}

static void
words_are_cut_at_blanks_and_tabs(void **state)
{
	char text[] = " \ta  b\tc ";
	char *rest = text;

	(void)state;
	assert_string_equal(text_next_word(&rest), "a");
	assert_string_equal(text_next_word(&rest), "b");
	assert_string_equal(text_next_word(&rest), "c");
	assert_null(text_next_word(&rest));
	assert_null(text_next_word(&rest));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_is_well_formed_or_refused),
		cmocka_unit_test(ascii_is_visible_printable_or_refused),
		cmocka_unit_test(
		    a_line_for_people_holds_nothing_that_moves_or_hides_text),
		cmocka_unit_test(a_domain_has_labels_and_single_dots),
		cmocka_unit_test(a_domain_has_253_bytes_and_a_label_63),
		cmocka_unit_test(only_listed_characters_and_at_least_one),
		cmocka_unit_test(a_number_is_digits_up_to_its_maximum),
		cmocka_unit_test(a_copy_fits_with_its_nul_or_is_refused),
		cmocka_unit_test(folding_touches_ascii_capitals_alone),
		cmocka_unit_test(cleaning_escapes_and_never_cuts_an_escape),
		cmocka_unit_test(cleaning_twice_is_cleaning_once),
		cmocka_unit_test(a_uuid_is_hexadecimal_in_five_groups),
		cmocka_unit_test(words_are_cut_at_blanks_and_tabs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
