#include "helper/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "helper/privileges.h"

#define LEG_FD 3

static int
run(const struct child_kind *kind, const uint8_t *nonce, uid_t uid, gid_t gid,
    pid_t parent)
{
	struct wire leg;
	enum oauth2_err err;

	wire_init(&leg, LEG_FD, kind->leg, nonce);
	wire_accept(&leg, kind->asker);
	(void)prctl(PR_SET_NAME, kind->name, 0, 0, 0);
	err = privileges_drop(uid, gid, parent);
	if (err == OAUTH2_ERR_OK)
		err = kind->sandbox();
	if (err == OAUTH2_ERR_OK)
		kind->run(&leg);
	else
		kind->fail(&leg, err);
	wire_free(&leg);
	return err == OAUTH2_ERR_OK ? 0 : 1;
}

enum oauth2_err
child_fork(
    const struct child_kind *kind, uid_t uid, gid_t gid, struct child *ret)
{
	uint8_t nonce[WIRE_NONCE_SIZE];
	enum oauth2_err err;
	int fds[2];
	pid_t parent, pid;

	if (getrandom(nonce, sizeof(nonce), 0) != (ssize_t)sizeof(nonce))
		return OAUTH2_ERR_IO;
	err = wire_pair(fds);
	if (err != OAUTH2_ERR_OK)
		return err;
	parent = getpid();
	pid = fork();
	if (pid == 0) {
		/* Nothing of the monitor's stays open, the module's leg
		 * least of all. */
		if (dup2(fds[1], LEG_FD) != LEG_FD ||
		    close_range(LEG_FD + 1, ~0U, 0) != 0)
			_exit(1);
		_exit(run(kind, nonce, uid, gid, parent));
	}
	file_close(fds[1]);
	if (pid < 0) {
		file_close(fds[0]);
		return OAUTH2_ERR_IO;
	}
	ret->pid = pid;
	wire_init(&ret->wire, fds[0], kind->leg, nonce);
	wire_accept(&ret->wire, kind->sender);
	return OAUTH2_ERR_OK;
}

bool
child_is_unwanted(void *leg)
{
	const struct wire *wire = leg;
	struct pollfd p = { .fd = wire->fd };

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR)) != 0;
}

void
child_stop(struct child *child)
{
	if (child->pid < 0)
		return;
	kill(child->pid, SIGKILL);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	child->pid = -1;
	file_close(child->wire.fd);
	child->wire.fd = -1;
	wire_free(&child->wire);
}
