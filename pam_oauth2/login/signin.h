/* The story of one login, told in signin.c from top to bottom. */
#ifndef PAM_OAUTH2_LOGIN_SIGNIN_H
#define PAM_OAUTH2_LOGIN_SIGNIN_H

#include "base/reason.h"
#include "codec/wire.h"

/*
 * Who started us, and the legs to the module and to the monitor's children,
 * which were all forked before; nothing was received on any of them. Borrowed.
 */
struct greeting_host;

struct signin_legs {
	const struct greeting_host *host; /* greeting_look() */
	struct wire *person;
	struct wire *worker;
	struct wire *judge;
	struct wire *fetcher;
};

/*
 * Sign one person in, or deny it: greet, ask, decide, answer, and leave one
 * line in the log. Reads settings, client secret and allowlist.
 *
 * Blocks until the deadline that the settings give at most. What comes over
 * either leg is checked; the answer is DENY unless policy_decide() approved.
 */
void signin_run(const struct signin_legs *legs);

/* Deny before anything began, for a reason of this host. */
void signin_refuse(
    const struct signin_legs *legs, enum reason reason, const char *why);

#endif
