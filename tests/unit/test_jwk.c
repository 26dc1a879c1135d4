/* codec/jwk: which keys of a set are taken, and which is the one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "jwt_case.h"

#define ALL \
	KEYS("{" KID("r") RSA_KEY "},{" KID("e") EC_KEY "},{" KID("o") ED_KEY \
	    "}")

static enum oauth2_err
parse(const char *text, struct detail *d)
{
	AUTO(json_free) struct json *json = NULL;
	AUTO(jwk_set_free) struct jwk_set *set = NULL;
	enum oauth2_err err;

	assert_int_equal(
	    json_parse(text, strlen(text), &json, NULL), OAUTH2_ERR_OK);
	err = jwk_set_parse(json, &set, d);
	assert_int_equal(set != NULL, err == OAUTH2_ERR_OK);
	return err;
}

static enum oauth2_err
find(const char *keys, enum crypto_alg alg, const char *kid, struct detail *d)
{
	AUTO(jwk_set_free) struct jwk_set *set = parse_keys(keys);
	const struct crypto_public *key = NULL;
	enum oauth2_err err = jwk_set_find(set, alg, kid, &key, d);

	assert_int_equal(key != NULL, err == OAUTH2_ERR_OK);
	return err;
}

static void
a_document_is_an_object_with_an_array_of_keys(void **state)
{
	static const char *const rows[] = { "[]", "{}", "5", "\"keys\"",
		"{\"keys\":null}", "{\"keys\":{}}", "{\"keys\":\"a\"}",
		"{\"Keys\":[{" RSA_KEY "}]}", "[{" RSA_KEY "}]" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct detail d = { 0 };

		if (parse(rows[i], &d) != OAUTH2_ERR_SYNTAX)
			fail_msg("taken: %s", rows[i]);
		assert_string_equal(d.text, "no array of keys in the key set");
	}
}

static void
keys_that_can_verify_are_taken(void **state)
{
	static const char *const rows[] = {
		RSA_KEY,
		EC_KEY,
		ED_KEY,
		KID("") RSA_KEY,
		"\"use\":\"sig\"," RSA_KEY,
		"\"key_ops\":[\"verify\"]," RSA_KEY,
		"\"key_ops\":[\"sign\",\"verify\"]," EC_KEY,
		"\"use\":\"sig\",\"key_ops\":[\"verify\"]," ED_KEY,
		"\"alg\":\"RS256\"," RSA_KEY,
		"\"alg\":\"PS256\"," RSA_KEY,
		"\"alg\":\"ES256\"," EC_KEY,
		"\"alg\":\"EdDSA\"," ED_KEY,
		"\"x5c\":[\"MII\"],\"x5t\":\"a\",\"x5u\":\"http://a\"," RSA_KEY,
		"\"crv\":\"P-384\"," RSA_KEY,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(buf_free) struct buf b = BUF(4096);

		buf_printf(&b, KEYS("{%s}"), rows[i]);
		if (parse(buf_text(&b), NULL) != OAUTH2_ERR_OK)
			fail_msg("left out: %s", rows[i]);
	}
}

#define EC_BUT(kty, crv, x, y) \
	"\"kty\":\"" kty "\",\"crv\":\"" crv "\",\"x\":\"" x "\",\"y\":\"" y \
	"\""
#define ED_BUT(kty, crv, x) \
	"\"kty\":\"" kty "\",\"crv\":\"" crv "\",\"x\":\"" x "\""
#define RSA_1024_N \
	"v-QxKsZPrp5rW_5Twj841HO94aQtTRM-MuhHWHXY6iUYL_IEepPwXveRMdHzhU35" \
	"xUAXqLqXQG5KtkKfF60EVR17y-wqH4UP7P3b0DgPCiCuStlHC6BmNietzd4XtNqN" \
	"Si-4efWm2JeVfNsGABI4lnGow9Gki4fyn_wcaNi1EC0"

/* One thing is wrong with each; without it, it is taken (above). */
static const struct {
	const char *what, *key;
} unusable[] = {
	{ "a secret", "\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVM"
		      "koqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9C"
		      "Aow\"" },
	{ "a secret that is for HS256",
	    "\"kty\":\"oct\",\"alg\":\"HS256\",\"k\":\"AyM1SysPpbyDfgZld3umj1"
	    "qzKObwVMkoqQ\"" },
	{ "no kty", "\"n\":\"" RSA_N "\",\"e\":\"AQAB\"" },
	{ "a kty in another case",
	    "\"kty\":\"rsa\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\"" },
	{ "a kty that is no text",
	    "\"kty\":[\"RSA\"],\"n\":\"" RSA_N "\",\"e\":\"AQAB\"" },
	{ "an unknown kty", "\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\"" },
	{ "RSA 1024",
	    "\"kty\":\"RSA\",\"n\":\"" RSA_1024_N "\",\"e\":\"AQAB\"" },
	{ "e = 3", "\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"Aw\"" },
	{ "e = 1", "\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQ\"" },
	{ "no e", "\"kty\":\"RSA\",\"n\":\"" RSA_N "\"" },
	{ "no n", "\"kty\":\"RSA\",\"e\":\"AQAB\"" },
	{ "e is a number", "\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":65537" },
	{ "n is not base64url",
	    "\"kty\":\"RSA\",\"n\":\"" RSA_N "=\",\"e\":\"AQAB\"" },
	{ "n with a blank",
	    "\"kty\":\"RSA\",\"n\":\" " RSA_N "\",\"e\":\"AQAB\"" },
	{ "n far too long", "\"kty\":\"RSA\",\"n\":\"" RSA_N RSA_N RSA_N RSA_N
			    "AAAA" RSA_N "\",\"e\":\"AQAB\"" },
	{ "RSA as EC", EC_BUT("RSA", "P-256", EC_X, EC_Y) },
	{ "P-384", EC_BUT("EC", "P-384", EC_X, EC_Y) },
	{ "secp256k1", EC_BUT("EC", "secp256k1", EC_X, EC_Y) },
	{ "no curve", "\"kty\":\"EC\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"" },
	{ "not on the curve", EC_BUT("EC", "P-256", EC_Y, EC_X) },
	{ "no y", "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\"" },
	{ "Ed25519 as EC", ED_BUT("EC", "Ed25519", ED_X) },
	{ "X25519", ED_BUT("OKP", "X25519", ED_X) },
	{ "Ed448", ED_BUT("OKP", "Ed448", ED_X) },
	{ "Ed25519 too short", ED_BUT("OKP", "Ed25519", "AAAA") },
	{ "Ed25519 without x", "\"kty\":\"OKP\",\"crv\":\"Ed25519\"" },
	{ "to encrypt", "\"use\":\"enc\"," RSA_KEY },
	{ "use in another case", "\"use\":\"Sig\"," RSA_KEY },
	{ "use is null", "\"use\":null," RSA_KEY },
	{ "use is an array", "\"use\":[\"sig\"]," RSA_KEY },
	{ "to sign alone", "\"key_ops\":[\"sign\"]," RSA_KEY },
	{ "for nothing", "\"key_ops\":[]," RSA_KEY },
	{ "for null", "\"key_ops\":null," RSA_KEY },
	{ "for what is no text", "\"key_ops\":[\"verify\",5]," RSA_KEY },
	{ "another algorithm", "\"alg\":\"RS512\"," RSA_KEY },
	{ "to encrypt with", "\"alg\":\"RSA-OAEP\"," RSA_KEY },
	{ "HS256 with an RSA key", "\"alg\":\"HS256\"," RSA_KEY },
	{ "none", "\"alg\":\"none\"," RSA_KEY },
	{ "alg of another family", "\"alg\":\"ES256\"," RSA_KEY },
	{ "alg of another family", "\"alg\":\"RS256\"," EC_KEY },
	{ "alg of another family", "\"alg\":\"ES256\"," ED_KEY },
	{ "alg is null", "\"alg\":null," RSA_KEY },
	{ "kid is a number", "\"kid\":5," RSA_KEY },
	{ "kid is null", "\"kid\":null," RSA_KEY },
	{ "private: d", "\"d\":\"AQ\"," RSA_KEY },
	{ "private: p", "\"p\":\"AQ\"," RSA_KEY },
	{ "private: q", "\"q\":\"AQ\"," RSA_KEY },
	{ "private: dp", "\"dp\":\"AQ\"," RSA_KEY },
	{ "private: dq", "\"dq\":\"AQ\"," RSA_KEY },
	{ "private: qi", "\"qi\":\"AQ\"," RSA_KEY },
	{ "private: oth", "\"oth\":[]," RSA_KEY },
	{ "private: d of EC", "\"d\":\"AQ\"," EC_KEY },
	{ "private: d of Ed25519", "\"d\":\"AQ\"," ED_KEY },
	{ "private: k", "\"k\":\"AQ\"," RSA_KEY },
};

static void
keys_that_cannot_are_left_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(unusable); i++) {
		AUTO(buf_free) struct buf b = BUF(16384);
		struct detail d = { 0 };

		buf_printf(&b, KEYS("{%s}"), unusable[i].key);
		assert_int_equal(buf_err(&b), OAUTH2_ERR_OK);
		if (parse(buf_text(&b), &d) != OAUTH2_ERR_NOT_FOUND)
			fail_msg("taken: %s", unusable[i].what);
		assert_string_equal(
		    d.text, "none of the 1 keys in the key set can be used");
		buf_reset(&b);
		buf_printf(&b, KEYS("{%s},{" EC_KEY "},5,null,\"a\",[]"),
		    unusable[i].key);
		if (find(buf_text(&b), CRYPTO_ES256, NULL, NULL) !=
		    OAUTH2_ERR_OK)
			fail_msg("fatal: %s", unusable[i].what);
	}
	printf("[ keys     ] unusable=%zu\n", COUNT(unusable));
}

static void
no_key_at_all_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(parse(KEYS(""), NULL), OAUTH2_ERR_NOT_FOUND);
	assert_int_equal(parse(KEYS("5,{},[]"), NULL), OAUTH2_ERR_NOT_FOUND);
}

/* count keys, the first of which can be used */
static enum oauth2_err
parse_many(size_t count, struct detail *d)
{
	AUTO(buf_free) struct buf b = BUF(4096);

	buf_puts(&b, "{\"keys\":[{" EC_KEY "}");
	for (size_t i = 1; i < count; i++)
		buf_puts(&b, ",{}");
	buf_puts(&b, "]}");
	return parse(buf_text(&b), d);
}

static void
keys_are_32_and_not_one_more(void **state)
{
	struct detail d = { 0 };

	(void)state;
	assert_int_equal(parse_many(32, &d), OAUTH2_ERR_OK);
	assert_int_equal(parse_many(33, &d), OAUTH2_ERR_LIMIT);
	assert_string_equal(d.text, "more than 32 keys in the key set");
}

static void
a_key_is_found_by_kid_and_algorithm(void **state)
{
	static const struct {
		const char *keys;
		enum crypto_alg alg;
		const char *kid;
		enum oauth2_err err;
		const char *text;
	} rows[] = {
		{ ALL, CRYPTO_RS256, "r", OAUTH2_ERR_OK, "" },
		{ ALL, CRYPTO_PS256, "r", OAUTH2_ERR_OK, "" },
		{ ALL, CRYPTO_ES256, "e", OAUTH2_ERR_OK, "" },
		{ ALL, CRYPTO_EDDSA, "o", OAUTH2_ERR_OK, "" },
		{ ALL, CRYPTO_RS256, NULL, OAUTH2_ERR_OK, "" },
		{ ALL, CRYPTO_ES256, NULL, OAUTH2_ERR_OK, "" },
		{ ALL, CRYPTO_EDDSA, NULL, OAUTH2_ERR_OK, "" },
		{ ALL, CRYPTO_RS256, "R", OAUTH2_ERR_UNKNOWN_KEY,
		    "none of the provider's 3 usable keys (0 are not) fits "
		    "the kid of the token" },
		{ ALL, CRYPTO_RS256, "", OAUTH2_ERR_UNKNOWN_KEY,
		    "none of the provider's 3 usable keys (0 are not) fits "
		    "the kid of the token" },
		{ ALL, CRYPTO_ES256, "r", OAUTH2_ERR_SYNTAX,
		    "the key with the kid of the token is not for its alg" },
		{ ALL, CRYPTO_RS256, "o", OAUTH2_ERR_SYNTAX,
		    "the key with the kid of the token is not for its alg" },
		{ KEYS("{" RSA_KEY "}"), CRYPTO_RS256, "r",
		    OAUTH2_ERR_UNKNOWN_KEY,
		    "none of the provider's 1 usable keys (0 are not) fits "
		    "the kid of the token" },
		{ KEYS("{" EC_KEY "},{\"use\":\"enc\"," RSA_KEY "}"),
		    CRYPTO_RS256, NULL, OAUTH2_ERR_UNKNOWN_KEY,
		    "none of the provider's 1 usable keys (1 are not) fits "
		    "the alg of the token" },
		{ KEYS("{" KID("r") RSA_KEY "},{" KID("s") RSA_OTHER_KEY "}"),
		    CRYPTO_RS256, NULL, OAUTH2_ERR_SYNTAX,
		    "no kid in the token, and 2 keys fit" },
		{ KEYS("{" KID("r") RSA_KEY "},{" KID("s") RSA_OTHER_KEY "}"),
		    CRYPTO_RS256, "s", OAUTH2_ERR_OK, "" },
		{ KEYS("{" KID("r") RSA_KEY "},{" KID("r") RSA_OTHER_KEY "}"),
		    CRYPTO_RS256, "r", OAUTH2_ERR_SYNTAX,
		    "2 keys have the kid of the token" },
		{ KEYS("{" KID("r") RSA_KEY "},{" KID("r") EC_KEY "}"),
		    CRYPTO_RS256, "r", OAUTH2_ERR_OK, "" },
		{ KEYS("{\"use\":\"enc\"," KID("r") RSA_OTHER_KEY "},{" KID("r")
			  RSA_KEY "}"),
		    CRYPTO_RS256, "r", OAUTH2_ERR_OK, "" },
		{ KEYS("{\"alg\":\"PS256\"," KID("r") RSA_KEY "}"),
		    CRYPTO_RS256, "r", OAUTH2_ERR_SYNTAX,
		    "the key with the kid of the token is not for its alg" },
		{ KEYS("{\"alg\":\"PS256\"," RSA_KEY
		       "},{\"alg\":\"RS256\"," RSA_OTHER_KEY "}"),
		    CRYPTO_PS256, NULL, OAUTH2_ERR_OK, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct detail d = { 0 };

		if (find(rows[i].keys, rows[i].alg, rows[i].kid, &d) !=
		    rows[i].err)
			fail_msg("row %zu: %s", i, d.text);
		assert_string_equal(d.text, rows[i].text);
	}
}

static void
a_kid_has_255_bytes_and_not_one_more(void **state)
{
	(void)state;
	for (size_t n = 255; n <= 256; n++) {
		AUTO(buf_free) struct buf kid = BUF(256);
		AUTO(buf_free) struct buf b = BUF(4096);

		while (kid.len < n)
			buf_putc(&kid, 'k');
		buf_printf(
		    &b, KEYS("{\"kid\":\"%s\"," EC_KEY "}"), buf_text(&kid));
		assert_int_equal(parse(buf_text(&b), NULL),
		    n == 255 ? OAUTH2_ERR_OK : OAUTH2_ERR_NOT_FOUND);
	}
}

#define RFC_7517_RSA \
	"\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbW" \
	"hM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3ok" \
	"njhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FD" \
	"W2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbIS" \
	"D08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls" \
	"1jF44-csFCur-kEgU8awapJzKnqDKgw\",\"e\":\"AQAB\",\"alg\":\"RS256\"," \
	"\"kid\":\"2011-04-29\""
#define RFC_7517_EC \
	"\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8" \
	"AiTo7Tu6KPAqv7D4\",\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4I" \
	"FyM\",\"kid\":\"1\",\"use\":"

static void
the_keys_of_rfc_7517(void **state)
{
	static const char a1[] =
	    KEYS("{" RFC_7517_EC "\"enc\"},{" RFC_7517_RSA "}");
	static const char a1_sig[] = KEYS("{" RFC_7517_EC "\"sig\"}");
	static const char a2[] = KEYS(
	    "{" RFC_7517_EC
	    "\"sig\",\"d\":\"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"
	    "\"},{\"d\":\"X4cTteJY_gn4FYPsXB8rdXix5vwsg1FLN5E3EaG6RJ\"," RFC_7517_RSA
	    "}");
	static const char a3[] =
	    KEYS("{\"kty\":\"oct\",\"alg\":\"A128KW\",\"k\":\"GawgguFyGrWKav7"
		 "AX4VKUg\"},{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1q"
		 "zKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9"
		 "CAow\",\"kid\":\"HMAC key used in JWS spec Appendix A.1 "
		 "example\"}");

	(void)state;
	assert_int_equal(
	    find(a1, CRYPTO_RS256, "2011-04-29", NULL), OAUTH2_ERR_OK);
	assert_int_equal(
	    find(a1, CRYPTO_PS256, "2011-04-29", NULL), OAUTH2_ERR_SYNTAX);
	assert_int_equal(
	    find(a1, CRYPTO_ES256, "1", NULL), OAUTH2_ERR_UNKNOWN_KEY);
	assert_int_equal(find(a1_sig, CRYPTO_ES256, "1", NULL), OAUTH2_ERR_OK);
	assert_int_equal(parse(a2, NULL), OAUTH2_ERR_NOT_FOUND);
	assert_int_equal(parse(a3, NULL), OAUTH2_ERR_NOT_FOUND);
}

/* RFC 7520 section 3: P-521, RSA 2048, secrets; RFC 8037 appendix A.2 and 4. */
static void
the_keys_of_rfc_7520_and_8037(void **state)
{
	static const char keys[] = KEYS(
	    "{\"kty\":\"EC\",\"kid\":\"bilbo.baggins@hobbiton.example\","
	    "\"use\":\"sig\",\"crv\":\"P-521\",\"x\":\"AHKZLLOsCOzz5cY97ewNUaj"
	    "B957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0K"
	    "t\",\"y\":\"AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHira"
	    "VySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1\"},"
	    "{\"kid\":\"bilbo.baggins@hobbiton.example\",\"use\":\"sig\"," RSA_OTHER_KEY
	    "},"
	    "{\"kty\":\"oct\",\"kid\":\"018c0ae5-4d9b-471b-bfd6-eef314bc7037\""
	    ",\"use\":\"sig\",\"alg\":\"HS256\",\"k\":\"hJtXIZ2uSN5kbQfbtTNWb"
	    "pdmhkV8FJG-Onbc6mxCcYg\"},"
	    "{" ED_OTHER_KEY "},"
	    "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"kid\":\"Bob\",\"x\":\"3p7bf"
	    "XmFIaFtEJeQRwRq8e1bvmFX5EWMPNYwS8wQ8k8\"}");

	(void)state;
	assert_int_equal(
	    find(keys, CRYPTO_RS256, "bilbo.baggins@hobbiton.example", NULL),
	    OAUTH2_ERR_OK);
	assert_int_equal(
	    find(keys, CRYPTO_ES256, "bilbo.baggins@hobbiton.example", NULL),
	    OAUTH2_ERR_SYNTAX);
	assert_int_equal(find(keys, CRYPTO_RS256,
			     "018c0ae5-4d9b-471b-bfd6-eef314bc7037", NULL),
	    OAUTH2_ERR_UNKNOWN_KEY);
	assert_int_equal(find(keys, CRYPTO_EDDSA, NULL, NULL), OAUTH2_ERR_OK);
	assert_int_equal(
	    find(keys, CRYPTO_EDDSA, "Bob", NULL), OAUTH2_ERR_UNKNOWN_KEY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_is_an_object_with_an_array_of_keys),
		cmocka_unit_test(keys_that_can_verify_are_taken),
		cmocka_unit_test(keys_that_cannot_are_left_out),
		cmocka_unit_test(no_key_at_all_is_an_error),
		cmocka_unit_test(keys_are_32_and_not_one_more),
		cmocka_unit_test(a_key_is_found_by_kid_and_algorithm),
		cmocka_unit_test(a_kid_has_255_bytes_and_not_one_more),
		cmocka_unit_test(the_keys_of_rfc_7517),
		cmocka_unit_test(the_keys_of_rfc_7520_and_8037),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
