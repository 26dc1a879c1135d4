/* oauth2/idtoken: userinfo that is signed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "idtoken_case.h"

#define SUB "\"sub\":\"248289761001\""

static enum oauth2_err
verify(const struct oauth2_idtoken_expected *e, const struct signer *how,
    const char *claims, struct identity **ret, struct detail *d)
{
	AUTO(jwk_set_free) struct jwk_set *set = parse_keys(OUR_KEYS);
	AUTO(buf_free) struct buf token = BUF(JWS_MAX);
	enum oauth2_err err;

	make_jwt(how, "{\"alg\":\"ES256\"}", claims, &token);
	err = oauth2_userinfo_verify(e, buf_text(&token), set, ret, d);
	assert_int_equal(*ret != NULL, err == OAUTH2_ERR_OK);
	return err;
}

static void
signed_userinfo_is_read_like_any(void **state)
{
	AUTO(identity_free) struct identity *who = NULL;
	struct detail d = { 0 };

	(void)state;
	assert_int_equal(verify(&refresh, &signers[CRYPTO_ES256],
			     "{" SUB ",\"email\":\"alice@corp.example\","
			     "\"email_verified\":true}",
			     &who, &d),
	    OAUTH2_ERR_OK);
	assert_string_equal(who->issuer, ISSUER);
	assert_string_equal(who->sub, "248289761001");
	assert_string_equal(who->email, "alice@corp.example");
	assert_true(who->email_verified);
	assert_string_equal(d.text, "");
}

static void
what_it_says_beyond_is_checked(void **state)
{
	static const struct {
		const char *claims;
		enum oauth2_err err;
		const char *text;
	} rows[] = {
		{ "{" SUB ",\"iss\":\"" ISSUER "\",\"aud\":\"" CLIENT "\","
		  "\"exp\":1700000000,\"nbf\":1700000000,\"iat\":1}",
		    OAUTH2_ERR_OK, "" },
		{ "{" SUB ",\"iss\":null,\"aud\":null,\"exp\":null}",
		    OAUTH2_ERR_OK, "" },
		{ "{" SUB ",\"iss\":\"https://evil.example\"}",
		    OAUTH2_ERR_USERINFO, "iss is not" },
		{ "{" SUB ",\"aud\":\"web\"}", OAUTH2_ERR_USERINFO,
		    "aud does not name" },
		{ "{" SUB ",\"aud\":[\"" CLIENT "\",\"web\"]}",
		    OAUTH2_ERR_USERINFO, "aud names one" },
		{ "{" SUB ",\"exp\":1699999940}", OAUTH2_ERR_USERINFO,
		    "exp is over" },
		{ "{" SUB ",\"exp\":\"1700000300\"}", OAUTH2_ERR_USERINFO,
		    "exp is not" },
		{ "{" SUB ",\"nbf\":1700000061}", OAUTH2_ERR_USERINFO,
		    "nbf is 61 s" },
		{ "{\"sub\":\"24828976100\"}", OAUTH2_ERR_USERINFO_MISMATCH,
		    "sub is not that of the ID token" },
		{ "{\"sub\":\"2482897610012\"}", OAUTH2_ERR_USERINFO_MISMATCH,
		    "sub is not that of the ID token" },
		{ "{\"email\":\"alice@corp.example\"}", OAUTH2_ERR_USERINFO,
		    "sub is missing" },
		{ "{\"sub\":248289761001}", OAUTH2_ERR_USERINFO,
		    "sub is not what" },
		{ "{" SUB ",\"email\":5}", OAUTH2_ERR_USERINFO,
		    "claim email is" },
		{ "[]", OAUTH2_ERR_USERINFO, "the token's claims are" },
		{ "", OAUTH2_ERR_USERINFO, "the token's claims are" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(identity_free) struct identity *who = NULL;
		struct detail d = { 0 };

		if (verify(&refresh, &signers[CRYPTO_ES256], rows[i].claims,
			&who, &d) != rows[i].err)
			fail_msg("%s: %s", rows[i].claims, d.text);
		if (strncmp(d.text, rows[i].text, strlen(rows[i].text)) != 0)
			fail_msg("%s: %s", rows[i].claims, d.text);
	}
}

static void
someone_elses_signature_is_refused(void **state)
{
	AUTO(identity_free) struct identity *who = NULL;
	struct detail d = { 0 };

	(void)state;
	assert_int_equal(
	    verify(&refresh, &others[CRYPTO_ES256], "{" SUB "}", &who, &d),
	    OAUTH2_ERR_USERINFO);
	assert_string_equal(d.text, "the token's signature does not verify");
	assert_int_equal(
	    verify(&refresh, &signers[CRYPTO_RS256], "{" SUB "}", &who, &d),
	    OAUTH2_ERR_USERINFO);
}

static void
groups_elsewhere_are_named_as_such(void **state)
{
	static const struct oauth2_idtoken_expected e = { REFRESH,
		.query = { .groups_claim = "groups" } };
	AUTO(identity_free) struct identity *who = NULL;

	(void)state;
	assert_int_equal(
	    verify(&e, &signers[CRYPTO_ES256],
		"{" SUB ",\"_claim_names\":{\"groups\":\"src1\"}}", &who, NULL),
	    OAUTH2_ERR_GROUPS_OVERAGE);
}

static void
without_a_sub_to_compare_nothing_passes(void **state)
{
	AUTO(identity_free) struct identity *who = NULL;

	(void)state;
	assert_int_equal(
	    verify(&device, &signers[CRYPTO_ES256], "{" SUB "}", &who, NULL),
	    OAUTH2_ERR_INTERNAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signed_userinfo_is_read_like_any),
		cmocka_unit_test(what_it_says_beyond_is_checked),
		cmocka_unit_test(someone_elses_signature_is_refused),
		cmocka_unit_test(groups_elsewhere_are_named_as_such),
		cmocka_unit_test(without_a_sub_to_compare_nothing_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
