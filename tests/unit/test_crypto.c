/* codec/crypto: digests and signatures of the RFCs, and keys refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "codec/base64url.h"
#include "codec/crypto.h"
#include "crypto_case.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define CLAIMS \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl" \
	"LmNvbS9pc19yb290Ijp0cnVlfQ"

static void
the_digests_of_the_standard(void **state)
{
	static const struct {
		const char *text, *digest;
	} rows[] = {
		{ "", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" },
		{ "abc", "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "JI1qYdIGOLjlwCaTDD5gOaM85Flk_yFn9uzt1BnbBsE" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(buf_free) struct buf b = BUF(100);
		uint8_t digest[CRYPTO_SHA256_SIZE];

		assert_int_equal(
		    crypto_sha256(rows[i].text, strlen(rows[i].text), digest),
		    OAUTH2_ERR_OK);
		base64url_encode(&b, digest, sizeof(digest));
		assert_string_equal(buf_text(&b), rows[i].digest);
	}
}

static void
sha512_is_that_of_the_standard(void **state)
{
	AUTO(buf_free) struct buf b = BUF(100);
	uint8_t digest[CRYPTO_SHA512_SIZE];

	(void)state;
	assert_int_equal(crypto_sha512("abc", 3, digest), OAUTH2_ERR_OK);
	base64url_encode(&b, digest, sizeof(digest));
	assert_string_equal(buf_text(&b),
	    "3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05ohkpkqJ0_BqDa6PCOj_uu9"
	    "RU1EI2Q86A4qmslPpUyknw");
}

static void
random_bytes_differ(void **state)
{
	uint8_t zero[32] = { 0 }, a[32] = { 0 }, b[32] = { 0 };

	(void)state;
	assert_int_equal(crypto_random(a, sizeof(a)), OAUTH2_ERR_OK);
	assert_int_equal(crypto_random(b, sizeof(b)), OAUTH2_ERR_OK);
	assert_memory_not_equal(a, zero, sizeof(a));
	assert_memory_not_equal(a, b, sizeof(a));
}

static void
four_algorithms_have_names(void **state)
{
	static const char *const names[] = { [CRYPTO_RS256] = "RS256",
		[CRYPTO_PS256] = "PS256",
		[CRYPTO_ES256] = "ES256",
		[CRYPTO_EDDSA] = "EdDSA" };
	static const char *const others[] = { "", "RS25", "RS2566", "rs256",
		"RS384", "RS512", "PS384", "ES384", "ES256K", "HS256", "none",
		"None", "EDDSA", "Ed25519", "Ed448" };
	enum crypto_alg alg;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_int_equal(
		    crypto_alg_parse(names[i], &alg), OAUTH2_ERR_OK);
		assert_int_equal(alg, i);
	}
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(
		    crypto_alg_parse(others[i], &alg), OAUTH2_ERR_CONFIG);
}

static void
the_algorithm_follows_from_the_key(void **state)
{
	static const struct {
		const char *pem, *alg;
	} rows[] = {
		{ rsa, "RS256" },
		{ ec, "ES256" },
		{ ec_sec1, "ES256" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(crypto_key_free) struct crypto_key *key = NULL;

		assert_int_equal(crypto_key_parse(rows[i].pem,
				     strlen(rows[i].pem), &key, NULL),
		    OAUTH2_ERR_OK);
		assert_string_equal(crypto_key_alg(key), rows[i].alg);
	}
}

static void
sign(const char *pem, const char *input, struct buf *ret)
{
	AUTO(crypto_key_free) struct crypto_key *key = NULL;

	assert_int_equal(
	    crypto_key_parse(pem, strlen(pem), &key, NULL), OAUTH2_ERR_OK);
	assert_int_equal(
	    crypto_sign(key, input, strlen(input), ret), OAUTH2_ERR_OK);
}

static void
rs256_signs_the_example_of_rfc_7515(void **state)
{
	AUTO(buf_free) struct buf raw = BUF(CRYPTO_SIGNATURE_MAX);
	AUTO(buf_free) struct buf text = BUF(1000);

	(void)state;
	sign(rsa, "eyJhbGciOiJSUzI1NiJ9." CLAIMS, &raw);
	base64url_encode(&text, raw.data, raw.len);
	assert_string_equal(buf_text(&text),
	    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
	    "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
	    "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
	    "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
	    "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
	    "p0igcN_IoypGlUPQGe77Rw");
}

/* OpenSSL's own word on r and s, given to it as DER. */
static bool
verifies(const uint8_t *raw, const char *input)
{
	BIO *bio = BIO_new_mem_buf(ec, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char *der = NULL;
	int n, rc;

	assert_int_equal(ECDSA_SIG_set0(sig, BN_bin2bn(raw, 32, NULL),
			     BN_bin2bn(raw + 32, 32, NULL)),
	    1);
	n = i2d_ECDSA_SIG(sig, &der);
	EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key);
	rc = EVP_DigestVerify(
	    ctx, der, (size_t)n, (const unsigned char *)input, strlen(input));
	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	ECDSA_SIG_free(sig);
	EVP_PKEY_free(key);
	BIO_free(bio);
	return rc == 1;
}

static void
the_check_of_es256_takes_the_example_of_rfc_7515(void **state)
{
	static const char signature[] =
	    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
	    "pmWQxfKTUJqPP3-Kg6NU1Q";
	AUTO(buf_free) struct buf raw = BUF(64);

	(void)state;
	assert_int_equal(base64url_decode(&raw, signature, strlen(signature)),
	    OAUTH2_ERR_OK);
	assert_int_equal(raw.len, 64);
	assert_true(verifies(raw.data, "eyJhbGciOiJFUzI1NiJ9." CLAIMS));
	assert_false(verifies(raw.data, "eyJhbGciOiJFUzI1NiJ9." CLAIMS "x"));
}

/* Often enough for an r or s with a leading zero byte to occur. */
static void
es256_is_64_bytes_always(void **state)
{
	AUTO(crypto_key_free) struct crypto_key *key = NULL;
	int short_ones = 0;

	(void)state;
	assert_int_equal(
	    crypto_key_parse(ec, strlen(ec), &key, NULL), OAUTH2_ERR_OK);
	for (int i = 0; i < 5000 && short_ones < 2; i++) {
		AUTO(buf_free) struct buf raw = BUF(64);

		assert_int_equal(
		    crypto_sign(key, "header.claims", 13, &raw), OAUTH2_ERR_OK);
		assert_int_equal(raw.len, 64);
		if (raw.data[0] != 0 && raw.data[32] != 0 && i > 0)
			continue;
		short_ones += raw.data[0] == 0 || raw.data[32] == 0;
		assert_true(verifies(raw.data, "header.claims"));
	}
	assert_true(short_ones > 0);
}

static void
the_older_form_of_an_ec_key_is_read(void **state)
{
	AUTO(buf_free) struct buf raw = BUF(64);

	(void)state;
	sign(ec_sec1, "header.claims", &raw);
	assert_true(verifies(raw.data, "header.claims"));
}

static void
a_signature_that_does_not_fit_is_an_error(void **state)
{
	AUTO(crypto_key_free) struct crypto_key *key = NULL;
	AUTO(buf_free) struct buf raw = BUF(63);

	(void)state;
	assert_int_equal(
	    crypto_key_parse(ec, strlen(ec), &key, NULL), OAUTH2_ERR_OK);
	assert_int_equal(crypto_sign(key, "a", 1, &raw), OAUTH2_ERR_LIMIT);
}

static void
keys_that_do_not_fit_are_refused(void **state)
{
	static const char pem[] = "not a private key in PEM without a password";
	static const char other[] = "the private key is neither RSA nor P-256";
	static const char curve[] =
	    "the private key is on another curve than P-256";
	static const struct {
		const char *what, *pem, *text;
	} rows[] = {
		{ "empty", "", pem },
		{ "no PEM", "hello", pem },
		{ "a public key", public, pem },
		{ "with a password", encrypted, pem },
		{ "SEC 1 with a password", encrypted_sec1, pem },
		{ "P-384", p384, curve },
		{ "secp256k1", sec256k1, curve },
		{ "Ed25519", ed25519, other },
		{ "RSA 1024", rsa_1024,
		    "the private key has not 2048 to 8192 bits" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct crypto_key *key = NULL;
		struct detail d = { 0 };

		if (crypto_key_parse(rows[i].pem, strlen(rows[i].pem), &key,
			&d) != OAUTH2_ERR_CONFIG)
			fail_msg("not refused: %s", rows[i].what);
		assert_null(key);
		assert_string_equal(d.text, rows[i].text);
	}
}

static void
a_key_cut_anywhere_is_refused(void **state)
{
	(void)state;
	for (size_t n = 0; n < strlen(ec) - 20; n++) {
		struct crypto_key *key = NULL;

		if (crypto_key_parse(ec, n, &key, NULL) != OAUTH2_ERR_CONFIG)
			fail_msg("not refused: %zu bytes", n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_digests_of_the_standard),
		cmocka_unit_test(sha512_is_that_of_the_standard),
		cmocka_unit_test(random_bytes_differ),
		cmocka_unit_test(four_algorithms_have_names),
		cmocka_unit_test(the_algorithm_follows_from_the_key),
		cmocka_unit_test(rs256_signs_the_example_of_rfc_7515),
		cmocka_unit_test(
		    the_check_of_es256_takes_the_example_of_rfc_7515),
		cmocka_unit_test(es256_is_64_bytes_always),
		cmocka_unit_test(the_older_form_of_an_ec_key_is_read),
		cmocka_unit_test(a_signature_that_does_not_fit_is_an_error),
		cmocka_unit_test(keys_that_do_not_fit_are_refused),
		cmocka_unit_test(a_key_cut_anywhere_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
