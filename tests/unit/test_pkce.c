/* oauth2/pkce: RFC 7636, its example and its limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/secret.h"
#include "codec/base64url.h"
#include "oauth2/pkce.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void
u7_the_challenge_of_the_rfc(void **state)
{
	AUTO(secret_text_free) char *challenge = NULL;

	(void)state;
	assert_int_equal(
	    oauth2_pkce_challenge(
		"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", &challenge),
	    OAUTH2_ERR_OK);
	assert_string_equal(
	    challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

static void
u8_a_verifier_has_43_to_128_characters(void **state)
{
	static const struct {
		size_t n;
		bool is_one;
	} rows[] = { { 0, false }, { 1, false }, { 42, false }, { 43, true },
		{ 44, true }, { 128, true }, { 129, false }, { 199, false } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(secret_text_free) char *challenge = NULL;
		char verifier[200] = "";

		memset(verifier, '~', rows[i].n);
		assert_int_equal(
		    oauth2_pkce_is_verifier(verifier), rows[i].is_one);
		assert_int_equal(oauth2_pkce_challenge(verifier, &challenge),
		    rows[i].is_one ? OAUTH2_ERR_OK : OAUTH2_ERR_CONFIG);
	}
}

static void
u8_all_its_characters_are_unreserved(void **state)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "abcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";
	char verifier[44] = "";

	(void)state;
	memset(verifier, 'a', 43);
	for (int c = 1; c < 256; c++) {
		verifier[20] = (char)c;
		assert_int_equal(oauth2_pkce_is_verifier(verifier),
		    strchr(unreserved, c) != NULL);
	}
}

static void
a_new_one_fits_itself_and_no_other(void **state)
{
	AUTO(oauth2_pkce_free) struct oauth2_pkce *a = NULL;
	AUTO(oauth2_pkce_free) struct oauth2_pkce *b = NULL;
	AUTO(secret_text_free) char *challenge = NULL;
	AUTO(buf_free) struct buf raw = BUF(32);

	(void)state;
	assert_int_equal(oauth2_pkce_new(&a), OAUTH2_ERR_OK);
	assert_int_equal(oauth2_pkce_new(&b), OAUTH2_ERR_OK);
	assert_string_not_equal(a->verifier, b->verifier);
	assert_true(oauth2_pkce_is_verifier(a->verifier));
	assert_int_equal(
	    oauth2_pkce_challenge(a->verifier, &challenge), OAUTH2_ERR_OK);
	assert_string_equal(a->challenge, challenge);
	assert_int_equal(base64url_decode(&raw, a->verifier, 43), 0);
	assert_int_equal(raw.len, 32);
}

static void
a_state_is_43_characters_nobody_guesses(void **state)
{
	AUTO(secret_text_free) char *a = NULL;
	AUTO(secret_text_free) char *b = NULL;

	(void)state;
	assert_int_equal(oauth2_random(&a), OAUTH2_ERR_OK);
	assert_int_equal(oauth2_random(&b), OAUTH2_ERR_OK);
	assert_int_equal(strlen(a), 43);
	assert_string_not_equal(a, b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(u7_the_challenge_of_the_rfc),
		cmocka_unit_test(u8_a_verifier_has_43_to_128_characters),
		cmocka_unit_test(u8_all_its_characters_are_unreserved),
		cmocka_unit_test(a_new_one_fits_itself_and_no_other),
		cmocka_unit_test(a_state_is_43_characters_nobody_guesses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
