#include "oauth2/discovery.h"

#include <stdbool.h>
#include <string.h>

#include "base/secret.h"
#include "oauth2/auth_method.h"
#include "oauth2/field.h"
#include "oauth2/request.h"

#define PKCE_METHODS "code_challenge_methods_supported"
#define AUTH_METHODS "token_endpoint_auth_methods_supported"
#define METHOD_MAX   64
#define SCOPES_MAX   256
#define SCOPE_MAX    255

#define OPTIONAL \
	((unsigned)OAUTH2_NEEDS_REVOCATION | \
	    OAUTH2_NEEDS_PUSHED_AUTHORIZATION | OAUTH2_NEEDS_ISS_PARAMETER | \
	    OAUTH2_NEEDS_CLAIMS_PARAMETER)

static const struct {
	enum oauth2_needs need;
	const char *name;
	size_t offset;
} rows[] = {
	{ OAUTH2_NEEDS_AUTHORIZATION, "authorization_endpoint",
	    offsetof(struct oauth2_metadata, authorization_endpoint) },
	{ OAUTH2_NEEDS_TOKEN, "token_endpoint",
	    offsetof(struct oauth2_metadata, token_endpoint) },
	{ OAUTH2_NEEDS_DEVICE, "device_authorization_endpoint",
	    offsetof(struct oauth2_metadata, device_authorization_endpoint) },
	{ OAUTH2_NEEDS_USERINFO, "userinfo_endpoint",
	    offsetof(struct oauth2_metadata, userinfo_endpoint) },
	{ OAUTH2_NEEDS_REVOCATION, "revocation_endpoint",
	    offsetof(struct oauth2_metadata, revocation_endpoint) },
	{ OAUTH2_NEEDS_PUSHED_AUTHORIZATION,
	    "pushed_authorization_request_endpoint",
	    offsetof(struct oauth2_metadata,
		pushed_authorization_request_endpoint) },
	{ OAUTH2_NEEDS_JWKS, "jwks_uri",
	    offsetof(struct oauth2_metadata, jwks_uri) },
};
#define ROWS (sizeof(rows) / sizeof(*rows))

static const struct {
	enum oauth2_needs need;
	const char *name;
	size_t offset;
} flags[] = {
	{ OAUTH2_NEEDS_ISS_PARAMETER,
	    "authorization_response_iss_parameter_supported",
	    offsetof(struct oauth2_metadata,
		authorization_response_iss_parameter_supported) },
	{ OAUTH2_NEEDS_CLAIMS_PARAMETER, "claims_parameter_supported",
	    offsetof(struct oauth2_metadata, claims_parameter_supported) },
};
#define FLAGS (sizeof(flags) / sizeof(*flags))

static char **
endpoint_of(struct oauth2_metadata *m, size_t row)
{
	return (char **)(void *)((char *)m + rows[row].offset);
}

static bool *
flag_of(struct oauth2_metadata *m, size_t flag)
{
	return (bool *)(void *)((char *)m + flags[flag].offset);
}

/* The needs to fetch a document for: 0 where nothing is to be found. */
static unsigned
missing(struct oauth2_client *c, unsigned needs)
{
	unsigned left = needs & ~c->looked_for;

	for (size_t i = 0; i < ROWS; i++)
		if (*endpoint_of(&c->endpoints, i) != NULL)
			left &= ~(unsigned)rows[i].need;
	if ((needs & ~OPTIONAL) != 0 && (left & ~OPTIONAL) == 0)
		return 0;
	return left;
}

/* OpenID Connect Discovery 1.0 section 4.1: behind the issuer's path. */
static void
put_openid_url(const struct oauth2_client *c, struct buf *url)
{
	size_t n = strlen(c->issuer);

	if (c->issuer[n - 1] == '/')
		n--;
	buf_put(url, c->issuer, n);
	buf_puts(url, "/.well-known/openid-configuration");
}

/* RFC 8414 section 3.1: between host and path. */
static void
put_oauth_url(const struct oauth2_client *c, struct buf *url)
{
	const char *path = strchr(c->issuer + strlen("https://"), '/');
	size_t all = strlen(c->issuer);
	size_t n = path != NULL ? (size_t)(path - c->issuer) : all;

	buf_put(url, c->issuer, n);
	buf_puts(url, "/.well-known/oauth-authorization-server");
	if (path != NULL)
		buf_put(url, path, all - n - (c->issuer[all - 1] == '/'));
}

static enum oauth2_err
fetch_from(const struct oauth2_client *c,
    void (*put_url)(const struct oauth2_client *c, struct buf *url),
    const char *etag, struct reply *ret, struct detail *d)
{
	AUTO(buf_free) struct buf url = BUF(URI_MAX);
	struct document document = { .etag = etag, .expects = EXPECTS_JSON };

	put_url(c, &url);
	if (buf_err(&url) != OAUTH2_ERR_OK)
		return buf_err(&url);
	document.url = buf_text(&url);
	return request_get_document(c, &document, ret, d);
}

/* Providers that are no OpenID providers have only the second one. */
static enum oauth2_err
fetch(const struct oauth2_client *c, const char *etag, struct reply *ret,
    struct detail *d)
{
	enum oauth2_err err = fetch_from(c, put_openid_url, etag, ret, d);

	if (err != OAUTH2_ERR_HTTP || ret->status != 404)
		return err;
	reply_free(ret);
	*ret = (struct reply){ 0 };
	return fetch_from(c, put_oauth_url, etag, ret, d);
}

/* Another issuer's document is another provider's, whatever served it. */
static enum oauth2_err
check_issuer(
    const struct oauth2_client *c, const struct json *json, struct detail *d)
{
	AUTO(secret_text_free) char *issuer = NULL;
	enum oauth2_err err;

	err = field_text(json, "issuer", URI_MAX, &issuer, d);
	if (err == OAUTH2_ERR_OK && strcmp(issuer, c->issuer) != 0)
		err = detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL),
		    OAUTH2_ERR_SYNTAX,
		    "discovery names another issuer than the settings");
	return err;
}

/* Whether an endpoint in the document may be used. */
static enum oauth2_err
read_endpoint(const struct oauth2_client *c, const struct json *json,
    const char *name, char **ret, struct detail *d)
{
	AUTO(secret_text_free) char *text = NULL;
	struct detail why = { 0 };
	struct uri uri;
	enum oauth2_err err;

	err = field_text(json, name, URI_MAX, &text, d);
	if (err == OAUTH2_ERR_NOT_FOUND)
		return detail_fail(d, err,
		    "the provider announces no %s; set it by hand", name);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (uri_parse(text, URI_ALLOW_QUERY, &uri, &why) != OAUTH2_ERR_OK)
		return detail_fail(because(d, OAUTH2_CAUSE_POLICY),
		    OAUTH2_ERR_SYNTAX, "%s: %s", name, why.text);
	if (!uri_host_equal(uri.host, c->issuer_uri.host) &&
	    !uri_host_in(uri.host, &c->endpoint_hosts))
		return detail_fail(because(d, OAUTH2_CAUSE_POLICY),
		    OAUTH2_ERR_SYNTAX,
		    "%s: host %.120s is not listed in endpoint_hosts", name,
		    uri.host);
	*ret = TAKE(text);
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
read_flag(const struct json *json, size_t flag, struct oauth2_metadata *ret,
    struct detail *d)
{
	switch (json_get_bool(json, flags[flag].name, flag_of(ret, flag))) {
	case JSON_FOUND:
	case JSON_ABSENT:
	case JSON_NULL:
		return OAUTH2_ERR_OK;
	default:
		return detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL),
		    OAUTH2_ERR_SYNTAX, "%s is not true or false",
		    flags[flag].name);
	}
}

/* One thing a flow needs, of which the document may have nothing usable. */
static enum oauth2_err
take_need(const struct oauth2_client *c, const struct json *json, size_t row,
    struct oauth2_metadata *ret, struct detail *d)
{
	enum oauth2_err err =
	    read_endpoint(c, json, rows[row].name, endpoint_of(ret, row), d);

	if (err == OAUTH2_ERR_NOT_FOUND && (rows[row].need & OPTIONAL) != 0)
		return field_optional(err, d);
	return err;
}

static enum oauth2_err
take_flags(const struct json *json, unsigned needs, struct oauth2_metadata *ret,
    struct detail *d)
{
	enum oauth2_err err = OAUTH2_ERR_OK;

	for (size_t i = 0; err == OAUTH2_ERR_OK && i < FLAGS; i++)
		if ((needs & flags[i].need) != 0)
			err = read_flag(json, i, ret, d);
	return err;
}

/* What is announced by a list; NOT_FOUND where there is none. */
static enum oauth2_err
read_methods(const struct json *json, const char *name, struct strlist *ret,
    struct detail *d)
{
	switch (json_get_texts(json, name, METHOD_MAX, ret)) {
	case JSON_FOUND:
		return OAUTH2_ERR_OK;
	case JSON_ABSENT:
	case JSON_NULL:
		return OAUTH2_ERR_NOT_FOUND;
	default:
		return detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL),
		    OAUTH2_ERR_SYNTAX, "%s is no list of texts", name);
	}
}

/* Who announces methods without S256 does not have it (RFC 8414 section 2);
 * many announce none and have it all the same. */
static enum oauth2_err
take_pkce(
    const struct json *json, struct oauth2_metadata *ret, struct detail *d)
{
	AUTO(strlist_free) struct strlist methods = STRLIST(OAUTH2_METHODS_MAX);
	enum oauth2_err err = read_methods(json, PKCE_METHODS, &methods, d);

	if (err == OAUTH2_ERR_OK)
		ret->lacks_s256 = !strlist_has(&methods, "S256");
	return field_optional(err, d);
}

static enum oauth2_err
take_auth_methods(
    const struct json *json, struct oauth2_metadata *ret, struct detail *d)
{
	struct strlist *methods = &ret->auth_methods;

	methods->max = OAUTH2_METHODS_MAX;
	return field_optional(read_methods(json, AUTH_METHODS, methods, d), d);
}

/* Asked for where it is not known, it may make the whole request fail. */
static enum oauth2_err
take_scopes(const struct json *json, struct oauth2_metadata *ret)
{
	AUTO(strlist_free) struct strlist scopes = STRLIST(SCOPES_MAX);

	switch (json_get_texts(json, "scopes_supported", SCOPE_MAX, &scopes)) {
	case JSON_FOUND:
		ret->offers_offline_access =
		    strlist_has(&scopes, "offline_access");
		return OAUTH2_ERR_OK;
	case JSON_NOMEM:
		return OAUTH2_ERR_NOMEM;
	default: /* nothing that anybody depends on */
		return OAUTH2_ERR_OK;
	}
}

/*
 * Where PKCE is not understood nothing binds a code to us: a stolen one is
 * as good as one's own.
 */
static enum oauth2_err
check_pkce(const struct oauth2_client *c, const struct json *json,
    struct oauth2_metadata *ret, struct detail *d)
{
	enum oauth2_err err = take_pkce(json, ret, d);

	if (err != OAUTH2_ERR_OK || !ret->lacks_s256 || c->pkce_plain)
		return err;
	return detail_fail(
	    because(d, OAUTH2_CAUSE_POLICY), OAUTH2_ERR_SYNTAX, OAUTH2_NO_S256);
}

static enum oauth2_err
discover(const struct oauth2_client *c, unsigned needs,
    struct oauth2_metadata *ret, struct detail *d)
{
	AUTO(reply_free) struct reply reply = { 0 };
	enum oauth2_err err;

	err = fetch(c, NULL, &reply, d);
	if (err == OAUTH2_ERR_OK)
		err = check_issuer(c, reply.json, d);
	for (size_t i = 0; err == OAUTH2_ERR_OK && i < ROWS; i++)
		if ((needs & rows[i].need) != 0)
			err = take_need(c, reply.json, i, ret, d);
	if (err == OAUTH2_ERR_OK && (needs & OAUTH2_NEEDS_AUTHORIZATION) != 0)
		err = check_pkce(c, reply.json, ret, d);
	if (err == OAUTH2_ERR_OK)
		err = take_flags(reply.json, needs, ret, d);
	if (err == OAUTH2_ERR_OK && c->is_method_open)
		err = take_auth_methods(reply.json, ret, d);
	return err;
}

/* What the settings leave open is as the provider has it. */
static enum oauth2_err
choose_method(
    struct oauth2_client *c, const struct strlist *offered, struct detail *d)
{
	enum oauth2_err err;
	bool is_basic;

	if (!c->is_method_open)
		return OAUTH2_ERR_OK;
	err = oauth2_choose_auth_method(offered, &is_basic, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	c->method =
	    is_basic ? CLIENT_AUTH_SECRET_BASIC : CLIENT_AUTH_SECRET_POST;
	if (c->is_revocation_method_open)
		c->revocation_method = c->method;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
oauth2_discover(struct oauth2_client *c, unsigned needs, struct detail *d)
{
	AUTO(metadata_free) struct oauth2_metadata found = { 0 };
	enum oauth2_err err;

	needs = missing(c, needs);
	if (needs == 0)
		return OAUTH2_ERR_OK;
	err = discover(c, needs, &found, d);
	if (err == OAUTH2_ERR_OK)
		err = choose_method(c, &found.auth_methods, d);
	if (err != OAUTH2_ERR_OK)
		return request_failed(err, OAUTH2_ERR_DISCOVERY);
	for (size_t i = 0; i < ROWS; i++)
		if ((needs & rows[i].need) != 0)
			*endpoint_of(&c->endpoints, i) =
			    TAKE(*endpoint_of(&found, i));
	for (size_t i = 0; i < FLAGS; i++)
		*flag_of(&c->endpoints, i) |= *flag_of(&found, i);
	c->looked_for |= needs & OPTIONAL;
	return OAUTH2_ERR_OK;
}

/* What may not be used is left out, and why is kept for who needs it. */
static enum oauth2_err
take_offer(const struct oauth2_client *c, const struct json *json, size_t row,
    struct oauth2_document *ret)
{
	struct detail why = { 0 };
	enum oauth2_err err = read_endpoint(
	    c, json, rows[row].name, endpoint_of(&ret->metadata, row), &why);

	if (err == OAUTH2_ERR_NOT_FOUND)
		return OAUTH2_ERR_OK;
	return err == OAUTH2_ERR_SYNTAX ? strlist_add(&ret->refused, why.text)
					: err;
}

enum oauth2_err
oauth2_fetch_metadata(const struct oauth2_client *c, const char *etag,
    struct oauth2_document *ret, struct detail *d)
{
	AUTO(reply_free) struct reply reply = { 0 };
	enum oauth2_err err = fetch(c, etag, &reply, d);

	if (err == OAUTH2_ERR_OK && reply.status == 304) {
		ret->is_unchanged = true;
		return OAUTH2_ERR_OK;
	}
	if (err == OAUTH2_ERR_OK)
		err = check_issuer(c, reply.json, d);
	for (size_t i = 0; err == OAUTH2_ERR_OK && i < ROWS; i++)
		err = take_offer(c, reply.json, i, ret);
	if (err == OAUTH2_ERR_OK)
		err = take_flags(reply.json, ~0U, &ret->metadata, d);
	if (err == OAUTH2_ERR_OK)
		err = take_pkce(reply.json, &ret->metadata, d);
	if (err == OAUTH2_ERR_OK)
		err = take_auth_methods(reply.json, &ret->metadata, d);
	if (err == OAUTH2_ERR_OK)
		err = take_scopes(reply.json, &ret->metadata);
	if (err == OAUTH2_ERR_OK)
		memcpy(ret->etag, reply.etag, sizeof(ret->etag));
	return request_failed(err, OAUTH2_ERR_DISCOVERY);
}

void
oauth2_document_free(struct oauth2_document *document)
{
	metadata_free(&document->metadata);
	strlist_free(&document->refused);
}

const struct oauth2_metadata *
oauth2_metadata(const struct oauth2_client *c)
{
	return &c->endpoints;
}

void
metadata_free(struct oauth2_metadata *m)
{
	for (size_t i = 0; i < ROWS; i++)
		secret_free(*endpoint_of(m, i));
	strlist_free(&m->auth_methods);
}
