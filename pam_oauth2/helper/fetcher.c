#include "helper/fetcher.h"

#include <string.h>

#include "base/clock.h"
#include "base/secret.h"
#include "helper/failed.h"
#include "helper/sandbox.h"
#include "helper/take.h"
#include "oauth2/discovery.h"
#include "oauth2/jwks.h"

#define HOSTS_MAX 32

/* One request: what it says, and what answers it. */
struct fetch {
	struct wire *leg;
	char *issuer;
	char *client_id;
	char *jwks_uri;
	char *etag; /* NULL: nothing is known yet */
	char *ca_file;
	char *proxy;
	struct strlist endpoint_hosts;
	struct http **http; /* the process's, one connection for all */
	struct oauth2_client *client;
	struct detail detail;
};

static void
fetch_free(struct fetch *f)
{
	oauth2_free(f->client);
	secret_free(f->issuer);
	secret_free(f->client_id);
	secret_free(f->jwks_uri);
	secret_free(f->etag);
	secret_free(f->ca_file);
	secret_free(f->proxy);
	strlist_free(&f->endpoint_hosts);
}

static inline void
fetch_free_scope(struct fetch *f)
{
	fetch_free(f);
}

static enum oauth2_err
read_request(struct fetch *f, const struct wire_msg *m)
{
	enum oauth2_err err = OAUTH2_ERR_OK;

	TAKE_TEXT(WIRE_TAG_ISSUER, &f->issuer);
	TAKE_TEXT(WIRE_TAG_CLIENT_ID, &f->client_id);
	TAKE_TEXT(WIRE_TAG_JWKS_URI, &f->jwks_uri);
	TAKE_TEXT(WIRE_TAG_ETAG, &f->etag);
	TAKE_TEXT(WIRE_TAG_CA_FILE, &f->ca_file);
	TAKE_TEXT(WIRE_TAG_PROXY, &f->proxy);
	TAKE_LIST(WIRE_TAG_ENDPOINT_HOST, &f->endpoint_hosts);
	return err;
}

/* A client without a secret: it only reads what anybody may read. */
static enum oauth2_err
prepare(struct fetch *f, const struct wire_msg *m)
{
	struct http_config http = {
		.deadline_ns = (int64_t)wire_get_u64(m, WIRE_TAG_DEADLINE_NS),
		.should_stop = child_is_unwanted,
		.arg = f->leg,
	};
	struct oauth2_config config = { .name = "provider" };
	enum oauth2_err err = read_request(f, m);

	if (err != OAUTH2_ERR_OK)
		return err;
	http.ca_file = f->ca_file;
	http.proxy = f->proxy;
	if (*f->http == NULL)
		err = http_new(&http, f->http);
	if (err != OAUTH2_ERR_OK)
		return err;
	config.issuer = f->issuer;
	config.client_id = f->client_id;
	config.jwks_uri = f->jwks_uri;
	config.endpoint_hosts = &f->endpoint_hosts;
	config.http = *f->http;
	return oauth2_new(&config, &f->detail, &f->client);
}

static enum oauth2_err
send_unchanged(struct fetch *f)
{
	struct wire_out out;

	wire_begin(&out, WIRE_UNCHANGED);
	return wire_send(f->leg, &out);
}

static enum oauth2_err
send_metadata(struct fetch *f, const struct oauth2_document *document)
{
	const struct oauth2_metadata *m = &document->metadata;
	struct wire_out out;

	wire_begin(&out, WIRE_METADATA);
	wire_put_text(
	    &out, WIRE_TAG_AUTHORIZATION_ENDPOINT, m->authorization_endpoint);
	wire_put_text(&out, WIRE_TAG_PAR_ENDPOINT,
	    m->pushed_authorization_request_endpoint);
	wire_put_text(&out, WIRE_TAG_TOKEN_ENDPOINT, m->token_endpoint);
	wire_put_text(
	    &out, WIRE_TAG_DEVICE_ENDPOINT, m->device_authorization_endpoint);
	wire_put_text(&out, WIRE_TAG_USERINFO_ENDPOINT, m->userinfo_endpoint);
	wire_put_text(
	    &out, WIRE_TAG_REVOCATION_ENDPOINT, m->revocation_endpoint);
	wire_put_text(&out, WIRE_TAG_JWKS_URI, m->jwks_uri);
	wire_put_u64(&out, WIRE_TAG_IS_ISS_SENT,
	    m->authorization_response_iss_parameter_supported);
	wire_put_u64(
	    &out, WIRE_TAG_IS_CLAIMS_PARAMETER, m->claims_parameter_supported);
	wire_put_u64(&out, WIRE_TAG_LACKS_S256, m->lacks_s256);
	wire_put_list(&out, WIRE_TAG_AUTH_METHOD, &m->auth_methods);
	wire_put_u64(
	    &out, WIRE_TAG_IS_OFFLINE_OFFERED, m->offers_offline_access);
	wire_put_list(&out, WIRE_TAG_REFUSED_ENDPOINT, &document->refused);
	if (document->etag[0] != '\0')
		wire_put_text(&out, WIRE_TAG_ETAG, document->etag);
	return wire_send(f->leg, &out);
}

static enum oauth2_err
fetch_metadata(struct fetch *f)
{
	AUTO(oauth2_document_free)
	struct oauth2_document document = OAUTH2_DOCUMENT;
	enum oauth2_err err;

	err = oauth2_fetch_metadata(f->client, f->etag, &document, &f->detail);
	if (err != OAUTH2_ERR_OK)
		return err;
	return document.is_unchanged ? send_unchanged(f)
				     : send_metadata(f, &document);
}

static enum oauth2_err
fetch_keys(struct fetch *f)
{
	AUTO(oauth2_jwks_free) struct oauth2_jwks keys = OAUTH2_JWKS;
	struct wire_out out;
	enum oauth2_err err;

	err = oauth2_fetch_jwks(f->client, f->etag, &keys, &f->detail);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (keys.is_unchanged)
		return send_unchanged(f);
	wire_begin(&out, WIRE_KEYS);
	wire_put_list(&out, WIRE_TAG_KEY, &keys.keys);
	if (keys.etag[0] != '\0')
		wire_put_text(&out, WIRE_TAG_ETAG, keys.etag);
	return wire_send(f->leg, &out);
}

/* Whatever comes of it, there is one answer. */
static void
fetch(struct wire *leg, const struct wire_msg *m, struct http **http)
{
	AUTO(fetch_free)
	struct fetch f = {
		.leg = leg, .http = http, .endpoint_hosts = STRLIST(HOSTS_MAX)
	};
	const bool is_keys = m->type == WIRE_FETCH_KEYS;
	enum oauth2_err err = prepare(&f, m);

	if (err == OAUTH2_ERR_OK)
		err = is_keys ? fetch_keys(&f) : fetch_metadata(&f);
	if (err != OAUTH2_ERR_OK)
		failed_send(leg, WIRE_NOT_FETCHED, err, &f.detail);
}

/* One after the other, until the monitor has heard enough. */
static void
run(struct wire *leg)
{
	AUTO(http_free) struct http *http = NULL;
	struct wire_msg m;

	while (wire_recv(leg, clock_monotonic_ns() + CHILD_WAIT_NS, &m) ==
	       OAUTH2_ERR_OK)
		fetch(leg, &m, &http);
}

static void
fail(struct wire *leg, enum oauth2_err err)
{
	const struct detail none = { 0 };

	failed_send(leg, WIRE_NOT_FETCHED, err, &none);
}

const struct child_kind fetcher_kind = {
	.name = "po2-fetcher",
	.leg = &wire_fetcher_leg,
	.sender = WIRE_FROM_FETCHER,
	.asker = WIRE_FROM_MONITOR_TO_FETCHER,
	.sandbox = sandbox_worker,
	.run = run,
	.fail = fail,
};
