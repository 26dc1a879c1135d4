/* login/settings: what is wrong anywhere is refused, with file and line. */
#include "settings_case.h"

#include "base/paths.h"

static void
the_least_there_can_be_gives_the_defaults(void **state)
{
	AUTO(settings_free)
	struct settings *s = good(PROVIDER, "gdm-password");

	(void)state;
	assert_string_equal(s->section, "gdm-password");
	assert_string_equal(s->provider_name, "corp");
	assert_string_equal(s->allowlist, PATH_ALLOWLIST);
	assert_int_equal(s->flow, SETTINGS_FLOW_DEVICE);
	assert_int_equal(s->login_timeout, 100);
	assert_int_equal(s->display, SETTINGS_DISPLAY_PROMPT);
	assert_int_equal(s->qr, SETTINGS_QR_UTF8);
	assert_int_equal(s->qr_max_rows, 40);
	assert_int_equal(s->qr_max_columns, 80);
	assert_false(s->allow_root);
	assert_int_equal(s->email_local_part, SETTINGS_LOCAL_PART_FOLD);
	assert_string_equal(s->user_pattern, "[a-z_][a-z0-9_.-]{0,31}");
	assert_int_equal(s->min_uid, SETTINGS_AUTO);
	assert_int_equal(s->host_limit, 0);
	assert_int_equal(s->non_interactive, SETTINGS_NON_INTERACTIVE_DENY);
	assert_int_equal(s->unavailable, SETTINGS_UNAVAILABLE_DENY);
	assert_null(s->banner_before);
	assert_null(s->banner_after);
	assert_null(s->support);
	assert_int_equal(s->refresh_use, SETTINGS_REFRESH_ACCOUNT_CHECK);
	assert_int_equal(s->refresh_max_age, 43200);
	assert_int_equal(s->refresh_idle, 28800);
	assert_int_equal(s->account_max_age, 2592000);
	assert_int_equal(
	    s->account_token_missing, SETTINGS_TOKEN_MISSING_IGNORE);
	assert_int_equal(s->account_services.count, 1);
	assert_int_equal(s->account_exempt.count, 0);
	assert_int_equal(s->grace_max, 14400);
	assert_false(s->debug);
}

static void
a_provider_has_defaults_too(void **state)
{
	AUTO(settings_free) struct settings *s = good(PROVIDER, "sshd");
	const struct provider_settings *p = &s->provider;

	(void)state;
	assert_string_equal(p->name, "corp");
	assert_string_equal(p->issuer, "https://id.example");
	assert_string_equal(p->client_id, "linux");
	assert_null(p->client_secret_file);
	assert_int_equal(
	    p->token_endpoint_auth_method, SETTINGS_AUTH_METHOD_NONE);
	assert_false(p->basic_raw);
	assert_null(p->private_key_file);
	assert_null(p->private_key_id);
	assert_int_equal(
	    p->assertion_audience, SETTINGS_ASSERTION_AUDIENCE_ISSUER);
	assert_int_equal(p->pkce, SETTINGS_PKCE_S256);
	assert_null(p->token_endpoint);
	assert_null(p->device_authorization_endpoint);
	assert_null(p->userinfo_endpoint);
	assert_int_equal(p->endpoint_hosts.count, 0);
	assert_int_equal(p->verification_hosts.count, 0);
	assert_int_equal(p->scopes.count, 3);
	assert_string_equal(p->scopes.items[0], "openid");
	assert_string_equal(p->scopes.items[1], "profile");
	assert_string_equal(p->scopes.items[2], "email");
	assert_string_equal(p->groups_claim, "groups");
	assert_null(p->ca_file);
	assert_null(p->proxy);
}

static void
some_defaults_depend_on_the_service(void **state)
{
	static const struct {
		const char *service;
		enum settings_display display;
		uint32_t host_limit;
	} rows[] = {
		{ "sshd", SETTINGS_DISPLAY_PROMPT, 120 },
		{ "login", SETTINGS_DISPLAY_TEXT, 60 },
		{ "su", SETTINGS_DISPLAY_TEXT, 0 },
		{ "su-l", SETTINGS_DISPLAY_TEXT, 0 },
		{ "sudo", SETTINGS_DISPLAY_TEXT, 0 },
		{ "sudo-i", SETTINGS_DISPLAY_TEXT, 0 },
		{ "sudoedit", SETTINGS_DISPLAY_PROMPT, 0 },
		{ "SSHD", SETTINGS_DISPLAY_PROMPT, 0 },
		{ "", SETTINGS_DISPLAY_PROMPT, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(settings_free)
		struct settings *s = good(PROVIDER, rows[i].service);

		assert_int_equal(s->display, rows[i].display);
		assert_int_equal(s->host_limit, rows[i].host_limit);
	}
}

static void
a_set_value_beats_what_the_service_would_have(void **state)
{
	static const char text[] = "[pam_oauth2]\n"
				   "display = text\n"
				   "host_limit = 7\n"
				   "[service login]\n"
				   "display = prompt\n"
				   "host_limit = 0\n"
				   "[service su]\n"
				   "display = auto\n"
				   "host_limit = auto\n" PROVIDER;
	AUTO(settings_free) struct settings *sshd = good(text, "sshd");
	AUTO(settings_free) struct settings *login = good(text, "login");
	AUTO(settings_free) struct settings *su = good(text, "su");

	(void)state;
	assert_int_equal(sshd->display, SETTINGS_DISPLAY_TEXT);
	assert_int_equal(sshd->host_limit, 7);
	assert_int_equal(login->display, SETTINGS_DISPLAY_PROMPT);
	assert_int_equal(login->host_limit, 0);
	assert_int_equal(su->display, SETTINGS_DISPLAY_TEXT);
	assert_int_equal(su->host_limit, 0);
}

static void
a_service_overrides_the_defaults_in_any_order_of_sections(void **state)
{
	static const char text[] = "[service sshd]\n"
				   "login_timeout = 50\n"
				   "support =\n" PROVIDER "[pam_oauth2]\n"
				   "login_timeout = 70\n"
				   "support = call us\n"
				   "qr = off\n";
	AUTO(settings_free) struct settings *sshd = good(text, "sshd");
	AUTO(settings_free) struct settings *ssh = good(text, "ssh");

	(void)state;
	assert_int_equal(sshd->login_timeout, 50);
	assert_null(sshd->support);
	assert_int_equal(sshd->qr, SETTINGS_QR_OFF);
	assert_int_equal(ssh->login_timeout, 70);
	assert_string_equal(ssh->support, "call us");
}

static void
a_service_may_have_a_provider_of_its_own(void **state)
{
	static const char text[] =
	    "[pam_oauth2]\n"
	    "provider = corp\n"
	    "[service sudo]\n"
	    "provider = other\n" PROVIDER "[provider other]\n"
	    "issuer = https://other.example\n"
	    "client_id = x y\n"
	    "client_secret_file = /etc/s\n"
	    "scopes = openid\n";
	AUTO(settings_free) struct settings *sshd = good(text, "sshd");
	AUTO(settings_free) struct settings *sudo = good(text, "sudo");

	(void)state;
	assert_string_equal(sshd->provider.name, "corp");
	assert_string_equal(sshd->provider.issuer, "https://id.example");
	assert_int_equal(sshd->provider.scopes.count, 3);
	assert_string_equal(sudo->provider_name, "other");
	assert_string_equal(sudo->provider.name, "other");
	assert_string_equal(sudo->provider.issuer, "https://other.example");
	assert_string_equal(sudo->provider.client_id, "x y");
	assert_int_equal(sudo->provider.scopes.count, 1);
	assert_int_equal(sudo->provider.token_endpoint_auth_method,
	    SETTINGS_AUTH_METHOD_AUTO);
}

static void
sections_and_settings_that_do_not_exist_are_refused(void **state)
{
	static const struct {
		const char *text;
		const char *start;
		const char *contained;
	} rows[] = {
		{ "[default]\n" PROVIDER, "conf:1: no such section", "" },
		{ "[PAM_OAUTH2]\n" PROVIDER, "conf:1: no such section", "" },
		{ "[pam_oauth]\n" PROVIDER, "conf:1: no such section", "" },
		{ "[service]\n" PROVIDER, "conf:1: no such section", "" },
		{ "[Service sshd]\n" PROVIDER, "conf:1: no such section", "" },
		{ "[services sshd]\n" PROVIDER, "conf:1: no such section", "" },
		{ PROVIDER "[other]\n", "conf:4: no such section", "" },
		{ "[service SSHD]\n" PROVIDER, "conf:1: the NAME of", "" },
		{ "[pam_oauth2]\nprovder = corp\n" PROVIDER,
		    "conf:2: no such setting: provder", "" },
		{ "[pam_oauth2]\nQr = off\n" PROVIDER,
		    "conf:2: no such setting: Qr", "lower case" },
		{ "[pam_oauth2]\nissuer = https://x\n" PROVIDER,
		    "conf:2: issuer belongs into [provider NAME]", "" },
		{ PROVIDER "qr = off\n",
		    "conf:4: qr belongs into [pam_oauth2] or [service NAME]",
		    "" },
		{ "[service sshd]\ndebug = yes\n" PROVIDER,
		    "conf:2: debug belongs into [pam_oauth2]", "" },
		{ "[service other]\nx = yes\n" PROVIDER,
		    "conf:2: no such setting: x", "" },
		{ "[service other]\nqr = no\n" PROVIDER,
		    "conf:2: qr must be one of: utf8 ascii off", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		bad(rows[i].text, rows[i].start, rows[i].contained);
}

static void
a_provider_must_be_there_complete_and_chosen(void **state)
{
	static const char second[] =
	    "[provider b]\nissuer = https://b.example\nclient_id = b\n";
	char text[1000];

	(void)state;
	bad("", "there is no section [provider NAME]", "");
	bad("# nothing\n", "there is no section [provider NAME]", "");
	bad("[pam_oauth2]\n", "there is no section [provider NAME]", "");
	bad("[provider a]\n", "conf:1: [provider a] needs issuer", "");
	bad("[provider a]\nclient_id = x\n",
	    "conf:1: [provider a] needs issuer", "");
	bad("\n[provider a]\nissuer = https://x\n",
	    "conf:2: [provider a] needs client_id", "");
	snprintf(text, sizeof(text), "%s%s", PROVIDER, second);
	bad(text, "conf:4: a second provider", "provider = NAME");
	snprintf(text, sizeof(text), "[service su]\nprovider = b\n%s%s",
	    PROVIDER, second);
	bad(text, "conf:6: a second provider", "[service sshd]");
	bad("[pam_oauth2]\nprovider = x\n" PROVIDER,
	    "conf:2: there is no section [provider x]", "");
	bad("[service su]\nprovider = x\n" PROVIDER,
	    "conf:2: there is no section [provider x]", "");
	bad("[pam_oauth2]\nprovider = corp\n" PROVIDER "[provider b]\n",
	    "conf:6: [provider b] needs issuer", "");
}

#define SECRET	"client_secret_file = /etc/s\n"
#define KEY	"private_key_file = /etc/k\n"
#define METHOD	"token_endpoint_auth_method = "
#define JWT	METHOD "private_key_jwt\n" KEY
#define REFUSED (-1)

static void
a_credential_and_the_method_that_uses_it_go_together(void **state)
{
	static const struct {
		const char *text;
		int method;
		const char *name;
	} rows[] = {
		{ PROVIDER, SETTINGS_AUTH_METHOD_NONE, "none" },
		{ PROVIDER METHOD "none\n", SETTINGS_AUTH_METHOD_NONE, "none" },
		{ PROVIDER METHOD "auto\n", SETTINGS_AUTH_METHOD_NONE, "none" },
		{ PROVIDER SECRET, SETTINGS_AUTH_METHOD_AUTO, "auto" },
		{ PROVIDER SECRET METHOD "auto\n", SETTINGS_AUTH_METHOD_AUTO,
		    "auto" },
		{ PROVIDER SECRET METHOD "client_secret_post\n",
		    SETTINGS_AUTH_METHOD_CLIENT_SECRET_POST,
		    "client_secret_post" },
		{ PROVIDER SECRET METHOD "client_secret_basic\n",
		    SETTINGS_AUTH_METHOD_CLIENT_SECRET_BASIC,
		    "client_secret_basic" },
		{ PROVIDER SECRET METHOD "none\n", REFUSED,
		    "without a method that uses it" },
		{ PROVIDER METHOD "client_secret_post\n", REFUSED,
		    "without its client_secret_file" },
		{ PROVIDER METHOD "client_secret_basic\n", REFUSED,
		    "without its client_secret_file" },
		{ PROVIDER JWT, SETTINGS_AUTH_METHOD_PRIVATE_KEY_JWT,
		    "private_key_jwt" },
		{ PROVIDER METHOD "private_key_jwt\n", REFUSED,
		    "private_key_jwt without a private_key_file" },
		{ PROVIDER JWT SECRET, REFUSED,
		    "without a method that uses it" },
		{ PROVIDER KEY, REFUSED,
		    "a private_key_file without private_key_jwt" },
		{ PROVIDER METHOD "none\n" KEY, REFUSED,
		    "a private_key_file without private_key_jwt" },
		{ PROVIDER SECRET KEY, REFUSED,
		    "a private_key_file without private_key_jwt" },
		{ PROVIDER METHOD "client_secret_basic\n" SECRET KEY, REFUSED,
		    "a private_key_file without private_key_jwt" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(settings_free) struct settings *s = NULL;

		if (rows[i].method == REFUSED) {
			bad(rows[i].text, "conf:1: [provider corp] has",
			    rows[i].name);
			continue;
		}
		s = good(rows[i].text, "sshd");
		assert_int_equal(
		    s->provider.token_endpoint_auth_method, rows[i].method);
		assert_string_equal(settings_auth_method_name(
					s->provider.token_endpoint_auth_method),
		    rows[i].name);
	}
}

static void
what_would_have_no_effect_is_refused(void **state)
{
#define AUDIENCE "assertion_audience = token_endpoint\n"
#define ENDPOINT "token_endpoint = https://id.example/token\n"
	static const struct {
		const char *text, *contained; /* NULL: right */
	} rows[] = {
		{ PROVIDER JWT "private_key_id = k1\n", NULL },
		{ PROVIDER "private_key_id = k1\n",
		    "a private_key_id without private_key_jwt" },
		{ PROVIDER SECRET "private_key_id = k1\n",
		    "a private_key_id without private_key_jwt" },
		{ PROVIDER JWT AUDIENCE ENDPOINT, NULL },
		{ PROVIDER JWT "assertion_audience = issuer\n", NULL },
		{ PROVIDER "assertion_audience = issuer\n", NULL },
		{ PROVIDER JWT AUDIENCE,
		    "token_endpoint without a token_endpoint" },
		{ PROVIDER AUDIENCE ENDPOINT,
		    "an assertion_audience without private_key_jwt" },
		{ PROVIDER SECRET METHOD "client_secret_basic\n"
					 "basic_raw = yes\n",
		    NULL },
		{ PROVIDER "basic_raw = no\n", NULL },
		{ PROVIDER SECRET "basic_raw = yes\n",
		    "basic_raw = yes without client_secret_basic" },
		{ PROVIDER "basic_raw = yes\n",
		    "basic_raw = yes without client_secret_basic" },
		{ PROVIDER JWT "basic_raw = yes\n",
		    "basic_raw = yes without client_secret_basic" },
		{ PROVIDER "redirect_uri = https://a.example/\npkce = plain\n",
		    NULL },
		{ PROVIDER "pkce = S256\n", NULL },
		{ PROVIDER "pkce = plain\n",
		    "pkce = plain without a redirect_uri" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].contained == NULL)
			settings_free(good(rows[i].text, "sshd"));
		else
			bad(rows[i].text, "conf:1: [provider corp] has ",
			    rows[i].contained);
}

static void
files_add_to_each_other_and_never_disagree(void **state)
{
	static const struct settings_host sshd = { "sshd", "sshd" };
	struct source sources[] = {
		{ "a", PROVIDER, strlen(PROVIDER) },
		{ "b",
		    "[pam_oauth2]\nqr = off\n[provider corp]\nproxy = "
		    "http://p:1\n",
		    0 },
		{ "c", "[service sshd]\nqr = ascii\n", 0 },
		{ "d", "", 0 },
	};
	AUTO(settings_free) struct settings *s = NULL;
	struct settings *none = NULL;
	struct detail d;

	(void)state;
	sources[1].len = strlen(sources[1].data);
	sources[2].len = strlen(sources[2].data);
	assert_int_equal(
	    settings_parse(sources, 4, &sshd, &s, &d), OAUTH2_ERR_OK);
	assert_int_equal(s->qr, SETTINGS_QR_ASCII);
	assert_string_equal(s->provider.proxy, "http://p:1");
	sources[3].data = "[pam_oauth2]\nqr = off\n";
	sources[3].len = strlen(sources[3].data);
	assert_int_equal(
	    settings_parse(sources, 4, &sshd, &none, &d), OAUTH2_ERR_CONFIG);
	assert_string_equal(
	    d.text, "d:2: qr is already set in b:2; keep one of them");
}

static void
a_user_name_is_never_enough(void **state)
{
	static const char use[] = "[pam_oauth2]\n"
				  "refresh_use = second-factor\n";
	static const struct {
		const char *requires;
		bool is_enough;
	} rows[] = {
		{ "ssh-publickey", true },
		{ "prior-module", true },
		{ "same-network ssh-publickey", true },
		{ "prior-module same-network", true },
		{ "same-network", false },
		{ "same-network same-network", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(settings_free) struct settings *s = NULL;
		AUTO(buf_free) struct buf text = BUF(1000);

		buf_printf(&text, "%srefresh_requires = %s\n" PROVIDER, use,
		    rows[i].requires);
		if (rows[i].is_enough)
			s = good(buf_text(&text), "sshd");
		else
			bad(buf_text(&text), "refresh_requires of service sshd",
			    "a user name would be enough");
	}
}

static void
nothing_is_left_for_a_pin_where_the_last_session_ends_all(void **state)
{
	static const char close[] = "[pam_oauth2]\nrevoke_on = close\n";
	static const char pin[] = "[service sshd]\nrefresh_use = pin\n";
	AUTO(buf_free) struct buf wrong = BUF(1000);
	AUTO(buf_free) struct buf right = BUF(1000);
	AUTO(settings_free) struct settings *sshd = NULL;
	AUTO(settings_free) struct settings *sudo = NULL;

	(void)state;
	buf_printf(&wrong, "%s%s" PROVIDER, close, pin);
	bad(buf_text(&wrong), "revoke_on of service sshd", "a PIN");
	sudo = good(buf_text(&wrong), "sudo");
	buf_printf(&right, "%s%srevoke_on = never\n" PROVIDER, close, pin);
	sshd = good(buf_text(&right), "sshd");
}

/* It is refused for what it may do, not for what it is called. */
static void
a_network_alone_may_stand_where_it_lets_nobody_in(void **state)
{
	AUTO(settings_free)
	struct settings *s = good("[pam_oauth2]\n"
				  "refresh_requires = same-network\n" PROVIDER,
	    "sshd");

	(void)state;
	assert_int_equal(s->refresh_use, SETTINGS_REFRESH_ACCOUNT_CHECK);
}

/* What sshd has to note down is of use to sudo. */
static void
sessions_of_one_service_concern_all(void **state)
{
	static const struct {
		const char *text;
		bool has_sessions;
	} rows[] = {
		{ PROVIDER, false },
		{ "[service sudo]\nrefresh_use = session\n" PROVIDER, true },
		{ "[pam_oauth2]\nrefresh_use = session\n" PROVIDER, true },
		{ "[service sudo]\nrefresh_use = off\n" PROVIDER, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(settings_free)
		struct settings *s = good(rows[i].text, "sshd");

		assert_int_equal(s->has_sessions, rows[i].has_sessions);
	}
}

static void
grace_is_for_the_account_check_alone(void **state)
{
	static const struct {
		const char *use;
		int idp_down;
	} rows[] = {
		{ "account-check", SETTINGS_IDP_DOWN_GRACE },
		{ "off", SETTINGS_IDP_DOWN_DENY },
		{ "second-factor", SETTINGS_IDP_DOWN_DENY },
		{ "pin", SETTINGS_IDP_DOWN_DENY },
		{ "second-factor\nidp_down = grace", SETTINGS_IDP_DOWN_GRACE },
		{ "account-check\nidp_down = deny", SETTINGS_IDP_DOWN_DENY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(settings_free) struct settings *s = NULL;
		AUTO(buf_free) struct buf text = BUF(1000);

		buf_printf(&text, "[service sshd]\nrefresh_use = %s\n" PROVIDER,
		    rows[i].use);
		s = good(buf_text(&text), "sshd");
		assert_int_equal(s->idp_down, rows[i].idp_down);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_there_can_be_gives_the_defaults),
		cmocka_unit_test(a_provider_has_defaults_too),
		cmocka_unit_test(some_defaults_depend_on_the_service),
		cmocka_unit_test(a_set_value_beats_what_the_service_would_have),
		cmocka_unit_test(
		    a_service_overrides_the_defaults_in_any_order_of_sections),
		cmocka_unit_test(a_service_may_have_a_provider_of_its_own),
		cmocka_unit_test(
		    sections_and_settings_that_do_not_exist_are_refused),
		cmocka_unit_test(a_provider_must_be_there_complete_and_chosen),
		cmocka_unit_test(
		    a_credential_and_the_method_that_uses_it_go_together),
		cmocka_unit_test(what_would_have_no_effect_is_refused),
		cmocka_unit_test(files_add_to_each_other_and_never_disagree),
		cmocka_unit_test(a_user_name_is_never_enough),
		cmocka_unit_test(
		    nothing_is_left_for_a_pin_where_the_last_session_ends_all),
		cmocka_unit_test(
		    a_network_alone_may_stand_where_it_lets_nobody_in),
		cmocka_unit_test(sessions_of_one_service_concern_all),
		cmocka_unit_test(grace_is_for_the_account_check_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
