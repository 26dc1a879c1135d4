#include "helper/worker.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/identity.h"
#include "helper/job.h"
#include "helper/privileges.h"
#include "helper/sandbox.h"
#include "oauth2/identity.h"

#define WORKER_FD   3
#define LIFETIME_NS (1000 * CLOCK_NS_PER_S) /* beyond any deadline */
#define HOSTS_MAX   32
#define SCOPES_MAX  64

static enum oauth2_err
send_identity(struct job *job, const struct oauth2_token *token)
{
	const struct oauth2_identity_query query = {
		.groups_claim = job->groups_claim,
		.claims = &job->claims,
	};
	AUTO(identity_free) struct identity *who = NULL;
	struct wire_out out;
	enum oauth2_err err;

	err =
	    oauth2_get_identity(job->client, token, &query, &who, &job->detail);
	if (err != OAUTH2_ERR_OK)
		return err;
	wire_begin(&out, WIRE_IDENTITY);
	wire_put_text(&out, WIRE_TAG_SUB, who->sub);
	wire_put_text(&out, WIRE_TAG_EMAIL, who->email);
	wire_put_u64(&out, WIRE_TAG_EMAIL_VERIFIED, who->email_verified);
	wire_put_list(&out, WIRE_TAG_GROUP, &who->groups);
	wire_put_list(&out, WIRE_TAG_CLAIM, &who->claims);
	return wire_send(&job->wire, &out);
}

static void
send_failed(struct job *job, enum oauth2_err failure)
{
	const struct detail *d = &job->detail;
	struct wire_out out;

	wire_begin(&out, WIRE_FAILED);
	wire_put_u64(&out, WIRE_TAG_ERROR, failure);
	wire_put_u64(&out, WIRE_TAG_CAUSE, d->cause);
	wire_put_u64(&out, WIRE_TAG_HTTP_STATUS, (uint64_t)d->http_status);
	wire_put_text(&out, WIRE_TAG_PROVIDER_ERROR, d->error);
	wire_put_text(&out, WIRE_TAG_DESCRIPTION, d->description);
	wire_put_text(&out, WIRE_TAG_TEXT, d->text);
	(void)!wire_send(&job->wire, &out);
}

/* A sign-in as the worker sees it. */
static enum oauth2_err
sign_in(struct job *job)
{
	AUTO(oauth2_token_free) struct oauth2_token *token = NULL;
	struct wire_msg m;
	enum oauth2_err err;

	err = wire_recv(&job->wire, clock_monotonic_ns() + LIFETIME_NS, &m);
	if (err == OAUTH2_ERR_OK)
		err = job_start(job, &m);
	if (err == OAUTH2_ERR_OK)
		err = job->flow == WIRE_FLOW_CODE ? job_code(job, &token)
						  : job_device(job, &token);
	if (err == OAUTH2_ERR_OK)
		err = send_identity(job, token);
	return err;
}

static int
run(const uint8_t *nonce, uid_t uid, gid_t gid, pid_t parent)
{
	struct job job = {
		.endpoint_hosts = STRLIST(HOSTS_MAX),
		.verification_hosts = STRLIST(HOSTS_MAX),
		.scopes = STRLIST(SCOPES_MAX),
		.required_scopes = STRLIST(SCOPES_MAX),
		.authorize_params = STRLIST(JOB_PARAMS_MAX),
		.claims = STRLIST(IDENTITY_CLAIMS_MAX),
	};
	enum oauth2_err err;

	wire_init(&job.wire, WORKER_FD, &wire_worker_leg, nonce);
	wire_accept(&job.wire, WIRE_FROM_MONITOR_TO_WORKER);
	err = privileges_drop(uid, gid, parent);
	if (err == OAUTH2_ERR_OK)
		err = sandbox_worker();
	if (err == OAUTH2_ERR_OK)
		err = sign_in(&job);
	if (err != OAUTH2_ERR_OK)
		send_failed(&job, err);
	job_free(&job);
	return err == OAUTH2_ERR_OK ? 0 : 1;
}

enum oauth2_err
worker_fork(const uint8_t *nonce, uid_t uid, gid_t gid, struct worker *ret)
{
	enum oauth2_err err;
	int fds[2];
	pid_t parent, pid;

	err = wire_pair(fds);
	if (err != OAUTH2_ERR_OK)
		return err;
	parent = getpid();
	pid = fork();
	if (pid == 0) {
		/* Nothing of the monitor's stays open, the module's leg
		 * least of all. */
		if (dup2(fds[1], WORKER_FD) != WORKER_FD ||
		    close_range(WORKER_FD + 1, ~0U, 0) != 0)
			_exit(1);
		_exit(run(nonce, uid, gid, parent));
	}
	file_close(fds[1]);
	if (pid < 0) {
		file_close(fds[0]);
		return OAUTH2_ERR_IO;
	}
	ret->pid = pid;
	ret->fd = fds[0];
	return OAUTH2_ERR_OK;
}

void
worker_stop(struct worker *worker)
{
	if (worker->pid < 0)
		return;
	kill(worker->pid, SIGKILL);
	while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	file_close(worker->fd);
	worker->fd = -1;
}
