#include "login/metadata.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "codec/uri.h"
#include "login/cache.h"
#include "login/children.h"
#include "login/keys.h"
#include "login/openid.h"
#include "oauth2/auth_method.h"
#include "oauth2/discovery.h"

/* Where an endpoint has its place, in the settings and in the message. */
static const struct row {
	const char *name;
	size_t offset;
	enum wire_tag tag;
} rows[] = {
#define ROW(field, tag) \
	{ \
#field, offsetof(struct provider_settings, field), tag \
	}
	ROW(authorization_endpoint, WIRE_TAG_AUTHORIZATION_ENDPOINT),
	ROW(pushed_authorization_request_endpoint, WIRE_TAG_PAR_ENDPOINT),
	ROW(token_endpoint, WIRE_TAG_TOKEN_ENDPOINT),
	ROW(device_authorization_endpoint, WIRE_TAG_DEVICE_ENDPOINT),
	ROW(userinfo_endpoint, WIRE_TAG_USERINFO_ENDPOINT),
	ROW(revocation_endpoint, WIRE_TAG_REVOCATION_ENDPOINT),
	ROW(jwks_uri, WIRE_TAG_JWKS_URI),
#undef ROW
};

static char **
endpoint_of(struct signin *s, const struct row *row)
{
	return (char **)(void *)((char *)&s->settings->provider + row->offset);
}

/* Some providers say with the token whose it is. */
static bool
needs_userinfo(const struct provider_settings *p)
{
	const struct oauth2_provider *preset = settings_preset(p);

	return preset == NULL || preset->token_user == NULL;
}

/* Whether the document has to be asked: what is set by hand wins. */
static bool
is_complete(const struct signin *s)
{
	const struct settings *settings = s->settings;
	const struct provider_settings *p = &settings->provider;
	const bool has_device = settings->flow != SETTINGS_FLOW_CODE &&
				p->device_authorization_endpoint != NULL;
	const bool has_code = settings->flow == SETTINGS_FLOW_CODE &&
			      p->authorization_endpoint != NULL;

	return p->token_endpoint != NULL && (has_device || has_code) &&
	       (!openid_is_used(p) || p->jwks_uri != NULL) &&
	       (openid_is_enough(settings) || !needs_userinfo(p) ||
		   p->userinfo_endpoint != NULL);
}

static bool
ask(struct signin *s, struct cached *known)
{
	const struct provider_settings *p = &s->settings->provider;
	char etag[HTTP_ETAG_SIZE];
	struct wire_out out;

	cache_etag(known, clock_unix_s(), etag);
	wire_begin(&out, WIRE_FETCH_METADATA);
	wire_put_text(&out, WIRE_TAG_ISSUER, p->issuer);
	wire_put_text(&out, WIRE_TAG_CLIENT_ID, p->client_id);
	wire_put_list(&out, WIRE_TAG_ENDPOINT_HOST, &p->endpoint_hosts);
	if (etag[0] != '\0')
		wire_put_text(&out, WIRE_TAG_ETAG, etag);
	wire_put_text(&out, WIRE_TAG_CA_FILE, p->ca_file);
	wire_put_text(&out, WIRE_TAG_PROXY, p->proxy);
	wire_put_u64(&out, WIRE_TAG_DEADLINE_NS, (uint64_t)s->deadline_ns);
	return children_tell(s, s->fetcher, &out);
}

static bool
fetch(struct signin *s, struct cached *known)
{
	struct detail d = { 0 };
	struct wire_msg m;
	enum oauth2_err err;

	if (!ask(s, known) || !children_await(s, s->fetcher, &m))
		return false;
	err = cache_update(&m, clock_unix_s(), known);
	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	if (cache_save(&s->settings->provider, known, &d) != OAUTH2_ERR_OK)
		log_line(LOG_WARNING, "metadata is not cached: %s", d.text);
	return true;
}

/* The key-fetcher has checked it: so do we, before secrets go there. */
static bool
is_usable(const struct provider_settings *p, const char *endpoint)
{
	struct uri issuer, uri;

	return uri_parse(p->issuer, 0, &issuer, NULL) == OAUTH2_ERR_OK &&
	       uri_parse(endpoint, URI_ALLOW_QUERY, &uri, NULL) ==
		   OAUTH2_ERR_OK &&
	       (uri_host_equal(uri.host, issuer.host) ||
		   uri_host_in(uri.host, &p->endpoint_hosts));
}

/* What the settings name wins. */
static bool
take_endpoint(struct signin *s, const struct wire_msg *m, const struct row *row)
{
	char **endpoint = endpoint_of(s, row);
	enum oauth2_err err;

	if (*endpoint != NULL)
		return true;
	err = wire_take_text(m, row->tag, endpoint);
	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	return *endpoint == NULL ||
	       is_usable(&s->settings->provider, *endpoint) ||
	       signin_fail(s, REASON_endpoint_refused,
		   "%s: not where the settings allow it", row->name);
}

/* What the settings do not name is what the provider says. */
static bool
complete(struct signin *s, const struct wire_msg *m)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!take_endpoint(s, m, &rows[i]))
			return false;
	s->is_iss_sent = wire_get_u64(m, WIRE_TAG_IS_ISS_SENT) == 1;
	s->has_claims_parameter =
	    wire_get_u64(m, WIRE_TAG_IS_CLAIMS_PARAMETER) == 1;
	s->is_offline_offered =
	    wire_get_u64(m, WIRE_TAG_IS_OFFLINE_OFFERED) == 1;
	return true;
}

/* Say which one is missing, and whether the provider offered one at all. */
static bool
fail_missing(struct signin *s, const struct wire_msg *m, const char *name)
{
	AUTO(strlist_free) struct strlist refused = STRLIST(OAUTH2_REFUSED_MAX);
	const size_t n = strlen(name);

	if (m->body != NULL && wire_take_list(m, WIRE_TAG_REFUSED_ENDPOINT,
				   &refused) != OAUTH2_ERR_OK)
		return signin_fail_err(s, OAUTH2_ERR_NOMEM);
	for (size_t i = 0; i < refused.count; i++)
		if (strncmp(refused.items[i], name, n) == 0 &&
		    strchr(": ", refused.items[i][n]) != NULL)
			return signin_fail(
			    s, REASON_endpoint_refused, "%s", refused.items[i]);
	return signin_fail(s, REASON_provider_malformed,
	    "the provider announces no %s; set it by hand", name);
}

/* Device where the provider has it, else code, where that can come back. */
static void
choose_flow(struct settings *settings)
{
	const struct provider_settings *p = &settings->provider;

	if (settings->flow != SETTINGS_FLOW_AUTO)
		return;
	settings->flow =
	    p->device_authorization_endpoint == NULL && p->redirect_uri != NULL
		? SETTINGS_FLOW_CODE
		: SETTINGS_FLOW_DEVICE;
}

/* Then nothing would bind a code to this login. */
static bool
lacks_pkce(const struct settings *settings, const struct wire_msg *m)
{
	const struct provider_settings *p = &settings->provider;
	const struct oauth2_provider *preset = settings_preset(p);

	return settings->flow == SETTINGS_FLOW_CODE && m->body != NULL &&
	       wire_get_u64(m, WIRE_TAG_LACKS_S256) == 1 &&
	       p->pkce == SETTINGS_PKCE_S256 &&
	       (preset == NULL || !preset->has_no_pkce);
}

/* In the one way or in the other: nobody but the settings says whether. */
static bool
choose_method(struct signin *s, const struct wire_msg *m)
{
	AUTO(strlist_free) struct strlist offered = STRLIST(OAUTH2_METHODS_MAX);
	enum settings_auth_method *method =
	    &s->settings->provider.token_endpoint_auth_method;
	bool is_basic;
	enum oauth2_err err;

	if (*method != SETTINGS_AUTH_METHOD_AUTO)
		return true;
	err = wire_take_list(m, WIRE_TAG_AUTH_METHOD, &offered);
	if (err == OAUTH2_ERR_OK)
		err =
		    oauth2_choose_auth_method(&offered, &is_basic, &s->detail);
	if (err == OAUTH2_ERR_NOT_SUPPORTED_AUTH_METHOD)
		return signin_fail(s, REASON_client_rejected, NULL);
	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	*method = is_basic ? SETTINGS_AUTH_METHOD_CLIENT_SECRET_BASIC
			   : SETTINGS_AUTH_METHOD_CLIENT_SECRET_POST;
	return true;
}

static const char *
missing(const struct settings *settings)
{
	const struct provider_settings *p = &settings->provider;

	if (settings->flow == SETTINGS_FLOW_DEVICE &&
	    p->device_authorization_endpoint == NULL)
		return "device_authorization_endpoint";
	if (settings->flow == SETTINGS_FLOW_CODE &&
	    p->authorization_endpoint == NULL)
		return "authorization_endpoint";
	if (p->token_endpoint == NULL)
		return "token_endpoint";
	if (openid_is_used(p) && p->jwks_uri == NULL)
		return "jwks_uri";
	if (!openid_is_used(p) && needs_userinfo(p) &&
	    p->userinfo_endpoint == NULL)
		return "userinfo_endpoint";
	return NULL;
}

/* What the settings leave open, from the cache or from the provider. */
static bool
look_up(struct signin *s, struct cached *document)
{
	const enum oauth2_err err =
	    cache_load(&s->settings->provider, WIRE_METADATA, document);

	log_debug("metadata in the cache: %s", err_text(err));
	if (!cache_is_fresh(document, clock_unix_s()) && !fetch(s, document))
		return false;
	return complete(s, &document->message);
}

static bool
learn(struct signin *s, struct cached *document)
{
	const char *name;

	if (!is_complete(s) && !look_up(s, document))
		return false;
	choose_flow(s->settings);
	if (lacks_pkce(s->settings, &document->message))
		return signin_fail(s, REASON_endpoint_refused, OAUTH2_NO_S256);
	if (!choose_method(s, &document->message))
		return false;
	name = missing(s->settings);
	return name == NULL || fail_missing(s, &document->message, name);
}

bool
metadata_learn(struct signin *s)
{
	struct cached document = CACHED;
	bool goes_on = learn(s, &document);

	cache_free(&document);
	return goes_on &&
	       (!openid_is_used(&s->settings->provider) || keys_prepare(s));
}
