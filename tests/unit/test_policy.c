/* login/policy: denied, unless one line of the allowlist holds as a whole. */
#include "policy_case.h"

static const struct {
	const char *what;
	struct given given;
	enum reason reason;
} rows[] = {
	{ "the email of the line",
	    { .allowlist = "alice email:a@corp.example",
		.email = "a@corp.example" },
	    REASON_approved },
	{ "another email",
	    { .allowlist = "alice email:a@corp.example",
		.email = "b@corp.example" },
	    REASON_identity_not_allowed },
	{ "no email", { .allowlist = "alice email:a@corp.example" },
	    REASON_email_missing },
	{ "an empty email",
	    { .allowlist = "alice email:a@corp.example", .email = "" },
	    REASON_email_missing },
	{ "an email that is none",
	    { .allowlist = "alice email:a@corp.example",
		.email = "a@corp.example@evil.example" },
	    REASON_email_invalid },
	{ "an email that is not verified",
	    { .allowlist = "alice email:a@corp.example",
		.email = "a@corp.example",
		.is_unverified = true },
	    REASON_email_unverified },
	{ "another email, not verified either",
	    { .allowlist = "alice email:a@corp.example",
		.email = "b@corp.example",
		.is_unverified = true },
	    REASON_identity_not_allowed },
	{ "capitals in the domain",
	    { .allowlist = "alice email:a@corp.example",
		.email = "a@CORP.example",
		.is_exact = true },
	    REASON_approved },
	{ "capitals in the local part, folded",
	    { .allowlist = "alice email:a@corp.example",
		.email = "A@corp.example" },
	    REASON_approved },
	{ "capitals in the local part, exact",
	    { .allowlist = "alice email:a@corp.example",
		.email = "A@corp.example",
		.is_exact = true },
	    REASON_identity_not_allowed },
	{ "a plus address of the same person",
	    { .allowlist = "alice email:a@corp.example",
		.email = "a+x@corp.example" },
	    REASON_identity_not_allowed },
	{ "an email in a list of claims is no email",
	    { .allowlist = "alice email:a@corp.example",
		.claims = "email=a@corp.example email_verified=true" },
	    REASON_email_missing },

	{ "the sub of the line, without any email",
	    { .allowlist = "alice sub:" ISSUER "|42" }, REASON_approved },
	{ "another sub",
	    { .allowlist = "alice sub:" ISSUER "|42", .sub = "43" },
	    REASON_identity_not_allowed },
	{ "a longer sub",
	    { .allowlist = "alice sub:" ISSUER "|42", .sub = "420" },
	    REASON_identity_not_allowed },
	{ "the sub of another issuer",
	    { .allowlist = "alice sub:https://other.example|42" },
	    REASON_identity_not_allowed },
	{ "an issuer with a slash more",
	    { .allowlist = "alice sub:" ISSUER "/|42" },
	    REASON_identity_not_allowed },

	{ "the claim of the line",
	    { .allowlist = "alice claim:oid=7", .claims = "x=1 oid=7" },
	    REASON_approved },
	{ "another value of the claim",
	    { .allowlist = "alice claim:oid=7", .claims = "oid=77" },
	    REASON_identity_not_allowed },
	{ "another claim with that value",
	    { .allowlist = "alice claim:oid=7", .claims = "xoid=7 oi=7" },
	    REASON_identity_not_allowed },
	{ "another claim whose name and value run together",
	    { .allowlist = "alice claim:ab=c=d", .claims = "abxc=d" },
	    REASON_identity_not_allowed },
	{ "one of several values",
	    { .allowlist = "alice claim:role=b", .claims = "role=a role=b" },
	    REASON_approved },
	{ "no claim at all", { .allowlist = "alice claim:oid=7" },
	    REASON_identity_not_allowed },

	{ "email and group",
	    { .allowlist = "alice email:a@b group:staff",
		.email = "a@b",
		.groups = "x staff" },
	    REASON_approved },
	{ "email without the group",
	    { .allowlist = "alice email:a@b group:staff",
		.email = "a@b",
		.groups = "staffer Staff" },
	    REASON_identity_not_allowed },
	{ "one of two groups",
	    { .allowlist = "alice email:a@b group:x group:y",
		.email = "a@b",
		.groups = "x" },
	    REASON_identity_not_allowed },
	{ "the group without the email, which is unverified",
	    { .allowlist = "alice email:a@b group:staff",
		.email = "a@b",
		.is_unverified = true },
	    REASON_identity_not_allowed },
	{ "email and sub",
	    { .allowlist = "alice email:a@b sub:" ISSUER "|42",
		.email = "a@b" },
	    REASON_approved },
	{ "the email with another sub",
	    { .allowlist = "alice email:a@b sub:" ISSUER "|42",
		.email = "a@b",
		.sub = "43" },
	    REASON_identity_not_allowed },

	{ "a shared account and its group",
	    { .allowlist = "alice shared group:oncall", .groups = "oncall" },
	    REASON_approved },
	{ "a shared account without the group",
	    { .allowlist = "alice shared group:oncall", .groups = "x" },
	    REASON_identity_not_allowed },

	{ "nobody's line", { .allowlist = "bob email:a@b", .email = "a@b" },
	    REASON_user_not_listed },

	{ "everybody at a domain, by the user's name",
	    { .allowlist = "* email:*@corp.example",
		.email = "alice@corp.example" },
	    REASON_approved },
	{ "the name in capitals, folded",
	    { .allowlist = "* email:*@corp.example",
		.email = "ALICE@corp.example" },
	    REASON_approved },
	{ "the name in capitals, exact",
	    { .allowlist = "* email:*@corp.example",
		.email = "ALICE@corp.example",
		.is_exact = true },
	    REASON_identity_not_allowed },
	{ "a user in capitals, folded",
	    { .allowlist = "* email:*@corp.example",
		.user = "Alice",
		.email = "Alice@corp.example" },
	    REASON_identity_not_allowed },
	{ "somebody else at the domain",
	    { .allowlist = "* email:*@corp.example",
		.email = "bob@corp.example" },
	    REASON_identity_not_allowed },
	{ "the user's name with a plus",
	    { .allowlist = "* email:*@corp.example",
		.email = "alice+x@corp.example" },
	    REASON_identity_not_allowed },
	{ "a subdomain",
	    { .allowlist = "* email:*@corp.example",
		.email = "alice@x.corp.example" },
	    REASON_identity_not_allowed },
	{ "a domain that ends alike",
	    { .allowlist = "* email:*@corp.example",
		.email = "alice@evilcorp.example" },
	    REASON_identity_not_allowed },
	{ "the domain, not verified",
	    { .allowlist = "* email:*@corp.example",
		.email = "alice@corp.example",
		.is_unverified = true },
	    REASON_email_unverified },
	{ "everybody, narrowed to a group they are in",
	    { .allowlist = "* email:*@corp.example group:staff",
		.email = "alice@corp.example",
		.groups = "staff" },
	    REASON_approved },
	{ "everybody, narrowed to a group they are not in",
	    { .allowlist = "* email:*@corp.example group:staff",
		.email = "alice@corp.example" },
	    REASON_identity_not_allowed },
	{ "preferred_username is the user's name",
	    { .allowlist = "* claim:preferred_username=%u",
		.claims = "preferred_username=alice" },
	    REASON_approved },
	{ "preferred_username is another name",
	    { .allowlist = "* claim:preferred_username=%u",
		.claims = "preferred_username=Alice preferred_username=%u" },
	    REASON_identity_not_allowed },
	{ "a user's own line replaces that for everybody",
	    { .allowlist = "alice email:x@y\n* email:*@corp.example",
		.email = "alice@corp.example" },
	    REASON_identity_not_allowed },

	{ "the second alternative",
	    { .allowlist = "alice email:x@y\nalice email:a@b", .email = "a@b" },
	    REASON_approved },
	{ "no alternative",
	    { .allowlist = "alice email:x@y\nalice email:z@b", .email = "a@b" },
	    REASON_identity_not_allowed },
	{ "the unverified email of one line outweighs the others",
	    { .allowlist = "alice email:a@b\nalice email:x@y\n"
			   "alice claim:oid=1",
		.email = "a@b",
		.is_unverified = true },
	    REASON_email_unverified },
	{ "an alternative needs no email",
	    { .allowlist = "alice email:a@b\nalice sub:" ISSUER "|42",
		.email = "a@b",
		.is_unverified = true },
	    REASON_approved },
	{ "an email that is missing, and a sub that is another's",
	    { .allowlist = "alice sub:" ISSUER "|7\nalice email:a@b" },
	    REASON_email_missing },

	{ "an empty sub",
	    { .allowlist = "alice email:a@b", .email = "a@b", .sub = "" },
	    REASON_identity_invalid },
	{ "a sub that is not ASCII",
	    { .allowlist = "alice email:a@b",
		.email = "a@b",
		.sub = "4\xc3\xa9" },
	    REASON_identity_invalid },
	{ "a sub with a control character",
	    { .allowlist = "alice email:a@b", .email = "a@b", .sub = "4\n2" },
	    REASON_identity_invalid },
	{ "a name outside the pattern",
	    { .allowlist = "* email:*@b", .user = "9", .email = "9@b" },
	    REASON_user_forbidden },
};

static void
the_first_reason_that_applies_is_given(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum reason reason = decide(&rows[i].given);

		if (reason != rows[i].reason)
			fail_msg("%s: %s", rows[i].what, reason_name(reason));
	}
}

static void
a_sub_has_255_bytes(void **state)
{
	char sub[257];
	struct given given = {
		.allowlist = "alice email:a@b", .email = "a@b", .sub = sub
	};

	(void)state;
	memset(sub, 's', sizeof(sub));
	sub[255] = '\0';
	assert_int_equal(decide(&given), REASON_approved);
	sub[255] = 's';
	sub[256] = '\0';
	assert_int_equal(decide(&given), REASON_identity_invalid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_reason_that_applies_is_given),
		cmocka_unit_test(a_sub_has_255_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
