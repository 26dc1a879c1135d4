#include "helper/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/identity.h"
#include "base/secret.h"
#include "base/strlist.h"
#include "codec/wire.h"
#include "helper/privileges.h"
#include "helper/sandbox.h"
#include "net/http.h"
#include "oauth2/client.h"
#include "oauth2/device.h"
#include "oauth2/discovery.h"
#include "oauth2/identity.h"

#define WORKER_FD      3
#define LIFETIME_NS    (1000 * CLOCK_NS_PER_S) /* beyond any deadline */
#define KEEP_OPEN_NS   (2 * CLOCK_NS_PER_S)    /* how often we look */
#define REOPENINGS_MAX 20
#define HOSTS_MAX      32
#define SCOPES_MAX     64

#define NEEDS (OAUTH2_NEEDS_DEVICE | OAUTH2_NEEDS_TOKEN | OAUTH2_NEEDS_USERINFO)

/* One login, as far as the worker knows it. */
struct job {
	struct wire wire;
	struct http *http;
	struct oauth2_client *client;
	struct oauth2_device *device;
	struct strlist endpoint_hosts;
	struct strlist verification_hosts;
	struct strlist scopes;
	struct strlist claims;
	char *groups_claim;
	struct detail detail;
};

/* The monitor is gone: whatever we were asked for, nobody waits for it. */
static bool
should_stop(void *arg)
{
	const struct job *job = arg;
	struct pollfd p = { .fd = job->wire.fd };

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR)) != 0;
}

/* The texts of START that only live until the client has copied them. */
struct start {
	char *issuer;
	char *client_id;
	char *client_secret;
	char *auth_method;
	char *token_endpoint;
	char *device_endpoint;
	char *userinfo_endpoint;
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
	secret_free(s->token_endpoint);
	secret_free(s->device_endpoint);
	secret_free(s->userinfo_endpoint);
	secret_free(s->ca_file);
	secret_free(s->proxy);
}

static inline void
start_free_scope(struct start *s)
{
	start_free(s);
}

#define TEXT(tag, field) \
	(err = err == OAUTH2_ERR_OK ? wire_take_text(m, tag, field) : err)
#define LIST(tag, field) \
	(err = err == OAUTH2_ERR_OK ? wire_take_list(m, tag, field) : err)

static enum oauth2_err
read_start(struct job *job, const struct wire_msg *m, struct start *ret)
{
	enum oauth2_err err = OAUTH2_ERR_OK;

	TEXT(WIRE_TAG_ISSUER, &ret->issuer);
	TEXT(WIRE_TAG_CLIENT_ID, &ret->client_id);
	TEXT(WIRE_TAG_CLIENT_SECRET, &ret->client_secret);
	TEXT(WIRE_TAG_AUTH_METHOD, &ret->auth_method);
	TEXT(WIRE_TAG_TOKEN_ENDPOINT, &ret->token_endpoint);
	TEXT(WIRE_TAG_DEVICE_ENDPOINT, &ret->device_endpoint);
	TEXT(WIRE_TAG_USERINFO_ENDPOINT, &ret->userinfo_endpoint);
	TEXT(WIRE_TAG_CA_FILE, &ret->ca_file);
	TEXT(WIRE_TAG_PROXY, &ret->proxy);
	TEXT(WIRE_TAG_GROUPS_CLAIM, &job->groups_claim);
	LIST(WIRE_TAG_ENDPOINT_HOST, &job->endpoint_hosts);
	LIST(WIRE_TAG_VERIFICATION_HOST, &job->verification_hosts);
	LIST(WIRE_TAG_SCOPE, &job->scopes);
	LIST(WIRE_TAG_CLAIM, &job->claims);
	return err;
}

static enum oauth2_err
make_client(struct job *job, const struct wire_msg *m)
{
	AUTO(start_free) struct start start = { 0 };
	struct http_config http = {
		.deadline_ns = (int64_t)wire_get_u64(m, WIRE_TAG_DEADLINE_NS),
		.should_stop = should_stop,
		.arg = job,
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
	config.issuer = start.issuer;
	config.client_id = start.client_id;
	config.client_secret = start.client_secret;
	config.token_endpoint_auth_method = start.auth_method;
	config.token_endpoint = start.token_endpoint;
	config.device_authorization_endpoint = start.device_endpoint;
	config.userinfo_endpoint = start.userinfo_endpoint;
	config.endpoint_hosts = &job->endpoint_hosts;
	config.verification_hosts = &job->verification_hosts;
	config.scopes = &job->scopes;
	config.http = job->http;
	return oauth2_new(&config, &job->detail, &job->client);
}

static enum oauth2_err
send_device(struct job *job)
{
	const struct oauth2_device *d = job->device;
	struct wire_out out;

	wire_begin(&out, WIRE_DEVICE);
	wire_put_text(&out, WIRE_TAG_USER_CODE, d->user_code);
	wire_put_text(&out, WIRE_TAG_VERIFICATION_URI, d->verification_uri);
	wire_put_text(&out, WIRE_TAG_VERIFICATION_URI_COMPLETE,
	    d->verification_uri_complete);
	wire_put_u64(&out, WIRE_TAG_EXPIRES_IN, (uint64_t)d->expires_in);
	wire_put_u64(&out, WIRE_TAG_INTERVAL, (uint64_t)d->interval);
	return wire_send(&job->wire, &out);
}

/*
 * Until the person is thought to have approved, nothing is asked; only the
 * connection is kept open, so that the first poll need not wait for TLS.
 */
static enum oauth2_err
await_poll(struct job *job, int64_t *ret_first_ns)
{
	const char *url = oauth2_metadata(job->client)->token_endpoint;
	int reopenings = 0;
	struct wire_msg m;
	enum oauth2_err err;

	while ((err = wire_recv(&job->wire, clock_monotonic_ns() + KEEP_OPEN_NS,
		    &m)) == OAUTH2_ERR_TIMEOUT) {
		if (reopenings >= REOPENINGS_MAX ||
		    http_is_open(job->http, url))
			continue;
		reopenings++;
		/* A failure here is no failure: the poll will tell. */
		if (http_open(job->http, url, NULL) == OAUTH2_ERR_CLOSED)
			return OAUTH2_ERR_CLOSED;
	}
	if (err == OAUTH2_ERR_OK)
		*ret_first_ns = clock_monotonic_ns() +
				(int64_t)wire_get_u64(&m, WIRE_TAG_DELAY_S) *
				    CLOCK_NS_PER_S;
	return err;
}

/* Nothing comes from the monitor any more: only its end ends the wait. */
static enum oauth2_err
wait_until(struct job *job, int64_t when_ns)
{
	struct wire_msg m;
	enum oauth2_err err = wire_recv(&job->wire, when_ns, &m);

	if (err == OAUTH2_ERR_TIMEOUT)
		return OAUTH2_ERR_OK;
	return err == OAUTH2_ERR_OK ? OAUTH2_ERR_PROTOCOL : err;
}

static enum oauth2_err
poll_for_token(struct job *job, int64_t first_ns, struct oauth2_token **ret)
{
	int64_t next_ns = first_ns;
	enum oauth2_err err;

	do {
		err = wait_until(job, next_ns);
		if (err != OAUTH2_ERR_OK)
			return err;
		memset(&job->detail, 0, sizeof(job->detail));
		err = oauth2_device_poll(job->client, job->device,
		    clock_unix_s(), ret, &job->detail);
		next_ns =
		    clock_monotonic_ns() + job->device->wait * CLOCK_NS_PER_S;
	} while (oauth2_device_goes_on(err));
	return err;
}

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
	int64_t first_ns = 0;
	enum oauth2_err err;

	err = wire_recv(&job->wire, clock_monotonic_ns() + LIFETIME_NS, &m);
	if (err == OAUTH2_ERR_OK)
		err = make_client(job, &m);
	if (err == OAUTH2_ERR_OK)
		err = oauth2_discover(job->client, NEEDS, &job->detail);
	if (err == OAUTH2_ERR_OK)
		err = oauth2_device_start(
		    job->client, &job->device, &job->detail);
	if (err == OAUTH2_ERR_OK)
		err = send_device(job);
	if (err == OAUTH2_ERR_OK)
		err = await_poll(job, &first_ns);
	if (err == OAUTH2_ERR_OK)
		err = poll_for_token(job, first_ns, &token);
	if (err == OAUTH2_ERR_OK)
		err = send_identity(job, token);
	return err;
}

static void
job_free(struct job *job)
{
	oauth2_device_free(job->device);
	oauth2_free(job->client);
	http_free(job->http);
	strlist_free(&job->endpoint_hosts);
	strlist_free(&job->verification_hosts);
	strlist_free(&job->scopes);
	strlist_free(&job->claims);
	secret_free(job->groups_claim);
	wire_free(&job->wire);
}

static int
run(const uint8_t *nonce, uid_t uid, gid_t gid, pid_t parent)
{
	struct job job = {
		.endpoint_hosts = STRLIST(HOSTS_MAX),
		.verification_hosts = STRLIST(HOSTS_MAX),
		.scopes = STRLIST(SCOPES_MAX),
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
