/* login/wanted: what a decision is going to ask of an identity. */
#include "policy_case.h"

#include "base/text.h"
#include "login/wanted.h"

static char groups_claim[] = "realm_access.roles";
static char groups[] = "groups";
static char hd[] = "corp.example", tid[] = "t-1";

struct row {
	const char *allowlist;
	char *hd, *tid;
	const char *claims; /* words */
	bool has_groups, has_email;
};

static void
check(const struct row *row)
{
	AUTO(strlist_free) struct strlist claims = STRLIST(IDENTITY_CLAIMS_MAX);
	AUTO(strlist_free) struct strlist wanted = STRLIST(IDENTITY_CLAIMS_MAX);
	AUTO(allowlist_free)
	struct allowlist *allowlist = parse(row->allowlist, "alice");
	struct settings settings = { .provider = {
					 .groups_claim = groups_claim,
					 .hd = row->hd,
					 .tid = row->tid,
				     } };
	const struct signin s = { .settings = &settings,
		.allowlist = allowlist };

	assert_int_equal(wanted_claims(&s, &claims), OAUTH2_ERR_OK);
	assert_int_equal(
	    strlist_add_words(&wanted, row->claims), OAUTH2_ERR_OK);
	assert_int_equal(claims.count, wanted.count);
	for (size_t i = 0; i < wanted.count; i++)
		assert_true(strlist_has(&claims, wanted.items[i]));
	assert_int_equal(wanted_groups(&s) != NULL, row->has_groups);
	if (row->has_groups)
		assert_string_equal(wanted_groups(&s), groups_claim);
	assert_int_equal(wanted_email(&s), row->has_email);
}

static void
no_more_is_wanted_than_rules_and_settings_ask_for(void **state)
{
	static const struct row rows[] = {
		{ "alice email:a@b.example", NULL, NULL, "", false, true },
		{ "* email:*@b.example", NULL, NULL, "", false, true },
		{ "alice sub:https://id.example|1", NULL, NULL, "", false,
		    false },
		{ "alice claim:oid=7", NULL, NULL, "oid", false, false },
		{ "alice claim:oid=7 claim:oid=8", NULL, NULL, "oid", false,
		    false },
		{ "alice shared group:g", NULL, NULL, "", true, false },
		{ "alice email:a@b.example group:g", NULL, NULL, "", true,
		    true },
		{ "alice sub:https://id.example|1\nalice email:a@b.example "
		  "claim:x=y\nalice shared group:g",
		    NULL, NULL, "x", true, true },
		{ "alice sub:https://id.example|1", hd, NULL, "hd", false,
		    false },
		{ "alice sub:https://id.example|1", hd, tid, "hd tid", false,
		    false },
		{ "alice claim:tid=t-1 claim:hd=x", hd, tid, "tid hd", false,
		    false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check(&rows[i]);
}

/* Their login takes the same way, with the same requests. */
static void
who_is_not_listed_is_asked_for_an_email_too(void **state)
{
	static const struct row rows[] = {
		{ "bob email:b@b.example", NULL, NULL, "", false, true },
		{ "bob sub:https://id.example|1 group:g", NULL, NULL, "", false,
		    true },
		{ "bob claim:oid=7", hd, NULL, "hd", false, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check(&rows[i]);
}

/* One string of what is asked for in the ID token. */
static const char *
asked(const char *text, const char *user)
{
	static char names[256];
	AUTO(strlist_free) struct strlist list = STRLIST(WANTED_MAX);
	AUTO(allowlist_free) struct allowlist *allowlist = parse(text, user);
	struct settings settings = { .provider = { .groups_claim = groups } };
	const struct signin s = { .settings = &settings,
		.allowlist = allowlist };

	names[0] = '\0';
	assert_int_equal(wanted_by_anybody(&s, &list), OAUTH2_ERR_OK);
	for (size_t i = 0; i < list.count; i++) {
		strcat(names, list.items[i]);
		strcat(names, " ");
	}
	return names;
}

/* Else who only begins a login would see who is listed, and how. */
static void
the_same_is_asked_for_every_user(void **state)
{
	static const char text[] = "alice sub:https://id.example|1\n"
				   "bob claim:oid=7\n"
				   "carol email:c@b.example group:g\n"
				   "dave email:d@b.example\n";
	static const char *const users[] = { "alice", "bob", "carol", "dave",
		"nobody" };

	(void)state;
	for (size_t i = 0; i < COUNT(users); i++)
		assert_string_equal(
		    asked(text, users[i]), "email email_verified groups oid ");
	assert_string_equal(
	    asked("alice email:a@b.example", "bob"), "email email_verified ");
}

/* Then nobody's are named. */
static void
too_many_names_in_the_file_are_none_for_everybody(void **state)
{
	AUTO(strlist_free) struct strlist list = STRLIST(WANTED_MAX);
	AUTO(buf_free) struct buf text = BUF(4096);
	AUTO(allowlist_free) struct allowlist *allowlist = NULL;
	struct settings settings = { .provider = { .groups_claim = groups } };
	struct signin s = { .settings = &settings };

	(void)state;
	for (int i = 0; i < ALLOWLIST_CLAIMS_MAX + 1; i++)
		buf_printf(&text, "user%d claim:c%d=7\n", i, i);
	allowlist = parse(buf_text(&text), "user0");
	s.allowlist = allowlist;
	assert_int_equal(wanted_by_anybody(&s, &list), OAUTH2_ERR_OK);
	assert_int_equal(list.count, 0);
}

static void
more_names_than_can_be_asked_for_are_too_many(void **state)
{
	AUTO(strlist_free) struct strlist claims = STRLIST(1);
	AUTO(allowlist_free)
	struct allowlist *allowlist = parse("alice claim:oid=7", "alice");
	struct settings settings = { .provider = { .hd = hd } };
	const struct signin s = { .settings = &settings,
		.allowlist = allowlist };

	(void)state;
	assert_int_equal(wanted_claims(&s, &claims), OAUTH2_ERR_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    no_more_is_wanted_than_rules_and_settings_ask_for),
		cmocka_unit_test(who_is_not_listed_is_asked_for_an_email_too),
		cmocka_unit_test(the_same_is_asked_for_every_user),
		cmocka_unit_test(
		    too_many_names_in_the_file_are_none_for_everybody),
		cmocka_unit_test(more_names_than_can_be_asked_for_are_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
