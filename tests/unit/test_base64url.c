/* codec/base64url: RFC 4648 section 10, and the examples of RFC 7515. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "codec/base64url.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void
the_vectors_of_the_rfc_encode(void **state)
{
	static const struct {
		const char *plain, *encoded;
	} rows[] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xbf", "+/+/" },
		{ "CLIENT_ID:CLIENT_SECRET",
		    "Q0xJRU5UX0lEOkNMSUVOVF9TRUNSRVQ=" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(buf_free) struct buf b = BUF(100);

		base64_encode(&b, rows[i].plain, strlen(rows[i].plain));
		assert_int_equal(buf_err(&b), OAUTH2_ERR_OK);
		assert_string_equal(buf_text(&b), rows[i].encoded);
	}
}

static void
zero_bytes_are_bytes(void **state)
{
	AUTO(buf_free) struct buf b = BUF(100);

	(void)state;
	base64_encode(&b, "\0\0\0\0", 4);
	assert_string_equal(buf_text(&b), "AAAAAA==");
}

static void
base64url_has_its_own_alphabet_and_no_padding(void **state)
{
	static const struct {
		const char *plain, *encoded;
	} rows[] = {
		{ "", "" },
		{ "f", "Zg" },
		{ "fo", "Zm8" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg" },
		{ "fooba", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xbf", "-_-_" },
		{ "\x03\xec\xff\xe0\xc1", "A-z_4ME" },
		{ "{\"alg\":\"RS256\"}", "eyJhbGciOiJSUzI1NiJ9" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(buf_free) struct buf to = BUF(100);
		AUTO(buf_free) struct buf back = BUF(100);
		const char *text;

		base64url_encode(&to, rows[i].plain, strlen(rows[i].plain));
		text = buf_text(&to);
		assert_string_equal(text, rows[i].encoded);
		assert_int_equal(
		    base64url_decode(&back, text, to.len), OAUTH2_ERR_OK);
		assert_string_equal(buf_text(&back), rows[i].plain);
	}
}

static void
bytes_of_all_values_and_lengths_come_back(void **state)
{
	uint8_t bytes[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		AUTO(buf_free) struct buf to = BUF(1000);
		AUTO(buf_free) struct buf back = BUF(1000);

		base64url_encode(&to, bytes, n);
		assert_int_equal(base64url_decode(&back, buf_text(&to), to.len),
		    OAUTH2_ERR_OK);
		assert_int_equal(back.len, n);
		if (n > 0)
			assert_memory_equal(back.data, bytes, n);
	}
}

static void
one_text_for_given_bytes_and_no_other(void **state)
{
	static const struct {
		const char *what, *text;
	} rows[] = {
		{ "padding", "Zg==" },
		{ "padding of three", "Zm8=" },
		{ "padding after nothing", "A===" },
		{ "padding within", "Zg==Zg" },
		{ "one character", "A" },
		{ "five characters", "AAAAA" },
		{ "bits that carry nothing, of two", "Zh" },
		{ "all of them", "Z_" },
		{ "bits that carry nothing, of three", "Zm9" },
		{ "the last of them", "AAB" },
		{ "a plus", "+_-_" },
		{ "a slash", "-/-_" },
		{ "a blank before", " Zm9v" },
		{ "a blank within", "Zm 9v" },
		{ "a newline after", "Zm9v\n" },
		{ "a dot", "Zm.v" },
		{ "a byte above ASCII", "Zm\xc3\xa9" },
		{ "wrong in the second group", "Zm9vZ~9v" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(buf_free) struct buf b = BUF(100);

		if (base64url_decode(&b, rows[i].text, strlen(rows[i].text)) !=
		    OAUTH2_ERR_SYNTAX)
			fail_msg("not refused: %s", rows[i].what);
		assert_int_equal(b.len, 0);
	}
}

static void
every_last_character_is_right_or_wrong(void **state)
{
	char two[] = "A?", three[] = "AA?";
	int fine_of_two = 0, fine_of_three = 0;

	(void)state;
	for (int c = 0; c < 256; c++) {
		AUTO(buf_free) struct buf b = BUF(1000);

		two[1] = three[2] = (char)c;
		fine_of_two += base64url_decode(&b, two, 2) == OAUTH2_ERR_OK;
		fine_of_three +=
		    base64url_decode(&b, three, 3) == OAUTH2_ERR_OK;
	}
	assert_int_equal(fine_of_two, 4);
	assert_int_equal(fine_of_three, 16);
}

static void
n_characters_are_read_and_no_more(void **state)
{
	AUTO(buf_free) struct buf b = BUF(100);

	(void)state;
	assert_int_equal(base64url_decode(&b, "Zm9v????", 4), OAUTH2_ERR_OK);
	assert_string_equal(buf_text(&b), "foo");
	assert_int_equal(base64url_decode(&b, "Z\0g", 3), OAUTH2_ERR_SYNTAX);
	assert_int_equal(b.len, 3);
}

static void
more_than_the_buffer_holds_is_an_error(void **state)
{
	AUTO(buf_free) struct buf b = BUF(2);

	(void)state;
	assert_int_equal(base64url_decode(&b, "Zm9v", 4), OAUTH2_ERR_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_the_rfc_encode),
		cmocka_unit_test(zero_bytes_are_bytes),
		cmocka_unit_test(base64url_has_its_own_alphabet_and_no_padding),
		cmocka_unit_test(bytes_of_all_values_and_lengths_come_back),
		cmocka_unit_test(one_text_for_given_bytes_and_no_other),
		cmocka_unit_test(every_last_character_is_right_or_wrong),
		cmocka_unit_test(n_characters_are_read_and_no_more),
		cmocka_unit_test(more_than_the_buffer_holds_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
