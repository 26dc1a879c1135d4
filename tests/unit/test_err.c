/* base/err: one list, three uses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/err.h"

static void
every_error_has_a_name_and_a_text(void **state)
{
	(void)state;
	for (unsigned i = 0; i < OAUTH2_ERR_COUNT; i++) {
		assert_true(strlen(err_name((enum oauth2_err)i)) > 1);
		assert_true(strlen(err_text((enum oauth2_err)i)) > 6);
	}
	assert_string_equal(err_name(OAUTH2_ERR_COUNT), "UNKNOWN");
	assert_string_equal(err_text(OAUTH2_ERR_COUNT), "unknown error");
	assert_string_equal(err_cause_name(OAUTH2_CAUSE_COUNT), "unknown");
}

static void
the_errors_of_the_reference_have_its_names(void **state)
{
	static const struct {
		enum oauth2_err err;
		const char *name;
		bool is_request;
	} rows[] = {
		{ OAUTH2_ERR_NOT_SUPPORTED_AUTH_METHOD,
		    "NOT_SUPPORTED_AUTH_METHOD", false },
		{ OAUTH2_ERR_MISSING_REVOKE_TOKEN_AUTH_METHOD,
		    "MISSING_REVOKE_TOKEN_AUTH_METHOD", false },
		{ OAUTH2_ERR_GET_ACCESS_TOKEN, "GET_ACCESS_TOKEN", true },
		{ OAUTH2_ERR_REFRESH_TOKEN, "REFRESH_TOKEN", true },
		{ OAUTH2_ERR_REFRESH_TOKEN_NOT_SUPPORTED,
		    "REFRESH_TOKEN_NOT_SUPPORTED", false },
		{ OAUTH2_ERR_REVOKE_TOKEN, "REVOKE_TOKEN", true },
		{ OAUTH2_ERR_REVOKE_TOKEN_NOT_SUPPORTED,
		    "REVOKE_TOKEN_NOT_SUPPORTED", false },
		{ OAUTH2_ERR_GET_ID_EMAIL, "GET_ID_EMAIL", true },
		{ OAUTH2_ERR_GET_PROFILE, "GET_PROFILE", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_string_equal(err_name(rows[i].err), rows[i].name);
		assert_int_equal(
		    oauth2_err_is_request(rows[i].err), rows[i].is_request);
	}
}

static void
these_errors_are_about_a_request(void **state)
{
	static const enum oauth2_err errors[] = { OAUTH2_ERR_DISCOVERY,
		OAUTH2_ERR_JWKS, OAUTH2_ERR_DEVICE_AUTHORIZATION,
		OAUTH2_ERR_PUSHED_AUTHORIZATION, OAUTH2_ERR_GET_ACCESS_TOKEN,
		OAUTH2_ERR_REFRESH_TOKEN, OAUTH2_ERR_REVOKE_TOKEN,
		OAUTH2_ERR_GET_ID_EMAIL, OAUTH2_ERR_GET_PROFILE,
		OAUTH2_ERR_USERINFO_MISMATCH };
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		assert_true(oauth2_err_is_request(errors[i]));
	for (unsigned i = 0; i < OAUTH2_ERR_COUNT; i++)
		count += oauth2_err_is_request((enum oauth2_err)i);
	assert_int_equal(count, sizeof(errors) / sizeof(*errors));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_a_name_and_a_text),
		cmocka_unit_test(the_errors_of_the_reference_have_its_names),
		cmocka_unit_test(these_errors_are_about_a_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
