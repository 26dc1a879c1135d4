/* The story of one login, told in signin.c from top to bottom. */
#ifndef PAM_OAUTH2_LOGIN_SIGNIN_H
#define PAM_OAUTH2_LOGIN_SIGNIN_H

#include "base/reason.h"
#include "codec/wire.h"

/*
 * Sign one person in, or deny it: greet, ask, decide, answer, and leave one
 * line in the log. Reads settings, client secret and allowlist.
 *
 * person   the leg to the module, nothing received yet.
 * worker   the leg to a worker that was forked before this call.
 *
 * Blocks until the deadline that the settings give at most. What comes over
 * either leg is checked; the answer is DENY unless policy_decide() approved.
 */
void signin_run(struct wire *person, struct wire *worker);

/* Deny before anything began, for a reason of this host. */
void signin_refuse(struct wire *person, enum reason reason, const char *why);

#endif
