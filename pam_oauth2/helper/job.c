#include "helper/job.h"

#include <string.h>

#include "base/clock.h"
#include "base/secret.h"
#include "helper/child.h"
#include "helper/take.h"
#include "oauth2/discovery.h"

#define SIGNED_WAIT_NS (10 * CLOCK_NS_PER_S)
#define KEEP_OPEN_NS   (2 * CLOCK_NS_PER_S) /* how often we look */
#define REOPENINGS_MAX 20

/* private_key_jwt: the key, and what is signed with it, are the monitor's. */
static enum oauth2_err
get_assertion(void *arg, char **ret)
{
	struct job *job = arg;
	struct wire_out out;
	struct wire_msg m;
	enum oauth2_err err;

	wire_begin(&out, WIRE_SIGN);
	err = wire_send(job->wire, &out);
	if (err == OAUTH2_ERR_OK)
		err = wire_recv(
		    job->wire, clock_monotonic_ns() + SIGNED_WAIT_NS, &m);
	return err == OAUTH2_ERR_OK ? wire_take_text(&m, WIRE_TAG_JWT, ret)
				    : err;
}

static bool
is_signer(const char *method)
{
	return method != NULL && strcmp(method, "private_key_jwt") == 0;
}

/* The texts of START that only live until the client has copied them. */
struct start {
	char *issuer;
	char *client_id;
	char *client_secret;
	char *auth_method;
	char *revocation_auth_method;
	char *authorization_endpoint;
	char *par_endpoint;
	char *token_endpoint;
	char *device_endpoint;
	char *userinfo_endpoint;
	char *revocation_endpoint;
	char *preset;
	char *ca_file;
	char *proxy;
};

static void
start_free(struct start *s)
{
	secret_free(s->issuer);
	secret_free(s->client_id);
	secret_free(s->client_secret);
	secret_free(s->auth_method);
	secret_free(s->revocation_auth_method);
	secret_free(s->authorization_endpoint);
	secret_free(s->par_endpoint);
	secret_free(s->token_endpoint);
	secret_free(s->device_endpoint);
	secret_free(s->userinfo_endpoint);
	secret_free(s->revocation_endpoint);
	secret_free(s->preset);
	secret_free(s->ca_file);
	secret_free(s->proxy);
}

static inline void
start_free_scope(struct start *s)
{
	start_free(s);
}

static enum oauth2_err
read_start(struct job *job, const struct wire_msg *m, struct start *ret)
{
	enum oauth2_err err = OAUTH2_ERR_OK;

	TAKE_TEXT(WIRE_TAG_ISSUER, &ret->issuer);
	TAKE_TEXT(WIRE_TAG_CLIENT_ID, &ret->client_id);
	TAKE_TEXT(WIRE_TAG_CLIENT_SECRET, &ret->client_secret);
	TAKE_TEXT(WIRE_TAG_AUTH_METHOD, &ret->auth_method);
	TAKE_TEXT(
	    WIRE_TAG_REVOCATION_AUTH_METHOD, &ret->revocation_auth_method);
	TAKE_TEXT(
	    WIRE_TAG_AUTHORIZATION_ENDPOINT, &ret->authorization_endpoint);
	TAKE_TEXT(WIRE_TAG_PAR_ENDPOINT, &ret->par_endpoint);
	TAKE_TEXT(WIRE_TAG_REDIRECT_URI, &job->redirect_uri);
	TAKE_TEXT(WIRE_TAG_STATE, &job->state);
	TAKE_TEXT(WIRE_TAG_NONCE, &job->nonce);
	TAKE_TEXT(WIRE_TAG_TOKEN_ENDPOINT, &ret->token_endpoint);
	TAKE_TEXT(WIRE_TAG_DEVICE_ENDPOINT, &ret->device_endpoint);
	TAKE_TEXT(WIRE_TAG_USERINFO_ENDPOINT, &ret->userinfo_endpoint);
	TAKE_TEXT(WIRE_TAG_REVOCATION_ENDPOINT, &ret->revocation_endpoint);
	TAKE_TEXT(WIRE_TAG_PRESET, &ret->preset);
	TAKE_TEXT(WIRE_TAG_CA_FILE, &ret->ca_file);
	TAKE_TEXT(WIRE_TAG_PROXY, &ret->proxy);
	TAKE_TEXT(WIRE_TAG_GROUPS_CLAIM, &job->groups_claim);
	TAKE_LIST(WIRE_TAG_ENDPOINT_HOST, &job->endpoint_hosts);
	TAKE_LIST(WIRE_TAG_VERIFICATION_HOST, &job->verification_hosts);
	TAKE_LIST(WIRE_TAG_SCOPE, &job->scopes);
	TAKE_LIST(WIRE_TAG_REQUIRED_SCOPE, &job->required_scopes);
	TAKE_LIST(WIRE_TAG_PARAMETER, &job->param_texts);
	TAKE_LIST(WIRE_TAG_CLAIM, &job->claims);
	return err;
}

static enum oauth2_err
make_client(struct job *job, const struct wire_msg *m)
{
	AUTO(start_free) struct start start = { 0 };
	struct http_config http = {
		.deadline_ns = (int64_t)wire_get_u64(m, WIRE_TAG_DEADLINE_NS),
		.should_stop = child_is_unwanted,
		.arg = job->wire,
	};
	struct oauth2_config config = { .name = "provider" };
	enum oauth2_err err;

	err = read_start(job, m, &start);
	if (err != OAUTH2_ERR_OK)
		return err;
	http.ca_file = start.ca_file;
	http.proxy = start.proxy;
	err = http_new(&http, &job->http);
	if (err != OAUTH2_ERR_OK)
		return err;
	config.preset = start.preset;
	config.issuer = start.issuer;
	config.client_id = start.client_id;
	config.client_secret = start.client_secret;
	config.token_endpoint_auth_method = start.auth_method;
	config.revocation_endpoint_auth_method = start.revocation_auth_method;
	if (is_signer(start.auth_method) ||
	    is_signer(start.revocation_auth_method))
		config.get_assertion = get_assertion;
	config.assertion_arg = job;
	config.basic_raw = wire_get_u64(m, WIRE_TAG_BASIC_RAW) == 1;
	config.pkce = job->is_pkce_plain ? "plain" : "S256";
	config.authorization_endpoint = start.authorization_endpoint;
	config.pushed_authorization_request_endpoint = start.par_endpoint;
	config.token_endpoint = start.token_endpoint;
	config.device_authorization_endpoint = start.device_endpoint;
	config.userinfo_endpoint = start.userinfo_endpoint;
	config.revocation_endpoint = start.revocation_endpoint;
	config.endpoint_hosts = &job->endpoint_hosts;
	config.verification_hosts = &job->verification_hosts;
	config.scopes = &job->scopes;
	config.required_scopes = &job->required_scopes;
	config.email_verified_string =
	    wire_get_u64(m, WIRE_TAG_EMAIL_VERIFIED_STRING) == 1;
	config.http = job->http;
	return oauth2_new(&config, &job->detail, &job->client);
}

/* NAME=VALUE, cut in place. */
static enum oauth2_err
cut_params(struct job *job)
{
	const struct strlist *texts = &job->param_texts;
	enum oauth2_err err = OAUTH2_ERR_OK;

	for (size_t i = 0; err == OAUTH2_ERR_OK && i < texts->count; i++)
		err = oauth2_parameter_cut(texts->items[i], &job->params[i]);
	job->param_count = texts->count;
	return err;
}

enum oauth2_err
job_start(struct job *job, const struct wire_msg *start)
{
	enum oauth2_err err;

	job->flow = (enum wire_flow)wire_get_u64(start, WIRE_TAG_FLOW);
	job->is_pkce_plain = wire_get_u64(start, WIRE_TAG_IS_PKCE_PLAIN) == 1;
	job->is_kept = wire_get_u64(start, WIRE_TAG_IS_KEPT) == 1;
	err = make_client(job, start);
	return err == OAUTH2_ERR_OK ? cut_params(job) : err;
}

enum oauth2_err
job_await(struct job *job, struct wire_msg *ret)
{
	const char *url = oauth2_metadata(job->client)->token_endpoint;
	int reopenings = 0;
	enum oauth2_err err;

	while ((err = wire_recv(job->wire, clock_monotonic_ns() + KEEP_OPEN_NS,
		    ret)) == OAUTH2_ERR_TIMEOUT) {
		if (reopenings >= REOPENINGS_MAX ||
		    http_is_open(job->http, url))
			continue;
		reopenings++;
		/* A failure here is no failure: the request will tell. */
		if (http_open(job->http, url, NULL) == OAUTH2_ERR_CLOSED)
			return OAUTH2_ERR_CLOSED;
	}
	return err;
}

void
job_free(struct job *job)
{
	oauth2_device_free(job->device);
	oauth2_free(job->client);
	http_free(job->http);
	strlist_free(&job->endpoint_hosts);
	strlist_free(&job->verification_hosts);
	strlist_free(&job->scopes);
	strlist_free(&job->required_scopes);
	strlist_free(&job->param_texts);
	strlist_free(&job->claims);
	secret_free(job->groups_claim);
	secret_free(job->redirect_uri);
	secret_free(job->state);
	secret_free(job->nonce);
}
