#include "helper/worker.h"

#include "base/clock.h"
#include "base/identity.h"
#include "base/secret.h"
#include "codec/jws.h"
#include "helper/failed.h"
#include "helper/job.h"
#include "helper/sandbox.h"
#include "oauth2/at_hash.h"
#include "oauth2/identity.h"

#define HOSTS_MAX  32
#define SCOPES_MAX 64

/*
 * The ID token, for others to judge, and the hash of the access token that
 * came with it. The access token itself stays here.
 */
static enum oauth2_err
send_tokens(struct job *job, const struct oauth2_token *token)
{
	AUTO(secret_text_free) char *at_hash = NULL;
	enum crypto_alg alg;
	struct wire_out out;
	enum oauth2_err err = OAUTH2_ERR_OK;

	/* A token whose alg is none of ours is refused anyway. */
	if (token->id_token != NULL &&
	    jws_claimed_alg(token->id_token, &alg, NULL) == OAUTH2_ERR_OK)
		err = oauth2_at_hash(alg, token->access_token, &at_hash);
	if (err != OAUTH2_ERR_OK)
		return err;
	wire_begin(&out, WIRE_TOKENS);
	wire_put_text(&out, WIRE_TAG_ID_TOKEN, token->id_token);
	wire_put_text(&out, WIRE_TAG_AT_HASH, at_hash);
	return wire_send(job->wire, &out);
}

static enum oauth2_err
send_identity(struct job *job, const struct oauth2_token *token)
{
	const struct oauth2_identity_query query = {
		.groups_claim = job->groups_claim,
		.claims = &job->claims,
	};
	AUTO(oauth2_userinfo_free) struct oauth2_userinfo userinfo = { 0 };
	const struct identity *who;
	struct wire_out out;
	enum oauth2_err err;

	err = oauth2_get_userinfo(
	    job->client, token, &query, &userinfo, &job->detail);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (userinfo.jwt != NULL) {
		wire_begin(&out, WIRE_USERINFO);
		wire_put_text(&out, WIRE_TAG_USERINFO, userinfo.jwt);
		return wire_send(job->wire, &out);
	}
	who = userinfo.identity;
	wire_begin(&out, WIRE_IDENTITY);
	wire_put_text(&out, WIRE_TAG_SUB, who->sub);
	wire_put_text(&out, WIRE_TAG_EMAIL, who->email);
	wire_put_u64(&out, WIRE_TAG_EMAIL_VERIFIED, who->email_verified);
	wire_put_list(&out, WIRE_TAG_GROUP, &who->groups);
	wire_put_list(&out, WIRE_TAG_CLAIM, &who->claims);
	return wire_send(job->wire, &out);
}

/* A sign-in as the worker sees it. */
static enum oauth2_err
sign_in(struct job *job)
{
	AUTO(oauth2_token_free) struct oauth2_token *token = NULL;
	struct wire_msg m;
	enum oauth2_err err;

	err = wire_recv(job->wire, clock_monotonic_ns() + CHILD_WAIT_NS, &m);
	if (err == OAUTH2_ERR_OK)
		err = job_start(job, &m);
	if (err == OAUTH2_ERR_OK)
		err = job->flow == WIRE_FLOW_CODE ? job_code(job, &token)
						  : job_device(job, &token);
	if (err == OAUTH2_ERR_OK)
		err = send_tokens(job, token);
	/* Only where the ID token does not say everything. */
	if (err == OAUTH2_ERR_OK)
		err = wire_recv(
		    job->wire, clock_monotonic_ns() + CHILD_WAIT_NS, &m);
	if (err == OAUTH2_ERR_OK)
		err = send_identity(job, token);
	return err;
}

static void
run(struct wire *leg)
{
	struct job job = {
		.wire = leg,
		.endpoint_hosts = STRLIST(HOSTS_MAX),
		.verification_hosts = STRLIST(HOSTS_MAX),
		.scopes = STRLIST(SCOPES_MAX),
		.required_scopes = STRLIST(SCOPES_MAX),
		.claims = STRLIST(IDENTITY_CLAIMS_MAX),
		.param_texts = STRLIST(JOB_PARAMS_MAX),
	};
	enum oauth2_err err = sign_in(&job);

	if (err != OAUTH2_ERR_OK)
		failed_send(leg, WIRE_FAILED, err, &job.detail);
	job_free(&job);
}

static void
fail(struct wire *leg, enum oauth2_err err)
{
	const struct detail none = { 0 };

	failed_send(leg, WIRE_FAILED, err, &none);
}

const struct child_kind worker_kind = {
	.name = "po2-worker",
	.leg = &wire_worker_leg,
	.sender = WIRE_FROM_WORKER,
	.asker = WIRE_FROM_MONITOR_TO_WORKER,
	.sandbox = sandbox_worker,
	.run = run,
	.fail = fail,
};
