/* oauth2/idtoken: tokens that are accepted, and what is read from them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "idtoken_case.h"

#define S16  "0123456789abcdef"
#define S240 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16
#define AZP  "azp", "\"" CLIENT "\""

static const struct {
	const char *what;
	const struct oauth2_idtoken_expected *expected;
	struct claim changes[CHANGES];
} valid[] = {
	{ "the usual", &code, {} },
	{ "from a device", &device, { { "nonce", NULL } } },
	{ "nonce null from a device", &device, { { "nonce", "null" } } },
	{ "no at_hash", &code, { { "at_hash", NULL } } },
	{ "at_hash null", &code, { { "at_hash", "null" } } },
	{ "no at_hash, and nothing to compare", &blind,
	    { { "at_hash", NULL } } },
	{ "an array of one", &code, { { "aud", "[\"" CLIENT "\"]" } } },
	{ "azp without need", &code, { { AZP } } },
	{ "azp null", &code, { { "azp", "null" } } },
	{ "a listed audience", &several,
	    { { "aud", "[\"resource\",\"" CLIENT "\"]" }, { AZP } } },
	{ "sixteen audiences", &several,
	    { { "aud", "[\"api\",\"api\",\"api\",\"api\",\"api\",\"api\","
		       "\"api\",\"api\",\"api\",\"api\",\"api\",\"api\","
		       "\"api\",\"api\",\"api\",\"" CLIENT "\"]" },
		{ AZP } } },
	{ "exp 59 s ago", &code, { { "exp", "1699999941" } } },
	{ "exp far away", &code, { { "exp", "9007199254740991" } } },
	{ "exp with an exponent", &code, { { "exp", "1.7000003e9" } } },
	{ "iat 60 s ahead", &code, { { "iat", "1700000060" } } },
	{ "iat 600 s old", &code, { { "iat", "1699999400" } } },
	{ "nbf 60 s ahead", &code, { { "nbf", "1700000060" } } },
	{ "nbf null", &code, { { "nbf", "null" } } },
	{ "a refresh", &refresh, { { "nonce", NULL } } },
	{ "a refresh that repeats a nonce", &refresh, {} },
	{ "a refresh with the nonce of then", &refresh_nonce, {} },
	{ "a refresh with an old iat", &refresh, { { "iat", "1600000000" } } },
	{ "a refresh for the same audiences", &refresh_aud,
	    { { "aud", "[\"resource\",\"" CLIENT "\"]" }, { AZP } } },
	{ "auth_time at the edge", &aged, { { "auth_time", "1699999640" } } },
	{ "auth_time 60 s ahead", &aged, { { "auth_time", "1700000060" } } },
	{ "auth_time old, not asked", &code, { { "auth_time", "1" } } },
	{ "acr, the second", &acr, { { "acr", "\"loa3\"" } } },
	{ "amr and more", &amr, { { "amr", "[\"hwk\",\"pwd\",\"mfa\"]" } } },
	{ "a subject of 255", &code,
	    { { "sub", "\"" S240 "012345678901234\"" } } },
	{ "a subject with blanks", &code, { { "sub", "\"CN=A B,O=c~\"" } } },
	{ "no email", &code, { { "email", NULL } } },
	{ "no groups", &groups, {} },
	{ "groups here, others elsewhere", &groups,
	    { { "groups", "[\"a\"]" }, { "hasgroups", "false" },
		{ "_claim_names", "{\"shoe_size\":\"src1\"}" } } },
	{ "groups elsewhere, not asked", &code,
	    { { "_claim_names", "{\"groups\":\"src1\"}" },
		{ "hasgroups", "true" } } },
	{ "roles, whatever hasgroups says", &roles,
	    { { "hasgroups", "true" },
		{ "realm_access", "{\"roles\":[\"a\"]}" } } },
	{ "claims we do not know", &code,
	    { { "sid", "\"a\"" }, { "x", "{\"iss\":[1,{\"sub\":null}]}" } } },
};

static void
valid_tokens_of_all_algorithms_are_accepted(void **state)
{
	unsigned count = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(valid); i++) {
		for (enum crypto_alg alg = 0; alg < ALGS; alg++) {
			struct detail d = { 0 };

			if (verify_claims(alg, valid[i].expected,
				valid[i].changes, NULL, &d) != OAUTH2_ERR_OK)
				fail_msg("%s (%s): %s", valid[i].what,
				    alg_names[alg], d.text);
			assert_string_equal(d.text, "");
			count++;
		}
	}
	printf("[ valid    ] accepted=%u refused=0\n", count);
	assert_true(count >= 20);
}

static void
who_it_is_and_how_they_signed_in(void **state)
{
	static char department[] = "department", langs[] = "langs";
	static char absent[] = "absent";
	static char *names[] = { department, langs, absent };
	static const struct strlist list = LIST(names);
	static const struct oauth2_idtoken_expected e = { CODE,
		.query = {
		    .groups_claim = "realm_access.roles", .claims = &list } };
	static const char claims[] =
	    "{\"iss\":\"" ISSUER "\",\"sub\":\"s-1\",\"aud\":[\"" CLIENT "\"],"
	    "\"exp\":1700000300,\"iat\":1700000000,\"nonce\":\"" NONCE "\","
	    "\"email\":\"alice@corp.example\",\"email_verified\":true,"
	    "\"realm_access\":{\"roles\":[\"admins\",\"a b\"]},"
	    "\"department\":\"IT\",\"langs\":[\"de\",\"en\"],"
	    "\"auth_time\":1699999999,\"acr\":\"loa2\",\"amr\":[\"pwd\"]}";
	AUTO(oauth2_idtoken_claims_free)
	struct oauth2_idtoken_claims *got = NULL;
	const struct identity *who;

	(void)state;
	assert_int_equal(
	    verify_text(CRYPTO_ES256, &e, claims, &got, NULL), OAUTH2_ERR_OK);
	who = got->identity;
	assert_string_equal(who->issuer, ISSUER);
	assert_string_equal(who->sub, "s-1");
	assert_string_equal(who->email, "alice@corp.example");
	assert_true(who->email_verified);
	assert_int_equal(who->groups.count, 2);
	assert_string_equal(who->groups.items[0], "admins");
	assert_string_equal(who->groups.items[1], "a b");
	assert_int_equal(who->claims.count, 3);
	assert_string_equal(who->claims.items[0], "department=IT");
	assert_string_equal(who->claims.items[1], "langs=de");
	assert_string_equal(who->claims.items[2], "langs=en");
	assert_int_equal(got->aud.count, 1);
	assert_string_equal(got->aud.items[0], CLIENT);
	assert_int_equal(got->auth_time, 1699999999);
	assert_string_equal(got->acr, "loa2");
	assert_int_equal(got->amr.count, 1);
	assert_string_equal(got->amr.items[0], "pwd");
}

static void
what_a_token_does_not_say_is_empty(void **state)
{
	static const struct claim changes[CHANGES] = { { "email", NULL },
		{ "email_verified", NULL } };
	AUTO(oauth2_idtoken_claims_free)
	struct oauth2_idtoken_claims *got = NULL;

	(void)state;
	assert_int_equal(
	    verify_claims(CRYPTO_EDDSA, &code, changes, &got, NULL),
	    OAUTH2_ERR_OK);
	assert_null(got->identity->email);
	assert_false(got->identity->email_verified);
	assert_int_equal(got->identity->groups.count, 0);
	assert_int_equal(got->identity->claims.count, 0);
	assert_int_equal(got->auth_time, 0);
	assert_null(got->acr);
	assert_int_equal(got->amr.count, 0);
}

static void
an_email_is_verified_by_true_alone(void **state)
{
	static const char *const values[] = { "\"true\"", "1", "\"TRUE\"",
		"null", "false", "[true]", NULL };

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		const struct claim changes[CHANGES] = { { "email_verified",
		    values[i] } };
		AUTO(oauth2_idtoken_claims_free)
		struct oauth2_idtoken_claims *got = NULL;

		assert_int_equal(
		    verify_claims(CRYPTO_ES256, &code, changes, &got, NULL),
		    OAUTH2_ERR_OK);
		assert_string_equal(got->identity->email, "alice@corp.example");
		assert_false(got->identity->email_verified);
	}
}

/* 257 groups are one more than can be kept. */
static void
groups_are_256_and_not_one_more(void **state)
{
	(void)state;
	for (size_t n = 256; n <= 257; n++) {
		AUTO(buf_free) struct buf list = BUF(4096);
		struct claim changes[CHANGES] = { { "groups", NULL } };
		struct detail d = { 0 };
		enum oauth2_err err;

		for (size_t i = 0; i < n; i++)
			buf_puts(&list, i == 0 ? "[\"g\"" : ",\"g\"");
		buf_putc(&list, ']');
		changes[0].value = buf_text(&list);
		err = verify_claims(CRYPTO_ES256, &groups, changes, NULL, &d);
		assert_int_equal(
		    err, n == 256 ? OAUTH2_ERR_OK : OAUTH2_ERR_GROUPS_OVERAGE);
		if (n == 257)
			assert_string_equal(
			    d.text, "claim groups has too many groups");
	}
}

static void
nothing_passes_where_nothing_is_expected(void **state)
{
	static const struct claim none[CHANGES] = { { NULL, NULL } };
	static const struct oauth2_idtoken_expected rows[] = {
		{ .client_id = CLIENT, .now = NOW },
		{ .issuer = ISSUER, .now = NOW },
		{ .issuer = ISSUER, .client_id = CLIENT },
		{ .issuer = ISSUER, .client_id = CLIENT, .now = -NOW },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(
		    verify_claims(CRYPTO_ES256, &rows[i], none, NULL, NULL),
		    OAUTH2_ERR_INTERNAL);
}

static void
o12_at_hash_is_half_the_digest_of_the_algorithm(void **state)
{
	(void)state;
	for (enum crypto_alg alg = 0; alg < ALGS; alg++) {
		AUTO(secret_text_free) char *text = NULL;

		assert_int_equal(
		    oauth2_at_hash(alg, ACCESS_TOKEN, &text), OAUTH2_ERR_OK);
		assert_string_equal(text, at_hash_of(alg));
	}
	assert_string_equal(at_hash_of(CRYPTO_RS256), "77QmUPtjPfzWtF2AnpK9RQ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_tokens_of_all_algorithms_are_accepted),
		cmocka_unit_test(who_it_is_and_how_they_signed_in),
		cmocka_unit_test(what_a_token_does_not_say_is_empty),
		cmocka_unit_test(an_email_is_verified_by_true_alone),
		cmocka_unit_test(groups_are_256_and_not_one_more),
		cmocka_unit_test(nothing_passes_where_nothing_is_expected),
		cmocka_unit_test(
		    o12_at_hash_is_half_the_digest_of_the_algorithm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
