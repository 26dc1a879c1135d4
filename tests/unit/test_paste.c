/* oauth2/paste: what a person pastes, whole or in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/secret.h"
#include "oauth2/paste.h"

#define LANDED "https://host.example/callback"
#define STATE  "0123456789abcdefghijklmnopqrstuv.host"
#define QUERY  "code=abcd&state=" STATE

static const struct oauth2_expected expected = {
	.redirect_uri = LANDED,
	.state = STATE,
	.issuer = "https://id.example",
	.is_iss_sent = false,
};

static enum oauth2_paste
read_paste(const char *text, const struct oauth2_expected *e, char **ret)
{
	AUTO(oauth2_pieces_free) struct oauth2_pieces pieces = { 0 };
	struct detail d = { 0 };

	*ret = NULL;
	return oauth2_paste_read(text, e, &pieces, ret, &d);
}

static void
a_paste_is_taken_or_refused_as_a_whole(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		enum oauth2_paste result;
		const char *code;
	} rows[] = {
		{ "a bare code", "SplxlOBeZQQYbYS6WxSbIA", OAUTH2_PASTE_OK,
		    "SplxlOBeZQQYbYS6WxSbIA" },
		{ "all that a code may hold", "4/P7q-W._~+=!\"",
		    OAUTH2_PASTE_OK, "4/P7q-W._~+=!\"" },
		{ "nothing", "", OAUTH2_PASTE_INVALID, NULL },
		{ "yes", "yes", OAUTH2_PASTE_INVALID, NULL },
		{ "a blank within", "ab cdef", OAUTH2_PASTE_INVALID, NULL },
		{ "a blank behind", "abcdef ", OAUTH2_PASTE_INVALID, NULL },
		{ "a newline", "abcdef\n", OAUTH2_PASTE_INVALID, NULL },
		{ "ESC", "abc\033[2Jdef", OAUTH2_PASTE_INVALID, NULL },
		{ "no ASCII", "abcdéf", OAUTH2_PASTE_INVALID, NULL },
		{ "the parameters alone", "code=a%2Fbc&state=" STATE,
		    OAUTH2_PASTE_OK, "a/bc" },
		{ "the whole address", LANDED "?code=abcd&state=" STATE,
		    OAUTH2_PASTE_OK, "abcd" },
		{ "more parameters",
		    LANDED "?session_state=1&code=abcd&state=" STATE,
		    OAUTH2_PASTE_OK, "abcd" },
		{ "another host",
		    "https://evil.example/callback?code=abcd&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "a longer path", LANDED "/x?code=abcd&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "another scheme",
		    "http://host.example/callback?code=abcd&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "the address without a query", LANDED, OAUTH2_PASTE_INVALID,
		    NULL },
		{ "a fragment", LANDED "?code=abcd&state=" STATE "#_=_",
		    OAUTH2_PASTE_OK, "abcd" },
		{ "an empty fragment", LANDED "?code=abcd&state=" STATE "#",
		    OAUTH2_PASTE_OK, "abcd" },
		{ "all of it in the fragment", LANDED "#code=abcd&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "the state in the fragment", LANDED "?code=abcd#state=" STATE,
		    OAUTH2_PASTE_STATE, NULL },
		{ "parameters alone have no fragment",
		    "code=abcd&state=" STATE "#_=_", OAUTH2_PASTE_STATE, NULL },
		{ "no state", LANDED "?code=abcd", OAUTH2_PASTE_STATE, NULL },
		{ "another state", "code=abcd&state=" STATE "x",
		    OAUTH2_PASTE_STATE, NULL },
		{ "a shorter state", "code=abcd&state=0123", OAUTH2_PASTE_STATE,
		    NULL },
		{ "code twice", "code=abcd&code=abcd&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "state twice", "code=abcd&state=" STATE "&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "an empty code", "code=&state=" STATE, OAUTH2_PASTE_INVALID,
		    NULL },
		{ "no code", "state=" STATE, OAUTH2_PASTE_INVALID, NULL },
		{ "a control character", "code=ab%0Acd&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "NUL", "code=abcd%00&state=" STATE, OAUTH2_PASTE_INVALID,
		    NULL },
		{ "a broken escape", "code=abcd%2&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "our issuer",
		    "code=abcd&iss=https%3A%2F%2Fid.example&state=" STATE,
		    OAUTH2_PASTE_OK, "abcd" },
		{ "another issuer",
		    "code=abcd&iss=https%3A%2F%2Fevil.example&state=" STATE,
		    OAUTH2_PASTE_ISSUER, NULL },
		{ "declined", "error=access_denied&state=" STATE,
		    OAUTH2_PASTE_DENIED, NULL },
		{ "declined elsewhere", "error=access_denied&state=x",
		    OAUTH2_PASTE_STATE, NULL },
		{ "another error", "error=server_error&state=" STATE,
		    OAUTH2_PASTE_FAILED, NULL },
		{ "an error and a code",
		    "error=access_denied&code=abcd&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		AUTO(secret_text_free) char *code = NULL;
		enum oauth2_paste got =
		    read_paste(rows[i].text, &expected, &code);

		if (got != rows[i].result)
			fail_msg("%s: %d", rows[i].what, (int)got);
		if (rows[i].code != NULL)
			assert_string_equal(code, rows[i].code);
		else
			assert_null(code);
	}
}

static void
an_announced_issuer_must_be_there(void **state)
{
	struct oauth2_expected strict = expected;
	AUTO(secret_text_free) char *code = NULL;

	(void)state;
	strict.is_iss_sent = true;
	assert_int_equal(read_paste("code=abcd&state=" STATE, &strict, &code),
	    OAUTH2_PASTE_ISSUER);
	assert_null(code);
}

static void
where_nothing_else_binds_a_code_the_state_must_be_there(void **state)
{
	static const char *const bare[] = { "abcdefgh", "code=abcd",
		"4/P7q-W._~+=!" };
	struct oauth2_expected strict = expected;
	AUTO(secret_text_free) char *code = NULL;

	(void)state;
	strict.needs_state = true;
	for (size_t i = 0; i < sizeof(bare) / sizeof(*bare); i++)
		assert_int_equal(
		    read_paste(bare[i], &strict, &code), OAUTH2_PASTE_INVALID);
	assert_null(code);
	assert_int_equal(
	    read_paste(LANDED "?" QUERY, &strict, &code), OAUTH2_PASTE_OK);
	assert_string_equal(code, "abcd");
}

static void
a_redirect_uri_may_have_a_query(void **state)
{
	struct oauth2_expected query = expected;
	AUTO(secret_text_free) char *code = NULL;

	(void)state;
	query.redirect_uri = LANDED "?tenant=1";
	assert_int_equal(read_paste(LANDED "?tenant=1&code=abcd&state=" STATE,
			     &query, &code),
	    OAUTH2_PASTE_OK);
	assert_string_equal(code, "abcd");
}

/* As the callback page makes them; the check is of the whole. */
static void
make_piece(char *ret, size_t size, int i, const char *text)
{
	/* FNV-1a of "code=abcd&state=" STATE */
	const char *whole = "code=abcd&state=" STATE;
	uint32_t sum = 2166136261U;

	for (const char *p = whole; *p != '\0'; p++)
		sum = (sum ^ (unsigned char)*p) * 16777619U;
	snprintf(ret, size, "PO2.%d/2.%08x.%s", i, (unsigned)sum, text);
}

static void
pieces_come_in_any_order_and_twice(void **state)
{
	AUTO(oauth2_pieces_free) struct oauth2_pieces pieces = { 0 };
	AUTO(secret_text_free) char *code = NULL;
	char first[128], second[128];

	(void)state;
	make_piece(first, sizeof(first), 1, "code=abcd&st");
	make_piece(second, sizeof(second), 2, "ate=" STATE);
	assert_int_equal(
	    oauth2_paste_read(second, &expected, &pieces, &code, NULL),
	    OAUTH2_PASTE_MORE);
	assert_int_equal(
	    oauth2_paste_read(second, &expected, &pieces, &code, NULL),
	    OAUTH2_PASTE_MORE);
	assert_int_equal(
	    oauth2_paste_read(first, &expected, &pieces, &code, NULL),
	    OAUTH2_PASTE_OK);
	assert_string_equal(code, "abcd");
}

static void
pieces_that_do_not_fit_together_are_refused(void **state)
{
	static const char *const damaged[] = { "PO2.", "PO2.1/1", "PO2.0/2.",
		"PO2.3/2.00000000.x", "PO2.1/9.00000000.x", "PO2.1/1.00000000x",
		"PO2.1/1.00000000.", "PO2.1/1.00000000.x",
		("PO2.1/1.00000000." QUERY) };
	AUTO(secret_text_free) char *code = NULL;
	AUTO(oauth2_pieces_free) struct oauth2_pieces pieces = { 0 };
	char first[128], second[128];

	(void)state;
	for (size_t i = 0; i < sizeof(damaged) / sizeof(*damaged); i++)
		assert_int_equal(read_paste(damaged[i], &expected, &code),
		    OAUTH2_PASTE_INVALID);
	make_piece(first, sizeof(first), 1, "code=abcd&st");
	make_piece(second, sizeof(second), 2, "cut=" STATE);
	assert_int_equal(
	    oauth2_paste_read(first, &expected, &pieces, &code, NULL),
	    OAUTH2_PASTE_MORE);
	assert_int_equal(
	    oauth2_paste_read(second, &expected, &pieces, &code, NULL),
	    OAUTH2_PASTE_INVALID);
	assert_null(code);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_paste_is_taken_or_refused_as_a_whole),
		cmocka_unit_test(an_announced_issuer_must_be_there),
		cmocka_unit_test(
		    where_nothing_else_binds_a_code_the_state_must_be_there),
		cmocka_unit_test(a_redirect_uri_may_have_a_query),
		cmocka_unit_test(pieces_come_in_any_order_and_twice),
		cmocka_unit_test(pieces_that_do_not_fit_together_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
