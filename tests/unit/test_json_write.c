/* codec/json_write: what it writes, a strict reader reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "codec/json.h"
#include "codec/json_write.h"

static void
members_come_in_order(void **state)
{
	AUTO(buf_free) struct buf b = BUF(100);

	(void)state;
	json_write_begin(&b);
	json_write_text(&b, "a", "x");
	json_write_int64(&b, "b", -5);
	json_write_text(&b, "c", "");
	json_write_end(&b);
	assert_string_equal(buf_text(&b), "{\"a\":\"x\",\"b\":-5,\"c\":\"\"}");
}

static void
no_members_are_an_empty_object(void **state)
{
	AUTO(buf_free) struct buf b = BUF(100);

	(void)state;
	json_write_begin(&b);
	json_write_end(&b);
	assert_string_equal(buf_text(&b), "{}");
}

static void
texts_come_back_as_they_were(void **state)
{
	static const char text[] = "\"\\/\x01\x1f\n\r\t\x7f{}[],:\xc3\xa9";
	AUTO(json_free) struct json *json = NULL;
	AUTO(buf_free) struct buf b = BUF(1000);
	const char *got = NULL;

	(void)state;
	json_write_begin(&b);
	json_write_text(&b, "a\"b", text);
	json_write_end(&b);
	assert_int_equal(json_parse(b.data, b.len, &json, NULL), OAUTH2_ERR_OK);
	assert_int_equal(json_get_text(json, "a\"b", 100, &got), JSON_FOUND);
	assert_string_equal(got, text);
	assert_null(strchr(buf_text(&b), '\n'));
}

static void
a_list_is_of_objects(void **state)
{
	AUTO(buf_free) struct buf b = BUF(100);

	(void)state;
	json_write_begin(&b);
	json_write_list_begin(&b, "none");
	json_write_list_end(&b);
	json_write_list_begin(&b, "two");
	for (int i = 0; i < 2; i++) {
		json_write_list_object(&b);
		json_write_bool(&b, "is", i == 0);
		json_write_text(&b, "text", "}");
		json_write_end(&b);
	}
	json_write_list_end(&b);
	json_write_bool(&b, "end", true);
	json_write_end(&b);
	assert_string_equal(buf_text(&b),
	    "{\"none\":[],\"two\":[{\"is\":true,\"text\":\"}\"},"
	    "{\"is\":false,\"text\":\"}\"}],\"end\":true}");
}

static void
numbers_are_whole(void **state)
{
	AUTO(buf_free) struct buf b = BUF(100);

	(void)state;
	json_write_begin(&b);
	json_write_int64(&b, "a", INT64_MAX);
	json_write_int64(&b, "b", INT64_MIN);
	json_write_end(&b);
	assert_string_equal(buf_text(&b),
	    "{\"a\":9223372036854775807,\"b\":-9223372036854775808}");
}

static void
what_does_not_fit_is_an_error(void **state)
{
	AUTO(buf_free) struct buf b = BUF(5);

	(void)state;
	json_write_begin(&b);
	json_write_text(&b, "a", "x");
	json_write_end(&b);
	assert_int_equal(buf_err(&b), OAUTH2_ERR_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_come_in_order),
		cmocka_unit_test(no_members_are_an_empty_object),
		cmocka_unit_test(texts_come_back_as_they_were),
		cmocka_unit_test(a_list_is_of_objects),
		cmocka_unit_test(numbers_are_whole),
		cmocka_unit_test(what_does_not_fit_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
