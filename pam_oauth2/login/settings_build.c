#include "login/settings_build.h"

#include <string.h>

#include "base/secret.h"
#include "login/openid.h"
#include "login/settings_client.h"
#include "login/settings_preset.h"
#include "login/settings_table.h"

/* Where one name of a service differs from the others. */
static const char *const text_services[] = { "login", "su", "su-l", "sudo",
	"sudo-i" };

static const struct {
	const char *service;
	uint32_t limit; /* seconds */
} host_limits[] = {
	{ "sshd", 120 }, /* LoginGraceTime */
	{ "login", 60 }, /* LOGIN_TIMEOUT */
};

static enum oauth2_err
set_defaults(void *base, bool is_provider)
{
	enum oauth2_err err = OAUTH2_ERR_OK;

	for (size_t i = 0; i < settings_row_count && err == OAUTH2_ERR_OK;
	     i++) {
		const struct settings_row *row = &settings_rows[i];

		if ((row->scope == SETTINGS_SCOPE_PROVIDER) == is_provider &&
		    row->fallback != NULL)
			err = settings_value_set(row, row->fallback, base);
	}
	return err;
}

static bool
is_section(
    const struct settings_entry *entry, const char *kind, const char *name)
{
	size_t n = strlen(kind);

	return strncmp(entry->section, kind, n) == 0 &&
	       entry->section[n] == ' ' &&
	       strcmp(entry->section + n + 1, name) == 0;
}

/* kind NULL: the defaults. */
static enum oauth2_err
apply(const struct settings_entries *entries, const char *kind,
    const char *name, void *base)
{
	enum oauth2_err err = OAUTH2_ERR_OK;

	for (size_t i = 0; i < entries->count && err == OAUTH2_ERR_OK; i++) {
		const struct settings_entry *entry = &entries->items[i];
		bool is_ours = kind == NULL
				   ? strcmp(entry->section, "pam_oauth2") == 0
				   : is_section(entry, kind, name);

		if (is_ours && entry->key != NULL)
			err = settings_value_set(
			    settings_row_find(entry->key), entry->value, base);
	}
	return err;
}

/* What "auto" comes to for this service. */
static void
resolve(struct settings *settings, const char *service)
{
	/* Without a place to land there is but one way; or without a grant. */
	if (settings->flow == SETTINGS_FLOW_AUTO &&
	    settings->provider.redirect_uri == NULL)
		settings->flow = SETTINGS_FLOW_DEVICE;
	if (settings->flow == SETTINGS_FLOW_AUTO &&
	    !settings_has_device_grant(&settings->provider))
		settings->flow = SETTINGS_FLOW_CODE;
	if (settings->display == SETTINGS_DISPLAY_AUTO) {
		settings->display = SETTINGS_DISPLAY_PROMPT;
		for (size_t i = 0;
		     i < sizeof(text_services) / sizeof(*text_services); i++)
			if (strcmp(text_services[i], service) == 0)
				settings->display = SETTINGS_DISPLAY_TEXT;
	}
	if (settings->idp_down == SETTINGS_IDP_DOWN_AUTO)
		settings->idp_down =
		    settings->refresh_use == SETTINGS_REFRESH_ACCOUNT_CHECK
			? SETTINGS_IDP_DOWN_GRACE
			: SETTINGS_IDP_DOWN_DENY;
	if (settings->host_limit == SETTINGS_AUTO) {
		settings->host_limit = 0;
		for (size_t i = 0;
		     i < sizeof(host_limits) / sizeof(*host_limits); i++)
			if (strcmp(host_limits[i].service, service) == 0)
				settings->host_limit = host_limits[i].limit;
	}
}

static enum oauth2_err
check_flow(const struct settings *settings, struct detail *d)
{
	const struct provider_settings *provider = &settings->provider;

	if (settings->flow == SETTINGS_FLOW_CODE &&
	    provider->redirect_uri == NULL)
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "flow = code needs a redirect_uri in [provider %s]",
		    settings->provider_name);
	if (settings->flow == SETTINGS_FLOW_DEVICE &&
	    !settings_has_device_grant(provider))
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "flow = device does not go with [provider %s]: %s has no "
		    "device grant",
		    settings->provider_name, provider->preset);
	return OAUTH2_ERR_OK;
}

/* What is to be read from an ID token would else be read from nothing. */
static enum oauth2_err
check_openid(const struct settings *settings, struct detail *d)
{
	const struct {
		const char *name;
		bool is_set;
	} rows[] = {
		{ "email_from = id_token",
		    settings->email_from == SETTINGS_EMAIL_FROM_ID_TOKEN },
		{ "require_acr", settings->require_acr.count > 0 },
		{ "require_amr", settings->require_amr.count > 0 },
		{ "max_age", settings->max_age != 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].is_set && !openid_is_used(&settings->provider))
			return detail_fail(d, OAUTH2_ERR_CONFIG,
			    "%s does not go with [provider %s]: without the "
			    "scope openid there is no ID token",
			    rows[i].name, settings->provider_name);
	return OAUTH2_ERR_OK;
}

/* Where somebody is, and what they are called, proves nothing. */
static enum oauth2_err
check_factors(const struct settings *settings, struct detail *d)
{
	const struct strlist *factors = &settings->refresh_requires;

	if (settings->refresh_use != SETTINGS_REFRESH_SECOND_FACTOR ||
	    strlist_has(factors, FACTOR_SSH_PUBLICKEY) ||
	    strlist_has(factors, FACTOR_PRIOR_MODULE))
		return OAUTH2_ERR_OK;
	return detail_fail(d, OAUTH2_ERR_CONFIG,
	    "refresh_requires of service %s: a user name would be enough in "
	    "that network; add " FACTOR_SSH_PUBLICKEY
	    " or " FACTOR_PRIOR_MODULE,
	    settings->section);
}

/* A PIN is for after the last session, and nothing is left then. */
static enum oauth2_err
check_pin(const struct settings *settings, struct detail *d)
{
	if (settings->refresh_use != SETTINGS_REFRESH_PIN ||
	    settings->revoke_on != SETTINGS_REVOKE_CLOSE)
		return OAUTH2_ERR_OK;
	return detail_fail(d, OAUTH2_ERR_CONFIG,
	    "revoke_on of service %s: close would leave nothing that a PIN "
	    "could open; with refresh_use = pin there is max-age or never",
	    settings->section);
}

static enum oauth2_err
check_required(const struct settings_entry *section,
    const struct provider_settings *provider, struct detail *d)
{
	for (size_t i = 0; i < settings_row_count; i++) {
		const struct settings_row *row = &settings_rows[i];
		const char *const *text =
		    (const void *)((const char *)provider + row->offset);

		if (row->scope == SETTINGS_SCOPE_PROVIDER &&
		    settings_row_is_required(row) && *text == NULL)
			return detail_fail(d, OAUTH2_ERR_CONFIG,
			    "%s:%u: [%s] needs %s", section->file,
			    section->line, section->section, row->name);
	}
	return OAUTH2_ERR_OK;
}

/* section is where the provider's section starts, for messages. */
static enum oauth2_err
build_provider(const struct settings_entries *entries,
    const struct settings_entry *section, struct provider_settings *ret,
    struct detail *d)
{
	const char *name = strchr(section->section, ' ') + 1;
	enum oauth2_err err;

	ret->name = secret_strdup(name);
	if (ret->name == NULL)
		return OAUTH2_ERR_NOMEM;
	err = set_defaults(ret, true);
	if (err == OAUTH2_ERR_OK)
		err = apply(entries, "provider", name, ret);
	if (err == OAUTH2_ERR_OK)
		err = settings_preset_fill(entries, section, ret, d);
	if (err == OAUTH2_ERR_OK)
		err = check_required(section, ret, d);
	if (err == OAUTH2_ERR_OK)
		err = settings_client_resolve(section, ret, d);
	if (err == OAUTH2_ERR_OK)
		err = settings_preset_check(entries, section, ret, d);
	return err;
}

/* The start of a provider's section; name NULL: of any. */
static const struct settings_entry *
find_provider(const struct settings_entries *entries, const char *name)
{
	for (size_t i = 0; i < entries->count; i++) {
		const struct settings_entry *entry = &entries->items[i];

		if (entry->key == NULL &&
		    strncmp(entry->section, "provider ", 9) == 0 &&
		    (name == NULL || strcmp(entry->section + 9, name) == 0))
			return entry;
	}
	return NULL;
}

/* A sign-in is noted down for others: the sudo of a session that sshd opens. */
static bool
has_sessions(const struct settings_entries *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		const struct settings_entry *entry = &entries->items[i];

		if (entry->key != NULL &&
		    strcmp(entry->key, "refresh_use") == 0 &&
		    strcmp(entry->value, "session") == 0)
			return true;
	}
	return false;
}

/* Every `provider = NAME` anywhere has a section. */
static enum oauth2_err
check_references(const struct settings_entries *entries, struct detail *d)
{
	for (size_t i = 0; i < entries->count; i++) {
		const struct settings_entry *entry = &entries->items[i];

		if (entry->key == NULL || strcmp(entry->key, "provider") != 0 ||
		    find_provider(entries, entry->value) != NULL)
			continue;
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s:%u: there is no section [provider %s]", entry->file,
		    entry->line, entry->value);
	}
	return OAUTH2_ERR_OK;
}

/* Where nothing says which provider: the only one. */
static enum oauth2_err
choose_provider(const struct settings_entries *entries,
    struct settings *settings, struct detail *d)
{
	const struct settings_entry *only = find_provider(entries, NULL);

	if (only == NULL)
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "there is no section [provider NAME]");
	if (settings->provider_name != NULL)
		return OAUTH2_ERR_OK;
	for (size_t i = 0; i < entries->count; i++) {
		const struct settings_entry *entry = &entries->items[i];

		if (strncmp(entry->section, "provider ", 9) == 0 &&
		    strcmp(entry->section, only->section) != 0)
			return detail_fail(d, OAUTH2_ERR_CONFIG,
			    "%s:%u: a second provider; say `provider = NAME` "
			    "in [pam_oauth2] or [service %s]",
			    entry->file, entry->line, settings->section);
	}
	settings->provider_name = secret_strdup(only->section + 9);
	return settings->provider_name != NULL ? OAUTH2_ERR_OK
					       : OAUTH2_ERR_NOMEM;
}

/* All of them are built, so that all are checked; one is kept. */
static enum oauth2_err
build_providers(const struct settings_entries *entries,
    struct settings *settings, struct detail *d)
{
	enum oauth2_err err = OAUTH2_ERR_OK;

	for (size_t i = 0; i < entries->count && err == OAUTH2_ERR_OK; i++) {
		const struct settings_entry *entry = &entries->items[i];
		AUTO(settings_free) struct settings *other = NULL;
		struct settings *target = settings;

		/* A section that several files add to is built once. */
		if (entry->key != NULL ||
		    strncmp(entry->section, "provider ", 9) != 0 ||
		    find_provider(entries, entry->section + 9) != entry)
			continue;
		if (strcmp(entry->section + 9, settings->provider_name) != 0) {
			other = secret_alloc(sizeof(*other));
			if (other == NULL)
				return OAUTH2_ERR_NOMEM;
			target = other;
		}
		err = build_provider(entries, entry, &target->provider, d);
	}
	return err;
}

enum oauth2_err
settings_build(const struct settings_entries *entries,
    const struct settings_host *host, struct settings **ret, struct detail *d)
{
	AUTO(settings_free)
	struct settings *settings = secret_alloc(sizeof(*settings));
	enum oauth2_err err;

	if (settings == NULL)
		return OAUTH2_ERR_NOMEM;
	settings->section = secret_strdup(host->section);
	if (settings->section == NULL)
		return OAUTH2_ERR_NOMEM;
	err = set_defaults(settings, false);
	if (err == OAUTH2_ERR_OK)
		err = apply(entries, NULL, NULL, settings);
	if (err == OAUTH2_ERR_OK)
		err = apply(entries, "service", host->section, settings);
	if (err == OAUTH2_ERR_OK)
		err = check_references(entries, d);
	if (err == OAUTH2_ERR_OK)
		err = choose_provider(entries, settings, d);
	if (err == OAUTH2_ERR_OK)
		err = build_providers(entries, settings, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	err = check_flow(settings, d);
	if (err == OAUTH2_ERR_OK)
		err = check_openid(settings, d);
	if (err == OAUTH2_ERR_OK)
		err = check_factors(settings, d);
	if (err == OAUTH2_ERR_OK)
		err = check_pin(settings, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	resolve(settings, host->service);
	settings->has_sessions = has_sessions(entries);
	*ret = TAKE(settings);
	return OAUTH2_ERR_OK;
}
