/* oauth2/token: what a token endpoint may answer, and when a token is over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "codec/json.h"
#include "codec/jws.h"
#include "oauth2/token.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define NOW	     INT64_C(1700000000)
#define TYPE	     "\"token_type\":\"Bearer\""
#define TOKEN	     "\"access_token\":\"AT\"," TYPE

static enum oauth2_err
parse(const char *text, struct oauth2_token **ret, struct detail *d)
{
	AUTO(json_free) struct json *json = NULL;
	enum oauth2_err err;

	err = json_parse(text, strlen(text), &json, d);
	return err == OAUTH2_ERR_OK ? oauth2_token_parse(json, NOW, ret, d)
				    : err;
}

static void
all_parts_are_read(void **state)
{
	AUTO(oauth2_token_free) struct oauth2_token *t = NULL;
	struct detail d = { 0 };

	(void)state;
	assert_int_equal(
	    parse("{\"access_token\":\"AT\",\"token_type\":\"bEaReR\","
		  "\"refresh_token\":\"RT\",\"id_token\":\"a.b.c\","
		  "\"scope\":\"openid email\",\"expires_in\":3600}",
		&t, &d),
	    OAUTH2_ERR_OK);
	assert_string_equal(t->access_token, "AT");
	assert_string_equal(t->refresh_token, "RT");
	assert_string_equal(t->id_token, "a.b.c");
	assert_string_equal(t->scope, "openid email");
	assert_int_equal(t->expires_at, NOW + 3600);
	assert_int_equal(d.cause, OAUTH2_CAUSE_NONE);
}

static void
what_is_missing_is_null(void **state)
{
	AUTO(oauth2_token_free) struct oauth2_token *t = NULL;
	struct detail d = { 0 };

	(void)state;
	assert_int_equal(
	    parse("{" TOKEN ",\"refresh_token\":null}", &t, &d), OAUTH2_ERR_OK);
	assert_null(t->refresh_token);
	assert_null(t->id_token);
	assert_null(t->scope);
	assert_int_equal(t->expires_at, 0);
	assert_int_equal(d.cause, OAUTH2_CAUSE_NONE);
	assert_string_equal(d.text, "");
}

static void
a_reply_without_a_bearer_token_is_refused(void **state)
{
	static const struct {
		const char *what, *text;
	} rows[] = {
		{ "A8 {}", "{}" },
		{ "A9 no token_type", "{\"access_token\":\"AT\"}" },
		{ "A10 mac",
		    "{\"access_token\":\"AT\",\"token_type\":\"mac\"}" },
		{ "A12 DPoP",
		    "{\"access_token\":\"AT\",\"token_type\":\"DPoP\"}" },
		{ "a type that is a number",
		    "{\"access_token\":\"AT\",\"token_type\":1}" },
		{ "a type with a tail",
		    "{\"access_token\":\"AT\",\"token_type\":\"Bearer x\"}" },
		{ "A13 null", "{\"access_token\":null," TYPE "}" },
		{ "A13 5", "{\"access_token\":5," TYPE "}" },
		{ "A13 empty", "{\"access_token\":\"\"," TYPE "}" },
		{ "A13 array", "{\"access_token\":[]," TYPE "}" },
		{ "J9 other case", "{\"Access_Token\":\"AT\"," TYPE "}" },
		{ "J12 CR LF",
		    "{\"access_token\":\"A\\r\\nX-Evil: 1\"," TYPE "}" },
		{ "a blank", "{\"access_token\":\"A B\"," TYPE "}" },
		{ "not ASCII", "{\"access_token\":\"\\u00e9\"," TYPE "}" },
		{ "a refresh token that is a number",
		    "{" TOKEN ",\"refresh_token\":1}" },
		{ "an empty refresh token",
		    "{" TOKEN ",\"refresh_token\":\"\"}" },
		{ "an ID token that is an object",
		    "{" TOKEN ",\"id_token\":{}}" },
		{ "a scope that is an array", "{" TOKEN ",\"scope\":[\"a\"]}" },
		{ "E2 a fraction", "{" TOKEN ",\"expires_in\":3600.9}" },
		{ "E3 negative", "{" TOKEN ",\"expires_in\":-1}" },
		{ "E8 true", "{" TOKEN ",\"expires_in\":true}" },
		{ "E8 array", "{" TOKEN ",\"expires_in\":[]}" },
		{ "E8 abc", "{" TOKEN ",\"expires_in\":\"abc\"}" },
		{ "E8 underscore", "{" TOKEN ",\"expires_in\":\"1_000\"}" },
		{ "E8 blanks", "{" TOKEN ",\"expires_in\":\" 36 \"}" },
		{ "E8 empty", "{" TOKEN ",\"expires_in\":\"\"}" },
		{ "digits and more",
		    "{" TOKEN ",\"expires_in\":\"99999999999999999999x\"}" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct oauth2_token *t = NULL;
		struct detail d = { 0 };

		if (parse(rows[i].text, &t, &d) != OAUTH2_ERR_GET_ACCESS_TOKEN)
			fail_msg("not refused: %s", rows[i].what);
		assert_null(t);
		assert_int_equal(d.cause, OAUTH2_CAUSE_PROTOCOL);
		assert_null(strstr(d.text, "AT"));
	}
}

static void
no_number_is_larger_than_a_double(void **state)
{
	struct oauth2_token *t = NULL;
	struct detail d = { 0 };

	(void)state;
	assert_int_equal(
	    parse("{" TOKEN ",\"expires_in\":1e400}", &t, &d), OAUTH2_ERR_JSON);
	assert_int_equal(
	    parse("{" TOKEN ",\"expires_in\":NaN}", &t, &d), OAUTH2_ERR_JSON);
}

/* What is between the quotes has n bytes. */
static enum oauth2_err
parse_length(const char *before, size_t n, const char *behind)
{
	AUTO(oauth2_token_free) struct oauth2_token *t = NULL;
	AUTO(buf_free) struct buf b = BUF(1 << 16);

	buf_puts(&b, before);
	for (size_t i = 0; i < n; i++)
		buf_putc(&b, 'a');
	buf_puts(&b, behind);
	return parse(buf_text(&b), &t, NULL);
}

static void
a_token_has_16_kib_and_not_one_byte_more(void **state)
{
	static const char before[] = "{\"access_token\":\"";
	static const char behind[] = "\"," TYPE "}";

	(void)state;
	assert_int_equal(
	    parse_length(before, OAUTH2_TOKEN_MAX, behind), OAUTH2_ERR_OK);
	assert_int_equal(parse_length(before, OAUTH2_TOKEN_MAX + 1, behind),
	    OAUTH2_ERR_GET_ACCESS_TOKEN);
}

static void
an_id_token_has_32_kib_and_not_one_byte_more(void **state)
{
	static const char before[] = "{" TOKEN ",\"id_token\":\"";

	(void)state;
	assert_int_equal(parse_length(before, JWS_MAX, "\"}"), OAUTH2_ERR_OK);
	assert_int_equal(parse_length(before, JWS_MAX + 1, "\"}"),
	    OAUTH2_ERR_GET_ACCESS_TOKEN);
}

static void
the_lifetime_counts_from_the_request(void **state)
{
	static const struct {
		const char *what, *text;
		int64_t lifetime; /* -1: not said */
	} rows[] = {
		{ "E1 digits in a text", "\"3600\"", 3600 },
		{ "a number", "3600", 3600 },
		{ "a number with an exponent", "3.6e3", 3600 },
		{ "E4 0", "0", 0 },
		{ "E5 too large is cut", "1e20", 316224000 },
		{ "too large as a text is cut", "\"99999999999999999999\"",
		    316224000 },
		{ "E7 null is absent", "null", -1 },
		{ "E9 the server's clock does not count", "60,\"expires_at\":1",
		    60 },
		{ "E9 nor alone", "null,\"expires_at\":1", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(oauth2_token_free) struct oauth2_token *t = NULL;
		AUTO(buf_free) struct buf b = BUF(1000);

		buf_printf(&b, "{" TOKEN ",\"expires_in\":%s}", rows[i].text);
		if (parse(buf_text(&b), &t, NULL) != OAUTH2_ERR_OK)
			fail_msg("refused: %s", rows[i].what);
		assert_int_equal(t->expires_at,
		    rows[i].lifetime < 0 ? 0 : NOW + rows[i].lifetime);
	}
}

static void
e10_e11_a_token_is_over_at_its_last_second(void **state)
{
	static const struct {
		const char *what;
		int64_t expires_at, skew;
		bool is_expired;
	} rows[] = {
		{ "a second left", NOW + 1, 0, false },
		{ "E11 now", NOW, 0, true },
		{ "a second ago", NOW - 1, 0, true },
		{ "within the skew", NOW + 60, 60, true },
		{ "beyond the skew", NOW + 61, 60, false },
		{ "E10 not said", 0, 60, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct oauth2_token t = { .expires_at = rows[i].expires_at };

		if (oauth2_token_is_expired(&t, NOW, rows[i].skew) !=
		    rows[i].is_expired)
			fail_msg("%s", rows[i].what);
	}
}

static void
a_scope_is_granted_as_a_whole_word(void **state)
{
	static const struct {
		const char *granted, *scope;
		bool has;
	} rows[] = {
		{ NULL, "email", true },
		{ "email", "email", true },
		{ "openid email", "email", true },
		{ "email openid", "email", true },
		{ "a email b", "email", true },
		{ " email ", "email", true },
		{ "", "email", false },
		{ " ", "email", false },
		{ "emails", "email", false },
		{ "xemail", "email", false },
		{ "e-mail", "email", false },
		{ "Email", "email", false },
		{ "email,openid", "email", false },
		{ "openid email", "openid email", false },
		{ "email", "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char granted[64] = "";
		struct oauth2_token t = { 0 };

		if (rows[i].granted != NULL) {
			memcpy(
			    granted, rows[i].granted, strlen(rows[i].granted));
			t.scope = granted;
		}
		if (oauth2_token_has_scope(&t, rows[i].scope) != rows[i].has)
			fail_msg("row %zu", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_parts_are_read),
		cmocka_unit_test(what_is_missing_is_null),
		cmocka_unit_test(a_reply_without_a_bearer_token_is_refused),
		cmocka_unit_test(no_number_is_larger_than_a_double),
		cmocka_unit_test(a_token_has_16_kib_and_not_one_byte_more),
		cmocka_unit_test(an_id_token_has_32_kib_and_not_one_byte_more),
		cmocka_unit_test(the_lifetime_counts_from_the_request),
		cmocka_unit_test(e10_e11_a_token_is_over_at_its_last_second),
		cmocka_unit_test(a_scope_is_granted_as_a_whole_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
