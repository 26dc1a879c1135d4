/* codec/crypto: which public keys are taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "jwt_case.h"

/* A modulus of so many bits, of which nothing is a factor we know. */
static struct buf
modulus(unsigned bits)
{
	struct buf b = BUF(2048);

	buf_putc(&b, (char)(0xff >> (7 - (bits - 1) % 8)));
	while (b.len < (bits + 7) / 8)
		buf_putc(&b, '\xff');
	return b;
}

static void
rsa_has_2048_to_8192_bits_and_65537(void **state)
{
	static const struct {
		unsigned bits;
		const char *e;
		enum oauth2_err err;
	} rows[] = {
		{ 2048, "AQAB", OAUTH2_ERR_OK },
		{ 3072, "AQAB", OAUTH2_ERR_OK },
		{ 4096, "AQAB", OAUTH2_ERR_OK },
		{ 8192, "AQAB", OAUTH2_ERR_OK },
		{ 8, "AQAB", OAUTH2_ERR_SYNTAX },
		{ 1024, "AQAB", OAUTH2_ERR_SYNTAX },
		{ 2040, "AQAB", OAUTH2_ERR_SYNTAX },
		{ 2047, "AQAB", OAUTH2_ERR_SYNTAX },
		{ 8193, "AQAB", OAUTH2_ERR_SYNTAX },
		{ 16384, "AQAB", OAUTH2_ERR_SYNTAX },
		{ 2048, "Aw", OAUTH2_ERR_SYNTAX },     /* 3 */
		{ 2048, "AQ", OAUTH2_ERR_SYNTAX },     /* 1 */
		{ 2048, "AQAC", OAUTH2_ERR_SYNTAX },   /* 65538 */
		{ 2048, "AAEAAQ", OAUTH2_ERR_SYNTAX }, /* 0065537 */
		{ 2048, "AQABAA", OAUTH2_ERR_SYNTAX },
		{ 2048, "", OAUTH2_ERR_SYNTAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(crypto_public_free) struct crypto_public *key = NULL;
		AUTO(buf_free) struct buf n = modulus(rows[i].bits);
		AUTO(buf_free) struct buf e = decoded(rows[i].e);

		if (crypto_public_rsa(&n, &e, &key) != rows[i].err)
			fail_msg("%u bits, e %s", rows[i].bits, rows[i].e);
		assert_int_equal(key != NULL, rows[i].err == OAUTH2_ERR_OK);
	}
}

static void
a_modulus_has_no_zero_in_front(void **state)
{
	AUTO(crypto_public_free) struct crypto_public *key = NULL;
	AUTO(buf_free) struct buf n = BUF(2048);
	AUTO(buf_free) struct buf plain = decoded(RSA_N);
	AUTO(buf_free) struct buf e = decoded("AQAB");
	AUTO(buf_free) struct buf none = BUF(1);

	(void)state;
	buf_putc(&n, '\0');
	buf_put(&n, plain.data, plain.len);
	assert_int_equal(crypto_public_rsa(&n, &e, &key), OAUTH2_ERR_SYNTAX);
	assert_int_equal(crypto_public_rsa(&none, &e, &key), OAUTH2_ERR_SYNTAX);
	assert_null(key);
}

static void
a_point_is_on_the_curve(void **state)
{
	static const struct {
		const char *what, *x;
		size_t x_len;
		const char *y;
		size_t y_len;
	} rows[] = {
		{ "zero", ZERO, 32, ZERO, 32 },
		{ "one", ONE, 32, ONE, 32 },
		{ "the modulus", P256_PRIME, 32, P256_PRIME, 32 },
		{ "too large", MAX, 32, MAX, 32 },
		{ "nothing", "", 0, "", 0 },
		{ "x alone", ONE, 32, "", 0 },
		{ "64 bytes in x", ZERO ZERO, 64, "", 0 },
		{ "short", ONE, 31, ONE, 31 },
		{ "long", ZERO "\1", 33, ZERO "\1", 33 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(crypto_public_free) struct crypto_public *key = NULL;
		AUTO(buf_free) struct buf x = BUF(64);
		AUTO(buf_free) struct buf y = BUF(64);

		buf_put(&x, rows[i].x, rows[i].x_len);
		buf_put(&y, rows[i].y, rows[i].y_len);
		if (crypto_public_p256(&x, &y, &key) != OAUTH2_ERR_SYNTAX)
			fail_msg("taken: %s", rows[i].what);
		assert_null(key);
	}
}

/* Points whose x or y ends with a zero, which a short one would get for free.
 */
static void
a_coordinate_has_32_bytes(void **state)
{
	static const char *const points[][2] = {
		{ "gAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgA",
		    "MFQ2fWB2wLCDyisyzxk41fSpGl4WH2tAYVJIaMR3k9k" },
		{ "gAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB70",
		    "4HP5QZZjpB-YKNv-EGx4oq5QABWD9WkkBKv-gG_D6wA" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(points); i++) {
		AUTO(crypto_public_free) struct crypto_public *key = NULL;
		AUTO(buf_free) struct buf x = decoded(points[i][0]);
		AUTO(buf_free) struct buf y = decoded(points[i][1]);
		struct buf *other = i == 0 ? &x : &y;

		other->len = 31;
		assert_int_equal(
		    crypto_public_p256(&x, &y, &key), OAUTH2_ERR_SYNTAX);
		other->len = 32;
		buf_putc(other, '\0');
		assert_int_equal(
		    crypto_public_p256(&x, &y, &key), OAUTH2_ERR_SYNTAX);
		other->len = 32;
		assert_int_equal(
		    crypto_public_p256(&x, &y, &key), OAUTH2_ERR_OK);
	}
}

static void
a_point_beside_the_curve_is_none(void **state)
{
	AUTO(buf_free) struct buf x = decoded(EC_X);
	AUTO(buf_free) struct buf y = decoded(EC_Y);

	(void)state;
	for (size_t bit = 0; bit < 256; bit++) {
		struct crypto_public *key = NULL;

		y.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(
		    crypto_public_p256(&x, &y, &key), OAUTH2_ERR_SYNTAX);
		y.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void
ed25519_has_32_bytes(void **state)
{
	(void)state;
	for (size_t n = 0; n <= 64; n++) {
		AUTO(crypto_public_free) struct crypto_public *key = NULL;
		AUTO(buf_free) struct buf x = BUF(64);

		buf_put(&x, MAX MAX, n);
		assert_int_equal(crypto_public_ed25519(&x, &key),
		    n == 32 ? OAUTH2_ERR_OK : OAUTH2_ERR_SYNTAX);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rsa_has_2048_to_8192_bits_and_65537),
		cmocka_unit_test(a_modulus_has_no_zero_in_front),
		cmocka_unit_test(a_point_is_on_the_curve),
		cmocka_unit_test(a_coordinate_has_32_bytes),
		cmocka_unit_test(a_point_beside_the_curve_is_none),
		cmocka_unit_test(ed25519_has_32_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
