#include "login/openid.h"

bool
openid_is_used(const struct provider_settings *provider)
{
	return strlist_has(&provider->scopes, "openid");
}

bool
openid_has_nonce(const struct settings *settings)
{
	const struct oauth2_provider *preset =
	    settings_preset(&settings->provider);

	return openid_is_used(&settings->provider) &&
	       settings->flow == SETTINGS_FLOW_CODE &&
	       (preset == NULL || !preset->has_no_nonce);
}

bool
openid_is_enough(const struct settings *settings)
{
	return openid_is_used(&settings->provider) &&
	       settings->email_from == SETTINGS_EMAIL_FROM_ID_TOKEN;
}
