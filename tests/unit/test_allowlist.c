/* login/allowlist: the whole file is right, or nobody gets in. */
#include "allowlist_case.h"

static void
good_lines_are_accepted(void **state)
{
	static const char *const rows[] = {
		"alice email:alice@corp.example",
		"alice email:Alice+x@CORP.example",
		"alice sub:https://id.corp.example|248289761001",
		"alice sub:https://id.corp.example/tenant|auth0|5f7c8ec7",
		"alice claim:oid=4a1e6f52-11de-4b2e-9f0a-6d2f1c0b7a11",
		"alice claim:https://corp.example/role=admin=yes",
		"alice claim:realm.name=\xc3\xa9",
		"alice email:alice@corp.example group:staff group:admins",
		"alice email:alice@corp.example sub:https://i.example|1",
		"ops shared group:oncall",
		"ops group:oncall shared",
		"ops shared group:oncall claim:hd=corp.example",
		"* email:*@corp.example",
		"* email:*@CORP.example group:staff",
		"* claim:preferred_username=%u",
		"* claim:preferred_username=%u email:*@corp.example group:x",
		"  alice\temail:alice@corp.example\t",
		"user@corp.example email:user@corp.example",
		"# a comment\n\n \t\nalice email:a@b",
		"alice email:a@b\n",
	};
	struct detail d;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(allowlist_free) struct allowlist *allowlist = NULL;

		if (parse(rows[i], "nobody", &allowlist, &d) != OAUTH2_ERR_OK)
			fail_msg("%s: %s", rows[i], d.text);
	}
}

/* The second line of a file that is right otherwise. */
static const struct {
	const char *line;
	const char *fault;
} bad_lines[] = {
	{ "alice", "names nobody" },
	{ "alice alice@corp.example", "no such rule" },
	{ "alice email=alice@corp.example", "no such rule" },
	{ "alice EMAIL:alice@corp.example", "no such rule" },
	{ "alice Shared group:x", "no such rule" },
	{ "alice email:a@b # a comment", "no such rule" },
	{ "alice email:a@b, email:c@d", "email: needs" },
	{ " # indented comment", "must start with a user's name" },
	{ "; alice email:a@b", "must start with a user's name" },
	{ "-alice email:a@b", "must start with a user's name" },
	{ "*alice email:a@b", "must start with a user's name" },
	{ "al/ice email:a@b", "must start with a user's name" },
	{ "al\xc3\xad"
	  "ce email:a@b",
	    "must start with a user's name" },
	{ "alice:bob email:a@b", "must start with a user's name" },
	{ "alice email:", "email: needs" },
	{ "alice email:alice", "email: needs" },
	{ "alice email:alice@", "email: needs" },
	{ "alice email:alice@corp.example.", "email: needs" },
	{ "alice email:al*@corp.example", "email: needs" },
	{ "alice email:*@corp.example", "for lines that start with *" },
	{ "alice email:a@b email:c@d", "one email: a line" },
	{ "alice sub:12345", "sub: needs ISSUER|SUB" },
	{ "alice sub:http://i.example|1", "sub: needs the issuer" },
	{ "alice sub:https://i.example?x|1", "sub: needs the issuer" },
	{ "alice sub:https://u@i.example|1", "sub: needs the issuer" },
	{ "alice sub:|1", "sub: needs the issuer" },
	{ "alice sub:https://i.example|", "sub: needs 1 to 255" },
	{ "alice sub:https://i.example|\xc3\xa9", "sub: needs 1 to 255" },
	{ "alice sub:https://i.example|*", "takes no pattern" },
	{ "alice sub:https://i.example|1 sub:https://i.example|2",
	    "one sub: a line" },
	{ "alice claim:oid", "claim: needs NAME=VALUE" },
	{ "alice claim:=x", "claim: needs a claim's name" },
	{ "alice claim:a..b=x", "claim: needs a claim's name" },
	{ "alice claim:\xc3\xa9=x", "claim: needs a claim's name" },
	{ "alice claim:oid=", "claim: needs 1 to 255" },
	{ "alice claim:oid=*", "takes no pattern" },
	{ "alice claim:oid=x%u", "takes no pattern" },
	{ "alice claim:email=alice@corp.example", "not for email and sub" },
	{ "alice claim:email_verified=true", "not for email and sub" },
	{ "alice claim:sub=1", "not for email and sub" },
	{ "alice claim:iss=1", "not for email and sub" },
	{ "alice claim:upn=%u", "only claim:preferred_username" },
	{ "alice claim:preferred_username=%u", "for lines that start with *" },
	{ "alice group:staff", "names nobody" },
	{ "alice email:a@b group:", "group: needs" },
	{ "alice email:a@b group:*", "takes no pattern" },
	{ "alice email:a@b group:%u", "takes no pattern" },
	{ "alice email:a@b group:a\xe2\x80\xae"
	  "b",
	    "group: needs" },
	{ "ops shared", "needs group:NAME" },
	{ "ops shared claim:hd=corp.example", "needs group:NAME" },
	{ "ops shared shared group:x", "stands twice" },
	{ "ops shared group:x email:a@b", "is not shared" },
	{ "ops shared group:x sub:https://i.example|1", "is not shared" },
	{ "*", "* needs" },
	{ "* group:staff", "* needs" },
	{ "* shared group:staff", "cannot be shared" },
	{ "* email:a@corp.example", "* needs" },
	{ "* email:*@", "needs a domain" },
	{ "* email:*@*.example", "needs a domain" },
	{ "* email:*@corp.example.", "needs a domain" },
	{ "* email:*@a.example email:*@b.example", "one email: a line" },
	{ "* email:*@a.example email:b@a.example", "and group:NAME only" },
	{ "* email:*@a.example sub:https://i.example|1",
	    "and group:NAME only" },
	{ "* email:*@a.example claim:hd=a.example", "and group:NAME only" },
	{ "* claim:hd=a.example", "* needs" },
	{ "* claim:oid=%u", "only claim:preferred_username" },
};

static void
a_bad_line_anywhere_refuses_the_file_by_file_and_line(void **state)
{
	struct allowlist *allowlist = NULL;
	struct detail d;
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT(bad_lines); i++) {
		snprintf(text, sizeof(text),
		    "bob email:bob@corp.example\n%s\ncarol email:c@d\n",
		    bad_lines[i].line);
		if (parse(text, "bob", &allowlist, &d) != OAUTH2_ERR_CONFIG)
			fail_msg("accepted: %s", bad_lines[i].line);
		assert_null(allowlist);
		if (strncmp(d.text, "allow:2: ", 9) != 0 ||
		    strstr(d.text, bad_lines[i].fault) == NULL)
			fail_msg("%s: %s", bad_lines[i].line, d.text);
	}
}

static const char house_rules[] =
    "# who may sign in\n"
    "alice email:alice@corp.example   group:staff\n"
    "alice\tsub:https://i.example|42\n"
    "*     email:*@corp.example\n"
    "ops   shared group:oncall\n"
    "*     claim:preferred_username=%u group:staff\n";

static void
a_users_own_lines_replace_those_for_everybody(void **state)
{
	AUTO(allowlist_free) struct allowlist *allowlist = NULL;
	struct detail d;

	(void)state;
	assert_int_equal(
	    parse(house_rules, "alice", &allowlist, &d), OAUTH2_ERR_OK);
	assert_int_equal(allowlist->count, 2);
	assert_int_equal(allowlist->lines[0]->number, 2);
	assert_int_equal(allowlist->lines[1]->number, 3);
	assert_false(allowlist->lines[0]->is_star);
	assert_string_equal(allowlist->lines[0]->text,
	    "alice email:alice@corp.example group:staff");
	assert_string_equal(
	    allowlist->lines[1]->rules[0].name, "https://i.example");
	assert_string_equal(allowlist->lines[1]->rules[0].value, "42");
}

static void
others_get_the_lines_for_everybody(void **state)
{
	AUTO(allowlist_free) struct allowlist *allowlist = NULL;
	struct detail d;

	(void)state;
	assert_int_equal(
	    parse(house_rules, "alic", &allowlist, &d), OAUTH2_ERR_OK);
	assert_int_equal(allowlist->count, 2);
	assert_true(allowlist->lines[0]->is_star);
	assert_string_equal(
	    allowlist->lines[0]->text, "* email:*@corp.example");
	assert_int_equal(
	    allowlist->lines[0]->rules[0].type, ALLOWLIST_EMAIL_DOMAIN);
	assert_string_equal(
	    allowlist->lines[0]->rules[0].value, "corp.example");
	assert_int_equal(
	    allowlist->lines[1]->rules[0].type, ALLOWLIST_CLAIM_USER);
	assert_null(allowlist->lines[1]->rules[0].value);
}

static void
without_a_line_nobody_is_listed(void **state)
{
	AUTO(allowlist_free) struct allowlist *allowlist = NULL;
	struct detail d;

	(void)state;
	assert_int_equal(
	    parse("alice email:a@b", "bob", &allowlist, &d), OAUTH2_ERR_OK);
	assert_int_equal(allowlist->count, 0);
}

static void
a_user_called_star_gets_nothing_of_its_own(void **state)
{
	AUTO(allowlist_free) struct allowlist *allowlist = NULL;
	struct detail d;

	(void)state;
	assert_int_equal(
	    parse(house_rules, "*", &allowlist, &d), OAUTH2_ERR_OK);
	assert_true(allowlist->lines[0]->is_star);
}

static void
the_claims_of_the_users_lines_are_named_once(void **state)
{
	AUTO(allowlist_free) struct allowlist *allowlist = NULL;
	AUTO(strlist_free) struct strlist claims = STRLIST(32);
	AUTO(strlist_free) struct strlist none = STRLIST(32);
	AUTO(strlist_free) struct strlist small = STRLIST(1);
	struct detail d;
	const char *text = "a claim:oid=1 claim:tid=2\n"
			   "a claim:oid=3 email:a@b\n"
			   "b claim:other=4\n"
			   "* claim:preferred_username=%u\n";

	(void)state;
	assert_int_equal(parse(text, "a", &allowlist, &d), OAUTH2_ERR_OK);
	assert_int_equal(allowlist_claims(allowlist, &claims), OAUTH2_ERR_OK);
	assert_int_equal(claims.count, 2);
	assert_true(strlist_has(&claims, "oid"));
	assert_true(strlist_has(&claims, "tid"));
	assert_int_equal(allowlist_claims(allowlist, &small), OAUTH2_ERR_LIMIT);
	assert_true(allowlist_has_type(allowlist, ALLOWLIST_EMAIL));
	assert_false(allowlist_has_type(allowlist, ALLOWLIST_GROUP));
	allowlist_free(allowlist);
	allowlist = NULL;
	assert_int_equal(parse(text, "c", &allowlist, &d), OAUTH2_ERR_OK);
	assert_int_equal(allowlist_claims(allowlist, &none), OAUTH2_ERR_OK);
	assert_int_equal(none.count, 1);
	assert_true(strlist_has(&none, "preferred_username"));
}

/* Whoever it is about: the file is for one provider, and that has none. */
static void
without_addresses_to_rely_on_a_rule_about_one_is_wrong(void **state)
{
	static const char *const rows[] = {
		"bob email:bob@corp.example",
		"* email:*@corp.example",
		"* email:*@corp.example claim:preferred_username=%u",
		"alice sub:https://id.example|1 email:a@b",
	};
	struct detail d;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(allowlist_free) struct allowlist *allowlist = NULL;
		AUTO(buf_free) struct buf text = BUF(1000);
		struct source source = { .name = "allow" };

		buf_printf(
		    &text, "alice sub:https://id.example|1\n%s\n", rows[i]);
		source.data = buf_text(&text);
		source.len = text.len;
		assert_int_equal(
		    allowlist_parse(&source, "alice", true, &allowlist, &d),
		    OAUTH2_ERR_OK);
		allowlist_free(TAKE(allowlist));
		assert_int_equal(
		    allowlist_parse(&source, "alice", false, &allowlist, &d),
		    OAUTH2_ERR_CONFIG);
		assert_null(allowlist);
		assert_int_equal(
		    strncmp(d.text, "allow:2: email: can never hold", 30), 0);
	}
}

static void
other_rules_need_no_address(void **state)
{
	static const char text[] = "alice sub:https://id.example|1\n"
				   "bob claim:name=Bob group:x\n"
				   "ops shared group:oncall\n"
				   "* claim:preferred_username=%u\n";
	AUTO(allowlist_free) struct allowlist *allowlist = NULL;
	struct source source = { "allow", text, sizeof(text) - 1 };
	struct detail d;

	(void)state;
	assert_int_equal(
	    allowlist_parse(&source, "alice", false, &allowlist, &d),
	    OAUTH2_ERR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_lines_are_accepted),
		cmocka_unit_test(
		    a_bad_line_anywhere_refuses_the_file_by_file_and_line),
		cmocka_unit_test(a_users_own_lines_replace_those_for_everybody),
		cmocka_unit_test(others_get_the_lines_for_everybody),
		cmocka_unit_test(without_a_line_nobody_is_listed),
		cmocka_unit_test(a_user_called_star_gets_nothing_of_its_own),
		cmocka_unit_test(the_claims_of_the_users_lines_are_named_once),
		cmocka_unit_test(
		    without_addresses_to_rely_on_a_rule_about_one_is_wrong),
		cmocka_unit_test(other_rules_need_no_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
