/* oauth2/idtoken: headers that choose a key, or bring one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "forgery_case.h"

static const struct signer small[] = {
	[CRYPTO_RS256] = { .pem = rsa_1024, .md = EVP_sha256 },
	[CRYPTO_PS256] = { .pem = rsa_1024,
	    .md = EVP_sha256,
	    .mgf1 = EVP_sha256,
	    .salt = 32 },
};

static void
o10_a_key_is_the_one_of_its_kid(void **state)
{
#define N_1024 \
	"v-QxKsZPrp5rW_5Twj841HO94aQtTRM-MuhHWHXY6iUYL_IEepPwXveRMdHzhU35" \
	"xUAXqLqXQG5KtkKfF60EVR17y-wqH4UP7P3b0DgPCiCuStlHC6BmNietzd4XtNqN" \
	"Si-4efWm2JeVfNsGABI4lnGow9Gki4fyn_wcaNi1EC0"
#define SMALL_KEY "\"kty\":\"RSA\",\"n\":\"" N_1024 "\",\"e\":\"AQAB\""
	static const struct forgery rows[] = {
		{ "an unknown kid", .header = "{\"alg\":\"@\",\"kid\":\"x\"}",
		    .text = UNKNOWN, .err = OAUTH2_ERR_UNKNOWN_KEY },
		{ "an empty kid", .header = "{\"alg\":\"@\",\"kid\":\"\"}",
		    .text = UNKNOWN, .err = OAUTH2_ERR_UNKNOWN_KEY },
		{ "a kid in capitals",
		    .header = "{\"alg\":\"@\",\"kid\":\"#X\"}", .text = UNKNOWN,
		    .err = OAUTH2_ERR_UNKNOWN_KEY },
		{ "a kid that is a path",
		    .header = "{\"alg\":\"@\",\"kid\":\"../../dev/null\"}",
		    .text = UNKNOWN, .err = OAUTH2_ERR_UNKNOWN_KEY },
		{ "a kid that is a number",
		    .header = "{\"alg\":\"@\",\"kid\":1}",
		    .text = "the token's header: kid is not" },
		{ "keys that were changed since",
		    .keys = KEYS("{" KID("n") RSA_KEY "},{" KID("m") EC_KEY
			"},{" KID("l") ED_KEY "}"),
		    .text = UNKNOWN, .err = OAUTH2_ERR_UNKNOWN_KEY },
		{ "a key of another family",
		    .keys = KEYS("{" KID("r") EC_KEY "},{" KID("p") ED_KEY
			"},{" KID("e") RSA_KEY "},{" KID("o") EC_KEY "}"),
		    .text = NOT_KEY },
		{ "a key for another alg", .algs = RSA_ONES,
		    .keys = KEYS("{\"alg\":\"PS256\"," KID("r") RSA_KEY
			"},{\"alg\":\"RS256\"," KID("p") RSA_KEY "}"),
		    .text = NOT_KEY },
		{ "a key to encrypt", .algs = BIT(ES256),
		    .keys = KEYS("{\"use\":\"enc\"," KID("e") EC_KEY
			"},{" KID("o") ED_KEY "}"),
		    .text = UNKNOWN, .err = OAUTH2_ERR_UNKNOWN_KEY },
		{ "two keys of one kid", .algs = RSA_ONES,
		    .keys =
			KEYS("{" KID("r") RSA_KEY "},{" KID("r") RSA_OTHER_KEY
			    "},{" KID("p") RSA_KEY "},{" KID("p") RSA_KEY "}"),
		    .text = "2 keys have the kid" },
		{ "no kid, and two keys", .algs = RSA_ONES,
		    .header = "{\"alg\":\"@\"}",
		    .text = "no kid in the token, and 2 keys fit" },
		{ "no kid, and no key", .algs = RSA_ONES,
		    .header = "{\"alg\":\"@\"}", .keys = KEYS("{" EC_KEY "}"),
		    .text = UNKNOWN, .err = OAUTH2_ERR_UNKNOWN_KEY },
		{ "RSA with 1024 bits", .algs = RSA_ONES, .signers = small,
		    .keys = KEYS("{" KID("r") SMALL_KEY "},{" KID("p") SMALL_KEY
			"},{" EC_KEY "}"),
		    .text = UNKNOWN, .err = OAUTH2_ERR_UNKNOWN_KEY },
		{ "another's key", .signers = others, .text = BAD_SIG },
	};

	(void)state;
	run_forgeries(rows, COUNT(rows));
}

static void
o11_a_header_is_understood_and_brings_no_key(void **state)
{
#define EXTRA(more) "{\"alg\":\"@\",\"kid\":\"#\"," more "}"
	static const struct forgery rows[] = {
		{ "crit", .header = EXTRA("\"crit\":[\"exp\"],\"exp\":1"),
		    .text = "the token's header: crit is not" },
		{ "zip", .header = EXTRA("\"zip\":\"DEF\""),
		    .text = "the token's header: zip is not" },
		{ "b64", .header = EXTRA("\"b64\":false"),
		    .text = "the token's header: b64 is not" },
		{ "a token in the token", .header = EXTRA("\"cty\":\"JWT\""),
		    .text = "the token's header: cty is not" },
		{ "an access token", .header = EXTRA("\"typ\":\"at+jwt\""),
		    .text = "the token's header: typ is not JWT" },
		{ "a logout token", .header = EXTRA("\"typ\":\"logout+jwt\""),
		    .text = "the token's header: typ is not JWT" },
		{ "the key in jwk", .signers = others,
		    .header = EXTRA("\"jwk\":{" RSA_OTHER_KEY "}"),
		    .algs = RSA_ONES, .text = BAD_SIG },
		{ "the key in jwk", .signers = others,
		    .header = EXTRA("\"jwk\":{" ED_OTHER_KEY "}"),
		    .algs = BIT(EDDSA), .text = BAD_SIG },
		{ "the key elsewhere", .signers = others,
		    .header = EXTRA("\"jku\":\"https://evil.example/k\""),
		    .text = BAD_SIG },
		{ "a certificate elsewhere", .signers = others,
		    .header = EXTRA("\"x5u\":\"https://evil.example/c\""),
		    .text = BAD_SIG },
		{ "a certificate", .signers = others,
		    .header = EXTRA("\"x5c\":[\"MIIB\"]"), .text = BAD_SIG },
		{ "alg twice", .header = EXTRA("\"alg\":\"@\""),
		    .text = "the token's header is not an object" },
	};

	(void)state;
	run_forgeries(rows, COUNT(rows));
}

static void
none_was_accepted(void **state)
{
	(void)state;
	assert_refused(40);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(o10_a_key_is_the_one_of_its_kid),
		cmocka_unit_test(o11_a_header_is_understood_and_brings_no_key),
		cmocka_unit_test(none_was_accepted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
