#include <string.h>

#include "base/clock.h"
#include "base/secret.h"
#include "helper/job.h"
#include "oauth2/authorize.h"
#include "oauth2/code.h"
#include "oauth2/pkce.h"

/* Pushed where the provider takes that: a short address, a small QR code. */
static enum oauth2_err
make_url(struct job *job, const struct oauth2_pkce *pkce, char **ret,
    int *ret_expires_in)
{
	const struct oauth2_metadata *m = oauth2_metadata(job->client);
	AUTO(secret_text_free) char *nonce = NULL;
	struct oauth2_authorization_request request = {
		.redirect_uri = job->redirect_uri,
		.state = job->state,
		.code_challenge = pkce->challenge,
		.code_challenge_method = "S256",
	};
	enum oauth2_err err;

	err = oauth2_random(&nonce);
	if (err != OAUTH2_ERR_OK)
		return err;
	request.nonce = nonce;
	if (m->pushed_authorization_request_endpoint == NULL)
		return oauth2_get_authorization_url(
		    job->client, &request, ret, &job->detail);
	return oauth2_push_authorization_request(
	    job->client, &request, ret, ret_expires_in, &job->detail);
}

static enum oauth2_err
send_url(struct job *job, const char *url, int expires_in)
{
	const struct oauth2_metadata *m = oauth2_metadata(job->client);
	struct wire_out out;

	wire_begin(&out, WIRE_AUTHORIZE);
	wire_put_text(&out, WIRE_TAG_URL, url);
	wire_put_u64(&out, WIRE_TAG_IS_ISS_SENT,
	    m->authorization_response_iss_parameter_supported);
	if (expires_in != 0)
		wire_put_u64(&out, WIRE_TAG_EXPIRES_IN, (uint64_t)expires_in);
	return wire_send(&job->wire, &out);
}

static enum oauth2_err
trade(struct job *job, const struct wire_msg *m, const struct oauth2_pkce *pkce,
    struct oauth2_token **ret)
{
	AUTO(secret_text_free) char *text = NULL;
	struct oauth2_code code = {
		.redirect_uri = job->redirect_uri,
		.code_verifier = pkce->verifier,
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
	enum oauth2_err err;
	int expires_in = 0; /* seconds to open it in; 0: nobody said */

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
