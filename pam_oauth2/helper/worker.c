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

/*
 * The ID token, for others to judge, and the hash of the access token that
 * came with it. The access token itself stays here, and so does a refresh
 * token that nobody keeps.
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
	if (job->is_kept)
		wire_put_text(
		    &out, WIRE_TAG_REFRESH_TOKEN, token->refresh_token);
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

static enum oauth2_err
receive(struct wire *leg, struct wire_msg *ret)
{
	return wire_recv(leg, clock_monotonic_ns() + CHILD_WAIT_NS, ret);
}

static enum oauth2_err
get_token(struct job *job, struct oauth2_token **ret)
{
	switch (job->flow) {
	case WIRE_FLOW_CODE:
		return job_code(job, ret);
	case WIRE_FLOW_DEVICE:
		return job_device(job, ret);
	default:
		return job_refresh(job, ret);
	}
}

static enum oauth2_err
sign_in(struct job *job, struct wire_msg *ret_next)
{
	AUTO(oauth2_token_free) struct oauth2_token *token = NULL;
	enum oauth2_err err = get_token(job, &token);

	if (err == OAUTH2_ERR_OK)
		err = send_tokens(job, token);
	if (err == OAUTH2_ERR_OK)
		err = receive(job->wire, ret_next);
	/* Only where the ID token does not say everything. */
	if (err == OAUTH2_ERR_OK && ret_next->type == WIRE_IDENTIFY)
		err = send_identity(job, token);
	return err;
}

/* ret_next is what came last, if anything did. */
static enum oauth2_err
serve(struct job *job, const struct wire_msg *start, struct wire_msg *ret_next)
{
	enum oauth2_err err = job_start(job, start);

	if (err != OAUTH2_ERR_OK)
		return err;
	return job->flow == WIRE_FLOW_REVOKE ? job_revoke(job)
					     : sign_in(job, ret_next);
}

/* True: the next START is there. Nobody needs us after a person signed in. */
static bool
is_wanted_again(const struct job *job, struct wire_msg *next)
{
	if (job->flow != WIRE_FLOW_REFRESH && job->flow != WIRE_FLOW_REVOKE)
		return false;
	return next->type == WIRE_START ||
	       receive(job->wire, next) == OAUTH2_ERR_OK;
}

static void
run(struct wire *leg)
{
	struct wire_msg start;
	bool goes_on = receive(leg, &start) == OAUTH2_ERR_OK;

	while (goes_on) {
		struct job job = JOB(leg);
		struct wire_msg next = { 0 };
		enum oauth2_err err = serve(&job, &start, &next);

		if (err != OAUTH2_ERR_OK)
			failed_send(leg, WIRE_FAILED, err, &job.detail);
		goes_on = is_wanted_again(&job, &next);
		start = next;
		job_free(&job);
	}
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
