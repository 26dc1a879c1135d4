#include "login/settings_preset.h"

#include <string.h>

#include "login/settings_table.h"

#define VALUE_MAX  4096
#define ROW(field) offsetof(struct oauth2_provider, field)

/* What a row of the table has under the names of settings. */
static const struct {
	const char *key;
	size_t offset;
	bool is_of_issuer; /* where it is no path behind the issuer */
} fills[] = {
	{ "authorization_endpoint", ROW(authorization_endpoint), true },
	{ "token_endpoint", ROW(token_endpoint), true },
	{ "device_authorization_endpoint", ROW(device_authorization_endpoint),
	    true },
	{ "userinfo_endpoint", ROW(userinfo_endpoint), true },
	{ "endpoint_hosts", ROW(endpoint_hosts), true },
	{ "verification_hosts", ROW(verification_hosts), true },
	{ "scopes", ROW(scopes), false },
	{ "authorize_params", ROW(authorize_params), false },
};

/* Where the section sets a key, in whatever file; NULL: nowhere. */
static const struct settings_entry *
find_key(const struct settings_entries *entries,
    const struct settings_entry *section, const char *key)
{
	for (size_t i = 0; i < entries->count; i++) {
		const struct settings_entry *entry = &entries->items[i];

		if (entry->key != NULL && strcmp(entry->key, key) == 0 &&
		    strcmp(entry->section, section->section) == 0)
			return entry;
	}
	return NULL;
}

/* A value of the table as the section would have it. */
static enum oauth2_err
set(const char *key, const char *value, struct provider_settings *provider,
    struct detail *d)
{
	const struct settings_row *row = settings_row_find(key);
	AUTO(buf_free) struct buf whole = BUF(VALUE_MAX);
	const char *issuer = provider->issuer;
	enum oauth2_err err;

	if (value[0] == '/') {
		size_t n = strlen(issuer);

		buf_put(&whole, issuer, n - (issuer[n - 1] == '/'));
	}
	buf_puts(&whole, value);
	err = buf_err(&whole);
	if (err == OAUTH2_ERR_OK && value[0] == '\0')
		settings_value_free(row, provider);
	else if (err == OAUTH2_ERR_OK)
		err = settings_value_set(row, buf_text(&whole), provider);
	if (err == OAUTH2_ERR_OK || err == OAUTH2_ERR_NOMEM)
		return err;
	return detail_fail(d, OAUTH2_ERR_CONFIG,
	    "[provider %s] the preset's %s does not fit its issuer",
	    provider->name, key);
}

/* at is where the issuer stands, or else the section. */
static enum oauth2_err
set_issuer(const struct settings_entry *at,
    const struct oauth2_provider *preset, struct provider_settings *provider,
    struct detail *d)
{
	const char *form = preset->issuer_form;

	if (provider->issuer == NULL && preset->issuer != NULL)
		return set("issuer", preset->issuer, provider, d);
	if (provider->issuer == NULL)
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s:%u: [%s] needs issuer%s%s", at->file, at->line,
		    at->section, form != NULL ? ": " : "",
		    form != NULL ? form : "");
	if (preset->is_issuer != NULL && !preset->is_issuer(provider->issuer))
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s:%u: issuer must be %s", at->file, at->line, form);
	return OAUTH2_ERR_OK;
}

/* Only a secret needs a way to be shown. */
static enum oauth2_err
set_auth_method(const struct oauth2_provider *preset, bool is_set,
    struct provider_settings *provider, struct detail *d)
{
	if (is_set || preset->auth_method == NULL ||
	    provider->client_secret_file == NULL)
		return OAUTH2_ERR_OK;
	return set(
	    "token_endpoint_auth_method", preset->auth_method, provider, d);
}

/* Whatever the section leaves out, and is for whoever its issuer is. */
static enum oauth2_err
set_rows(const struct settings_entries *entries,
    const struct settings_entry *section, struct provider_settings *provider,
    struct detail *d)
{
	const struct oauth2_provider *preset = settings_preset(provider);
	const bool is_at_home = preset->issuer == NULL ||
				strcmp(preset->issuer, provider->issuer) == 0;
	enum oauth2_err err = OAUTH2_ERR_OK;

	for (size_t i = 0; i < sizeof(fills) / sizeof(*fills); i++) {
		const char *const *value =
		    (const void *)((const char *)preset + fills[i].offset);

		if (*value == NULL ||
		    find_key(entries, section, fills[i].key) != NULL ||
		    (fills[i].is_of_issuer && !is_at_home &&
			(*value)[0] != '/'))
			continue;
		err = set(fills[i].key, *value, provider, d);
		if (err != OAUTH2_ERR_OK)
			break;
	}
	return err;
}

enum oauth2_err
settings_preset_fill(const struct settings_entries *entries,
    const struct settings_entry *section, struct provider_settings *provider,
    struct detail *d)
{
	const struct oauth2_provider *preset = settings_preset(provider);
	const struct settings_entry *at = find_key(entries, section, "issuer");
	enum oauth2_err err;

	if (preset == NULL)
		return OAUTH2_ERR_OK;
	err = set_issuer(at != NULL ? at : section, preset, provider, d);
	if (err == OAUTH2_ERR_OK)
		err = set_rows(entries, section, provider, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	at = find_key(entries, section, "token_endpoint_auth_method");
	return set_auth_method(preset, at != NULL, provider, d);
}

bool
settings_has_device_grant(const struct provider_settings *provider)
{
	const struct oauth2_provider *preset = settings_preset(provider);

	return preset == NULL || !preset->has_no_device_grant ||
	       provider->device_authorization_endpoint != NULL;
}

/* Whoever can name people, and nobody else, may vouch for their addresses. */
static const char *
check_assumed(const struct provider_settings *provider)
{
	const struct oauth2_provider *preset = settings_preset(provider);

	if (!provider->assume_email_verified)
		return NULL;
	if (provider->hd == NULL && provider->tid == NULL)
		return "needs hd or tid: else anybody's address would do";
	if (preset != NULL && preset->email == OAUTH2_EMAIL_NEVER)
		return "has no effect: this preset takes no address";
	return NULL;
}

static const char *
check_params(const struct strlist *params)
{
	for (size_t i = 0; i < params->count; i++) {
		size_t n = strcspn(params->items[i], "=") + 1;

		for (size_t j = 0; j < i; j++)
			if (strncmp(params->items[i], params->items[j], n) == 0)
				return "has a name twice";
	}
	return NULL;
}

static const char *
check_authorize_params(const struct provider_settings *provider)
{
	const struct strlist *params = &provider->authorize_params;

	for (size_t i = 0; provider->hd != NULL && i < params->count; i++)
		if (strncmp(params->items[i], "hd=", 3) == 0)
			return "has hd, which is a setting too";
	return check_params(params);
}

enum oauth2_err
settings_preset_check(const struct settings_entries *entries,
    const struct settings_entry *section,
    const struct provider_settings *provider, struct detail *d)
{
	const struct {
		const char *key;
		const char *fault;
	} checks[] = {
		{ "assume_email_verified", check_assumed(provider) },
		{ "authorize_params", check_authorize_params(provider) },
		{ "refresh_params", check_params(&provider->refresh_params) },
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		const struct settings_entry *at =
		    find_key(entries, section, checks[i].key);

		if (checks[i].fault != NULL && at != NULL)
			return detail_fail(d, OAUTH2_ERR_CONFIG, "%s:%u: %s %s",
			    at->file, at->line, checks[i].key, checks[i].fault);
	}
	if (!settings_has_device_grant(provider) &&
	    provider->redirect_uri == NULL)
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s:%u: [%s] needs redirect_uri: %s has no device grant, "
		    "so people bring a code back",
		    section->file, section->line, section->section,
		    provider->preset);
	return OAUTH2_ERR_OK;
}
