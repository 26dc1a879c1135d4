/* oauth2/client: a configuration is right as a whole, or refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "oauth2/client.h"
#include "oauth2/client_state.h"
#include "oauth2/discovery.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct oauth2_config good = {
	.name = "corp",
	.issuer = "https://id.example",
	.client_id = "CLIENT_ID",
	.token_endpoint = "https://id.example/token",
};

static enum oauth2_err
try(const struct oauth2_config *config, struct detail *d)
{
	AUTO(oauth2_free) struct oauth2_client *c = NULL;
	enum oauth2_err err = oauth2_new(config, d, &c);

	assert_int_equal(c != NULL, err == OAUTH2_ERR_OK);
	return err;
}

static void
k1_the_method_follows_from_the_secret(void **state)
{
	AUTO(oauth2_free) struct oauth2_client *public = NULL;
	AUTO(oauth2_free) struct oauth2_client *confidential = NULL;
	struct oauth2_config config = good;

	(void)state;
	assert_int_equal(oauth2_new(&config, NULL, &public), OAUTH2_ERR_OK);
	assert_int_equal(public->method, CLIENT_AUTH_NONE);
	config.client_secret = "S";
	assert_int_equal(
	    oauth2_new(&config, NULL, &confidential), OAUTH2_ERR_OK);
	assert_int_equal(confidential->method, CLIENT_AUTH_SECRET_POST);
}

static void
k2_an_unknown_method_is_told_before_all_else(void **state)
{
	static const char *const methods[] = { "invalid", "",
		"CLIENT_SECRET_POST", "client_secret_jwt", "basic_raw" };
	struct oauth2_config config = good;
	struct detail d = { 0 };

	(void)state;
	config.client_id = NULL;
	config.token_endpoint = "http://id.example/";
	for (size_t i = 0; i < COUNT(methods); i++) {
		config.token_endpoint_auth_method = methods[i];
		assert_int_equal(
		    try(&config, &d), OAUTH2_ERR_NOT_SUPPORTED_AUTH_METHOD);
	}
	assert_string_equal(
	    d.text, "provider corp: token_endpoint_auth_method: not supported");
}

static void
k3_a_revocation_endpoint_needs_a_method(void **state)
{
	struct oauth2_config config = good;
	struct detail d = { 0 };

	(void)state;
	config.client_secret = "S";
	config.revocation_endpoint = "https://id.example/revoke";
	assert_int_equal(
	    try(&config, &d), OAUTH2_ERR_MISSING_REVOKE_TOKEN_AUTH_METHOD);
	assert_string_equal(
	    d.text, "provider corp: revocation_endpoint_auth_method: missing");
	config.client_id = NULL;
	config.issuer = "http://id.example";
	assert_int_equal(
	    try(&config, &d), OAUTH2_ERR_MISSING_REVOKE_TOKEN_AUTH_METHOD);
}

static void
k3_a_method_without_revocation_endpoint_is_fine(void **state)
{
	struct oauth2_config config = good;

	(void)state;
	config.client_secret = "S";
	config.revocation_endpoint_auth_method = "client_secret_basic";
	assert_int_equal(try(&config, NULL), OAUTH2_ERR_OK);
	config.revocation_endpoint = "https://id.example/revoke";
	assert_int_equal(try(&config, NULL), OAUTH2_ERR_OK);
}

static void
k4_the_token_endpoints_method_is_told_first(void **state)
{
	struct oauth2_config config = good;
	struct detail d = { 0 };

	(void)state;
	config.revocation_endpoint = "https://id.example/revoke";
	config.token_endpoint_auth_method = "invalid";
	config.revocation_endpoint_auth_method = "invalid";
	assert_int_equal(
	    try(&config, &d), OAUTH2_ERR_NOT_SUPPORTED_AUTH_METHOD);
	assert_string_equal(
	    d.text, "provider corp: token_endpoint_auth_method: not supported");
	config.revocation_endpoint_auth_method = NULL;
	assert_int_equal(
	    try(&config, &d), OAUTH2_ERR_NOT_SUPPORTED_AUTH_METHOD);
	config.token_endpoint_auth_method = NULL;
	config.revocation_endpoint_auth_method = "invalid";
	config.revocation_endpoint = NULL;
	assert_int_equal(
	    try(&config, &d), OAUTH2_ERR_NOT_SUPPORTED_AUTH_METHOD);
	assert_string_equal(d.text,
	    "provider corp: revocation_endpoint_auth_method: not supported");
}

static void
revocation_that_says_nothing_goes_by_the_token_endpoint(void **state)
{
	AUTO(oauth2_free) struct oauth2_client *same = NULL;
	AUTO(oauth2_free) struct oauth2_client *other = NULL;
	struct oauth2_config config = good;

	(void)state;
	config.client_secret = "S";
	config.token_endpoint_auth_method = "client_secret_basic";
	assert_int_equal(oauth2_new(&config, NULL, &same), OAUTH2_ERR_OK);
	assert_int_equal(same->revocation_method, CLIENT_AUTH_SECRET_BASIC);
	config.revocation_endpoint_auth_method = "client_secret_post";
	assert_int_equal(oauth2_new(&config, NULL, &other), OAUTH2_ERR_OK);
	assert_int_equal(other->method, CLIENT_AUTH_SECRET_BASIC);
	assert_int_equal(other->revocation_method, CLIENT_AUTH_SECRET_POST);
}

#define KEY(key) \
	{ \
		.name = #key, .offset = offsetof(struct oauth2_config, key) \
	}

/* Whether it is taken as each of the addresses there are; d->text says why. */
static void
check_address(const char *uri, enum oauth2_err expected, const char *why)
{
	static const struct {
		const char *name;
		size_t offset;
	} keys[] = { KEY(issuer), KEY(token_endpoint),
		KEY(device_authorization_endpoint), KEY(userinfo_endpoint),
		KEY(authorization_endpoint), KEY(revocation_endpoint),
		KEY(pushed_authorization_request_endpoint), KEY(jwks_uri),
		KEY(refresh_token_endpoint) };

	for (size_t i = 0; i < COUNT(keys); i++) {
		struct oauth2_config config = good;
		struct detail d = { 0 };
		char text[sizeof(d.text)] = "";

		config.revocation_endpoint_auth_method = "none";
		memcpy((char *)&config + keys[i].offset, &uri, sizeof(uri));
		assert_int_equal(try(&config, &d), expected);
		if (expected != OAUTH2_ERR_OK)
			snprintf(text, sizeof(text), "provider corp: %s: %s",
			    keys[i].name, why);
		assert_string_equal(d.text, text);
	}
}

static void
k5_an_endpoint_is_https(void **state)
{
	(void)state;
	check_address("https://id.example/x", OAUTH2_ERR_OK, "");
	check_address(
	    "http://id.example/x", OAUTH2_ERR_CONFIG, "it is not https");
	check_address("", OAUTH2_ERR_CONFIG,
	    "it is empty or has a blank, control or foreign character");
}

static void
k6_an_endpoint_has_a_host_and_no_person_or_fragment(void **state)
{
	(void)state;
	check_address("https://u:p@h.example/t", OAUTH2_ERR_CONFIG,
	    "it names a user before the host");
	check_address(
	    "https://h.example/t#f", OAUTH2_ERR_CONFIG, "it has a fragment");
	check_address("https:///t", OAUTH2_ERR_CONFIG, "it has no valid host");
	check_address("https://h.example/t\r\nX: 1", OAUTH2_ERR_CONFIG,
	    "it is empty or has a blank, control or foreign character");
}

static void
an_endpoint_may_have_a_query_and_an_issuer_not(void **state)
{
	struct oauth2_config config = good;
	struct detail d = { 0 };

	(void)state;
	config.token_endpoint = "https://id.example/token?x=1";
	assert_int_equal(try(&config, NULL), OAUTH2_ERR_OK);
	config.issuer = "https://id.example/?x=1";
	assert_int_equal(try(&config, &d), OAUTH2_ERR_CONFIG);
	assert_string_equal(d.text, "provider corp: issuer: it has a query");
	config.issuer = NULL;
	assert_int_equal(try(&config, &d), OAUTH2_ERR_CONFIG);
	assert_string_equal(d.text, "provider corp: issuer: missing");
}

static void
k7_secret_and_method_fit_each_other(void **state)
{
	static const struct {
		const char *method, *secret;
		enum oauth2_err err;
	} rows[] = {
		{ "none", NULL, OAUTH2_ERR_OK },
		{ "none", "S", OAUTH2_ERR_CONFIG },
		{ "none", "", OAUTH2_ERR_CONFIG },
		{ "client_secret_post", "S", OAUTH2_ERR_OK },
		{ "client_secret_post", NULL, OAUTH2_ERR_CONFIG },
		{ "client_secret_post", "", OAUTH2_ERR_CONFIG },
		{ "client_secret_basic",
		    "p\xc3\xa4"
		    "55",
		    OAUTH2_ERR_OK },
		{ "client_secret_basic", NULL, OAUTH2_ERR_CONFIG },
		{ "client_secret_basic", "S\n", OAUTH2_ERR_CONFIG },
		{ "client_secret_basic", "\xff", OAUTH2_ERR_CONFIG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct oauth2_config config = good;

		config.token_endpoint_auth_method = rows[i].method;
		config.client_secret = rows[i].secret;
		if (try(&config, NULL) != rows[i].err)
			fail_msg("row %zu", i);
	}
}

static enum oauth2_err
give(void *arg, char **ret)
{
	(void)arg, (void)ret;
	return OAUTH2_ERR_INTERNAL;
}

static void
k7_a_secret_is_there_exactly_where_it_is_used(void **state)
{
	static const char none[] = "none", jwt[] = "private_key_jwt",
			  post[] = "client_secret_post";
	static const struct {
		const char *method, *revocation, *secret;
		enum oauth2_err (*get_assertion)(void *arg, char **ret);
		enum oauth2_err err;
	} rows[] = {
		{ none, none, NULL, NULL, OAUTH2_ERR_OK },
		{ none, post, "S", NULL, OAUTH2_ERR_CONFIG },
		{ none, post, NULL, NULL, OAUTH2_ERR_CONFIG },
		{ post, none, "S", NULL, OAUTH2_ERR_OK },
		{ post, none, "S", give, OAUTH2_ERR_CONFIG },
		{ none, NULL, NULL, give, OAUTH2_ERR_CONFIG },
		{ jwt, NULL, NULL, give, OAUTH2_ERR_OK },
		{ jwt, NULL, NULL, NULL, OAUTH2_ERR_CONFIG },
		{ jwt, NULL, "S", give, OAUTH2_ERR_CONFIG },
		{ jwt, none, "S", give, OAUTH2_ERR_CONFIG },
		{ jwt, post, "S", give, OAUTH2_ERR_OK },
		{ jwt, post, NULL, give, OAUTH2_ERR_CONFIG },
		{ post, jwt, "S", give, OAUTH2_ERR_OK },
		{ post, jwt, "S", NULL, OAUTH2_ERR_CONFIG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct oauth2_config config = good;

		config.token_endpoint_auth_method = rows[i].method;
		config.revocation_endpoint_auth_method = rows[i].revocation;
		config.client_secret = rows[i].secret;
		config.get_assertion = rows[i].get_assertion;
		if (try(&config, NULL) != rows[i].err)
			fail_msg("row %zu", i);
	}
}

static void
basic_raw_knows_no_colon_in_the_id(void **state)
{
	struct oauth2_config config = good;

	(void)state;
	config.client_secret = "c:d";
	config.token_endpoint_auth_method = "client_secret_basic";
	config.client_id = "a:b";
	assert_int_equal(try(&config, NULL), OAUTH2_ERR_OK);
	config.basic_raw = true;
	assert_int_equal(try(&config, NULL), OAUTH2_ERR_CONFIG);
	config.client_id = "ab";
	assert_int_equal(try(&config, NULL), OAUTH2_ERR_OK);
}

static void
lists_have_a_maximum(void **state)
{
	AUTO(strlist_free) struct strlist l = STRLIST(65);
	struct oauth2_config config = good;

	(void)state;
	for (int i = 0; i < 64; i++)
		assert_int_equal(strlist_add(&l, "a"), OAUTH2_ERR_OK);
	config.required_scopes = &l;
	config.endpoint_hosts = &l;
	assert_int_equal(try(&config, NULL), OAUTH2_ERR_OK);
	assert_int_equal(strlist_add(&l, "a"), OAUTH2_ERR_OK);
	assert_int_equal(try(&config, NULL), OAUTH2_ERR_CONFIG);
	config.endpoint_hosts = NULL;
	assert_int_equal(try(&config, NULL), OAUTH2_ERR_CONFIG);
}

static void
the_client_id_is_there(void **state)
{
	struct oauth2_config config = good;

	(void)state;
	config.client_id = NULL;
	assert_int_equal(try(&config, NULL), OAUTH2_ERR_CONFIG);
	config.client_id = "";
	assert_int_equal(try(&config, NULL), OAUTH2_ERR_CONFIG);
}

static void
u11_a_scope_has_no_blank_quote_or_backslash(void **state)
{
	static const char *const scopes[] = { "a b", "\"", "\\", "", "\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(scopes); i++) {
		AUTO(strlist_free) struct strlist l = STRLIST(1);
		struct oauth2_config config = good;

		assert_int_equal(strlist_add(&l, scopes[i]), OAUTH2_ERR_OK);
		config.scopes = &l;
		assert_int_equal(try(&config, NULL), OAUTH2_ERR_CONFIG);
	}
}

static void
endpoints_set_by_hand_need_no_network(void **state)
{
	AUTO(oauth2_free) struct oauth2_client *c = NULL;
	struct oauth2_config config = good;

	(void)state;
	config.userinfo_endpoint = "https://other.example/me";
	assert_int_equal(oauth2_new(&config, NULL, &c), OAUTH2_ERR_OK);
	assert_int_equal(oauth2_discover(c,
			     OAUTH2_NEEDS_TOKEN | OAUTH2_NEEDS_USERINFO, NULL),
	    OAUTH2_ERR_OK);
	assert_string_equal(
	    oauth2_metadata(c)->userinfo_endpoint, "https://other.example/me");
	assert_int_equal(
	    oauth2_discover(c, OAUTH2_NEEDS_DEVICE, NULL), OAUTH2_ERR_INTERNAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(k1_the_method_follows_from_the_secret),
		cmocka_unit_test(k2_an_unknown_method_is_told_before_all_else),
		cmocka_unit_test(k3_a_revocation_endpoint_needs_a_method),
		cmocka_unit_test(
		    k3_a_method_without_revocation_endpoint_is_fine),
		cmocka_unit_test(k4_the_token_endpoints_method_is_told_first),
		cmocka_unit_test(
		    revocation_that_says_nothing_goes_by_the_token_endpoint),
		cmocka_unit_test(k5_an_endpoint_is_https),
		cmocka_unit_test(
		    k6_an_endpoint_has_a_host_and_no_person_or_fragment),
		cmocka_unit_test(
		    an_endpoint_may_have_a_query_and_an_issuer_not),
		cmocka_unit_test(k7_secret_and_method_fit_each_other),
		cmocka_unit_test(k7_a_secret_is_there_exactly_where_it_is_used),
		cmocka_unit_test(basic_raw_knows_no_colon_in_the_id),
		cmocka_unit_test(lists_have_a_maximum),
		cmocka_unit_test(the_client_id_is_there),
		cmocka_unit_test(u11_a_scope_has_no_blank_quote_or_backslash),
		cmocka_unit_test(endpoints_set_by_hand_need_no_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
