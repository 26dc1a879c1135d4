#include "oauth2/client.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/secret.h"
#include "base/text.h"
#include "oauth2/client_state.h"

#define CLIENT_ID_MAX 1024
#define SECRET_MAX    4096
#define SCOPE_MAX     4096
#define HOSTS_MAX     64

static const struct {
	const char *name;
	enum client_auth_method method;
} methods[] = {
	{ "none", CLIENT_AUTH_NONE },
	{ "client_secret_post", CLIENT_AUTH_SECRET_POST },
	{ "client_secret_basic", CLIENT_AUTH_SECRET_BASIC },
};

/* What the administrator reads: which provider, which key, what about it. */
static enum oauth2_err
refuse(const struct oauth2_config *config, struct detail *d, const char *key,
    const char *why)
{
	return detail_fail(d, OAUTH2_ERR_CONFIG, "provider %.64s: %s: %s",
	    config->name != NULL ? config->name : "oauth2", key, why);
}

static enum oauth2_err
set_method(struct oauth2_client *c, const struct oauth2_config *config,
    struct detail *d)
{
	const char *name = config->token_endpoint_auth_method;

	if (name == NULL)
		name = config->client_secret != NULL ? "client_secret_post"
						     : "none";
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		if (strcmp(methods[i].name, name) == 0) {
			c->method = methods[i].method;
			return OAUTH2_ERR_OK;
		}
	}
	refuse(config, d, "token_endpoint_auth_method", "not supported");
	return OAUTH2_ERR_NOT_SUPPORTED_AUTH_METHOD;
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

static enum oauth2_err
set_credentials(struct oauth2_client *c, const struct oauth2_config *config,
    struct detail *d)
{
	const char *id = config->client_id, *secret = config->client_secret;
	enum oauth2_err err;

	if (id == NULL || !is_credential(id, CLIENT_ID_MAX))
		return refuse(config, d, "client_id", "missing or not valid");
	if (c->method == CLIENT_AUTH_NONE && secret != NULL)
		return refuse(config, d, "client_secret",
		    "not to be had with token_endpoint_auth_method none");
	if (c->method != CLIENT_AUTH_NONE &&
	    (secret == NULL || !is_credential(secret, SECRET_MAX)))
		return refuse(
		    config, d, "client_secret", "missing or not valid");
	err = copy(id, &c->client_id);
	return err == OAUTH2_ERR_OK ? copy(secret, &c->client_secret) : err;
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
set_hosts(const struct strlist *hosts, struct strlist *ret)
{
	enum oauth2_err err = OAUTH2_ERR_OK;

	ret->max = HOSTS_MAX;
	for (size_t i = 0; hosts != NULL && i < hosts->count; i++) {
		err = strlist_add(ret, hosts->items[i]);
		if (err != OAUTH2_ERR_OK)
			break;
	}
	return err;
}

/* RFC 6749 section 3.3: no blank, quote or backslash within a scope. */
static enum oauth2_err
set_scope(struct oauth2_client *c, const struct oauth2_config *config,
    struct detail *d)
{
	const struct strlist *scopes = config->scopes;
	AUTO(buf_free) struct buf b = BUF(SCOPE_MAX);

	for (size_t i = 0; scopes != NULL && i < scopes->count; i++) {
		const char *scope = scopes->items[i];

		if (!text_is_visible_ascii(scope) ||
		    strpbrk(scope, "\"\\") != NULL)
			return refuse(config, d, "scopes",
			    "a scope has a character that none may have");
		if (b.len > 0)
			buf_putc(&b, ' ');
		buf_puts(&b, scope);
	}
	if (b.err == OAUTH2_ERR_LIMIT)
		return refuse(config, d, "scopes", "too long");
	return b.len > 0 ? buf_take_text(&b, &c->scope) : buf_err(&b);
}

static enum oauth2_err
set_all(struct oauth2_client *c, const struct oauth2_config *config,
    struct detail *d)
{
	enum oauth2_err err;

	err = set_method(c, config, d);
	if (err == OAUTH2_ERR_OK)
		err = set_issuer(c, config, d);
	if (err == OAUTH2_ERR_OK)
		err = set_endpoints(c, config, d);
	if (err == OAUTH2_ERR_OK)
		err = set_credentials(c, config, d);
	if (err == OAUTH2_ERR_OK)
		err = set_scope(c, config, d);
	if (err == OAUTH2_ERR_OK)
		err = set_hosts(config->endpoint_hosts, &c->endpoint_hosts);
	if (err == OAUTH2_ERR_OK)
		err = set_hosts(
		    config->verification_hosts, &c->verification_hosts);
	if (err == OAUTH2_ERR_LIMIT)
		return refuse(config, d, "endpoint_hosts, verification_hosts",
		    "too many");
	return err;
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

void
oauth2_free(struct oauth2_client *c)
{
	if (c == NULL)
		return;
	secret_free(c->issuer);
	secret_free(c->client_id);
	secret_free(c->client_secret);
	secret_free(c->scope);
	strlist_free(&c->endpoint_hosts);
	strlist_free(&c->verification_hosts);
	metadata_free(&c->endpoints);
	secret_free(c);
}
