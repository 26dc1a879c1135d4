/* login/policy: root, other users, issuers, and lines with nothing in them. */
#include "policy_case.h"

/* As root or as another user, with an allowlist that would allow. */
static enum reason
decide_as(const struct user *user, bool allow_root, const char *text)
{
	struct given given = { .email = "a@b" };
	AUTO(allowlist_free) struct allowlist *allowlist =
	    parse(text, user->name);
	AUTO(identity_free) struct identity *identity = usual_identity(&given);
	struct settings settings = usual_settings();
	struct policy_input input = { &settings, user, allowlist, identity,
		REASON_approved };
	struct detail d;
	const struct allowlist_line *line;

	settings.allow_root = allow_root;
	return policy_decide(&input, &line, &d);
}

static void
root_needs_the_setting_and_a_line_with_its_sub(void **state)
{
	static const struct {
		const char *allowlist;
		bool allow_root;
		enum reason reason;
	} cases[] = {
		{ "root sub:" ISSUER "|42", true, REASON_approved },
		{ "root sub:" ISSUER "|42", false, REASON_user_forbidden },
		{ "root email:a@b", true, REASON_user_forbidden },
		{ "root claim:x=y", true, REASON_user_forbidden },
		{ "root shared group:x", true, REASON_user_forbidden },
		{ "* email:*@b", true, REASON_user_forbidden },
		{ "bob email:a@b", true, REASON_user_not_listed },
		{ "root email:a@b\nroot sub:" ISSUER "|7", true,
		    REASON_identity_not_allowed },
		{ "root email:a@b sub:" ISSUER "|42", true, REASON_approved },
		{ "root email:x@b sub:" ISSUER "|42", true,
		    REASON_identity_not_allowed },
	};
	/* The uid decides, not the name. */
	struct user root = { "root", true, 0 }, toor = { "toor", true, 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (decide_as(&root, cases[i].allow_root, cases[i].allowlist) !=
		    cases[i].reason)
			fail_msg("%s", cases[i].allowlist);
	assert_int_equal(
	    decide_as(&toor, true, "toor email:a@b"), REASON_user_forbidden);
}

static void
the_local_user_is_judged_first(void **state)
{
	struct user unknown = { "alice", false, 1000 };
	struct user system = { "alice", true, 999 };

	(void)state;
	assert_int_equal(
	    decide_as(&unknown, true, "alice email:a@b"), REASON_user_unknown);
	assert_int_equal(
	    decide_as(&unknown, true, "bob email:a@b"), REASON_user_unknown);
	assert_int_equal(
	    decide_as(&system, true, "alice email:a@b"), REASON_user_forbidden);
}

static void
another_issuer_is_not_an_identity_of_ours(void **state)
{
	static const char *const issuers[] = { NULL, "", "https://id.example/",
		"https://ID.example", "https://other.example" };
	struct given given = { .email = "a@b" };
	AUTO(allowlist_free)
	struct allowlist *allowlist = parse("alice email:a@b", "alice");
	AUTO(identity_free) struct identity *identity = usual_identity(&given);
	struct settings settings = usual_settings();
	struct user user = { "alice", true, 1000 };
	struct policy_input input = { &settings, &user, allowlist, identity,
		REASON_approved };
	struct detail d;
	const struct allowlist_line *line;

	(void)state;
	assert_int_equal(policy_decide(&input, &line, &d), REASON_approved);
	for (size_t i = 0; i < COUNT(issuers); i++) {
		secret_free(identity->issuer);
		identity->issuer = secret_strdup(issuers[i]);
		assert_int_equal(
		    policy_decide(&input, &line, &d), REASON_identity_invalid);
		assert_null(line);
	}
}

static void
an_identity_with_nothing_in_it_is_invalid(void **state)
{
	AUTO(allowlist_free)
	struct allowlist *allowlist = parse("alice email:a@b", "alice");
	AUTO(identity_free) struct identity *identity = identity_new();
	struct settings settings = usual_settings();
	struct user user = { "alice", true, 1000 };
	struct policy_input input = { &settings, &user, allowlist, identity,
		REASON_approved };
	const struct allowlist_line *line;

	(void)state;
	assert_int_equal(
	    policy_decide(&input, &line, NULL), REASON_identity_invalid);
	identity->issuer = secret_strdup(ISSUER);
	assert_int_equal(
	    policy_decide(&input, &line, NULL), REASON_identity_invalid);
}

/* Email, and what the recorded subjects say of it. */
static void
an_email_speaks_only_for_the_account_it_is_bound_to(void **state)
{
	static const struct {
		const char *allowlist;
		enum reason binding, wanted;
	} rows[] = {
		{ "alice email:alice@a.b", REASON_approved, REASON_approved },
		{ "alice email:alice@a.b", REASON_subject_changed,
		    REASON_subject_changed },
		{ "alice email:alice@a.b", REASON_store_failed,
		    REASON_store_failed },
		{ "* email:*@a.b", REASON_subject_changed,
		    REASON_subject_changed },
		/* Somebody has named the account: nothing rests on it. */
		{ "alice email:alice@a.b sub:" ISSUER "|42",
		    REASON_subject_changed, REASON_approved },
		{ "alice sub:" ISSUER "|42", REASON_subject_changed,
		    REASON_approved },
		{ "alice claim:oid=7", REASON_subject_changed,
		    REASON_approved },
		{ "alice email:alice@a.b\nalice sub:" ISSUER "|42",
		    REASON_subject_changed, REASON_approved },
		{ "alice email:bob@a.b", REASON_subject_changed,
		    REASON_identity_not_allowed },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct given given = {
			.allowlist = rows[i].allowlist,
			.email = "alice@a.b",
			.claims = "oid=7",
			.binding = rows[i].binding,
		};

		print_message("%s\n", rows[i].allowlist);
		assert_int_equal(decide(&given), rows[i].wanted);
	}
}

static void
only_a_line_with_an_email_and_no_sub_rests_on_it(void **state)
{
	static const struct {
		const char *allowlist;
		bool rests;
	} rows[] = {
		{ "alice email:alice@a.b", true },
		{ "alice group:g email:alice@a.b", true },
		{ "* email:*@a.b", true },
		{ "alice email:alice@a.b sub:" ISSUER "|42", false },
		{ "alice sub:" ISSUER "|42", false },
		{ "alice claim:oid=7 group:g", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(allowlist_free)
		struct allowlist *allowlist = parse(rows[i].allowlist, "alice");

		assert_int_equal(
		    policy_rests_on_email(allowlist->lines[0]), rows[i].rests);
	}
}

static void
a_line_without_rules_allows_nobody(void **state)
{
	struct given given = { .email = "a@b" };
	AUTO(identity_free) struct identity *identity = usual_identity(&given);
	struct settings settings = usual_settings();
	struct user user = { "alice", true, 1000 };
	struct allowlist_line line = { .count = 0 }, *lines = &line;
	struct allowlist allowlist = { .lines = &lines, .count = 1 };
	struct policy_input input = { &settings, &user, &allowlist, identity,
		REASON_approved };
	const struct allowlist_line *allowed;

	(void)state;
	assert_int_equal(
	    policy_decide(&input, &allowed, NULL), REASON_identity_not_allowed);
}

static void
the_line_that_allowed_is_named(void **state)
{
	struct given given = { .email = "alice@b", .groups = "g" };
	AUTO(allowlist_free) struct allowlist *allowlist =
	    parse("* email:*@a\n*  email:*@B\tgroup:g\n", "alice");
	AUTO(identity_free) struct identity *identity = usual_identity(&given);
	struct settings settings = usual_settings();
	struct user user = { "alice", true, 1000 };
	struct policy_input input = { &settings, &user, allowlist, identity,
		REASON_approved };
	const struct allowlist_line *line = NULL;

	(void)state;
	assert_int_equal(policy_decide(&input, &line, NULL), REASON_approved);
	assert_string_equal(line->text, "* email:*@B group:g");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    root_needs_the_setting_and_a_line_with_its_sub),
		cmocka_unit_test(the_local_user_is_judged_first),
		cmocka_unit_test(another_issuer_is_not_an_identity_of_ours),
		cmocka_unit_test(an_identity_with_nothing_in_it_is_invalid),
		cmocka_unit_test(
		    an_email_speaks_only_for_the_account_it_is_bound_to),
		cmocka_unit_test(
		    only_a_line_with_an_email_and_no_sub_rests_on_it),
		cmocka_unit_test(a_line_without_rules_allows_nobody),
		cmocka_unit_test(the_line_that_allowed_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
