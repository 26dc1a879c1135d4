#include "oauth2/client.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "oauth2/client_state.h"
#include "oauth2/scope.h"

#define CLIENT_ID_MAX 1024
#define SECRET_MAX    4096
#define LIST_MAX      64

static const struct {
	const char *name;
	enum client_auth_method method;
} methods[] = {
	{ "none", CLIENT_AUTH_NONE },
	{ "client_secret_post", CLIENT_AUTH_SECRET_POST },
	{ "client_secret_basic", CLIENT_AUTH_SECRET_BASIC },
	{ "private_key_jwt", CLIENT_AUTH_PRIVATE_KEY_JWT },
};

/* What the administrator reads: which provider, which key, what about it. */
static enum oauth2_err
refuse(const struct oauth2_config *config, struct detail *d, const char *key,
    const char *why)
{
	return detail_fail(d, OAUTH2_ERR_CONFIG, "provider %.64s: %s: %s",
	    config->name != NULL ? config->name : "oauth2", key, why);
}

/* NULL leaves ret as it is. */
static enum oauth2_err
read_method(const struct oauth2_config *config, const char *key,
    const char *name, enum client_auth_method *ret, struct detail *d)
{
	if (name == NULL)
		return OAUTH2_ERR_OK;
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		if (strcmp(methods[i].name, name) == 0) {
			*ret = methods[i].method;
			return OAUTH2_ERR_OK;
		}
	}
	refuse(config, d, key, "not supported");
	return OAUTH2_ERR_NOT_SUPPORTED_AUTH_METHOD;
}

static enum oauth2_err
set_methods(struct oauth2_client *c, const struct oauth2_config *config,
    struct detail *d)
{
	const char *revocation = config->revocation_endpoint_auth_method;
	enum oauth2_err err;

	c->method = config->client_secret != NULL ? CLIENT_AUTH_SECRET_POST
						  : CLIENT_AUTH_NONE;
	err = read_method(config, "token_endpoint_auth_method",
	    config->token_endpoint_auth_method, &c->method, d);
	c->revocation_method = c->method;
	c->is_method_open = config->client_secret != NULL &&
			    config->token_endpoint_auth_method == NULL;
	c->is_revocation_method_open = revocation == NULL;
	if (err == OAUTH2_ERR_OK)
		err = read_method(config, "revocation_endpoint_auth_method",
		    revocation, &c->revocation_method, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (config->revocation_endpoint == NULL || revocation != NULL)
		return OAUTH2_ERR_OK;
	refuse(config, d, "revocation_endpoint_auth_method", "missing");
	return OAUTH2_ERR_MISSING_REVOKE_TOKEN_AUTH_METHOD;
}

static bool
uses(const struct oauth2_client *c, enum client_auth_method method)
{
	return c->method == method || c->revocation_method == method;
}

/* Copy what is set; texts that were checked before. */
static enum oauth2_err
copy(const char *text, char **ret)
{
	*ret = secret_strdup(text);
	return text != NULL && *ret == NULL ? OAUTH2_ERR_NOMEM : OAUTH2_ERR_OK;
}

/* Not empty, not too long, UTF-8 without control characters. */
static bool
is_credential(const char *text, size_t max)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return n > 0 && n <= max && text_is_utf8(text, n);
}

/* A secret is there exactly where it is used, and never beside none. */
static enum oauth2_err
check_secret(const struct oauth2_client *c, const struct oauth2_config *config,
    struct detail *d)
{
	const char *secret = config->client_secret;

	if (secret != NULL && c->method == CLIENT_AUTH_NONE)
		return refuse(config, d, "client_secret",
		    "not to be had with token_endpoint_auth_method none");
	if (uses(c, CLIENT_AUTH_SECRET_POST) ||
	    uses(c, CLIENT_AUTH_SECRET_BASIC))
		return secret != NULL && is_credential(secret, SECRET_MAX)
			   ? OAUTH2_ERR_OK
			   : refuse(config, d, "client_secret",
				 "missing or not valid");
	return secret == NULL ? OAUTH2_ERR_OK
			      : refuse(config, d, "client_secret",
				    "not used with private_key_jwt");
}

static enum oauth2_err
set_credentials(struct oauth2_client *c, const struct oauth2_config *config,
    struct detail *d)
{
	const char *id = config->client_id;
	enum oauth2_err err;

	if (id == NULL || !is_credential(id, CLIENT_ID_MAX))
		return refuse(config, d, "client_id", "missing or not valid");
	if (config->basic_raw && strchr(id, ':') != NULL)
		return refuse(config, d, "client_id",
		    "with basic_raw it cannot have a colon");
	err = check_secret(c, config, d);
	if (err == OAUTH2_ERR_OK)
		err = copy(id, &c->client_id);
	if (err == OAUTH2_ERR_OK)
		err = copy(config->client_secret, &c->client_secret);
	return err;
}

static enum oauth2_err
set_assertion(struct oauth2_client *c, const struct oauth2_config *config,
    struct detail *d)
{
	bool is_used = uses(c, CLIENT_AUTH_PRIVATE_KEY_JWT);

	if (is_used != (config->get_assertion != NULL))
		return refuse(config, d, "private_key_file",
		    is_used ? "missing" : "only used with private_key_jwt");
	c->get_assertion = config->get_assertion;
	c->assertion_arg = config->assertion_arg;
	return OAUTH2_ERR_OK;
}

/* What bends to a provider's ways. */
static enum oauth2_err
set_ways(struct oauth2_client *c, const struct oauth2_config *config,
    struct detail *d)
{
	c->basic_raw = config->basic_raw;
	c->email_verified_string = config->email_verified_string;
	c->provider = oauth2_provider_find(config->preset);
	if (config->preset != NULL && c->provider == NULL)
		return refuse(config, d, "preset", "not known");
	/* Another request goes to a path behind it. */
	if (c->provider != NULL && c->provider->fetch != NULL &&
	    config->userinfo_endpoint != NULL &&
	    strchr(config->userinfo_endpoint, '?') != NULL)
		return refuse(config, d, "userinfo_endpoint",
		    "it cannot have a query with this preset");
	c->pkce_plain =
	    config->pkce != NULL && strcmp(config->pkce, "plain") == 0;
	if (config->pkce != NULL && !c->pkce_plain &&
	    strcmp(config->pkce, "S256") != 0)
		return refuse(config, d, "pkce", "not S256 or plain");
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
set_issuer(struct oauth2_client *c, const struct oauth2_config *config,
    struct detail *d)
{
	struct detail why = { 0 };

	if (config->issuer == NULL)
		return refuse(config, d, "issuer", "missing");
	if (uri_parse(config->issuer, 0, &c->issuer_uri, &why) != OAUTH2_ERR_OK)
		return refuse(config, d, "issuer", why.text);
	return copy(config->issuer, &c->issuer);
}

static enum oauth2_err
set_endpoints(struct oauth2_client *c, const struct oauth2_config *config,
    struct detail *d)
{
	const struct {
		const char *key, *value;
		char **ret;
	} rows[] = {
		{ "authorization_endpoint", config->authorization_endpoint,
		    &c->endpoints.authorization_endpoint },
		{ "token_endpoint", config->token_endpoint,
		    &c->endpoints.token_endpoint },
		{ "device_authorization_endpoint",
		    config->device_authorization_endpoint,
		    &c->endpoints.device_authorization_endpoint },
		{ "userinfo_endpoint", config->userinfo_endpoint,
		    &c->endpoints.userinfo_endpoint },
		{ "revocation_endpoint", config->revocation_endpoint,
		    &c->endpoints.revocation_endpoint },
		{ "pushed_authorization_request_endpoint",
		    config->pushed_authorization_request_endpoint,
		    &c->endpoints.pushed_authorization_request_endpoint },
		{ "jwks_uri", config->jwks_uri, &c->endpoints.jwks_uri },
		{ "refresh_token_endpoint", config->refresh_token_endpoint,
		    &c->refresh_token_endpoint },
	};
	enum oauth2_err err = OAUTH2_ERR_OK;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct detail why = { 0 };
		struct uri uri;

		if (rows[i].value == NULL)
			continue;
		if (uri_parse(rows[i].value, URI_ALLOW_QUERY, &uri, &why) !=
		    OAUTH2_ERR_OK)
			return refuse(config, d, rows[i].key, why.text);
		err = copy(rows[i].value, rows[i].ret);
		if (err != OAUTH2_ERR_OK)
			break;
	}
	return err;
}

static enum oauth2_err
set_list(const struct strlist *list, struct strlist *ret)
{
	enum oauth2_err err = OAUTH2_ERR_OK;

	ret->max = LIST_MAX;
	for (size_t i = 0; list != NULL && i < list->count; i++) {
		err = strlist_add(ret, list->items[i]);
		if (err != OAUTH2_ERR_OK)
			break;
	}
	return err;
}

static enum oauth2_err
set_scope(struct oauth2_client *c, const struct oauth2_config *config,
    struct detail *d)
{
	struct detail why = { 0 };
	enum oauth2_err err = scope_join(config->scopes, &c->scope, &why);

	return err == OAUTH2_ERR_CONFIG ? refuse(config, d, "scopes", why.text)
					: err;
}

static enum oauth2_err
set_lists(struct oauth2_client *c, const struct oauth2_config *config,
    struct detail *d)
{
	enum oauth2_err err;

	err = set_list(config->endpoint_hosts, &c->endpoint_hosts);
	if (err == OAUTH2_ERR_OK)
		err = set_list(
		    config->verification_hosts, &c->verification_hosts);
	if (err == OAUTH2_ERR_OK)
		err = set_list(config->required_scopes, &c->required_scopes);
	if (err == OAUTH2_ERR_LIMIT)
		return refuse(config, d,
		    "endpoint_hosts, verification_hosts, required_scopes",
		    "too many");
	return err;
}

static enum oauth2_err
set_all(struct oauth2_client *c, const struct oauth2_config *config,
    struct detail *d)
{
	enum oauth2_err err;

	err = set_methods(c, config, d);
	if (err == OAUTH2_ERR_OK)
		err = set_issuer(c, config, d);
	if (err == OAUTH2_ERR_OK)
		err = set_endpoints(c, config, d);
	if (err == OAUTH2_ERR_OK)
		err = set_credentials(c, config, d);
	if (err == OAUTH2_ERR_OK)
		err = set_assertion(c, config, d);
	if (err == OAUTH2_ERR_OK)
		err = set_ways(c, config, d);
	if (err == OAUTH2_ERR_OK)
		err = set_scope(c, config, d);
	return err == OAUTH2_ERR_OK ? set_lists(c, config, d) : err;
}

enum oauth2_err
oauth2_new(const struct oauth2_config *config, struct detail *d,
    struct oauth2_client **ret)
{
	AUTO(oauth2_free)
	struct oauth2_client *c = secret_alloc(sizeof(*c));
	enum oauth2_err err;

	if (c == NULL)
		return OAUTH2_ERR_NOMEM;
	err = set_all(c, config, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	c->http = config->http;
	*ret = TAKE(c);
	return OAUTH2_ERR_OK;
}

bool
oauth2_uses_pkce(const struct oauth2_client *c)
{
	return c->provider == NULL || !c->provider->has_no_pkce;
}

void
oauth2_free(struct oauth2_client *c)
{
	if (c == NULL)
		return;
	secret_free(c->issuer);
	secret_free(c->client_id);
	secret_free(c->client_secret);
	secret_free(c->scope);
	secret_free(c->refresh_token_endpoint);
	strlist_free(&c->endpoint_hosts);
	strlist_free(&c->verification_hosts);
	strlist_free(&c->required_scopes);
	metadata_free(&c->endpoints);
	secret_free(c);
}
