/* oauth2/auth_method: how a secret is shown where only the provider says it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "oauth2/auth_method.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define POST	     "client_secret_post"
#define BASIC	     "client_secret_basic"
#define REFUSAL	     "set token_endpoint_auth_method: the provider offers only "

static enum oauth2_err
choose(const char *words, bool *ret_is_basic, struct detail *d)
{
	AUTO(strlist_free) struct strlist offered = STRLIST(16);

	assert_int_equal(strlist_add_words(&offered, words), OAUTH2_ERR_OK);
	return oauth2_choose_auth_method(&offered, ret_is_basic, d);
}

static void
o4_a_secret_is_shown_as_it_is_offered(void **state)
{
	static const struct {
		const char *words;
		bool is_basic;
	} rows[] = {
		{ "", false },
		{ POST, false },
		{ BASIC, true },
		{ BASIC " " POST, false },
		{ "private_key_jwt " POST, false },
		{ "none client_secret_jwt " BASIC " private_key_jwt", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool is_basic = !rows[i].is_basic;

		if (choose(rows[i].words, &is_basic, NULL) != OAUTH2_ERR_OK ||
		    is_basic != rows[i].is_basic)
			fail_msg("row %zu", i);
	}
}

static void
o4_what_we_do_not_have_is_refused_and_named(void **state)
{
	static const struct {
		const char *words, *text;
	} rows[] = {
		{ "none", "none" },
		{ "private_key_jwt", "private_key_jwt" },
		{ "none private_key_jwt", "none, private_key_jwt" },
		{ "client_secret_jwt", "client_secret_jwt" },
		{ "CLIENT_SECRET_POST client_secret_bas",
		    "CLIENT_SECRET_POST, client_secret_bas" },
		{ "\x1b[2J\"", "\\x1b[2J\\x22" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct detail d = { 0 };
		bool is_basic = true;

		assert_int_equal(choose(rows[i].words, &is_basic, &d),
		    OAUTH2_ERR_NOT_SUPPORTED_AUTH_METHOD);
		assert_true(is_basic);
		assert_int_equal(d.cause, OAUTH2_CAUSE_POLICY);
		assert_memory_equal(d.text, REFUSAL, strlen(REFUSAL));
		assert_string_equal(d.text + strlen(REFUSAL), rows[i].text);
	}
}

static void
o4_what_is_offered_is_cut(void **state)
{
	AUTO(strlist_free) struct strlist offered = STRLIST(16);
	char word[65];
	struct detail d = { 0 };
	bool is_basic;

	(void)state;
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	while (offered.count < offered.max)
		assert_int_equal(strlist_add(&offered, word), OAUTH2_ERR_OK);
	assert_int_equal(oauth2_choose_auth_method(&offered, &is_basic, &d),
	    OAUTH2_ERR_NOT_SUPPORTED_AUTH_METHOD);
	assert_int_equal(strlen(d.text), strlen(REFUSAL) + 128);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(o4_a_secret_is_shown_as_it_is_offered),
		cmocka_unit_test(o4_what_we_do_not_have_is_refused_and_named),
		cmocka_unit_test(o4_what_is_offered_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
