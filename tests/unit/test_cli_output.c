/* cli/output and cli/table: what people and programs read. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "cli/output.h"
#include "cli/table.h"
#include "codec/json.h"
#include "codec/json_write.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void
periods_are_short_and_say_enough(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = {
		{ -5, "0s" },
		{ 0, "0s" },
		{ 59, "59s" },
		{ 60, "1m" },
		{ 3599, "59m" },
		{ 3600, "1h00m" },
		{ 3660, "1h01m" },
		{ 86399, "23h59m" },
		{ 86400, "1d0h" },
		{ 100 * 86400 - 1, "99d23h" },
		{ 100 * 86400, ">100d" },
		{ 20700 * INT64_C(86400), ">20700d" },
		{ INT64_MAX, ">99999d" },
		{ INT64_MIN, "0s" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[TABLE_PERIOD_SIZE];

		table_period(rows[i].seconds, text);
		assert_string_equal(text, rows[i].text);
		assert_in_range(strlen(text), 1, 7);
	}
}

static void
columns_are_padded_and_cut(void **state)
{
	struct table_line line = { .used = 0 };

	(void)state;
	table_add(&line, 5, "abc");
	table_add(&line, -5, "abc");
	table_add(&line, 5, "abcde");
	table_add(&line, 5, "abcdef");
	table_add(&line, 7, "a\x1b\xff");
	table_add(&line, 3, "");
	assert_string_equal(
	    table_text(&line), "abc     abc abcde abcd~ a\\x1b\\~");
}

static void
a_line_is_at_most_80_wide_whatever_comes(void **state)
{
	char wide[3000];

	(void)state;
	memset(wide, '\x1b', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = '\0';
	for (int column = 1; column <= 79; column++) {
		struct table_line line = { .used = 0 };

		table_add(&line, column, wide);
		table_add(&line, 0, wide);
		assert_int_equal(
		    strlen(table_text(&line)), column < 79 ? TABLE_WIDTH : 79);
	}
	{
		struct table_line line = { .used = 0 };

		for (int i = 0; i < 1000; i++)
			table_add(&line, 70, wide);
		assert_in_range(
		    strlen(table_text(&line)), 80, TABLE_LINE_SIZE - 1);
	}
}

static void
nothing_but_ascii_is_in_json_and_nothing_is_lost(void **state)
{
	static const struct {
		const char *text;
		const char *ascii;
	} rows[] = {
		{ "", "" },
		{ "plain \"\\n\"", "plain \"\\n\"" },
		{ "caf\xc3\xa9", "caf\\u00e9" },
		{ "\xc2\x9b", "\\u009b" },
		{ "\xe2\x80\xae", "\\u202e" },
		{ "\xf0\x9f\x94\x91!", "\\ud83d\\udd11!" },
		{ "\xf4\x8f\xbf\xbf", "\\udbff\\udfff" },
		{ "a\xff z", "a\\ufffd z" },
		{ "\xc3", "\\ufffd" },
		{ "\xc3\x28", "\\ufffd(" },
		{ "\xe2\x80", "\\ufffd\\ufffd" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(buf_free) struct buf json = BUF(100);
		AUTO(buf_free) struct buf ascii = BUF(100);

		buf_puts(&json, rows[i].text);
		output_ascii(&json, &ascii);
		assert_string_equal(buf_text(&ascii), rows[i].ascii);
	}
}

/* What output_finish() writes. */
static enum cli_exit
finish(struct output *out, enum cli_exit status, char *ret, size_t size)
{
	int saved = dup(STDOUT_FILENO), ends[2];
	enum cli_exit result;
	ssize_t n;

	assert_true(saved >= 0);
	assert_int_equal(pipe(ends), 0);
	fflush(stdout);
	assert_true(dup2(ends[1], STDOUT_FILENO) >= 0);
	result = output_finish(out, "list", status);
	assert_true(dup2(saved, STDOUT_FILENO) >= 0);
	close(saved);
	close(ends[1]);
	n = read(ends[0], ret, size - 1);
	close(ends[0]);
	assert_true(n >= 0);
	ret[n] = '\0';
	return result;
}

static void
a_person_reads_lines_and_a_program_one_object(void **state)
{
	char said[1000];

	(void)state;
	for (int is_json = 0; is_json < 2; is_json++) {
		AUTO(output_free) struct output out = OUTPUT;
		struct buf *item;

		out.is_json = is_json != 0;
		output_say(&out, "%d lines", 2);
		output_say(&out, "here");
		for (int i = 0; i < 2; i++) {
			item = output_item(&out);
			assert_int_equal(item != NULL, is_json != 0);
			if (item == NULL)
				continue;
			json_write_int64(item, "n", i);
			json_write_bool(item, "is", i == 1);
			output_item_end(&out);
		}
		assert_int_equal(
		    finish(&out, CLI_OK, said, sizeof(said)), CLI_OK);
		assert_string_equal(
		    said, is_json ? "{\"command\":\"list\",\"result\":\"ok\","
				    "\"reason\":\"\",\"items\":[{\"n\":0,"
				    "\"is\":false},{\"n\":1,\"is\":true}]}\n"
				  : "2 lines\nhere\n");
	}
}

static void
the_first_reason_is_the_reason(void **state)
{
	AUTO(output_free) struct output out = OUTPUT;
	const struct detail none = { .text = "" };
	char said[1000];

	(void)state;
	out.is_json = true;
	assert_int_equal(output_fail(&out, CLI_FILE, "a\x1b%s", "b"), CLI_FILE);
	assert_int_equal(output_fail(&out, CLI_NO, "c"), CLI_NO);
	assert_int_equal(
	    output_fail_err(&out, OAUTH2_ERR_NOMEM, &none), CLI_INTERNAL);
	assert_int_equal(output_fail_err(&out, OAUTH2_ERR_IO, &none), CLI_FILE);
	assert_int_equal(
	    finish(&out, CLI_INTERNAL, said, sizeof(said)), CLI_INTERNAL);
	assert_string_equal(said,
	    "{\"command\":\"list\",\"result\":\"internal\","
	    "\"reason\":\"a\\\\x1bb\",\"items\":[]}\n");
}

static void
what_nobody_hears_is_an_error(void **state)
{
	AUTO(output_free) struct output out = OUTPUT;
	int saved = dup(STDOUT_FILENO), full = open("/dev/full", O_WRONLY);
	enum cli_exit status;

	(void)state;
	output_say(&out, "something");
	fflush(stdout);
	assert_true(dup2(full, STDOUT_FILENO) >= 0);
	status = output_finish(&out, "list", CLI_OK);
	assert_true(dup2(saved, STDOUT_FILENO) >= 0);
	close(saved);
	close(full);
	assert_int_equal(status, CLI_FILE);
	assert_non_null(strstr(out.reason, "standard output"));
}

static void
what_is_cut_is_not_said_at_all(void **state)
{
	AUTO(output_free) struct output out = OUTPUT;
	char said[1000];

	(void)state;
	out.text.max = 10;
	output_say(&out, "more than ten");
	assert_int_equal(
	    finish(&out, CLI_OK, said, sizeof(said)), CLI_INTERNAL);
	assert_string_equal(said, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(periods_are_short_and_say_enough),
		cmocka_unit_test(columns_are_padded_and_cut),
		cmocka_unit_test(a_line_is_at_most_80_wide_whatever_comes),
		cmocka_unit_test(
		    nothing_but_ascii_is_in_json_and_nothing_is_lost),
		cmocka_unit_test(a_person_reads_lines_and_a_program_one_object),
		cmocka_unit_test(the_first_reason_is_the_reason),
		cmocka_unit_test(what_nobody_hears_is_an_error),
		cmocka_unit_test(what_is_cut_is_not_said_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
