/* oauth2/providers: every row of the table is one that can work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "codec/uri.h"
#include "login/settings_check.h"
#include "oauth2/authorize.h"
#include "oauth2/providers.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define TENANT	     "0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"
#define ENTRA	     "https://login.microsoftonline.com/"
#define LONG_NAME \
	"0123456789012345678901234567890123456789012345678901234567890123"

/* What a customer's own issuer looks like. */
static const char *
issuer_of(const struct oauth2_provider *p)
{
	if (p->issuer != NULL)
		return p->issuer;
	if (strcmp(p->name, "entra") == 0)
		return ENTRA TENANT "/v2.0";
	if (strcmp(p->name, "shopify") == 0)
		return "https://my-shop-2.myshopify.com";
	return "https://id.example/a/";
}

static void
the_names_are_those_of_the_list(void **state)
{
	AUTO(buf_free) struct buf names = BUF(1000);

	(void)state;
	for (size_t i = 0; i < oauth2_provider_count; i++) {
		const struct oauth2_provider *p = &oauth2_providers[i];

		buf_printf(&names, "%s%s", i > 0 ? " " : "", p->name);
		assert_ptr_equal(oauth2_provider_find(p->name), p);
		assert_true(settings_check_name(p->name));
	}
	assert_string_equal(buf_text(&names), OAUTH2_PROVIDER_NAMES);
	assert_int_equal(oauth2_provider_count, 19);
	assert_null(oauth2_provider_find("Google"));
	assert_null(oauth2_provider_find("googl"));
	assert_null(oauth2_provider_find(""));
	assert_null(oauth2_provider_find(NULL));
}

static void
an_issuer_is_the_providers_or_says_what_it_must_be(void **state)
{
	(void)state;
	for (size_t i = 0; i < oauth2_provider_count; i++) {
		const struct oauth2_provider *p = &oauth2_providers[i];

		assert_true(settings_check_issuer(issuer_of(p)));
		assert_true((p->is_issuer == NULL) == (p->issuer_form == NULL));
		assert_true(p->is_issuer == NULL || p->issuer == NULL);
		if (p->is_issuer != NULL)
			assert_true(p->is_issuer(issuer_of(p)));
	}
}

/* NULL, a whole URL, or a path behind the issuer. */
static void
check_endpoint(const struct oauth2_provider *p, const char *endpoint)
{
	AUTO(buf_free) struct buf url = BUF(1000);

	if (endpoint == NULL)
		return;
	if (endpoint[0] == '/')
		buf_puts(&url, issuer_of(p));
	else
		assert_non_null(p->issuer);
	buf_puts(&url, endpoint);
	if (!settings_check_url(buf_text(&url)))
		fail_msg("%s: %s", p->name, buf_text(&url));
}

static void
every_endpoint_is_https(void **state)
{
	(void)state;
	for (size_t i = 0; i < oauth2_provider_count; i++) {
		const struct oauth2_provider *p = &oauth2_providers[i];

		check_endpoint(p, p->authorization_endpoint);
		check_endpoint(p, p->token_endpoint);
		check_endpoint(p, p->device_authorization_endpoint);
		check_endpoint(p, p->userinfo_endpoint);
		assert_true(p->device_authorization_endpoint == NULL ||
			    !p->has_no_device_grant);
	}
}

/* Every word passes the check; NULL and "" have none. */
static void
check_words(const struct oauth2_provider *p, const char *text,
    bool (*is_valid)(const char *word))
{
	AUTO(strlist_free) struct strlist words = STRLIST(16);

	if (text == NULL)
		return;
	assert_int_equal(strlist_add_words(&words, text), OAUTH2_ERR_OK);
	for (size_t i = 0; i < words.count; i++) {
		if (!is_valid(words.items[i]))
			fail_msg("%s: %s", p->name, words.items[i]);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(words.items[i], words.items[j]);
	}
}

static void
every_list_is_one_that_the_settings_could_have(void **state)
{
	(void)state;
	for (size_t i = 0; i < oauth2_provider_count; i++) {
		const struct oauth2_provider *p = &oauth2_providers[i];

		check_words(p, p->scopes, settings_check_scope);
		check_words(p, p->endpoint_hosts, settings_check_host);
		check_words(p, p->verification_hosts, settings_check_host);
		check_words(p, p->authorize_params, settings_check_parameter);
		/* Hosts are for one known issuer alone. */
		if (p->endpoint_hosts != NULL || p->verification_hosts != NULL)
			assert_true(p->issuer != NULL || p->is_issuer != NULL);
	}
}

/* Where discovery is not OpenID's, nothing is left to it. */
static void
who_signed_in_can_be_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < oauth2_provider_count; i++) {
		const struct oauth2_provider *p = &oauth2_providers[i];
		bool is_openid =
		    p->scopes == NULL || strncmp(p->scopes, "openid", 6) == 0;

		if (!is_openid) {
			assert_non_null(p->authorization_endpoint);
			assert_non_null(p->token_endpoint);
			assert_true((p->userinfo_endpoint != NULL) !=
				    (p->token_user != NULL));
			assert_true(p->read != NULL || p->token_user != NULL);
		}
		assert_true(p->email != OAUTH2_EMAIL_HOOK || p->read != NULL);
		assert_true(p->email != OAUTH2_EMAIL_CLAIM || p->read == NULL);
		assert_true(p->fetch == NULL || p->userinfo_endpoint != NULL);
	}
}

static void
five_providers_have_no_email_to_rely_on(void **state)
{
	AUTO(buf_free) struct buf names = BUF(1000);

	(void)state;
	for (size_t i = 0; i < oauth2_provider_count; i++)
		if (oauth2_providers[i].email == OAUTH2_EMAIL_NEVER)
			buf_printf(&names, "%s ", oauth2_providers[i].name);
	assert_string_equal(
	    buf_text(&names), "reddit naver facebook shopify franceconnect ");
}

static void
nothing_but_a_tenant_fits_into_entras_issuer(void **state)
{
	static const char *const rows[] = {
		ENTRA "common/v2.0",
		ENTRA "organizations/v2.0",
		ENTRA "consumers/v2.0",
		ENTRA "9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
		ENTRA "corp.example/v2.0",
		ENTRA TENANT,
		ENTRA TENANT "/v2.0/",
		ENTRA TENANT "/v1.0",
		ENTRA TENANT "/" TENANT "/v2.0",
		ENTRA "/v2.0",
		ENTRA "v2.0",
		ENTRA "0A1B2C3D-0a1b-2c3d-4e5f-0a1b2c3d4e5f/v2.0",
		ENTRA "0a1b2c3d00a1b-2c3d-4e5f-0a1b2c3d4e5f/v2.0",
		("https://login.microsoftonline.com.evil.example/" TENANT
		 "/v2.0"),
		"https://sts.windows.net/" TENANT "/",
		"http://login.microsoftonline.com/" TENANT "/v2.0",
	};
	const struct oauth2_provider *p = oauth2_provider_find("entra");

	(void)state;
	assert_true(p->is_issuer(ENTRA TENANT "/v2.0"));
	for (size_t i = 0; i < COUNT(rows); i++)
		if (p->is_issuer(rows[i]))
			fail_msg("%s", rows[i]);
}

static void
nothing_but_a_name_fits_into_shopifys_issuer(void **state)
{
	static const char *const rows[] = {
		"https://.myshopify.com",
		"https://myshopify.com",
		"https://evil.example/x?y=.myshopify.com",
		"https://evil.example/.myshopify.com",
		"https://a.b.myshopify.com",
		"https://-shop.myshopify.com",
		"https://Shop.myshopify.com",
		"https://shop_1.myshopify.com",
		"https://shop.myshopify.com/",
		"https://shop.myshopify.com.evil.example",
		"https://shop.myshopify.com:8443",
		"https://user@shop.myshopify.com",
		"http://shop.myshopify.com",
		("https://" LONG_NAME ".myshopify.com"),
	};
	const struct oauth2_provider *p = oauth2_provider_find("shopify");

	(void)state;
	assert_true(p->is_issuer("https://my-shop-2.myshopify.com"));
	for (size_t i = 0; i < COUNT(rows); i++)
		if (p->is_issuer(rows[i]))
			fail_msg("%s", rows[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_names_are_those_of_the_list),
		cmocka_unit_test(
		    an_issuer_is_the_providers_or_says_what_it_must_be),
		cmocka_unit_test(every_endpoint_is_https),
		cmocka_unit_test(
		    every_list_is_one_that_the_settings_could_have),
		cmocka_unit_test(who_signed_in_can_be_told),
		cmocka_unit_test(five_providers_have_no_email_to_rely_on),
		cmocka_unit_test(nothing_but_a_tenant_fits_into_entras_issuer),
		cmocka_unit_test(nothing_but_a_name_fits_into_shopifys_issuer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
