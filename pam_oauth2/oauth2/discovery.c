#include "oauth2/discovery.h"

#include <stdbool.h>
#include <string.h>

#include "base/secret.h"
#include "oauth2/field.h"
#include "oauth2/request.h"

#define WELL_KNOWN    "/.well-known/openid-configuration"
#define ISS_PARAMETER "authorization_response_iss_parameter_supported"

#define OPTIONAL \
	((unsigned)OAUTH2_NEEDS_REVOCATION | \
	    OAUTH2_NEEDS_PUSHED_AUTHORIZATION | OAUTH2_NEEDS_ISS_PARAMETER)

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

static char **
endpoint_of(struct oauth2_metadata *m, size_t row)
{
	return (char **)(void *)((char *)m + rows[row].offset);
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

static enum oauth2_err
fetch(const struct oauth2_client *c, struct reply *ret, struct detail *d)
{
	AUTO(buf_free) struct buf url = BUF(URI_MAX);
	size_t n = strlen(c->issuer);

	if (c->issuer[n - 1] == '/')
		n--;
	buf_put(&url, c->issuer, n);
	buf_puts(&url, WELL_KNOWN);
	if (buf_err(&url) != OAUTH2_ERR_OK)
		return buf_err(&url);
	return request_get(c, buf_text(&url), NULL, ret, d);
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

static enum oauth2_err
take_endpoint(const struct oauth2_client *c, const struct json *json,
    size_t row, struct oauth2_metadata *ret, struct detail *d)
{
	AUTO(secret_text_free) char *text = NULL;
	const char *name = rows[row].name;
	struct detail why = { 0 };
	struct uri uri;
	enum oauth2_err err;

	err = field_text(json, name, URI_MAX, &text, d);
	if (err == OAUTH2_ERR_NOT_FOUND && (rows[row].need & OPTIONAL) != 0)
		return field_optional(err, d);
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
	*endpoint_of(ret, row) = TAKE(text);
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
take_iss_parameter(
    const struct json *json, struct oauth2_metadata *ret, struct detail *d)
{
	bool *is_supported =
	    &ret->authorization_response_iss_parameter_supported;

	switch (json_get_bool(json, ISS_PARAMETER, is_supported)) {
	case JSON_FOUND:
	case JSON_ABSENT:
	case JSON_NULL:
		return OAUTH2_ERR_OK;
	default:
		return detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL),
		    OAUTH2_ERR_SYNTAX, ISS_PARAMETER " is not true or false");
	}
}

static enum oauth2_err
discover(const struct oauth2_client *c, unsigned needs,
    struct oauth2_metadata *ret, struct detail *d)
{
	AUTO(reply_free) struct reply reply = { 0 };
	enum oauth2_err err;

	err = fetch(c, &reply, d);
	if (err == OAUTH2_ERR_OK)
		err = check_issuer(c, reply.json, d);
	for (size_t i = 0; err == OAUTH2_ERR_OK && i < ROWS; i++)
		if ((needs & rows[i].need) != 0)
			err = take_endpoint(c, reply.json, i, ret, d);
	if (err == OAUTH2_ERR_OK && (needs & OAUTH2_NEEDS_ISS_PARAMETER) != 0)
		err = take_iss_parameter(reply.json, ret, d);
	return err;
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
	if (err != OAUTH2_ERR_OK)
		return request_failed(err, OAUTH2_ERR_DISCOVERY);
	for (size_t i = 0; i < ROWS; i++)
		if ((needs & rows[i].need) != 0)
			*endpoint_of(&c->endpoints, i) =
			    TAKE(*endpoint_of(&found, i));
	c->endpoints.authorization_response_iss_parameter_supported |=
	    found.authorization_response_iss_parameter_supported;
	c->looked_for |= needs & OPTIONAL;
	return OAUTH2_ERR_OK;
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
}
