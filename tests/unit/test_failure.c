/* login/failure: what the worker's failure is called in the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "login/failure.h"

#define E(name) OAUTH2_ERR_##name
#define C(name) OAUTH2_CAUSE_##name

static const struct {
	enum oauth2_err err;
	enum oauth2_cause cause;
	const char *error;
	enum reason reason;
} rows[] = {
	{ E(ACCESS_DENIED), C(HTTP), "access_denied", REASON_access_denied },
	{ E(EXPIRED_TOKEN), C(HTTP), "expired_token", REASON_code_expired },
	{ E(EXPIRED_TOKEN), C(HTTP), "invalid_grant", REASON_code_expired },
	{ E(CONFIG), C(NONE), "", REASON_settings_invalid },
	{ E(NOT_SUPPORTED_AUTH_METHOD), C(NONE), "", REASON_settings_invalid },
	{ E(SANDBOX), C(NONE), "", REASON_sandbox_failed },
	{ E(INTERNAL), C(NONE), "", REASON_internal_error },
	/* The client, whatever it was about to do. */
	{ E(DEVICE_AUTHORIZATION), C(HTTP), "device_flow_disabled",
	    REASON_client_rejected },
	{ E(DEVICE_AUTHORIZATION), C(HTTP), "unauthorized_client",
	    REASON_client_rejected },
	{ E(DEVICE_AUTHORIZATION), C(HTTP), "invalid_scope",
	    REASON_client_rejected },
	{ E(GET_ACCESS_TOKEN), C(HTTP), "invalid_client",
	    REASON_client_rejected },
	{ E(GET_ACCESS_TOKEN), C(HTTP), "incorrect_client_credentials",
	    REASON_client_rejected },
	{ E(GET_ACCESS_TOKEN), C(HTTP), "unsupported_grant_type",
	    REASON_client_rejected },
	{ E(GET_ACCESS_TOKEN), C(HTTP), "redirect_uri_mismatch",
	    REASON_client_rejected },
	{ E(GET_ACCESS_TOKEN), C(HTTP), "Invalid_client",
	    REASON_provider_error },
	{ E(GET_ACCESS_TOKEN), C(HTTP), "server_error", REASON_provider_error },
	{ E(GET_ACCESS_TOKEN), C(HTTP), "", REASON_provider_error },
	/* Policy: what was it about? */
	{ E(GET_ACCESS_TOKEN), C(POLICY), "", REASON_access_denied },
	{ E(GET_PROFILE), C(POLICY), "", REASON_groups_overage },
	{ E(DISCOVERY), C(POLICY), "", REASON_endpoint_refused },
	{ E(POLICY), C(POLICY), "", REASON_verification_uri_refused },
	/* The wire. */
	{ E(DISCOVERY), C(TRANSPORT), "", REASON_provider_unreachable },
	{ E(GET_PROFILE), C(TIMEOUT), "", REASON_provider_timeout },
	{ E(DISCOVERY), C(TLS), "", REASON_provider_tls },
	{ E(DISCOVERY), C(JSON), "", REASON_provider_malformed },
	{ E(GET_PROFILE), C(PROTOCOL), "", REASON_provider_malformed },
	{ E(GET_PROFILE), C(TOO_BIG), "", REASON_provider_malformed },
	{ E(GET_PROFILE), C(NONE), "", REASON_internal_error },
};

static void
a_failure_has_the_reason_an_administrator_needs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		enum reason reason =
		    failure_reason(rows[i].err, rows[i].cause, rows[i].error);

		if (reason != rows[i].reason)
			fail_msg("%s %s '%s': %s", err_name(rows[i].err),
			    err_cause_name(rows[i].cause), rows[i].error,
			    reason_name(reason));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_failure_has_the_reason_an_administrator_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
