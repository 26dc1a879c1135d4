#include <string.h>

#include "base/clock.h"
#include "base/secret.h"
#include "helper/job.h"
#include "oauth2/authorize.h"
#include "oauth2/code.h"
#include "oauth2/discovery.h"
#include "oauth2/pkce.h"

static const char *
challenge_of(const struct job *job, const struct oauth2_pkce *pkce)
{
	if (pkce == NULL)
		return NULL;
	return job->is_pkce_plain ? pkce->verifier : pkce->challenge;
}

static const char *
method_of(const struct job *job, const struct oauth2_pkce *pkce)
{
	if (pkce == NULL)
		return NULL;
	return job->is_pkce_plain ? "plain" : "S256";
}

/* Pushed where the provider takes that: a short address, a small QR code. */
static enum oauth2_err
make_url(struct job *job, const struct oauth2_pkce *pkce, char **ret,
    int *ret_expires_in)
{
	const struct oauth2_metadata *m = oauth2_metadata(job->client);
	struct oauth2_authorization_request request = {
		.redirect_uri = job->redirect_uri,
		.state = job->state,
		.nonce = job->nonce,
		.code_challenge = challenge_of(job, pkce),
		.code_challenge_method = method_of(job, pkce),
		.extras = { job->params, job->param_count },
	};

	if (m->pushed_authorization_request_endpoint == NULL)
		return oauth2_get_authorization_url(
		    job->client, &request, ret, &job->detail);
	return oauth2_push_authorization_request(
	    job->client, &request, ret, ret_expires_in, &job->detail);
}

static enum oauth2_err
send_url(struct job *job, const char *url, int expires_in)
{
	struct wire_out out;

	wire_begin(&out, WIRE_AUTHORIZE);
	wire_put_text(&out, WIRE_TAG_URL, url);
	if (expires_in != 0)
		wire_put_u64(&out, WIRE_TAG_EXPIRES_IN, (uint64_t)expires_in);
	return wire_send(job->wire, &out);
}

static enum oauth2_err
trade(struct job *job, const struct wire_msg *m, const struct oauth2_pkce *pkce,
    struct oauth2_token **ret)
{
	AUTO(secret_text_free) char *text = NULL;
	struct oauth2_code code = {
		.redirect_uri = job->redirect_uri,
		.code_verifier = pkce != NULL ? pkce->verifier : NULL,
	};
	enum oauth2_err err = wire_take_text(m, WIRE_TAG_CODE, &text);

	if (err != OAUTH2_ERR_OK)
		return err;
	code.code = text;
	return oauth2_get_access_token(
	    job->client, &code, clock_unix_s(), ret, &job->detail);
}

enum oauth2_err
job_code(struct job *job, struct oauth2_token **ret)
{
	AUTO(oauth2_pkce_free) struct oauth2_pkce *pkce = NULL;
	AUTO(secret_text_free) char *url = NULL;
	struct wire_msg m;
	enum oauth2_err err = OAUTH2_ERR_OK;
	int expires_in = 0; /* seconds to open it in; 0: nobody said */

	if (oauth2_uses_pkce(job->client))
		err = oauth2_pkce_new(&pkce);
	if (err == OAUTH2_ERR_OK)
		err = make_url(job, pkce, &url, &expires_in);
	if (err == OAUTH2_ERR_OK)
		err = send_url(job, url, expires_in);
	if (err == OAUTH2_ERR_OK)
		err = job_await(job, &m);
	if (err == OAUTH2_ERR_OK)
		err = trade(job, &m, pkce, ret);
	return err;
}
