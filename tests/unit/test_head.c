/* net/head: lengths that are clear, heads that end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/secret.h"
#include "net/head.h"
#include "net/http.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static enum oauth2_err
take(struct head *h, const char *line)
{
	const char *why = NULL;
	enum oauth2_err err = head_take_line(h, line, strlen(line), &why);

	if (err != OAUTH2_ERR_OK)
		assert_non_null(why);
	return err;
}

static void
a_length_is_digits(void **state)
{
	static const struct {
		const char *line;
		enum oauth2_err err;
	} rows[] = {
		{ "Content-Length: 5\r\n", OAUTH2_ERR_OK },
		{ "content-length:5\n", OAUTH2_ERR_OK },
		{ "CONTENT-LENGTH:\t 5 \r\n", OAUTH2_ERR_OK },
		{ "Content-Length: 5, 5\r\n", OAUTH2_ERR_HTTP },
		{ "Content-Length: 5x\r\n", OAUTH2_ERR_HTTP },
		{ "Content-Length: -5\r\n", OAUTH2_ERR_HTTP },
		{ "Content-Length: +5\r\n", OAUTH2_ERR_HTTP },
		{ "Content-Length: \r\n", OAUTH2_ERR_HTTP },
		{ "Content-Length: 00000000000000000005\r\n", OAUTH2_ERR_HTTP },
		{ "X-Content-Length: x\r\n", OAUTH2_ERR_OK },
		{ "Content-Lengths: x\r\n", OAUTH2_ERR_OK },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct head h = { 0 };

		if (take(&h, rows[i].line) != rows[i].err)
			fail_msg("%s", rows[i].line);
	}
}

static void
two_lengths_are_one_or_refused(void **state)
{
	struct head h = { 0 };

	(void)state;
	assert_int_equal(take(&h, "Content-Length: 15\r\n"), OAUTH2_ERR_OK);
	assert_int_equal(take(&h, "Content-Length: 15\r\n"), OAUTH2_ERR_OK);
	assert_int_equal(take(&h, "Content-Length: 150\r\n"), OAUTH2_ERR_HTTP);
	assert_int_equal(take(&h, "Content-Length: 16\r\n"), OAUTH2_ERR_HTTP);
}

static void
another_head_may_have_another_length(void **state)
{
	struct head h = { 0 };

	(void)state;
	assert_int_equal(take(&h, "Content-Length: 0\r\n"), OAUTH2_ERR_OK);
	assert_int_equal(take(&h, "\r\n"), OAUTH2_ERR_OK);
	assert_int_equal(take(&h, "Content-Length: 5\r\n"), OAUTH2_ERR_OK);
}

static void
all_heads_together_are_bounded(void **state)
{
	struct head h = { 0 };
	size_t taken = 0;

	(void)state;
	while (taken <= HTTP_HEADERS_MAX &&
	       take(&h, "HTTP/1.1 100 Continue\r\n") == OAUTH2_ERR_OK &&
	       take(&h, "\r\n") == OAUTH2_ERR_OK)
		taken += strlen("HTTP/1.1 100 Continue\r\n\r\n");
	assert_true(taken <= HTTP_HEADERS_MAX);
	assert_true(taken > HTTP_HEADERS_MAX - 64);
}

static void
a_line_of_ours_is_printable(void **state)
{
	static const struct {
		const char *value;
		enum oauth2_err err;
	} rows[] = {
		{ "Bearer abc", OAUTH2_ERR_OK },
		{ "", OAUTH2_ERR_OK },
		{ "A\r\nX-Evil: 1", OAUTH2_ERR_SYNTAX },
		{ "A\n", OAUTH2_ERR_SYNTAX },
		{ "A\r", OAUTH2_ERR_SYNTAX },
		{ "A\tb", OAUTH2_ERR_SYNTAX },
		{ "A\x7f", OAUTH2_ERR_SYNTAX },
		{ "A\xc3\xa9", OAUTH2_ERR_SYNTAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(secret_text_free) char *line = NULL;

		if (head_make_line("Authorization", rows[i].value, &line) !=
		    rows[i].err)
			fail_msg("%s", rows[i].value);
		assert_int_equal(line != NULL, rows[i].err == OAUTH2_ERR_OK);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_length_is_digits),
		cmocka_unit_test(two_lengths_are_one_or_refused),
		cmocka_unit_test(another_head_may_have_another_length),
		cmocka_unit_test(all_heads_together_are_bounded),
		cmocka_unit_test(a_line_of_ours_is_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
