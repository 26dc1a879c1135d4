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

#define LANDED	  "https://host.example/callback"
#define STATE	  "0" ANY_STATE
#define ANY_STATE "123456789abcdefghijklmnopqrstuv.host" /* but its first */
#define QUERY	  "code=abcd&state=" STATE

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
		{ "the parameters alone", "code=a%2Fbc&state=" STATE,
		    OAUTH2_PASTE_OK, "a/bc" },
		{ "in another order", "state=" STATE "&code=abcd",
		    OAUTH2_PASTE_OK, "abcd" },
		{ "with a blank in the code", "code=ab+c%20d&state=" STATE,
		    OAUTH2_PASTE_OK, "ab c d" },
		{ "behind a question mark", "?code=abcd&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "a code that is not ASCII", "code=ab%C3%A9&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "the whole address", LANDED "?code=abcd&state=" STATE,
		    OAUTH2_PASTE_OK, "abcd" },
		{ "more parameters",
		    LANDED "?session_state=1&code=abcd&state=" STATE,
		    OAUTH2_PASTE_OK, "abcd" },
		{ "another host",
		    "https://evil.example/callback?code=abcd&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "another port",
		    "https://host.example:8443/callback?code=abcd&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "another path",
		    "https://host.example/Callback?code=abcd&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "a shorter path",
		    "https://host.example/?code=abcd&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "capitals that a browser would not write",
		    "https://HOST.example/callback?code=abcd&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "a fragment", LANDED "#code=abcd&state=" STATE,
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
		{ "another state of that length", "code=abcd&state=x" ANY_STATE,
		    OAUTH2_PASTE_STATE, NULL },
		{ "a shorter state", "code=abcd&state=0123", OAUTH2_PASTE_STATE,
		    NULL },
		{ "code twice", "code=abcd&code=abcd&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "code twice, spelt in two ways",
		    "code=abcd&c%6Fde=abcd&state=" STATE, OAUTH2_PASTE_INVALID,
		    NULL },
		{ "iss twice",
		    "code=abcd&iss=https%3A%2F%2Fid.example&iss="
		    "https%3A%2F%2Fid.example&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "error twice",
		    "error=access_denied&error=access_denied&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "state twice", "code=abcd&state=" STATE "&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "an empty code", "code=&state=" STATE, OAUTH2_PASTE_INVALID,
		    NULL },
		{ "no code", "state=" STATE, OAUTH2_PASTE_INVALID, NULL },
		{ "a control character", "code=ab%0Acd&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "a control character beside it",
		    "code=abcd&x=%0A&state=" STATE, OAUTH2_PASTE_INVALID,
		    NULL },
		{ "NUL", "code=abcd%00&state=" STATE, OAUTH2_PASTE_INVALID,
		    NULL },
		{ "a broken escape", "code=abcd%2&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "our issuer",
		    "code=abcd&iss=https%3A%2F%2Fid.example&state=" STATE,
		    OAUTH2_PASTE_OK, "abcd" },
		{ "our issuer, as some write it",
		    "state=" STATE "&iss=https://id.example&code=abcd",
		    OAUTH2_PASTE_OK, "abcd" },
		{ "an empty issuer", "code=abcd&iss=&state=" STATE,
		    OAUTH2_PASTE_INVALID, NULL },
		{ "our issuer and a slash",
		    "code=abcd&iss=https%3A%2F%2Fid.example%2F&state=" STATE,
		    OAUTH2_PASTE_ISSUER, NULL },
		{ "another issuer",
		    "code=abcd&iss=https%3A%2F%2Fevil.example&state=" STATE,
		    OAUTH2_PASTE_ISSUER, NULL },
		{ "declined", "error=access_denied&state=" STATE,
		    OAUTH2_PASTE_DENIED, NULL },
		{ "declined, as the page passes it on",
		    "state=" STATE
		    "&iss=https://id.example&error=access_denied",
		    OAUTH2_PASTE_DENIED, NULL },
		{ "declined at LinkedIn",
		    "error=user_cancelled_login&state=" STATE,
		    OAUTH2_PASTE_DENIED, NULL },
		{ "not authorized at LinkedIn",
		    "error=user_cancelled_authorize&state=" STATE,
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

/* What does not look like a code is never sent: only OK hands one out. */
static void
a_bare_code_is_told_from_what_else_is_typed(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		bool is_code;
	} rows[] = {
		{ "RFC 6749's own", "SplxlOBeZQQYbYS6WxSbIA", true },
		{ "all that a code may hold", "4/P7q-W._~+=!\"{|}", true },
		{ "padded", "c29tZSBvcGFxdWUg==", true },
		{ "of 16 characters", "0123456789abcdef", true },
		{ "of 15", "0123456789abcde", false },
		{ "nothing", "", false },
		{ "a word", "yes", false },
		{ "a password", "Tr0ub4dor&3", false },
		{ "a code of the device grant", "WDJB-MJHT", false },
		{ "a blank within", "0123456789 abcdef", false },
		{ "a blank before", " 0123456789abcdef", false },
		{ "a blank behind", "0123456789abcdef ", false },
		{ "a newline", "0123456789abcdef\n", false },
		{ "ESC", "0123456789\033[2Jabcdef", false },
		{ "DEL", "0123456789abcdef\177", false },
		{ "a paste in brackets", "\033[200~0123456789abcdef\033[201~",
		    false },
		{ "no ASCII", "0123456789abcdéf", false },
		{ "a parameter", "code=0123456789abcdef", false },
		{ "parameters without state", "code=0123456789&iss=x", false },
		{ "an answer without state", "error=access_denied", false },
		{ "behind a question mark", "?code=0123456789abcdef", false },
		{ "an address cut in front",
		    "host.example/callback?code=0123456789", false },
		{ "an address cut in the middle", "56789&state=0123456789",
		    false },
		{ "an address without an answer", LANDED, false },
		{ "the address to open",
		    "https://id.example/authorize?client_id=x", false },
		{ "another scheme", "file:///srv/index.html", false },
		{ "a piece without its end", "PO2.1/2.01234567", false },
		{ "a piece in small letters", "po2.1/2.01234567.abcd", false },
		{ "a piece without its head", "1/2.01234567.abcdefgh", false },
		{ "a piece without its first letter", "O2.2/2.0123abcd.abcd",
		    false },
		{ "a code of Google's", "4/0AbUR2VNwU-1yzQ", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		AUTO(secret_text_free) char *code = NULL;
		enum oauth2_paste got =
		    read_paste(rows[i].text, &expected, &code);

		if ((got == OAUTH2_PASTE_OK) != rows[i].is_code ||
		    (code != NULL) != rows[i].is_code)
			fail_msg("%s: %d", rows[i].what, (int)got);
		if (rows[i].is_code)
			assert_string_equal(code, rows[i].text);
	}
}

static void
only_a_word_of_an_error_is_passed_on(void **state)
{
	static const struct {
		const char *text;
		const char *error;
	} rows[] = {
		{ "error=server_error&state=" STATE, "server_error" },
		{ "error=a+b&state=" STATE, "" },
		{ "error=hunter2!&state=" STATE, "" },
		{ "error=%C3%A9&state=" STATE, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		AUTO(oauth2_pieces_free) struct oauth2_pieces pieces = { 0 };
		struct detail d = { 0 };
		char *code = NULL;

		assert_int_equal(oauth2_paste_read(rows[i].text, &expected,
				     &pieces, &code, &d),
		    OAUTH2_PASTE_FAILED);
		assert_string_equal(d.error, rows[i].error);
	}
}

static void
a_paste_that_is_too_long_is_refused(void **state)
{
	static char text[OAUTH2_PASTE_MAX + 2];
	AUTO(secret_text_free) char *code = NULL;

	(void)state;
	memset(text, 'x', OAUTH2_PASTE_MAX + 1);
	assert_int_equal(
	    read_paste(text, &expected, &code), OAUTH2_PASTE_INVALID);
	assert_null(code);
	text[OAUTH2_PASTE_MAX] = '\0';
	assert_int_equal(read_paste(text, &expected, &code), OAUTH2_PASTE_OK);
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
	static const char *const bare[] = { "abcdefghijklmnop",
		"4/P7q-W._~+=!abcdef" };
	struct oauth2_expected strict = expected;
	AUTO(secret_text_free) char *code = NULL;

	(void)state;
	strict.needs_state = true;
	for (size_t i = 0; i < sizeof(bare) / sizeof(*bare); i++)
		assert_int_equal(
		    read_paste(bare[i], &strict, &code), OAUTH2_PASTE_INVALID);
	assert_int_equal(
	    read_paste("code=abcd", &strict, &code), OAUTH2_PASTE_STATE);
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
	assert_int_equal(oauth2_pieces_missing(&pieces), 1);
	assert_int_equal(
	    oauth2_paste_read(first, &expected, &pieces, &code, NULL),
	    OAUTH2_PASTE_OK);
	assert_int_equal(oauth2_pieces_missing(&pieces), 0);
	assert_string_equal(code, "abcd");
}

static void
pieces_of_another_paste_begin_anew(void **state)
{
	AUTO(oauth2_pieces_free) struct oauth2_pieces pieces = { 0 };
	AUTO(secret_text_free) char *code = NULL;
	char first[128], second[128];

	(void)state;
	make_piece(first, sizeof(first), 1, "code=abcd&st");
	make_piece(second, sizeof(second), 2, "ate=" STATE);
	assert_int_equal(oauth2_paste_read("PO2.2/3.01234567.old", &expected,
			     &pieces, &code, NULL),
	    OAUTH2_PASTE_MORE);
	assert_int_equal(
	    oauth2_paste_read(first, &expected, &pieces, &code, NULL),
	    OAUTH2_PASTE_MORE);
	assert_int_equal(pieces.count, 2);
	assert_int_equal(oauth2_pieces_missing(&pieces), 2);
	assert_int_equal(
	    oauth2_paste_read(second, &expected, &pieces, &code, NULL),
	    OAUTH2_PASTE_OK);
}

static void
eight_pieces_are_the_most(void **state)
{
	AUTO(oauth2_pieces_free) struct oauth2_pieces pieces = { 0 };
	AUTO(secret_text_free) char *code = NULL;
	char piece[64];

	(void)state;
	/* FNV-1a of 8 times "0123456789" */
	for (int i = 8; i >= 1; i--) {
		snprintf(
		    piece, sizeof(piece), "PO2.%d/8.784c83e5.0123456789", i);
		assert_int_equal(
		    oauth2_paste_read(piece, &expected, &pieces, &code, NULL),
		    i > 1 ? OAUTH2_PASTE_MORE : OAUTH2_PASTE_OK);
	}
	assert_int_equal(strlen(code), 80);
}

static void
pieces_that_do_not_fit_together_are_refused(void **state)
{
	static const char *const damaged[] = { "PO2.", "PO2.1/1", "PO2.0/2.",
		"PO2.3/2.00000000.x", "PO2.1/9.00000000.x",
		"PO2.9/9.00000000.x", "PO2.1/1.00000000x", "PO2.1/1.00000000.",
		"po2.1/2.00000000.x", "PO2.1/2.00000000.\033x",
		"PO2.1/2.00000000.x " };
	static const char *const wrong[] = { "PO2.1/1.00000000.x",
		("PO2.1/1.00000000." QUERY) };
	AUTO(secret_text_free) char *code = NULL;
	AUTO(oauth2_pieces_free) struct oauth2_pieces pieces = { 0 };
	char first[128], second[128];

	(void)state;
	for (size_t i = 0; i < sizeof(damaged) / sizeof(*damaged); i++)
		assert_int_equal(read_paste(damaged[i], &expected, &code),
		    OAUTH2_PASTE_INVALID);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(
		    read_paste(wrong[i], &expected, &code), OAUTH2_PASTE_MIXED);
	make_piece(first, sizeof(first), 1, "code=abcd&st");
	make_piece(second, sizeof(second), 2, "cut=" STATE);
	assert_int_equal(
	    oauth2_paste_read(first, &expected, &pieces, &code, NULL),
	    OAUTH2_PASTE_MORE);
	assert_int_equal(
	    oauth2_paste_read(second, &expected, &pieces, &code, NULL),
	    OAUTH2_PASTE_MIXED);
	assert_null(code);
	assert_int_equal(pieces.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_paste_is_taken_or_refused_as_a_whole),
		cmocka_unit_test(a_bare_code_is_told_from_what_else_is_typed),
		cmocka_unit_test(only_a_word_of_an_error_is_passed_on),
		cmocka_unit_test(a_paste_that_is_too_long_is_refused),
		cmocka_unit_test(an_announced_issuer_must_be_there),
		cmocka_unit_test(
		    where_nothing_else_binds_a_code_the_state_must_be_there),
		cmocka_unit_test(a_redirect_uri_may_have_a_query),
		cmocka_unit_test(pieces_come_in_any_order_and_twice),
		cmocka_unit_test(pieces_of_another_paste_begin_anew),
		cmocka_unit_test(eight_pieces_are_the_most),
		cmocka_unit_test(pieces_that_do_not_fit_together_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
