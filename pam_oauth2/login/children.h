/*
 * Waiting for a child of the monitor, while the person may hang up and time
 * runs out. What a child says is checked by the leg; what it means, here.
 */
#ifndef PAM_OAUTH2_LOGIN_CHILDREN_H
#define PAM_OAUTH2_LOGIN_CHILDREN_H

#include <stdbool.h>

#include "login/signin_state.h"

/*
 * The child's next message. Returns whether the story goes on; if not,
 * s->reason says why: the deadline, the person, or the child's own failure
 * (WIRE_FAILED, WIRE_NOT_FETCHED).
 */
bool children_await(struct signin *s, struct wire *child, struct wire_msg *ret);

/*
 * Whether the provider was given the time to answer. A client that dawdles
 * until the host's limit is near must not make it look as if it were down.
 */
bool children_have_had_time(const struct signin *s);

/* Send to a child. Returns and fails likewise. */
bool children_tell(struct signin *s, struct wire *child, struct wire_out *out);

#endif
