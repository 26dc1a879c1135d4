#include "helper/monitor.h"

#include <sys/random.h>
#include <sys/types.h>

#include "base/log.h"
#include "base/paths.h"
#include "codec/wire.h"
#include "helper/privileges.h"
#include "helper/sandbox.h"
#include "helper/worker.h"
#include "login/signin.h"

static enum oauth2_err
start_worker(struct wire *ret_leg, struct worker *ret)
{
	uint8_t nonce[WIRE_NONCE_SIZE];
	enum oauth2_err err;
	uid_t uid;
	gid_t gid;

	if (getrandom(nonce, sizeof(nonce), 0) != (ssize_t)sizeof(nonce))
		return OAUTH2_ERR_IO;
	err = privileges_find_user(WORKER_USER, &uid, &gid);
	if (err != OAUTH2_ERR_OK)
		return err;
	err = worker_fork(nonce, uid, gid, ret);
	if (err != OAUTH2_ERR_OK)
		return err;
	wire_init(ret_leg, ret->fd, &wire_worker_leg, nonce);
	wire_accept(ret_leg, WIRE_FROM_WORKER);
	return OAUTH2_ERR_OK;
}

/* The worker is forked first: nothing that is read later is in its memory. */
enum oauth2_err
monitor_run(int fd)
{
	struct wire person, worker_leg = { .fd = -1 };
	struct worker worker = { .pid = -1 };
	enum oauth2_err err;

	err = privileges_take();
	if (err != OAUTH2_ERR_OK)
		return err;
	wire_init(&person, fd, &wire_module_leg, NULL);
	wire_accept(&person, WIRE_FROM_MODULE);
	err = start_worker(&worker_leg, &worker);
	/* Not before: the worker must not inherit a way to the log. */
	log_open("pam_oauth2");
	if (err == OAUTH2_ERR_OK)
		err = privileges_keep_kill();
	if (err == OAUTH2_ERR_OK)
		err = sandbox_monitor(worker.pid);
	if (err == OAUTH2_ERR_OK)
		signin_run(&person, &worker_leg);
	else if (err == OAUTH2_ERR_NOT_FOUND)
		signin_refuse(
		    &person, REASON_sandbox_failed, "no user " WORKER_USER);
	else
		signin_refuse(&person, REASON_sandbox_failed, err_text(err));
	wire_free(&person);
	wire_free(&worker_leg);
	worker_stop(&worker);
	return err;
}
