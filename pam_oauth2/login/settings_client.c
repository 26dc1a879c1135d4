#include "login/settings_client.h"

#include <stddef.h>

static bool
shows_secret(enum settings_auth_method method)
{
	return method == SETTINGS_AUTH_METHOD_CLIENT_SECRET_POST ||
	       method == SETTINGS_AUTH_METHOD_CLIENT_SECRET_BASIC;
}

/*
 * What must not be, and how that is said behind "[provider NAME] has": short,
 * for the log has little room behind a path.
 */
static enum oauth2_err
check(const struct settings_entry *section, const struct provider_settings *p,
    struct detail *d)
{
	const enum settings_auth_method method = p->token_endpoint_auth_method;
	const enum settings_auth_method revocation =
	    p->revocation_endpoint_auth_method;
	const bool is_basic =
	    method == SETTINGS_AUTH_METHOD_CLIENT_SECRET_BASIC ||
	    revocation == SETTINGS_AUTH_METHOD_CLIENT_SECRET_BASIC;
	const bool is_secret =
	    method == SETTINGS_AUTH_METHOD_AUTO || shows_secret(method);
	const bool is_key = method == SETTINGS_AUTH_METHOD_PRIVATE_KEY_JWT;
	const bool is_key_used =
	    is_key || revocation == SETTINGS_AUTH_METHOD_PRIVATE_KEY_JWT;
	const bool is_for_endpoint =
	    p->assertion_audience == SETTINGS_ASSERTION_AUDIENCE_TOKEN_ENDPOINT;
	const struct {
		bool is_so;
		const char *what;
	} wrong[] = {
		{ p->client_secret_file != NULL && !is_secret &&
			!shows_secret(revocation),
		    "a client_secret_file without a method that uses it" },
		{ p->client_secret_file == NULL && is_secret,
		    "a token_endpoint_auth_method without its "
		    "client_secret_file" },
		{ p->private_key_file != NULL && !is_key_used,
		    "a private_key_file without private_key_jwt" },
		{ p->private_key_file == NULL && is_key_used,
		    "private_key_jwt without a private_key_file" },
		{ p->private_key_id != NULL && !is_key_used,
		    "a private_key_id without private_key_jwt" },
		{ is_for_endpoint && !is_key,
		    "an assertion_audience without private_key_jwt" },
		{ is_for_endpoint && p->token_endpoint == NULL,
		    "assertion_audience = token_endpoint without a "
		    "token_endpoint" },
		{ p->client_secret_file == NULL && shows_secret(revocation),
		    "a revocation_endpoint_auth_method without its "
		    "client_secret_file" },
		{ p->basic_raw && !is_basic,
		    "basic_raw = yes without client_secret_basic" },
		{ p->pkce == SETTINGS_PKCE_PLAIN && p->redirect_uri == NULL,
		    "pkce = plain without a redirect_uri" },
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		if (wrong[i].is_so)
			return detail_fail(d, OAUTH2_ERR_CONFIG,
			    "%s:%u: [%s] has %s", section->file, section->line,
			    section->section, wrong[i].what);
	return OAUTH2_ERR_OK;
}

enum oauth2_err
settings_client_resolve(const struct settings_entry *section,
    struct provider_settings *provider, struct detail *d)
{
	enum settings_auth_method *method =
	    &provider->token_endpoint_auth_method;

	if (*method == SETTINGS_AUTH_METHOD_AUTO &&
	    provider->client_secret_file == NULL)
		*method = SETTINGS_AUTH_METHOD_NONE;
	return check(section, provider, d);
}
