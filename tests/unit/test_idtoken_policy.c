/* oauth2/idtoken: genuine, but not as the settings want it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "idtoken_case.h"

#define AUTH	"auth_time", "1699999640" /* 300 s and 60 s ago */
#define ACR	"acr", "\"loa3\""
#define AMR	"amr", "[\"pwd\",\"hwk\",\"mfa\"]"
#define IN_HERE "groups", "[\"admins\"]"
#define NO_NUM	"auth_time is not what it should be"
#define NO_ACR	"acr is none of require_acr"
#define NOT_ALL "amr has not all of require_amr"

static void
a_sign_in_is_as_new_as_asked(void **state)
{
	static const struct row rows[] = {
		{ "no auth_time", &aged, { { AUTH } }, { "auth_time", NULL },
		    "auth_time is missing" },
		{ "auth_time null", &aged, { { AUTH } },
		    { "auth_time", "null" }, "auth_time is missing" },
		{ "auth_time 0", &aged, { { AUTH } }, { "auth_time", "0" },
		    "auth_time is missing" },
		{ "auth_time a second older", &aged, { { AUTH } },
		    { "auth_time", "1699999639" }, "auth_time is 361 s ago" },
		{ "auth_time negative", &aged, { { AUTH } },
		    { "auth_time", "-1" }, "auth_time is 1700000001 s ago" },
	};

	(void)state;
	run_rows(rows, COUNT(rows), OAUTH2_ERR_AUTH_TOO_OLD);
}

static void
a_sign_in_is_as_strong_as_required(void **state)
{
	static const struct row rows[] = {
		{ "no acr", &acr, { { ACR } }, { "acr", NULL },
		    "acr is missing" },
		{ "acr null", &acr, { { ACR } }, { "acr", "null" },
		    "acr is missing" },
		{ "a lower acr", &acr, { { ACR } }, { "acr", "\"loa1\"" },
		    NO_ACR },
		{ "acr in capitals", &acr, { { ACR } }, { "acr", "\"LOA3\"" },
		    NO_ACR },
		{ "acr with a blank", &acr, { { ACR } }, { "acr", "\"loa3 \"" },
		    NO_ACR },
		{ "acr in a list", &acr, { { ACR } },
		    { "acr", "\"loa2 loa3\"" }, NO_ACR },
		{ "no amr", &amr, { { AMR } }, { "amr", NULL }, NOT_ALL },
		{ "amr empty", &amr, { { AMR } }, { "amr", "[]" }, NOT_ALL },
		{ "amr without one", &amr, { { AMR } },
		    { "amr", "[\"mfa\",\"pwd\"]" }, NOT_ALL },
		{ "amr without the other", &amr, { { AMR } },
		    { "amr", "[\"hwk\"]" }, NOT_ALL },
		{ "amr in capitals", &amr, { { AMR } },
		    { "amr", "[\"MFA\",\"HWK\"]" }, NOT_ALL },
		{ "amr in one text", &amr, { { AMR } },
		    { "amr", "\"mfa hwk\"" }, NOT_ALL },
	};

	(void)state;
	run_rows(rows, COUNT(rows), OAUTH2_ERR_ACR_AMR_MISSING);
}

static void
groups_that_are_not_all_there_are_not_taken(void **state)
{
	static const char elsewhere[] = "claim groups is not sent: too many";
	static const struct row rows[] = {
		{ "at Entra ID, without groups", &groups, {},
		    { "_claim_names", "{\"groups\":\"src1\"}" }, elsewhere },
		{ "at Entra ID, with some", &groups, { { IN_HERE } },
		    { "_claim_names", "{\"groups\":\"src1\"}" }, elsewhere },
		{ "hasgroups", &groups, { { "hasgroups", "false" } },
		    { "hasgroups", "true" }, elsewhere },
		{ "hasgroups as a text", &groups, {},
		    { "hasgroups", "\"true\"" }, elsewhere },
		{ "other groups elsewhere", &roles, {},
		    { "_claim_names", "{\"realm_access.roles\":\"src1\"}" },
		    "claim realm_access.roles is not sent" },
	};

	(void)state;
	run_rows(rows, COUNT(rows), OAUTH2_ERR_GROUPS_OVERAGE);
}

static void
claims_of_another_type_are_not_taken(void **state)
{
	static const struct row rows[] = {
		{ "auth_time ahead", &aged, { { AUTH } },
		    { "auth_time", "1700000061" }, "auth_time is 61 s ahead" },
		{ "auth_time ahead, not asked", &code,
		    { { "auth_time", "1700000060" } },
		    { "auth_time", "1700000061" }, "auth_time is 61 s ahead" },
		{ "auth_time a text", &aged, { { AUTH } },
		    { "auth_time", "\"1700000000\"" }, NO_NUM },
		{ "auth_time with a fraction", &aged, { { AUTH } },
		    { "auth_time", "1699999999.5" }, NO_NUM },
		{ "acr in an array", &acr, { { ACR } }, { "acr", "[\"loa3\"]" },
		    "acr is not what it should be" },
		{ "acr a number", &acr, { { ACR } }, { "acr", "3" },
		    "acr is not what it should be" },
		{ "amr of numbers", &amr, { { AMR } }, { "amr", "[1,2]" },
		    "amr is not what it should be" },
		{ "a number among them", &groups, { { IN_HERE } },
		    { "groups", "[\"admins\",5]" }, "claim groups is of" },
		{ "an object", &groups, { { IN_HERE } },
		    { "groups", "{\"a\":1}" }, "claim groups is of" },
		{ "a path through a text", &roles,
		    { { "realm_access", "{\"roles\":[\"a\"]}" } },
		    { "realm_access", "\"roles\"" },
		    "claim realm_access is of" },
		{ "an email that is none", &code, {}, { "email", "5" },
		    "claim email is of" },
	};

	(void)state;
	run_rows(rows, COUNT(rows), OAUTH2_ERR_ID_TOKEN);
}

static void
none_was_accepted(void **state)
{
	(void)state;
	printf("[ policy   ] refused=%u accepted=%u\n", refused, accepted);
	assert_true(refused > 30);
	assert_int_equal(accepted, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sign_in_is_as_new_as_asked),
		cmocka_unit_test(a_sign_in_is_as_strong_as_required),
		cmocka_unit_test(groups_that_are_not_all_there_are_not_taken),
		cmocka_unit_test(claims_of_another_type_are_not_taken),
		cmocka_unit_test(none_was_accepted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
