/* oauth2/idtoken: genuine signatures over claims that must not pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "idtoken_case.h"

static void
the_issuer_is_equal_byte_for_byte(void **state)
{
	static const char text[] = "iss is not the configured issuer";
	static const struct row rows[] = {
		{ "missing", &code, {}, { "iss", NULL }, text },
		{ "null", &code, {}, { "iss", "null" }, text },
		{ "another", &code, {},
		    { "iss", "\"https://evil.example/realm\"" }, text },
		{ "a slash more", &code, {}, { "iss", "\"" ISSUER "/\"" },
		    text },
		{ "a byte less", &code, {},
		    { "iss", "\"https://id.example/real\"" }, text },
		{ "in capitals", &code, {},
		    { "iss", "\"https://ID.example/realm\"" }, text },
		{ "http", &code, {}, { "iss", "\"http://id.example/realm\"" },
		    text },
		{ "in an array", &code, {}, { "iss", "[\"" ISSUER "\"]" },
		    text },
		{ "another realm", &code, {},
		    { "iss", "\"https://id.example/other\"" }, text },
	};

	(void)state;
	run_rows(rows, COUNT(rows), OAUTH2_ERR_ID_TOKEN);
}

static void
no_event_is_a_sign_in(void **state)
{
	static const char text[] = "events, which no ID token has";
	static const struct row rows[] = {
		{ "a logout token without a type", &device,
		    { { "nonce", NULL } },
		    { "events", "{\"http://schemas.openid.net/event/"
				"backchannel-logout\":{}}" },
		    text },
		{ "one that has a nonce", &code, {}, { "events", "{}" }, text },
	};

	(void)state;
	run_rows(rows, COUNT(rows), OAUTH2_ERR_ID_TOKEN);
}

static void
o7_the_audience_is_this_client(void **state)
{
	static const char not_us[] = "aud does not name this client";
	static const char too_many[] =
	    "aud names one that is not in extra_audiences";
	static const char azp[] = "azp is not this client";
	static const char no_azp[] = "azp is missing, and aud names several";
#define BOTH "[\"" CLIENT "\",\"resource\"]"
#define AZP  "azp", "\"" CLIENT "\""
	static const struct row rows[] = {
		{ "missing", &code, {}, { "aud", NULL }, not_us },
		{ "null", &code, {}, { "aud", "null" }, not_us },
		{ "another", &code, {}, { "aud", "\"web\"" }, not_us },
		{ "a byte more", &code, {}, { "aud", "\"" CLIENT "x\"" },
		    not_us },
		{ "a byte less", &code, {}, { "aud", "\"login-host\"" },
		    not_us },
		{ "in capitals", &code, {}, { "aud", "\"LOGIN-HOSTS\"" },
		    not_us },
		{ "a list in a text", &code, {},
		    { "aud", "\"web " CLIENT "\"" }, not_us },
		{ "an empty array", &code, {}, { "aud", "[]" }, not_us },
		{ "an array of another", &code, {}, { "aud", "[\"web\"]" },
		    not_us },
		{ "a listed one without us", &several, {},
		    { "aud", "\"resource\"" }, not_us },
		{ "a number", &code, {}, { "aud", "5" }, not_us },
		{ "a number beside us", &code, {},
		    { "aud", "[\"" CLIENT "\",5]" }, not_us },
		{ "an array inside", &code, {}, { "aud", "[[\"" CLIENT "\"]]" },
		    not_us },
		{ "an object", &code, {}, { "aud", "{\"" CLIENT "\":1}" },
		    not_us },
		{ "seventeen", &several, {},
		    { "aud", "[\"" CLIENT "\",\"api\",\"api\",\"api\",\"api\","
			     "\"api\",\"api\",\"api\",\"api\",\"api\",\"api\","
			     "\"api\",\"api\",\"api\",\"api\",\"api\","
			     "\"api\"]" },
		    not_us },
		{ "one that is not listed", &several,
		    { { "aud", BOTH }, { AZP } },
		    { "aud", "[\"" CLIENT "\",\"web\"]" }, too_many },
		{ "one where none is listed", &code,
		    { { "azp", "\"" CLIENT "\"" } }, { "aud", BOTH },
		    too_many },
		{ "several without azp", &several, { { "aud", BOTH }, { AZP } },
		    { "azp", NULL }, no_azp },
		{ "several and azp null", &several,
		    { { "aud", BOTH }, { AZP } }, { "azp", "null" }, no_azp },
		{ "twice us without azp", &code, {},
		    { "aud", "[\"" CLIENT "\",\"" CLIENT "\"]" }, no_azp },
		{ "several and azp of another", &several,
		    { { "aud", BOTH }, { AZP } }, { "azp", "\"resource\"" },
		    azp },
		{ "azp of another", &code, {}, { "azp", "\"web\"" }, azp },
		{ "azp empty", &code, {}, { "azp", "\"\"" }, azp },
		{ "azp in an array", &code, {}, { "azp", "[\"" CLIENT "\"]" },
		    azp },
	};

	(void)state;
	run_rows(rows, COUNT(rows), OAUTH2_ERR_ID_TOKEN);
}

static void
o8_now_is_between_the_times(void **state)
{
	static const struct row rows[] = {
		{ "no exp", &code, {}, { "exp", NULL }, "exp is missing" },
		{ "exp null", &code, {}, { "exp", "null" }, "exp is missing" },
		{ "exp 60 s ago", &code, { { "exp", "1699999941" } },
		    { "exp", "1699999940" },
		    "exp is over since 60 s; is the clock of this host" },
		{ "exp long ago", &code, {}, { "exp", "1300819380" },
		    "exp is over since 399180620 s" },
		{ "exp 0", &code, {}, { "exp", "0" }, "exp is over since" },
		{ "exp negative", &code, {}, { "exp", "-1700000300" },
		    "exp is over since" },
		{ "exp a text", &code, {}, { "exp", "\"1700000300\"" },
		    "exp is not a whole number" },
		{ "exp with a fraction", &code, {}, { "exp", "1700000300.5" },
		    "exp is not a whole number" },
		{ "exp beyond what is exact", &code,
		    { { "exp", "9007199254740991" } },
		    { "exp", "9007199254740992" },
		    "exp is not a whole number" },
		{ "exp without end", &code, {}, { "exp", "1e300" },
		    "exp is not a whole number" },
		{ "exp true", &code, {}, { "exp", "true" },
		    "exp is not a whole number" },
		{ "exp in an array", &code, {}, { "exp", "[1700000300]" },
		    "exp is not a whole number" },
		{ "no iat", &code, {}, { "iat", NULL }, "iat is missing" },
		{ "no iat at a refresh", &refresh, {}, { "iat", NULL },
		    "iat is missing" },
		{ "iat 61 s ahead", &code, { { "iat", "1700000060" } },
		    { "iat", "1700000061" }, "iat is 61 s ahead" },
		{ "iat 61 s ahead at a refresh", &refresh,
		    { { "iat", "1700000060" } }, { "iat", "1700000061" },
		    "iat is 61 s ahead" },
		{ "iat 601 s old", &code, { { "iat", "1699999400" } },
		    { "iat", "1699999399" }, "iat is 601 s old" },
		{ "iat 601 s old, device", &device,
		    { { "iat", "1699999400" }, { "nonce", NULL } },
		    { "iat", "1699999399" }, "iat is 601 s old" },
		{ "iat 0", &code, {}, { "iat", "0" }, "iat is 1700000000 s" },
		{ "iat a text", &code, {}, { "iat", "\"1700000000\"" },
		    "iat is not a whole number" },
		{ "iat with a fraction", &code, {}, { "iat", "1699999999.9" },
		    "iat is not a whole number" },
		{ "nbf 61 s ahead", &code, { { "nbf", "1700000060" } },
		    { "nbf", "1700000061" }, "nbf is 61 s ahead" },
		{ "nbf a text", &code, {}, { "nbf", "\"1700000000\"" },
		    "nbf is not a whole number" },
		{ "nbf with a fraction", &code, {}, { "nbf", "0.5" },
		    "nbf is not a whole number" },
	};

	(void)state;
	run_rows(rows, COUNT(rows), OAUTH2_ERR_ID_TOKEN);
}

static void
o9_the_nonce_is_the_one_we_sent(void **state)
{
	static const char other[] = "nonce is not the one that was sent";
	static const struct row rows[] = {
		{ "missing", &code, {}, { "nonce", NULL }, "nonce is missing" },
		{ "null", &code, {}, { "nonce", "null" }, "nonce is missing" },
		{ "another", &code, {}, { "nonce", "\"n-0S6_WzA2Mk\"" },
		    other },
		{ "a byte less", &code, {}, { "nonce", "\"n-0S6_WzA2M\"" },
		    other },
		{ "a byte more", &code, {}, { "nonce", "\"" NONCE "x\"" },
		    other },
		{ "in capitals", &code, {}, { "nonce", "\"N-0S6_WZA2MJ\"" },
		    other },
		{ "empty", &code, {}, { "nonce", "\"\"" }, other },
		{ "in an array", &code, {}, { "nonce", "[\"" NONCE "\"]" },
		    other },
		{ "where none was sent", &device, { { "nonce", NULL } },
		    { "nonce", "\"" NONCE "\"" },
		    "nonce, where none was sent" },
		{ "another at a refresh", &refresh_nonce, {},
		    { "nonce", "\"n\"" }, other },
	};

	(void)state;
	run_rows(rows, COUNT(rows), OAUTH2_ERR_ID_TOKEN);
}

static void
o12_at_hash_is_that_of_the_access_token(void **state)
{
	static const char other[] = "at_hash is not that of the access token";
	static const struct row rows[] = {
		{ "of another token", &code, {},
		    { "at_hash", "\"77QmUPtjPfzWtF2AnpK9RR\"" }, other },
		{ "a byte less", &code, {},
		    { "at_hash", "\"77QmUPtjPfzWtF2AnpK9R\"" }, other },
		{ "padded", &code, {},
		    { "at_hash", "\"77QmUPtjPfzWtF2AnpK9RQ==\"" }, other },
		{ "empty", &code, {}, { "at_hash", "\"\"" }, other },
		{ "the whole digest", &code, {},
		    { "at_hash", "\"77QmUPtjPfzWtF2AnpK9ReKMhA-gJKi0cw-VG-4Yh"
				 "c4\"" },
		    other },
		{ "a number", &code, {}, { "at_hash", "77" }, other },
		{ "in an array", &code, {},
		    { "at_hash", "[\"77QmUPtjPfzWtF2AnpK9RQ\"]" }, other },
		{ "nothing to compare with", &blind, { { "at_hash", NULL } },
		    { "at_hash", "\"77QmUPtjPfzWtF2AnpK9RQ\"" },
		    "at_hash, and no access token to compare" },
	};

	(void)state;
	run_rows(rows, COUNT(rows), OAUTH2_ERR_ID_TOKEN);
}

static void
a_subject_is_1_to_255_printable_characters(void **state)
{
#define S16  "0123456789abcdef"
#define S240 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16
	static const char wrong[] = "sub is not what it should be";
	static const struct row rows[] = {
		{ "missing", &code, {}, { "sub", NULL }, "sub is missing" },
		{ "null", &code, {}, { "sub", "null" }, "sub is missing" },
		{ "empty", &code, {}, { "sub", "\"\"" }, wrong },
		{ "256 bytes", &code,
		    { { "sub", "\"" S240 "012345678901234\"" } },
		    { "sub", "\"" S240 S16 "\"" }, "sub is too long" },
		{ "a number", &code, {}, { "sub", "248289761001" }, wrong },
		{ "true", &code, {}, { "sub", "true" }, wrong },
		{ "in an array", &code, {}, { "sub", "[\"248289761001\"]" },
		    wrong },
		{ "a newline", &code, {}, { "sub", "\"248289761001\\n\"" },
		    "claim sub is" },
		{ "an escape", &code, {}, { "sub", "\"\\u001b[2J\"" },
		    "claim sub is" },
		{ "DEL", &code, {}, { "sub", "\"a\\u007f\"" }, "claim sub is" },
		{ "not ASCII", &code, {}, { "sub", "\"\xc3\xa9\"" },
		    "claim sub is" },
	};

	(void)state;
	run_rows(rows, COUNT(rows), OAUTH2_ERR_ID_TOKEN);
}

static void
a_refreshed_token_is_about_and_for_the_same(void **state)
{
	static const char iss[] = "iss is not what it was at the sign-in";
	static const char sub[] = "sub is not what it was at the sign-in";
	static const char aud[] = "aud is not what it was at the sign-in";
	static const struct row other[] = {
		{ "another issuer", &refresh, {},
		    { "iss", "\"https://evil.example/realm\"" }, iss },
		{ "another person", &refresh, {}, { "sub", "\"24828976100\"" },
		    sub },
		{ "a longer name", &refresh, {}, { "sub", "\"2482897610011\"" },
		    sub },
		{ "nobody", &refresh, {}, { "sub", NULL }, sub },
		{ "a number", &refresh, {}, { "sub", "248289761001" }, sub },
	};
	static const struct row rows[] = {
		{ "fewer audiences", &refresh_aud, { { "aud", BOTH }, { AZP } },
		    { "aud", "\"" CLIENT "\"" }, aud },
		{ "other audiences", &refresh_aud, { { "aud", BOTH }, { AZP } },
		    { "aud", "[\"" CLIENT "\",\"api\"]" }, aud },
		{ "more audiences", &refresh_aud, { { "aud", BOTH }, { AZP } },
		    { "aud", "[\"" CLIENT "\",\"resource\",\"api\"]" }, aud },
	};

	(void)state;
	run_rows(other, COUNT(other), OAUTH2_ERR_OTHER_PERSON);
	run_rows(rows, COUNT(rows), OAUTH2_ERR_ID_TOKEN);
}

static void
claims_are_one_object_of_json(void **state)
{
	static const struct {
		const char *before;
		size_t from, to; /* of the usual claims, which are shorter */
		const char *behind;
	} rows[] = {
		{ "", 0, 999, "}" },
		{ "", 0, 999, " x" },
		{ "", 0, 999, ",{}" },
		{ "[", 0, 999, "]" },
		{ "\xef\xbb\xbf", 0, 999, "" },
		{ "", 0, 60, "" },
		{ "", 1, 999, "" },
		{ "{\"sub\":\"root\",", 1, 999, "" }, /* a second sub */
		{ "", 0, 0, "" },
		{ "\"text\"", 0, 0, "" },
		{ "null", 0, 0, "" },
	};
	static const struct claim none[CHANGES] = { { NULL, NULL } };
	AUTO(buf_free) struct buf good = BUF(JWS_MAX);
	struct detail d = { 0 };

	(void)state;
	put_claims(CRYPTO_ES256, none, &good);
	assert_int_equal(
	    verify_text(CRYPTO_ES256, &code, buf_text(&good), NULL, &d),
	    OAUTH2_ERR_OK);
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(buf_free) struct buf bad = BUF(JWS_MAX);
		size_t to = rows[i].to < good.len ? rows[i].to : good.len;

		buf_puts(&bad, rows[i].before);
		buf_put(&bad, good.data + rows[i].from, to - rows[i].from);
		buf_puts(&bad, rows[i].behind);
		assert_int_equal(
		    verify_text(CRYPTO_ES256, &code, buf_text(&bad), NULL, &d),
		    OAUTH2_ERR_ID_TOKEN);
		assert_string_equal(
		    d.text, "the token's claims are not an object in JSON");
		refused++;
	}
}

static void
at_least_80_were_refused_and_none_accepted(void **state)
{
	(void)state;
	printf("[ forged   ] refused=%u accepted=%u\n", refused, accepted);
	assert_true(refused >= 80);
	assert_int_equal(accepted, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_issuer_is_equal_byte_for_byte),
		cmocka_unit_test(no_event_is_a_sign_in),
		cmocka_unit_test(o7_the_audience_is_this_client),
		cmocka_unit_test(o8_now_is_between_the_times),
		cmocka_unit_test(o9_the_nonce_is_the_one_we_sent),
		cmocka_unit_test(o12_at_hash_is_that_of_the_access_token),
		cmocka_unit_test(a_subject_is_1_to_255_printable_characters),
		cmocka_unit_test(a_refreshed_token_is_about_and_for_the_same),
		cmocka_unit_test(claims_are_one_object_of_json),
		cmocka_unit_test(at_least_80_were_refused_and_none_accepted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
