/* login/openid: which documents have a say, and settings that need one. */
#include "settings_case.h"

#include "login/openid.h"

/* Settings of a service, with more lines for [pam_oauth2] and [provider]. */
static struct settings *
with(const char *more, const char *provider)
{
	AUTO(buf_free) struct buf text = BUF(4096);

	buf_printf(&text, "[pam_oauth2]\n%s\n" PROVIDER "%s\n", more, provider);
	return good(buf_text(&text), "sshd");
}

static void
openid_is_used_where_an_id_token_is_asked_for(void **state)
{
	static const struct {
		const char *provider;
		bool is_used;
	} rows[] = {
		{ "", true },
		{ "scopes = openid", true },
		{ "scopes = email openid profile", true },
		{ "scopes = email", false },
		{ "scopes = openid2 xopenid OPENID", false },
		{ "preset = google", true },
		{ "preset = github", false },
		{ "preset = github\nscopes = openid", true },
		{ "preset = kakao\nredirect_uri = https://a/b", false },
		{ "preset = linkedin\nredirect_uri = https://a/b", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(settings_free)
		struct settings *settings = with("", rows[i].provider);

		if (openid_is_used(&settings->provider) != rows[i].is_used)
			fail_msg("%s", rows[i].provider);
	}
}

static void
a_nonce_comes_back_with_a_code_alone(void **state)
{
#define LANDING "redirect_uri = https://a/b\n"
	static const struct {
		const char *more, *provider;
		bool has_nonce;
	} rows[] = {
		{ "flow = code", LANDING, true },
		{ "flow = device", LANDING, false },
		{ "", LANDING, false }, /* not chosen yet */
		{ "flow = code", LANDING "scopes = email", false },
		{ "flow = code", LANDING "preset = google", true },
		{ "flow = code", LANDING "preset = linkedin", false },
		{ "flow = code", LANDING "preset = github", false },
		{ "flow = code", LANDING "preset = franceconnect", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(settings_free)
		struct settings *settings =
		    with(rows[i].more, rows[i].provider);

		if (openid_has_nonce(settings) != rows[i].has_nonce)
			fail_msg("%s %s", rows[i].more, rows[i].provider);
	}
}

static void
linkedin_alone_is_excused_from_the_nonce(void **state)
{
	(void)state;
	for (size_t i = 0; i < oauth2_provider_count; i++)
		assert_int_equal(oauth2_providers[i].has_no_nonce,
		    strcmp(oauth2_providers[i].name, "linkedin") == 0);
}

static void
an_id_token_is_enough_where_the_settings_say_so(void **state)
{
	AUTO(settings_free) struct settings *usual = with("", "");
	AUTO(settings_free)
	struct settings *automatic = with("email_from = auto", "");
	AUTO(settings_free)
	struct settings *strict = with("email_from = id_token", "");

	(void)state;
	assert_false(openid_is_enough(usual));
	assert_false(openid_is_enough(automatic));
	assert_true(openid_is_enough(strict));
}

/* They would be checked against nothing: refused, and not left out. */
static void
what_only_an_id_token_says_needs_one(void **state)
{
	static const struct {
		const char *line, *name;
	} rows[] = {
		{ "email_from = id_token", "email_from = id_token" },
		{ "require_acr = phr", "require_acr" },
		{ "require_amr = mfa", "require_amr" },
		{ "max_age = 1", "max_age" },
	};
	static const char *const without[] = { "scopes = email",
		"preset = github" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		settings_free(with(rows[i].line, ""));
	for (size_t i = 0; i < COUNT(rows) * COUNT(without); i++) {
		const char *line = rows[i / 2].line, *name = rows[i / 2].name;
		AUTO(buf_free) struct buf text = BUF(4096);

		buf_printf(&text, "[pam_oauth2]\n%s\n" PROVIDER "%s\n", line,
		    without[i % 2]);
		bad(buf_text(&text), name,
		    " does not go with [provider corp]: without the scope "
		    "openid there is no ID token");
	}
}

static void
what_another_service_demands_is_its_own(void **state)
{
	static const char text[] =
	    "[pam_oauth2]\nprovider = corp\n"
	    "[service sudo]\nrequire_amr = mfa\n"
	    "max_age = 60\nrequire_acr = a b\n" PROVIDER "scopes = email\n";
	AUTO(settings_free) struct settings *settings = good(text, "sshd");
	struct settings *none = NULL;
	struct detail d;

	(void)state;
	assert_int_equal(settings->require_amr.count, 0);
	assert_int_equal(settings->max_age, 0);
	assert_int_equal(parse(text, "sudo", &none, &d), OAUTH2_ERR_CONFIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openid_is_used_where_an_id_token_is_asked_for),
		cmocka_unit_test(a_nonce_comes_back_with_a_code_alone),
		cmocka_unit_test(linkedin_alone_is_excused_from_the_nonce),
		cmocka_unit_test(
		    an_id_token_is_enough_where_the_settings_say_so),
		cmocka_unit_test(what_only_an_id_token_says_needs_one),
		cmocka_unit_test(what_another_service_demands_is_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
