/* login/settings_preset: what a preset fills in, and what it refuses. */
#include "settings_case.h"

#include "login/settings_preset.h"

#define CODE   "client_id = linux\nredirect_uri = https://host.example/cb\n"
#define TENANT "0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"
#define ENTRA  "https://login.microsoftonline.com/" TENANT "/v2.0"

static void
check_list(const struct strlist *list, const char *words)
{
	AUTO(buf_free) struct buf b = BUF(1000);

	for (size_t i = 0; i < list->count; i++)
		buf_printf(&b, "%s%s", i > 0 ? " " : "", list->items[i]);
	assert_string_equal(buf_text(&b), words);
}

static void
a_preset_and_a_client_are_enough(void **state)
{
	AUTO(settings_free) struct settings *settings = NULL;
	const struct provider_settings *p;

	(void)state;
	settings =
	    good("[provider git]\npreset = github\nclient_id = x\n", "sshd");
	p = &settings->provider;
	assert_string_equal(p->issuer, "https://github.com/login/oauth");
	assert_string_equal(
	    p->token_endpoint, "https://github.com/login/oauth/access_token");
	assert_string_equal(p->device_authorization_endpoint,
	    "https://github.com/login/device/code");
	assert_string_equal(
	    p->userinfo_endpoint, "https://api.github.com/user");
	check_list(&p->scopes, "read:user user:email");
	assert_int_equal(settings->flow, SETTINGS_FLOW_DEVICE);
	assert_string_equal(settings_preset(p)->name, "github");
}

static void
without_a_preset_nothing_is_filled_in(void **state)
{
	AUTO(settings_free) struct settings *settings = good(PROVIDER, "sshd");
	const struct provider_settings *p = &settings->provider;

	(void)state;
	assert_null(settings_preset(p));
	assert_null(p->token_endpoint);
	assert_null(p->userinfo_endpoint);
	assert_int_equal(p->endpoint_hosts.count, 0);
	assert_int_equal(p->authorize_params.count, 0);
	assert_int_equal(p->required_scopes.count, 0);
	assert_false(p->email_verified_string || p->assume_email_verified);
	assert_null(p->hd);
	assert_null(p->tid);
}

static void
what_the_section_sets_wins(void **state)
{
	AUTO(settings_free) struct settings *settings = NULL;
	const struct provider_settings *p;

	(void)state;
	settings = good("[provider a]\nscopes = openid x\n"
			"verification_hosts = b.example\npreset = google\n"
			"token_endpoint = https://a.example/t\n"
			"client_id = x\n",
	    "sshd");
	p = &settings->provider;
	assert_string_equal(p->issuer, "https://accounts.google.com");
	assert_string_equal(p->token_endpoint, "https://a.example/t");
	check_list(&p->scopes, "openid x");
	check_list(&p->verification_hosts, "b.example");
	check_list(&p->endpoint_hosts,
	    "oauth2.googleapis.com openidconnect.googleapis.com "
	    "www.googleapis.com");
}

/* Another issuer is somebody else: it gets nothing that was the preset's. */
static void
endpoints_and_hosts_are_of_the_presets_own_issuer(void **state)
{
	static const char *const presets[] = { "google", "github", "discord",
		"linkedin", "kakao", "naver", "reddit", "facebook" };

	(void)state;
	for (size_t i = 0; i < COUNT(presets); i++) {
		AUTO(settings_free) struct settings *settings = NULL;
		AUTO(buf_free) struct buf text = BUF(1000);
		const struct provider_settings *p;

		buf_printf(&text,
		    "[provider a]\n" CODE "preset = %s\n"
		    "issuer = https://git.corp.example\n",
		    presets[i]);
		settings = good(buf_text(&text), "sshd");
		p = &settings->provider;
		assert_string_equal(p->issuer, "https://git.corp.example");
		assert_null(p->authorization_endpoint);
		assert_null(p->token_endpoint);
		assert_null(p->userinfo_endpoint);
		assert_null(p->device_authorization_endpoint);
		assert_int_equal(p->endpoint_hosts.count, 0);
		assert_int_equal(p->verification_hosts.count, 0);
	}
}

static void
a_path_is_appended_to_whatever_issuer(void **state)
{
	static const struct {
		const char *issuer, *endpoint;
	} rows[] = {
		{ "", "https://gitlab.com/oauth/authorize_device" },
		{ "issuer = https://git.corp.example\n",
		    "https://git.corp.example/oauth/authorize_device" },
		{ "issuer = https://corp.example:8443/gitlab/\n",
		    "https://corp.example:8443/gitlab/oauth/authorize_device" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(settings_free) struct settings *settings = NULL;
		AUTO(buf_free) struct buf text = BUF(1000);

		buf_printf(&text,
		    "[provider a]\npreset = gitlab\nclient_id = x\n%s",
		    rows[i].issuer);
		settings = good(buf_text(&text), "sshd");
		assert_string_equal(
		    settings->provider.device_authorization_endpoint,
		    rows[i].endpoint);
	}
}

static void
an_issuer_too_long_for_the_path_is_refused(void **state)
{
	AUTO(buf_free) struct buf text = BUF(3000);

	(void)state;
	buf_puts(&text, "[provider a]\npreset = gitlab\nclient_id = x\n"
			"issuer = https://git.example/");
	for (int i = 0; i < 1000; i++)
		buf_putc(&text, 'a');
	buf_putc(&text, '\n');
	bad(buf_text(&text), "[provider a] ",
	    "device_authorization_endpoint does not fit its issuer");
}

static void
an_issuer_that_only_the_customer_knows_is_asked_for(void **state)
{
	(void)state;
	bad("[provider a]\npreset = okta\nclient_id = x\n",
	    "conf:1: ", "[provider a] needs issuer");
	bad("[provider a]\npreset = entra\nclient_id = x\n", "conf:1: ",
	    "needs issuer: https://login.microsoftonline.com/TENANT-ID/v2.0");
	bad("[provider a]\n" CODE "preset = shopify\n",
	    "conf:1: ", "needs issuer: https://NAME.myshopify.com");
}

static void
an_issuer_must_be_one_of_the_providers(void **state)
{
	(void)state;
	settings_free(good("[provider a]\npreset = entra\nclient_id = x\n"
			   "issuer = " ENTRA "\n",
	    "sshd"));
	bad("[provider a]\npreset = entra\nclient_id = x\n"
	    "issuer = https://login.microsoftonline.com/common/v2.0\n",
	    "conf:4: issuer must be ", "not common");
	bad("[provider a]\npreset = entra\nclient_id = x\n"
	    "issuer = https://id.example\n",
	    "conf:4: issuer must be ", "login.microsoftonline.com");
	bad("[provider a]\n" CODE "preset = shopify\n"
	    "issuer = https://evil.example/.myshopify.com\n",
	    "conf:5: issuer must be ", "NAME");
}

static void
shopify_asks_for_a_token_of_a_person(void **state)
{
	AUTO(settings_free)
	struct settings *settings =
	    good("[provider a]\n" CODE "preset = shopify\n"
		 "issuer = https://x.myshopify.com\n",
		"sshd");
	const struct provider_settings *p = &settings->provider;

	(void)state;
	assert_string_equal(p->authorization_endpoint,
	    "https://x.myshopify.com/admin/oauth/authorize");
	assert_string_equal(p->token_endpoint,
	    "https://x.myshopify.com/admin/oauth/access_token");
	check_list(&p->authorize_params, "grant_options[]=per-user");
	assert_int_equal(p->scopes.count, 0);
}

static void
a_secret_is_shown_as_the_preset_says(void **state)
{
	AUTO(settings_free) struct settings *with = NULL;
	AUTO(settings_free) struct settings *set = NULL;
	AUTO(settings_free) struct settings *without = NULL;

	(void)state;
	with = good("[provider a]\n" CODE "preset = reddit\n"
		    "client_secret_file = /etc/s\n",
	    "sshd");
	assert_int_equal(with->provider.token_endpoint_auth_method,
	    SETTINGS_AUTH_METHOD_CLIENT_SECRET_BASIC);
	set = good("[provider a]\n" CODE "preset = reddit\n"
		   "client_secret_file = /etc/s\n"
		   "token_endpoint_auth_method = client_secret_post\n",
	    "sshd");
	assert_int_equal(set->provider.token_endpoint_auth_method,
	    SETTINGS_AUTH_METHOD_CLIENT_SECRET_POST);
	without = good("[provider a]\n" CODE "preset = reddit\n", "sshd");
	assert_int_equal(without->provider.token_endpoint_auth_method,
	    SETTINGS_AUTH_METHOD_NONE);
}

static void
without_a_device_grant_there_is_the_code(void **state)
{
	AUTO(settings_free) struct settings *settings = NULL;
	AUTO(settings_free) struct settings *device = NULL;
	const char *with = "[provider a]\n" CODE "preset = discord\n";

	(void)state;
	settings = good(with, "sshd");
	assert_int_equal(settings->flow, SETTINGS_FLOW_CODE);
	bad("[provider a]\npreset = discord\nclient_id = x\n",
	    "conf:1: ", "needs redirect_uri: discord has no device grant");
	bad("[pam_oauth2]\nflow = device\n[provider a]\n" CODE
	    "preset = discord\n",
	    "flow = device does not go with [provider a]", "discord");
	/* Whoever knows better sets it by hand. */
	device = good("[pam_oauth2]\nflow = device\n[provider a]\n"
		      "preset = discord\nclient_id = x\n"
		      "device_authorization_endpoint = https://d.example/x\n",
	    "sshd");
	assert_int_equal(device->flow, SETTINGS_FLOW_DEVICE);
}

static void
every_provider_is_checked_and_not_the_chosen_one_alone(void **state)
{
	(void)state;
	bad("[pam_oauth2]\nprovider = a\n"
	    "[provider a]\nissuer = https://a.example\nclient_id = x\n"
	    "[provider b]\npreset = cognito\nclient_id = x\n"
	    "issuer = https://b.example\n",
	    "conf:6: ", "needs redirect_uri");
}

static void
with_a_device_grant_auto_tries_both(void **state)
{
	AUTO(settings_free)
	struct settings *settings =
	    good("[provider a]\n" CODE "preset = google\n", "sshd");

	(void)state;
	assert_int_equal(settings->flow, SETTINGS_FLOW_AUTO);
}

static void
addresses_are_assumed_only_where_they_are_confined(void **state)
{
	AUTO(settings_free) struct settings *hd = NULL;
	AUTO(settings_free) struct settings *tid = NULL;

	(void)state;
	bad(PROVIDER "assume_email_verified = yes\n",
	    "conf:4: assume_email_verified ", "needs hd or tid");
	settings_free(good(PROVIDER "assume_email_verified = no\n", "sshd"));
	hd = good(PROVIDER "assume_email_verified = yes\nhd = corp.example\n",
	    "sshd");
	assert_true(hd->provider.assume_email_verified);
	assert_string_equal(hd->provider.hd, "corp.example");
	tid = good(
	    PROVIDER "tid = " TENANT "\nassume_email_verified = yes\n", "sshd");
	assert_string_equal(tid->provider.tid, TENANT);
	bad("[provider a]\n" CODE "preset = naver\nhd = corp.example\n"
	    "assume_email_verified = yes\n",
	    "conf:6: assume_email_verified ", "no effect");
}

static void
u6_a_parameter_is_none_of_ours_and_stands_once(void **state)
{
	static const char *const reserved[] = { "response_type", "client_id",
		"redirect_uri", "state", "scope", "nonce", "code_challenge",
		"code_challenge_method", "request", "request_uri",
		"client_secret", "client_assertion", "client_assertion_type" };
	AUTO(settings_free) struct settings *settings = NULL;

	(void)state;
	settings = good(PROVIDER "authorize_params = prompt=login a=\n"
				 "  acr_values=eidas2 x[]=1=2\n",
	    "sshd");
	check_list(&settings->provider.authorize_params,
	    "prompt=login a= acr_values=eidas2 x[]=1=2");
	for (size_t i = 0; i < COUNT(reserved); i++) {
		AUTO(buf_free) struct buf text = BUF(1000);

		buf_printf(&text, PROVIDER "authorize_params = a=b %s=x\n",
		    reserved[i]);
		bad(buf_text(&text), "conf:4: authorize_params must be ", "");
	}
	bad(PROVIDER "authorize_params = a=1 b=1 a=2\n",
	    "conf:4: authorize_params ", "a name twice");
	bad(PROVIDER "hd = corp.example\nauthorize_params = hd=x\n",
	    "conf:5: authorize_params ", "hd");
	settings_free(good(PROVIDER "authorize_params = hd=x hdx=1\n", "sshd"));
}

static void
a_dump_with_a_preset_parses_to_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < oauth2_provider_count; i++) {
		const struct oauth2_provider *row = &oauth2_providers[i];
		AUTO(settings_free) struct settings *first = NULL;
		AUTO(settings_free) struct settings *second = NULL;
		AUTO(buf_free) struct buf text = BUF(1000);
		AUTO(buf_free) struct buf dump = BUF(20000);
		AUTO(buf_free) struct buf again = BUF(20000);
		const char *issuer = "https://a.example";

		if (row->is_issuer != NULL)
			issuer = row->is_issuer(ENTRA)
				     ? ENTRA
				     : "https://a.myshopify.com";
		buf_printf(
		    &text, "[provider a]\n" CODE "preset = %s\n", row->name);
		if (row->issuer == NULL)
			buf_printf(&text, "issuer = %s\n", issuer);
		first = good(buf_text(&text), "sshd");
		settings_dump(first, &dump);
		second = good(buf_text(&dump), "sshd");
		settings_dump(second, &again);
		assert_string_equal(buf_text(&dump), buf_text(&again));
		assert_int_equal(first->provider.scopes.count,
		    second->provider.scopes.count);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_preset_and_a_client_are_enough),
		cmocka_unit_test(without_a_preset_nothing_is_filled_in),
		cmocka_unit_test(what_the_section_sets_wins),
		cmocka_unit_test(
		    endpoints_and_hosts_are_of_the_presets_own_issuer),
		cmocka_unit_test(a_path_is_appended_to_whatever_issuer),
		cmocka_unit_test(an_issuer_too_long_for_the_path_is_refused),
		cmocka_unit_test(
		    an_issuer_that_only_the_customer_knows_is_asked_for),
		cmocka_unit_test(an_issuer_must_be_one_of_the_providers),
		cmocka_unit_test(shopify_asks_for_a_token_of_a_person),
		cmocka_unit_test(a_secret_is_shown_as_the_preset_says),
		cmocka_unit_test(without_a_device_grant_there_is_the_code),
		cmocka_unit_test(
		    every_provider_is_checked_and_not_the_chosen_one_alone),
		cmocka_unit_test(with_a_device_grant_auto_tries_both),
		cmocka_unit_test(
		    addresses_are_assumed_only_where_they_are_confined),
		cmocka_unit_test(
		    u6_a_parameter_is_none_of_ours_and_stands_once),
		cmocka_unit_test(a_dump_with_a_preset_parses_to_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
