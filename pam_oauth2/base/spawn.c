#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/wait.h>

#include "base/clock.h"

#define REAP_STEP_NS (2 * CLOCK_NS_PER_MS)

/* The first error sticks, as with settings of curl. */
#define DO(call) (rc = rc == 0 ? (call) : rc)

static int
prepare_files(posix_spawn_file_actions_t *files, int fd)
{
	int rc = 0;

	/* Before 0-2 are opened: fd may be one of them. */
	DO(posix_spawn_file_actions_adddup2(files, fd, 3));
	DO(posix_spawn_file_actions_addopen(
	    files, 0, "/dev/null", O_RDONLY, 0));
	DO(posix_spawn_file_actions_addopen(
	    files, 1, "/dev/null", O_WRONLY, 0));
	DO(posix_spawn_file_actions_adddup2(files, 1, 2));
	DO(posix_spawn_file_actions_addclosefrom_np(files, 4));
	return rc;
}

static int
prepare_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	int rc = 0;

	sigemptyset(&none);
	sigfillset(&all);
	DO(posix_spawnattr_setsigmask(attributes, &none));
	DO(posix_spawnattr_setsigdefault(attributes, &all));
	DO(posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID |
						    POSIX_SPAWN_SETSIGMASK |
						    POSIX_SPAWN_SETSIGDEF));
	return rc;
}

enum oauth2_err
spawn_helper(const char *path, int fd, pid_t *ret)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	char name[] = "pam_oauth2_helper";
	char *const argv[] = { name, NULL };
	char *const envp[] = { NULL };
	int rc = 0;

	if (posix_spawn_file_actions_init(&files) != 0)
		return OAUTH2_ERR_NOMEM;
	if (posix_spawnattr_init(&attributes) != 0) {
		posix_spawn_file_actions_destroy(&files);
		return OAUTH2_ERR_NOMEM;
	}
	DO(prepare_files(&files, fd));
	DO(prepare_attributes(&attributes));
	DO(posix_spawn(ret, path, &files, &attributes, argv, envp));
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return rc == 0 ? OAUTH2_ERR_OK : OAUTH2_ERR_IO;
}

/* Whether the child is gone, or nobody's to wait for, before the deadline. */
static bool
wait_for(pid_t pid, int64_t deadline_ns)
{
	pid_t got;

	for (;;) {
		got = waitpid(pid, NULL, WNOHANG);
		if (got == pid || (got < 0 && errno != EINTR))
			return true;
		if (clock_monotonic_ns() >= deadline_ns)
			return false;
		clock_sleep_until(clock_monotonic_ns() + REAP_STEP_NS);
	}
}

void
spawn_reap(pid_t pid, int64_t deadline_ns)
{
	if (wait_for(pid, deadline_ns))
		return;
	kill(pid, SIGKILL);
	(void)wait_for(pid, clock_monotonic_ns() + CLOCK_NS_PER_S);
}
