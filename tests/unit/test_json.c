/* codec/json: exactly RFC 8259, within limits, each key once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "codec/json.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define TEXT(s)	     (s), sizeof(s) - 1

static enum oauth2_err
parse(const char *text, size_t n)
{
	AUTO(json_free) struct json *json = NULL;
	AUTO(buf_free) struct buf copy = BUF(1 << 20);
	struct detail d = { 0 };

	/* A copy without a NUL behind it: the sanitizer sees a step too far. */
	buf_put(&copy, text, n);
	assert_int_equal(buf_err(&copy), OAUTH2_ERR_OK);
	return json_parse(copy.data, copy.len, &json, &d);
}

struct row {
	const char *what;
	const char *text;
	size_t n;
};

static void
a_document_of_the_grammar_is_read(void **state)
{
	static const struct row rows[] = {
		{ "an object", TEXT("{}") },
		{ "an array", TEXT("[]") },
		{ "a text", TEXT("\"\"") },
		{ "a number", TEXT("0") },
		{ "words", TEXT("[true,false,null]") },
		{ "blanks everywhere",
		    TEXT(" \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : {} } \n") },
		{ "numbers",
		    TEXT("[-0,0.5,-1.25e+3,1E-7,1e308,123456789012345]") },
		{ "every escape",
		    TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"") },
		{ "a pair of surrogates", TEXT("\"\\ud83d\\uDD11\"") },
		{ "UTF-8", TEXT("\"\xc3\xa9\xf0\x9f\x94\x91\"") },
		{ "DEL", TEXT("\"\x7f\"") },
		{ "the same key in different objects",
		    TEXT("[{\"a\":1},{\"a\":{\"a\":2}}]") },
		{ "keys that differ in case", TEXT("{\"a\":1,\"A\":2}") },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (parse(rows[i].text, rows[i].n) != OAUTH2_ERR_OK)
			fail_msg("refused: %s", rows[i].what);
}

static void
what_cjson_takes_lightly_is_refused(void **state)
{
	static const struct row rows[] = {
		{ "nothing", TEXT("") },
		{ "blanks alone", TEXT("  ") },
		{ "something behind the value", TEXT("{} x") },
		{ "a second value", TEXT("{}{}") },
		{ "a NUL behind the value", TEXT("{}\0") },
		{ "a NUL in a text", TEXT("\"a\0b\"") },
		{ "an escaped NUL", TEXT("\"alice@corp\\u0000@evil\"") },
		{ "an escaped NUL in a key", TEXT("{\"a\\u0000b\":1}") },
		{ "a byte order mark", TEXT("\xef\xbb\xbf{}") },
		{ "UTF-16", TEXT("{\0}\0") },
		{ "0xff", TEXT("\"\xff\xfe\"") },
		{ "an overlong slash", TEXT("\"\xc0\xaf\"") },
		{ "a surrogate in UTF-8", TEXT("\"\xed\xa0\x80\"") },
		{ "a raw newline", TEXT("\"a\nb\"") },
		{ "a raw tab", TEXT("\"a\tb\"") },
		{ "a raw escape", TEXT("\"\x1b[2J\"") },
		{ "a lone high surrogate", TEXT("\"\\ud800\"") },
		{ "a lone low surrogate", TEXT("\"\\udc00\"") },
		{ "a high surrogate before a letter",
		    TEXT("\"\\ud800\\u0041\"") },
		{ "a high surrogate before a newline", TEXT("\"\\ud800\\n\"") },
		{ "two high surrogates", TEXT("\"\\ud800\\ud800\"") },
		{ "an unknown escape", TEXT("\"\\x41\"") },
		{ "a short escape", TEXT("\"\\u41\"") },
		{ "an escape cut short", TEXT("\"\\u004") },
		{ "a backslash at the end", TEXT("\"\\") },
		{ "no closing quote", TEXT("\"abc") },
		{ "no closing bracket", TEXT("[1") },
		{ "no closing brace", TEXT("{\"a\":1") },
		{ "the wrong bracket", TEXT("[1}") },
		{ "a comma at the end", TEXT("[1,]") },
		{ "a comma at the end of an object", TEXT("{\"a\":1,}") },
		{ "a comma at the start", TEXT("[,1]") },
		{ "no comma", TEXT("[1 2]") },
		{ "no colon", TEXT("{\"a\" 1}") },
		{ "no value", TEXT("{\"a\":}") },
		{ "a key without quotes", TEXT("{a:1}") },
		{ "a key that is a number", TEXT("{1:1}") },
		{ "single quotes", TEXT("{'a':1}") },
		{ "a comment", TEXT("{}/**/") },
		{ "a form feed", TEXT("\f{}") },
		{ "a leading zero", TEXT("0123") },
		{ "a leading zero behind a sign", TEXT("-01") },
		{ "a plus", TEXT("+1") },
		{ "a dot first", TEXT(".5") },
		{ "a dot last", TEXT("1.") },
		{ "an exponent without digits", TEXT("1e") },
		{ "a sign alone", TEXT("-") },
		{ "hex", TEXT("0x10") },
		{ "NaN", TEXT("NaN") },
		{ "Infinity", TEXT("-Infinity") },
		{ "larger than any double", TEXT("1e400") },
		{ "smaller than any double", TEXT("[-1e400]") },
		{ "True", TEXT("True") },
		{ "a cut word", TEXT("tru") },
		{ "a word with a tail", TEXT("nullx") },
		{ "a key twice", TEXT("{\"a\":1,\"b\":2,\"a\":1}") },
		{ "a key twice, once escaped",
		    TEXT("{\"a\":1,\"\\u0061\":2}") },
		{ "a key twice further in",
		    TEXT("[[{\"b\":{\"a\":1,\"a\":2}}]]") },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (parse(rows[i].text, rows[i].n) != OAUTH2_ERR_JSON)
			fail_msg("not refused: %s", rows[i].what);
}

/* count times open, then close; or an array of count numbers */
static enum oauth2_err
parse_repeated(const char *open, const char *close, size_t count)
{
	AUTO(buf_free) struct buf b = BUF(1 << 20);

	for (size_t i = 0; i < count; i++)
		buf_puts(&b, open);
	for (size_t i = 0; close != NULL && i < count; i++)
		buf_puts(&b, close);
	return parse((const char *)b.data, b.len);
}

static void
depth_is_16_and_not_one_more(void **state)
{
	(void)state;
	assert_int_equal(parse_repeated("[", "]", 16), OAUTH2_ERR_OK);
	assert_int_equal(parse_repeated("[", "]", 17), OAUTH2_ERR_JSON);
	assert_int_equal(parse_repeated("[", "]", 100000), OAUTH2_ERR_JSON);
	assert_int_equal(parse_repeated("{\"a\":", NULL, 17), OAUTH2_ERR_JSON);
}

/* An array of count zeroes. */
static enum oauth2_err
parse_array(size_t count)
{
	AUTO(buf_free) struct buf b = BUF(1 << 20);

	buf_putc(&b, '[');
	for (size_t i = 0; i < count; i++)
		buf_puts(&b, i == 0 ? "0" : ",0");
	buf_putc(&b, ']');
	return parse((const char *)b.data, b.len);
}

static void
values_are_4096_and_not_one_more(void **state)
{
	(void)state;
	assert_int_equal(parse_array(4095), OAUTH2_ERR_OK);
	assert_int_equal(parse_array(4096), OAUTH2_ERR_JSON);
}

static enum oauth2_err
parse_digits(size_t count)
{
	AUTO(buf_free) struct buf b = BUF(1 << 10);

	buf_puts(&b, "0.");
	for (size_t i = 2; i < count; i++)
		buf_putc(&b, '1');
	return parse((const char *)b.data, b.len);
}

static void
a_number_has_63_characters_and_not_one_more(void **state)
{
	(void)state;
	assert_int_equal(parse_digits(63), OAUTH2_ERR_OK);
	assert_int_equal(parse_digits(64), OAUTH2_ERR_JSON);
}

static void
the_detail_names_the_byte_and_nothing_of_the_text(void **state)
{
	struct json *json = NULL;
	struct detail d = { 0 };

	(void)state;
	assert_int_equal(
	    json_parse(TEXT("{\"s\":\"\\q\"}"), &json, &d), OAUTH2_ERR_JSON);
	assert_string_equal(
	    d.text, "not acceptable JSON: a bad escape at byte 7");
	assert_null(json);
	assert_int_equal(json_parse(TEXT("x"), &json, NULL), OAUTH2_ERR_JSON);
}

#define DOCUMENT \
	"{\"text\":\"abc\",\"null\":null,\"true\":true,\"false\":false," \
	"\"one\":1,\"text1\":\"1\",\"half\":1.5,\"object\":{\"in\":\"x\"}," \
	"\"list\":[\"a\",\"b\"],\"mixed\":[\"a\",1],\"empty\":[]," \
	"\"max\":9007199254740991,\"over\":9007199254740993," \
	"\"exact\":9007199254740992,\"min\":-9007199254740991," \
	"\"big\":1e20,\"id\":4242424242," \
	"\"objects\":[{\"in\":\"x\"},{\"in\":\"y\"}],\"both\":[{},1]}"

static int
open_document(void **state)
{
	struct json *json = NULL;

	if (json_parse(TEXT(DOCUMENT), &json, NULL) != OAUTH2_ERR_OK)
		return -1;
	*state = json;
	return 0;
}

static int
close_document(void **state)
{
	json_free(*state);
	return 0;
}

static void
a_text_is_told_from_all_else(void **state)
{
	static const struct {
		const char *name;
		size_t max;
		enum json_found found;
	} rows[] = {
		{ "text", 3, JSON_FOUND },
		{ "text", 2, JSON_TOO_LONG },
		{ "Text", 3, JSON_ABSENT },
		{ "none", 3, JSON_ABSENT },
		{ "null", 3, JSON_NULL },
		{ "true", 9, JSON_WRONG_TYPE },
		{ "one", 9, JSON_WRONG_TYPE },
		{ "list", 9, JSON_WRONG_TYPE },
		{ "object", 9, JSON_WRONG_TYPE },
	};
	const char *text = NULL;

	for (size_t i = 0; i < COUNT(rows); i++) {
		text = "untouched";
		assert_int_equal(
		    json_get_text(*state, rows[i].name, rows[i].max, &text),
		    rows[i].found);
		assert_string_equal(
		    text, rows[i].found == JSON_FOUND ? "abc" : "untouched");
	}
}

static void
a_boolean_is_true_or_false_and_no_number_or_text(void **state)
{
	bool value = false;

	assert_int_equal(json_get_bool(*state, "true", &value), JSON_FOUND);
	assert_true(value);
	assert_int_equal(json_get_bool(*state, "false", &value), JSON_FOUND);
	assert_false(value);
	assert_int_equal(json_get_bool(*state, "one", &value), JSON_WRONG_TYPE);
	assert_int_equal(
	    json_get_bool(*state, "text1", &value), JSON_WRONG_TYPE);
	assert_int_equal(json_get_bool(*state, "null", &value), JSON_NULL);
	assert_int_equal(json_get_bool(*state, "none", &value), JSON_ABSENT);
}

static void
an_integer_is_whole_and_exact(void **state)
{
	static const struct {
		const char *name;
		enum json_found found;
		int64_t value;
	} rows[] = {
		{ "one", JSON_FOUND, 1 },
		{ "id", JSON_FOUND, INT64_C(4242424242) },
		{ "max", JSON_FOUND, INT64_C(9007199254740991) },
		{ "min", JSON_FOUND, -INT64_C(9007199254740991) },
		{ "over", JSON_WRONG_TYPE, 0 },
		{ "exact", JSON_WRONG_TYPE, 0 },
		{ "big", JSON_WRONG_TYPE, 0 },
		{ "half", JSON_WRONG_TYPE, 0 },
		{ "text1", JSON_WRONG_TYPE, 0 },
		{ "true", JSON_WRONG_TYPE, 0 },
		{ "null", JSON_NULL, 0 },
		{ "none", JSON_ABSENT, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t value = 0;

		assert_int_equal(json_get_int64(*state, rows[i].name, &value),
		    rows[i].found);
		assert_int_equal(value, rows[i].value);
	}
}

static void
a_number_may_be_large_or_broken(void **state)
{
	double value = 0;

	assert_int_equal(json_get_number(*state, "big", &value), JSON_FOUND);
	assert_true(value == 1e20);
	assert_int_equal(json_get_number(*state, "half", &value), JSON_FOUND);
	assert_true(value == 1.5);
	assert_int_equal(
	    json_get_number(*state, "text1", &value), JSON_WRONG_TYPE);
}

static void
an_object_is_entered_by_its_name(void **state)
{
	const struct json *object = NULL;
	const char *text = NULL;

	assert_true(json_is_object(*state));
	assert_int_equal(
	    json_get_object(*state, "object", &object), JSON_FOUND);
	assert_int_equal(json_get_text(object, "in", 1, &text), JSON_FOUND);
	assert_string_equal(text, "x");
	assert_int_equal(
	    json_get_object(*state, "list", &object), JSON_WRONG_TYPE);
	assert_true(json_has(*state, "null"));
	assert_false(json_has(*state, "Null"));
}

static void
an_array_has_no_names(void **state)
{
	AUTO(json_free) struct json *json = NULL;
	const char *text;

	(void)state;
	assert_int_equal(
	    json_parse(TEXT("[[\"access_token\",\"x\"]]"), &json, NULL),
	    OAUTH2_ERR_OK);
	assert_false(json_is_object(json));
	assert_int_equal(
	    json_get_text(json, "access_token", 9, &text), JSON_ABSENT);
	assert_false(json_has(json, "access_token"));
}

static void
texts_are_an_array_or_one_text(void **state)
{
	static const struct {
		const char *name;
		size_t max, items;
		enum json_found found;
		size_t count;
	} rows[] = {
		{ "list", 1, 2, JSON_FOUND, 2 },
		{ "list", 0, 2, JSON_TOO_LONG, 0 },
		{ "list", 1, 1, JSON_TOO_LONG, 1 },
		{ "text", 3, 1, JSON_FOUND, 1 },
		{ "empty", 1, 1, JSON_FOUND, 0 },
		{ "mixed", 1, 2, JSON_WRONG_TYPE, 1 },
		{ "one", 1, 1, JSON_WRONG_TYPE, 0 },
		{ "null", 1, 1, JSON_NULL, 0 },
		{ "none", 1, 1, JSON_ABSENT, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(strlist_free) struct strlist l = STRLIST(rows[i].items);

		assert_int_equal(
		    json_get_texts(*state, rows[i].name, rows[i].max, &l),
		    rows[i].found);
		assert_int_equal(l.count, rows[i].count);
	}
}

static void
an_array_is_walked_from_end_to_end(void **state)
{
	const struct json *array = NULL, *element;
	size_t count = 0;

	assert_int_equal(json_get_array(*state, "list", &array), JSON_FOUND);
	for (element = json_first(array); element != NULL;
	     element = json_next(element))
		count++;
	assert_int_equal(count, 2);
	assert_int_equal(json_get_array(*state, "empty", &array), JSON_FOUND);
	assert_null(json_first(array));
	assert_int_equal(
	    json_get_array(*state, "object", &array), JSON_WRONG_TYPE);
	assert_int_equal(
	    json_get_array(*state, "text", &array), JSON_WRONG_TYPE);
	assert_int_equal(json_get_array(*state, "null", &array), JSON_NULL);
	assert_int_equal(json_get_array(*state, "none", &array), JSON_ABSENT);
}

static void
the_elements_of_an_array_may_be_objects(void **state)
{
	AUTO(json_free) struct json *json = NULL;
	const struct json *array, *element;
	const char *text;

	(void)state;
	assert_int_equal(
	    json_parse(TEXT("{\"a\":[5,{\"b\":\"c\"}]}"), &json, NULL),
	    OAUTH2_ERR_OK);
	assert_int_equal(json_get_array(json, "a", &array), JSON_FOUND);
	element = json_first(array);
	assert_int_equal(json_get_text(element, "b", 1, &text), JSON_ABSENT);
	element = json_next(element);
	assert_int_equal(json_get_text(element, "b", 1, &text), JSON_FOUND);
	assert_string_equal(text, "c");
	assert_null(json_next(element));
}

#define WITH_DOCUMENT(test) \
	cmocka_unit_test_setup_teardown(test, open_document, close_document)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_of_the_grammar_is_read),
		cmocka_unit_test(what_cjson_takes_lightly_is_refused),
		cmocka_unit_test(depth_is_16_and_not_one_more),
		cmocka_unit_test(values_are_4096_and_not_one_more),
		cmocka_unit_test(a_number_has_63_characters_and_not_one_more),
		cmocka_unit_test(
		    the_detail_names_the_byte_and_nothing_of_the_text),
		WITH_DOCUMENT(a_text_is_told_from_all_else),
		WITH_DOCUMENT(a_boolean_is_true_or_false_and_no_number_or_text),
		WITH_DOCUMENT(an_integer_is_whole_and_exact),
		WITH_DOCUMENT(a_number_may_be_large_or_broken),
		WITH_DOCUMENT(an_object_is_entered_by_its_name),
		cmocka_unit_test(an_array_has_no_names),
		WITH_DOCUMENT(texts_are_an_array_or_one_text),
		WITH_DOCUMENT(an_array_is_walked_from_end_to_end),
		cmocka_unit_test(the_elements_of_an_array_may_be_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
