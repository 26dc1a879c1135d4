#include "base/clock.h"
#include "base/secret.h"
#include "helper/child.h"
#include "helper/job.h"
#include "oauth2/refresh.h"
#include "oauth2/revoke.h"

/* The monitor hands a token over when its record says that it is in use. */
static enum oauth2_err
await_token(struct job *job, char **ret)
{
	struct wire_msg m;
	enum oauth2_err err =
	    wire_recv(job->wire, clock_monotonic_ns() + CHILD_WAIT_NS, &m);

	if (err != OAUTH2_ERR_OK)
		return err;
	err = wire_take_text(&m, WIRE_TAG_REFRESH_TOKEN, ret);
	wire_forget(job->wire);
	return err;
}

enum oauth2_err
job_refresh(struct job *job, struct oauth2_token **ret)
{
	AUTO(secret_text_free) char *token = NULL;
	struct oauth2_refresh_request request = {
		.extras = { job->params, job->param_count },
	};
	enum oauth2_err err = await_token(job, &token);

	if (err != OAUTH2_ERR_OK)
		return err;
	request.refresh_token = token;
	return oauth2_refresh_token(
	    job->client, &request, clock_unix_s(), ret, &job->detail);
}

enum oauth2_err
job_revoke(struct job *job)
{
	AUTO(secret_text_free) char *token = NULL;
	struct wire_out out;
	enum oauth2_err err = await_token(job, &token);

	if (err == OAUTH2_ERR_OK)
		err = oauth2_revoke_token(
		    job->client, token, "refresh_token", &job->detail);
	if (err != OAUTH2_ERR_OK)
		return err;
	wire_begin(&out, WIRE_REVOKED);
	return wire_send(job->wire, &out);
}
