/* codec/base64url: RFC 4648 section 10. */
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_the_rfc_encode),
		cmocka_unit_test(zero_bytes_are_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
