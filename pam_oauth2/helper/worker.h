/* The process that talks to the provider, and can do nothing else. */
#ifndef PAM_OAUTH2_HELPER_WORKER_H
#define PAM_OAUTH2_HELPER_WORKER_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct worker {
	pid_t pid;
	int fd; /* our end of the leg */
};

/*
 * Fork the worker, before anything secret is read. It becomes uid and gid,
 * closes its sandbox, and then waits for START.
 *
 * nonce    WIRE_NONCE_SIZE bytes for the leg.
 *
 * Errors: IO (fork or socket failed).
 */
enum oauth2_err worker_fork(
    const uint8_t *nonce, uid_t uid, gid_t gid, struct worker *ret) MUST_CHECK;

/* End it, whatever it is doing, and wait for it; pid -1 is none. */
void worker_stop(struct worker *worker);

#endif
