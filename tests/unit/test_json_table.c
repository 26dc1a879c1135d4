/* codec/json_table: one text for given values, and no other is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "codec/json_table.h"

#include "base/secret.h"
#include "base/strlist.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define FORM	     "{\"form\":\"thing 1\","

struct thing {
	char *name;
	char *nick; /* or NULL */
	char code[4];
	struct strlist tags;
	int64_t count;
};

#define AT(member) offsetof(struct thing, member)
static const struct json_table_row rows[] = {
	{ "name", JSON_TABLE_TEXT, AT(name), 8, 0 },
	{ "nick", JSON_TABLE_OPTIONAL, AT(nick), 4, 0 },
	{ "code", JSON_TABLE_INLINE, AT(code), 3, 0 },
	{ "tags", JSON_TABLE_TEXTS, AT(tags), 3, 2 },
	{ "count", JSON_TABLE_INT64, AT(count), 0, 0 },
};
static const struct json_table table = { "thing 1", rows, COUNT(rows) };

static enum oauth2_err
read_thing(const char *text, struct thing *ret, struct detail *d)
{
	AUTO(buf_free) struct buf b = BUF(200);

	buf_puts(&b, text);
	return json_table_read(&table, &b, ret, d);
}

static void
what_is_written_is_read_back(void **state)
{
	static const char *const texts[] = {
		FORM "\"name\":\"a\",\"code\":\"c\",\"tags\":[],\"count\":0}",
		FORM
		"\"name\":\"a\",\"nick\":\"b\",\"code\":\"c\",\"tags\":[\"x\",\"yyy\"],"
		"\"count\":9007199254740991}",
		FORM
		"\"name\":\"\\u0001\\\"\\\\\",\"code\":\"c\",\"tags\":[\"\xc3\xa9\"],"
		"\"count\":7}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO(buf_free) struct buf again = BUF(200);
		struct thing thing = { .name = NULL };

		assert_int_equal(
		    read_thing(texts[i], &thing, NULL), OAUTH2_ERR_OK);
		assert_int_equal(
		    json_table_write(&table, &thing, &again), OAUTH2_ERR_OK);
		assert_string_equal(buf_text(&again), texts[i]);
		json_table_free(&table, &thing);
		assert_null(thing.name);
		assert_int_equal(thing.tags.count, 0);
		assert_int_equal(thing.count, 0);
	}
}

static void
the_values_are_those_of_the_text(void **state)
{
	struct thing thing = { .name = NULL };

	(void)state;
	assert_int_equal(
	    read_thing(FORM
		"\"name\":\"abc\",\"nick\":\"d\","
		"\"code\":\"c\",\"tags\":[\"e\",\"f\"],\"count\":5}",
		&thing, NULL),
	    OAUTH2_ERR_OK);
	assert_string_equal(thing.name, "abc");
	assert_string_equal(thing.nick, "d");
	assert_string_equal(thing.code, "c");
	assert_int_equal(thing.tags.count, 2);
	assert_string_equal(thing.tags.items[1], "f");
	assert_int_equal(thing.count, 5);
	json_table_free(&table, &thing);
}

static void
no_other_text_is_read(void **state)
{
	static const char *const texts[] = {
		"",
		"null",
		"[]",
		"{}",
		FORM,
		"{\"form\":\"thing 2\",\"name\":\"a\",\"code\":\"c\",\"tags\":[],\"count\":0}",
		"{\"form\":1,\"name\":\"a\",\"code\":\"c\",\"tags\":[],\"count\":0}",
		"{\"name\":\"a\",\"code\":\"c\",\"tags\":[],\"count\":0}",
		"{\"name\":\"a\",\"form\":\"thing 1\",\"code\":\"c\",\"tags\":[],\"count\":0}",
		FORM "\"code\":\"c\",\"tags\":[],\"count\":0}",
		FORM "\"name\":\"a\",\"count\":0}",
		FORM "\"name\":\"a\",\"code\":\"c\",\"tags\":[]}",
		FORM "\"name\":\"a\",\"tags\":[],\"count\":0}",
		FORM "\"name\":\"a\",\"code\":\"\",\"tags\":[],\"count\":0}",
		FORM
		"\"name\":\"a\",\"code\":\"1234\",\"tags\":[],\"count\":0}",
		FORM "\"name\":\"\",\"code\":\"c\",\"tags\":[],\"count\":0}",
		FORM "\"name\":null,\"code\":\"c\",\"tags\":[],\"count\":0}",
		FORM "\"name\":1,\"code\":\"c\",\"tags\":[],\"count\":0}",
		FORM
		"\"name\":\"123456789\",\"code\":\"c\",\"tags\":[],\"count\":0}",
		FORM
		"\"name\":\"a\",\"nick\":null,\"code\":\"c\",\"tags\":[],\"count\":0}",
		FORM
		"\"name\":\"a\",\"nick\":\"\",\"code\":\"c\",\"tags\":[],\"count\":0}",
		FORM
		"\"name\":\"a\",\"nick\":\"12345\",\"code\":\"c\",\"tags\":[],\"count\":0}",
		FORM
		"\"name\":\"a\",\"code\":\"c\",\"tags\":\"x\",\"count\":0}",
		FORM
		"\"name\":\"a\",\"code\":\"c\",\"tags\":[\"\"],\"count\":0}",
		FORM
		"\"name\":\"a\",\"code\":\"c\",\"tags\":[\"1234\"],\"count\":0}",
		FORM
		"\"name\":\"a\",\"code\":\"c\",\"tags\":[\"1\",\"2\",\"3\"],\"count\":0}",
		FORM "\"name\":\"a\",\"code\":\"c\",\"tags\":[1],\"count\":0}",
		FORM "\"name\":\"a\",\"code\":\"c\",\"tags\":[],\"count\":-1}",
		FORM "\"name\":\"a\",\"code\":\"c\",\"tags\":[],\"count\":1.5}",
		FORM "\"name\":\"a\",\"code\":\"c\",\"tags\":[],\"count\":1e0}",
		FORM
		"\"name\":\"a\",\"code\":\"c\",\"tags\":[],\"count\":\"1\"}",
		FORM
		"\"name\":\"a\",\"code\":\"c\",\"tags\":[],\"count\":9007199254740992}",
		FORM
		"\"name\":\"a\",\"code\":\"c\",\"tags\":[],\"count\":0,\"more\":1}",
		FORM
		"\"name\":\"a\",\"name\":\"a\",\"code\":\"c\",\"tags\":[],\"count\":0}",
		FORM "\"count\":0,\"name\":\"a\",\"code\":\"c\",\"tags\":[]}",
		FORM "\"name\": \"a\",\"code\":\"c\",\"tags\":[],\"count\":0}",
		FORM
		"\"name\":\"\\u0061\",\"code\":\"c\",\"tags\":[],\"count\":0}",
		FORM "\"name\":\"a\",\"code\":\"c\",\"tags\":[],\"count\":0}\n",
		" " FORM
		"\"name\":\"a\",\"code\":\"c\",\"tags\":[],\"count\":0}",
		FORM "\"name\":\"a\",\"code\":\"c\",\"tags\":[],\"count\":0",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct thing thing = { .name = NULL };
		struct detail d = { .text = "" };

		if (read_thing(texts[i], &thing, &d) != OAUTH2_ERR_SYNTAX)
			fail_msg("read: %s", texts[i]);
		if (d.text[0] == '\0')
			fail_msg("no words for: %s", texts[i]);
		json_table_free(&table, &thing);
	}
}

static void
a_value_that_could_not_be_read_is_not_written(void **state)
{
	static const struct {
		const char *what, *name, *nick, *tags;
		int64_t count;
	} cases[] = {
		{ "no name", NULL, NULL, "", 0 },
		{ "an empty name", "", NULL, "", 0 },
		{ "a long name", "123456789", NULL, "", 0 },
		{ "not UTF-8", "\xff", NULL, "", 0 },
		{ "an empty nick", "a", "", "", 0 },
		{ "a long nick", "a", "12345", "", 0 },
		{ "a long tag", "a", NULL, "1234", 0 },
		{ "many tags", "a", NULL, "1 2 3", 0 },
		{ "a negative count", "a", NULL, "", -1 },
		{ "a large count", "a", NULL, "", INT64_C(1) << 53 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO(buf_free) struct buf b = BUF(200);
		struct thing thing = { secret_strdup(cases[i].name),
			secret_strdup(cases[i].nick), "c", STRLIST(9),
			cases[i].count };

		assert_int_equal(strlist_add_words(&thing.tags, cases[i].tags),
		    OAUTH2_ERR_OK);
		if (json_table_write(&table, &thing, &b) != OAUTH2_ERR_SYNTAX)
			fail_msg("written: %s", cases[i].what);
		json_table_free(&table, &thing);
	}
}

static void
no_code_or_no_room_is_an_error(void **state)
{
	AUTO(buf_free) struct buf b = BUF(30);
	struct thing thing = { secret_strdup("a"), NULL, "c", STRLIST(2), 0 };
	struct thing without = { secret_strdup("a"), NULL, "", STRLIST(2), 0 };

	(void)state;
	assert_int_equal(
	    json_table_write(&table, &without, &b), OAUTH2_ERR_SYNTAX);
	buf_reset(&b);
	json_table_free(&table, &without);
	assert_int_equal(
	    json_table_write(&table, &thing, &b), OAUTH2_ERR_LIMIT);
	json_table_free(&table, &thing);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(the_values_are_those_of_the_text),
		cmocka_unit_test(no_other_text_is_read),
		cmocka_unit_test(a_value_that_could_not_be_read_is_not_written),
		cmocka_unit_test(no_code_or_no_room_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
