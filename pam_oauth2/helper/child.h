/*
 * The monitor's children: each can do one thing, in a sandbox, and sees
 * nothing else. All are forked before anything secret is read, and then wait
 * for their first message.
 */
#ifndef PAM_OAUTH2_HELPER_CHILD_H
#define PAM_OAUTH2_HELPER_CHILD_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "codec/wire.h"

#define CHILD_WAIT_NS (1000 * CLOCK_NS_PER_S) /* beyond any deadline */

/* What a child is. */
struct child_kind {
	const char *name; /* as ps shows it; at most 15 bytes */
	const struct wire_leg *leg;
	enum wire_sender sender; /* of what it sends */
	enum wire_sender asker;	 /* of what it is told */
	enum oauth2_err (*sandbox)(void);
	/*
	 * What it does, once it has no privileges left. The leg is in state
	 * 0; its end is the end of the process.
	 */
	void (*run)(struct wire *leg);
	/* Say over the leg that it cannot even begin. */
	void (*fail)(struct wire *leg, enum oauth2_err err);
};

struct child {
	pid_t pid;	  /* -1: none */
	struct wire wire; /* our end of the leg */
};

#define CHILD_NONE \
	{ \
		.pid = -1, .wire = {.fd = -1 } \
	}

/*
 * Fork a child. It becomes uid and gid and closes its sandbox. What is
 * opened later is not open there.
 *
 * Errors: IO (fork or socket failed).
 */
enum oauth2_err child_fork(const struct child_kind *kind, uid_t uid, gid_t gid,
    struct child *ret) MUST_CHECK;

/*
 * For a child, as struct http_config's should_stop with its leg as arg: the
 * monitor is gone, so whatever we were asked for, nobody waits for it.
 */
bool child_is_unwanted(void *leg);

/* End it, whatever it is doing, and wait for it. */
void child_stop(struct child *child);

#endif
