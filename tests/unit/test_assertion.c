/* oauth2/assertion: what an assertion says, and that nothing else comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/secret.h"
#include "codec/base64url.h"
#include "codec/crypto.h"
#include "crypto_case.h"
#include "oauth2/assertion.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct crypto_key *key;

static const struct oauth2_assertion plain = {
	.client_id = "linux",
	.issuer = "https://id.example",
	.now = 1700000000,
};

static char *
make(const struct oauth2_assertion *how)
{
	struct oauth2_assertion a = *how;
	char *jwt = NULL;

	a.key = key;
	assert_int_equal(oauth2_make_assertion(&a, &jwt), OAUTH2_ERR_OK);
	return jwt;
}

/* One of the parts of a JWT, 0 to 2, decoded. */
static void
part(const char *jwt, int number, struct buf *ret)
{
	while (number-- > 0)
		jwt = strchr(jwt, '.') + 1;
	assert_int_equal(
	    base64url_decode(ret, jwt, strcspn(jwt, ".")), OAUTH2_ERR_OK);
}

static void
assert_part(const char *jwt, int number, const char *expected)
{
	AUTO(buf_free) struct buf text = BUF(OAUTH2_ASSERTION_MAX);

	part(jwt, number, &text);
	assert_string_equal(buf_text(&text), expected);
}

/* The claims, around a jti that is new each time. */
static void
assert_claims(const char *jwt, const char *before, const char *after)
{
	AUTO(buf_free) struct buf text = BUF(OAUTH2_ASSERTION_MAX);
	const char *claims;

	part(jwt, 1, &text);
	claims = buf_text(&text);
	assert_int_equal(strlen(claims), strlen(before) + 43 + strlen(after));
	assert_memory_equal(claims, before, strlen(before));
	assert_string_equal(claims + strlen(before) + 43, after);
}

#define TIMES "\",\"iat\":1700000000,\"exp\":1700000060}"

static void
it_is_for_the_issuer_and_a_minute(void **state)
{
	AUTO(secret_text_free) char *jwt = make(&plain);

	(void)state;
	assert_part(jwt, 0,
	    "{\"alg\":\"ES256\",\"typ\":\"client-authentication+jwt\"}");
	assert_claims(jwt,
	    "{\"iss\":\"linux\",\"sub\":\"linux\","
	    "\"aud\":\"https://id.example\",\"jti\":\"",
	    TIMES);
}

static void
another_audience_and_a_kid_are_said(void **state)
{
	struct oauth2_assertion a = plain;
	AUTO(secret_text_free) char *jwt = NULL;

	(void)state;
	a.audience = "https://id.example/token?x=\"";
	a.kid = "k\"1\\";
	jwt = make(&a);
	assert_part(jwt, 0,
	    "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"k\\\"1\\\\\"}");
	assert_claims(jwt,
	    "{\"iss\":\"linux\",\"sub\":\"linux\","
	    "\"aud\":\"https://id.example/token?x=\\\"\",\"jti\":\"",
	    TIMES);
}

static void
the_signature_is_one(void **state)
{
	AUTO(secret_text_free) char *jwt = make(&plain);
	AUTO(buf_free) struct buf signature = BUF(100);

	(void)state;
	part(jwt, 2, &signature);
	assert_int_equal(signature.len, 64);
	assert_null(strchr(strrchr(jwt, '.') + 1, '.'));
}

static void
no_two_are_alike(void **state)
{
	AUTO(secret_text_free) char *a = make(&plain);
	AUTO(secret_text_free) char *b = make(&plain);
	AUTO(buf_free) struct buf first = BUF(1000), second = BUF(1000);

	(void)state;
	part(a, 1, &first);
	part(b, 1, &second);
	assert_string_not_equal(buf_text(&first), buf_text(&second));
}

/*
 * As long as the settings allow: within the limit. Longer, where no part
 * would be too long by itself: not at all.
 */
static void
it_has_a_maximum(void **state)
{
	static char id[256], kid[256], url[1025], endless[10001];
	struct oauth2_assertion a = {
		.client_id = id,
		.issuer = url,
		.kid = kid,
		.now = INT64_MAX - OAUTH2_ASSERTION_LIFETIME_S,
	};
	AUTO(secret_text_free) char *longest = NULL;
	char untouched[] = "x", *jwt = untouched;

	(void)state;
	memset(id, '"', sizeof(id) - 1);
	memset(kid, '\\', sizeof(kid) - 1);
	memset(url, 'u', sizeof(url) - 1);
	memset(endless, 'u', sizeof(endless) - 1);
	longest = make(&a);
	assert_true(strlen(longest) <= OAUTH2_ASSERTION_MAX / 2);
	a.key = key;
	a.issuer = endless;
	assert_int_equal(oauth2_make_assertion(&a, &jwt), OAUTH2_ERR_LIMIT);
	assert_ptr_equal(jwt, untouched);
}

static int
setup(void **state)
{
	(void)state;
	return crypto_key_parse(ec, strlen(ec), &key, NULL) != OAUTH2_ERR_OK;
}

static int
teardown(void **state)
{
	(void)state;
	crypto_key_free(key);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_for_the_issuer_and_a_minute),
		cmocka_unit_test(another_audience_and_a_kid_are_said),
		cmocka_unit_test(the_signature_is_one),
		cmocka_unit_test(no_two_are_alike),
		cmocka_unit_test(it_has_a_maximum),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
