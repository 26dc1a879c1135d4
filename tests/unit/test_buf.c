/* base/buf: a maximum from birth, and the first error sticks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/secret.h"

static void
an_empty_buffer_is_an_empty_text(void **state)
{
	AUTO(buf_free) struct buf b = BUF(10);

	(void)state;
	assert_int_equal(buf_err(&b), OAUTH2_ERR_OK);
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(b.len, 0);
}

static void
appends_add_up(void **state)
{
	AUTO(buf_free) struct buf b = BUF(100);

	(void)state;
	buf_putc(&b, 'a');
	buf_puts(&b, "bc");
	buf_put(&b, "de!", 2);
	buf_printf(&b, "%d%s", 42, "x");
	assert_string_equal(buf_text(&b), "abcde42x");
	assert_int_equal(b.len, 8);
}

static void
it_grows_to_its_maximum_and_not_a_byte_further(void **state)
{
	AUTO(buf_free) struct buf b = BUF(1000);

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_putc(&b, 'x');
	assert_int_equal(buf_err(&b), OAUTH2_ERR_OK);
	assert_int_equal(strlen(buf_text(&b)), 1000);
	buf_putc(&b, 'x');
	assert_int_equal(buf_err(&b), OAUTH2_ERR_LIMIT);
	assert_string_equal(buf_text(&b), "");
}

static void
each_way_to_append_meets_the_maximum(void **state)
{
	AUTO(buf_free) struct buf b = BUF(3);

	(void)state;
	buf_puts(&b, "abcd");
	assert_int_equal(buf_err(&b), OAUTH2_ERR_LIMIT);
	buf_reset(&b);
	buf_printf(&b, "%s", "abcd");
	assert_int_equal(buf_err(&b), OAUTH2_ERR_LIMIT);
	buf_reset(&b);
	buf_put(&b, "abc", SIZE_MAX);
	assert_int_equal(buf_err(&b), OAUTH2_ERR_LIMIT);
	buf_reset(&b);
	buf_printf(&b, "%s", "abc");
	assert_int_equal(buf_err(&b), OAUTH2_ERR_OK);
	assert_string_equal(buf_text(&b), "abc");
}

static void
after_an_error_nothing_is_added_any_more(void **state)
{
	AUTO(buf_free) struct buf b = BUF(3);

	(void)state;
	buf_puts(&b, "ab");
	buf_puts(&b, "cd");
	buf_puts(&b, "e");
	assert_int_equal(buf_err(&b), OAUTH2_ERR_LIMIT);
	assert_int_equal(b.len, 2);
}

static void
taking_the_text_leaves_an_empty_buffer(void **state)
{
	AUTO(buf_free) struct buf b = BUF(10);
	AUTO(secret_text_free) char *text = NULL;
	AUTO(secret_text_free) char *empty = NULL;

	(void)state;
	buf_puts(&b, "abc");
	assert_int_equal(buf_take_text(&b, &text), OAUTH2_ERR_OK);
	assert_string_equal(text, "abc");
	assert_string_equal(buf_text(&b), "");
	buf_free(&b);
	assert_int_equal(buf_take_text(&b, &empty), OAUTH2_ERR_OK);
	assert_string_equal(empty, "");
}

static void
a_text_with_nul_or_an_error_is_not_handed_over(void **state)
{
	AUTO(buf_free) struct buf b = BUF(3);
	char *text = NULL;

	(void)state;
	buf_put(&b, "a\0b", 3);
	assert_int_equal(buf_take_text(&b, &text), OAUTH2_ERR_SYNTAX);
	buf_putc(&b, 'c');
	assert_int_equal(buf_take_text(&b, &text), OAUTH2_ERR_LIMIT);
	assert_null(text);
}

static void
reset_forgets_wipes_and_keeps_the_maximum(void **state)
{
	AUTO(buf_free) struct buf b = BUF(3);

	(void)state;
	buf_puts(&b, "abc");
	buf_puts(&b, "d");
	buf_reset(&b);
	assert_int_equal(buf_err(&b), OAUTH2_ERR_OK);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.data[0], 0);
	assert_int_equal(b.data[2], 0);
	buf_puts(&b, "abcd");
	assert_int_equal(buf_err(&b), OAUTH2_ERR_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_buffer_is_an_empty_text),
		cmocka_unit_test(appends_add_up),
		cmocka_unit_test(
		    it_grows_to_its_maximum_and_not_a_byte_further),
		cmocka_unit_test(each_way_to_append_meets_the_maximum),
		cmocka_unit_test(after_an_error_nothing_is_added_any_more),
		cmocka_unit_test(taking_the_text_leaves_an_empty_buffer),
		cmocka_unit_test(
		    a_text_with_nul_or_an_error_is_not_handed_over),
		cmocka_unit_test(reset_forgets_wipes_and_keeps_the_maximum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
