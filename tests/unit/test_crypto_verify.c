/* codec/crypto: which signatures are good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "jwt_case.h"

#define MESSAGE "header.claims"

static struct crypto_public *
make_rsa(const char *n_text)
{
	AUTO(buf_free) struct buf n = decoded(n_text);
	AUTO(buf_free) struct buf e = decoded("AQAB");
	struct crypto_public *key = NULL;

	assert_int_equal(crypto_public_rsa(&n, &e, &key), OAUTH2_ERR_OK);
	return key;
}

static struct crypto_public *
make_p256(const char *x_text, const char *y_text)
{
	AUTO(buf_free) struct buf x = decoded(x_text);
	AUTO(buf_free) struct buf y = decoded(y_text);
	struct crypto_public *key = NULL;

	assert_int_equal(crypto_public_p256(&x, &y, &key), OAUTH2_ERR_OK);
	return key;
}

static struct crypto_public *
make_ed25519(const char *x_text)
{
	AUTO(buf_free) struct buf x = decoded(x_text);
	struct crypto_public *key = NULL;

	assert_int_equal(crypto_public_ed25519(&x, &key), OAUTH2_ERR_OK);
	return key;
}

static struct crypto_public *
key_of(enum crypto_alg alg)
{
	if (alg == CRYPTO_ES256)
		return make_p256(EC_X, EC_Y);
	if (alg == CRYPTO_EDDSA)
		return make_ed25519(ED_X);
	return make_rsa(RSA_N);
}

/* What our check says of a signature made in some way. */
static enum oauth2_err
check(enum crypto_alg alg, const struct signer *how)
{
	AUTO(crypto_public_free) struct crypto_public *key = key_of(alg);
	AUTO(buf_free) struct buf signature = BUF(1024);

	sign_bytes(how, MESSAGE, strlen(MESSAGE), &signature);
	return crypto_verify(key, alg, MESSAGE, strlen(MESSAGE), &signature);
}

static void
each_algorithm_takes_its_signature_and_no_other(void **state)
{
	(void)state;
	for (enum crypto_alg alg = 0; alg < ALGS; alg++) {
		for (enum crypto_alg other = 0; other < ALGS; other++)
			if (check(alg, &signers[other]) !=
			    (alg == other ? OAUTH2_ERR_OK
					  : OAUTH2_ERR_SIGNATURE))
				fail_msg("%s signed as %s", alg_names[alg],
				    alg_names[other]);
		if (check(alg, &others[alg]) != OAUTH2_ERR_SIGNATURE)
			fail_msg("%s of another key", alg_names[alg]);
	}
}

static void
a_key_verifies_for_its_family_alone(void **state)
{
	(void)state;
	for (enum crypto_alg alg = 0; alg < ALGS; alg++) {
		AUTO(crypto_public_free)
		struct crypto_public *key = key_of(alg);
		AUTO(buf_free) struct buf signature = BUF(1024);

		sign_bytes(&signers[alg], MESSAGE, 1, &signature);
		for (enum crypto_alg as = 0; as < ALGS; as++) {
			bool is_family = alg == as || (alg <= CRYPTO_PS256 &&
							  as <= CRYPTO_PS256);

			assert_int_equal(
			    crypto_public_fits(key, as), is_family);
			assert_int_equal(
			    crypto_verify(key, as, MESSAGE, 1, &signature),
			    alg == as ? OAUTH2_ERR_OK : OAUTH2_ERR_SIGNATURE);
		}
	}
}

static void
a_changed_bit_is_seen(void **state)
{
	(void)state;
	for (enum crypto_alg alg = 0; alg < ALGS; alg++) {
		AUTO(crypto_public_free)
		struct crypto_public *key = key_of(alg);
		AUTO(buf_free) struct buf signature = BUF(1024);
		char text[] = MESSAGE;
		size_t n = strlen(text);

		sign_bytes(&signers[alg], text, n, &signature);
		for (size_t i = 0; i < signature.len * 8; i += 7) {
			signature.data[i / 8] ^= (uint8_t)(1 << i % 8);
			assert_int_equal(
			    crypto_verify(key, alg, text, n, &signature),
			    OAUTH2_ERR_SIGNATURE);
			signature.data[i / 8] ^= (uint8_t)(1 << i % 8);
		}
		for (size_t i = 0; i < n; i++) {
			text[i] ^= 1;
			assert_int_equal(
			    crypto_verify(key, alg, text, n, &signature),
			    OAUTH2_ERR_SIGNATURE);
			text[i] ^= 1;
		}
		assert_int_equal(crypto_verify(key, alg, text, n, &signature),
		    OAUTH2_ERR_OK);
		assert_int_equal(
		    crypto_verify(key, alg, text, n - 1, &signature),
		    OAUTH2_ERR_SIGNATURE);
	}
}

static void
a_signature_has_one_length(void **state)
{
	(void)state;
	for (enum crypto_alg alg = 0; alg < ALGS; alg++) {
		AUTO(crypto_public_free)
		struct crypto_public *key = key_of(alg);
		AUTO(buf_free) struct buf good = BUF(1024);

		sign_bytes(&signers[alg], MESSAGE, 1, &good);
		buf_put(&good, "\0\0", 2);
		for (size_t n = 0; n <= good.len; n++) {
			struct buf cut = { .data = good.data, .len = n };

			if (n != good.len - 2)
				assert_int_equal(
				    crypto_verify(key, alg, MESSAGE, 1, &cut),
				    OAUTH2_ERR_SIGNATURE);
		}
	}
}

/* OpenSSL itself takes the second. */
static void
a_pss_signature_keeps_its_leading_zero(void **state)
{
	static const char signature[] =
	    "AJ-TnKemSnt5dIcBLXAWZMYYMJAYhUggwVMZUvDOuFxqWjKeXEj85dxCbkvtTeYl"
	    "kMu7ZVjvOO7uRNMOo9KKSItiekM3UHj7kax04c2hiNTYnf6hIqfLDhrgO8PiOo16"
	    "0Oh2zgWGaOZO0GX7zVzH_SuxWWOrZMeVGbgnciTEeGu1U05lB1bM7vAVBqfaatqR"
	    "mJtCNqMD6-iBJ4CE2T2Qm4a8r2x5eX6Bula5vxSsySLNzUDSwo0VlfsahWbK-A1X"
	    "v-WszPmnzHzPbwAdAE8xFUrZ_CgVLTZm9ox_2dXcRMsfJq-YvJ_2G6EQpO7hqeTu"
	    "am6Jzalxaz_ndn3Jm9ep5g";
	static const char text[] = "leading zero";
	AUTO(crypto_public_free) struct crypto_public *key = make_rsa(RSA_N);
	AUTO(buf_free) struct buf whole = decoded(signature);
	struct buf cut = { .data = whole.data + 1, .len = whole.len - 1 };

	(void)state;
	assert_int_equal(
	    crypto_verify(key, CRYPTO_PS256, text, strlen(text), &whole),
	    OAUTH2_ERR_OK);
	assert_int_equal(
	    crypto_verify(key, CRYPTO_PS256, text, strlen(text), &cut),
	    OAUTH2_ERR_SIGNATURE);
}

static void
ps256_has_one_salt_digest_and_mask(void **state)
{
	static const struct {
		const char *what;
		int salt;
		const EVP_MD *(*md)(void), *(*mgf1)(void);
		enum oauth2_err err;
	} rows[] = {
		{ "as it should be", 32, EVP_sha256, EVP_sha256,
		    OAUTH2_ERR_OK },
		{ "no salt", 0, EVP_sha256, EVP_sha256, OAUTH2_ERR_SIGNATURE },
		{ "a salt of 20", 20, EVP_sha256, EVP_sha256,
		    OAUTH2_ERR_SIGNATURE },
		{ "a salt of 31", 31, EVP_sha256, EVP_sha256,
		    OAUTH2_ERR_SIGNATURE },
		{ "a salt of 33", 33, EVP_sha256, EVP_sha256,
		    OAUTH2_ERR_SIGNATURE },
		{ "the longest salt", 222, EVP_sha256, EVP_sha256,
		    OAUTH2_ERR_SIGNATURE },
		{ "a mask of SHA-1", 32, EVP_sha256, EVP_sha1,
		    OAUTH2_ERR_SIGNATURE },
		{ "a mask of SHA-512", 32, EVP_sha256, EVP_sha512,
		    OAUTH2_ERR_SIGNATURE },
		{ "a digest of SHA-512", 32, EVP_sha512, EVP_sha256,
		    OAUTH2_ERR_SIGNATURE },
		{ "all of SHA-384, as PS384", 48, EVP_sha384, EVP_sha384,
		    OAUTH2_ERR_SIGNATURE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct signer how = { .pem = rsa,
			.md = rows[i].md,
			.mgf1 = rows[i].mgf1,
			.salt = rows[i].salt };

		if (check(CRYPTO_PS256, &how) != rows[i].err)
			fail_msg("%s", rows[i].what);
	}
}

static void
other_digests_are_refused(void **state)
{
	static const struct signer rows[] = {
		{ .pem = rsa, .md = EVP_sha1 },
		{ .pem = rsa, .md = EVP_sha384 },
		{ .pem = rsa, .md = EVP_sha512 },
		{ .pem = ec, .md = EVP_sha1 },
		{ .pem = ec, .md = EVP_sha384 },
		{ .pem = ec, .md = EVP_sha512 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(
		    check(i < 3 ? CRYPTO_RS256 : CRYPTO_ES256, &rows[i]),
		    OAUTH2_ERR_SIGNATURE);
}

static void
es256_in_der_is_refused(void **state)
{
	static const struct signer der = {
		.pem = ec, .md = EVP_sha256, .der = true
	};

	(void)state;
	for (int i = 0; i < 20; i++)
		assert_int_equal(
		    check(CRYPTO_ES256, &der), OAUTH2_ERR_SIGNATURE);
}

static void
es256_takes_r_and_s_from_1_to_n(void **state)
{
	static const char *const values[] = { ZERO, ONE, P256_ORDER, P256_PRIME,
		MAX };
	AUTO(crypto_public_free)
	struct crypto_public *key = make_p256(EC_X, EC_Y);
	AUTO(buf_free) struct buf good = BUF(64);

	(void)state;
	sign_bytes(&signers[CRYPTO_ES256], MESSAGE, 1, &good);
	for (size_t r = 0; r <= COUNT(values); r++) {
		for (size_t s = 0; s <= COUNT(values); s++) {
			uint8_t raw[64];
			struct buf b = { .data = raw, .len = sizeof(raw) };

			memcpy(raw, good.data, 64);
			if (r < COUNT(values))
				memcpy(raw, values[r], 32);
			if (s < COUNT(values))
				memcpy(raw + 32, values[s], 32);
			assert_int_equal(
			    crypto_verify(key, CRYPTO_ES256, MESSAGE, 1, &b),
			    r == s && r == COUNT(values)
				? OAUTH2_ERR_OK
				: OAUTH2_ERR_SIGNATURE);
		}
	}
}

/* s + L is the same number (RFC 8032 section 5.1.7). */
static void
eddsa_takes_no_number_twice(void **state)
{
	static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63,
		0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
		0x14, [31] = 0x10 };
	AUTO(crypto_public_free) struct crypto_public *key = make_ed25519(ED_X);
	AUTO(buf_free) struct buf b = BUF(64);
	unsigned carry = 0;

	(void)state;
	sign_bytes(&signers[CRYPTO_EDDSA], MESSAGE, 1, &b);
	assert_int_equal(
	    crypto_verify(key, CRYPTO_EDDSA, MESSAGE, 1, &b), OAUTH2_ERR_OK);
	for (size_t i = 0; i < sizeof(order); i++) {
		carry += b.data[32 + i] + (unsigned)order[i];
		b.data[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_int_equal(crypto_verify(key, CRYPTO_EDDSA, MESSAGE, 1, &b),
	    OAUTH2_ERR_SIGNATURE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_algorithm_takes_its_signature_and_no_other),
		cmocka_unit_test(a_key_verifies_for_its_family_alone),
		cmocka_unit_test(a_changed_bit_is_seen),
		cmocka_unit_test(a_signature_has_one_length),
		cmocka_unit_test(a_pss_signature_keeps_its_leading_zero),
		cmocka_unit_test(ps256_has_one_salt_digest_and_mask),
		cmocka_unit_test(other_digests_are_refused),
		cmocka_unit_test(es256_in_der_is_refused),
		cmocka_unit_test(es256_takes_r_and_s_from_1_to_n),
		cmocka_unit_test(eddsa_takes_no_number_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
