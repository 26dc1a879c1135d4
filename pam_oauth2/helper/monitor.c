#include "helper/monitor.h"

#include <sys/types.h>

#include "base/log.h"
#include "base/paths.h"
#include "codec/crypto.h"
#include "codec/wire.h"
#include "helper/child.h"
#include "helper/confine.h"
#include "helper/fetcher.h"
#include "helper/judge.h"
#include "helper/privileges.h"
#include "helper/sandbox.h"
#include "helper/worker.h"
#include "login/greeting.h"
#include "login/signin.h"

enum {
	WORKER,
	JUDGE,
	FETCHER,
	CHILDREN
};

static const struct child_kind *const kinds[CHILDREN] = {
	[WORKER] = &worker_kind,
	[JUDGE] = &judge_kind,
	[FETCHER] = &fetcher_kind,
};

static enum oauth2_err
start_children(struct child *children)
{
	enum oauth2_err err;
	uid_t uid;
	gid_t gid;

	err = privileges_find_user(WORKER_USER, &uid, &gid);
	for (int i = 0; err == OAUTH2_ERR_OK && i < CHILDREN; i++)
		err = child_fork(kinds[i], uid, gid, &children[i]);
	return err;
}

/* Root from here on by name alone. */
static enum oauth2_err
close_sandbox(const struct child *children)
{
	pid_t pids[CHILDREN];
	enum oauth2_err err;

	for (int i = 0; i < CHILDREN; i++)
		pids[i] = children[i].pid;
	err = confine_writing();
	if (err == OAUTH2_ERR_OK)
		err = privileges_keep_kill();
	return err == OAUTH2_ERR_OK ? sandbox_monitor(pids, CHILDREN) : err;
}

static void
sign_in(const struct signin_legs *legs, enum oauth2_err err)
{
	if (err == OAUTH2_ERR_OK)
		signin_run(legs);
	else if (err == OAUTH2_ERR_NOT_FOUND)
		signin_refuse(
		    legs, REASON_sandbox_failed, "no user " WORKER_USER);
	else
		signin_refuse(legs, REASON_sandbox_failed, err_text(err));
}

/* The children are forked first: nothing read later is in their memory. */
enum oauth2_err
monitor_run(int fd)
{
	struct child children[CHILDREN] = { CHILD_NONE, CHILD_NONE,
		CHILD_NONE };
	struct greeting_host host;
	struct wire person;
	const struct signin_legs legs = {
		.host = &host,
		.person = &person,
		.worker = &children[WORKER].wire,
		.judge = &children[JUDGE].wire,
		.fetcher = &children[FETCHER].wire,
	};
	enum oauth2_err err;

	err = privileges_take();
	if (err != OAUTH2_ERR_OK)
		return err;
	wire_init(&person, fd, &wire_module_leg, NULL);
	wire_accept(&person, WIRE_FROM_MODULE);
	greeting_look(&host);
	err = crypto_begin();
	if (err == OAUTH2_ERR_OK)
		err = start_children(children);
	/* Not before: a child must not inherit a way to the log. */
	log_open("pam_oauth2");
	if (err == OAUTH2_ERR_OK)
		err = close_sandbox(children);
	sign_in(&legs, err);
	wire_free(&person);
	for (int i = 0; i < CHILDREN; i++)
		child_stop(&children[i]);
	return err;
}
