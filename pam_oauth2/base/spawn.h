/*
 * Start the helper away from everything that the host process or its caller
 * could hand down.
 */
#ifndef PAM_OAUTH2_BASE_SPAWN_H
#define PAM_OAUTH2_BASE_SPAWN_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * Start path in a session of its own, with an empty environment, default
 * signal actions, an empty signal mask, descriptors 0-2 on /dev/null, fd as
 * descriptor 3, and no other.
 *
 * Errors: IO (it could not be started).
 */
enum oauth2_err spawn_helper(const char *path, int fd, pid_t *ret) MUST_CHECK;

/*
 * Wait for a child until a point on the monotonic clock, then kill it and
 * wait a second more. A host that ignores SIGCHLD, or reaps for itself, is no
 * failure: the exit status of a helper decides nothing.
 */
void spawn_reap(pid_t pid, int64_t deadline_ns);

#endif
