/*
 * private_key_jwt: the monitor has the key, and the worker asks for one
 * assertion with each of its requests. What an assertion says is settled by
 * the settings; nothing of it comes from the worker.
 */
#ifndef PAM_OAUTH2_LOGIN_PROOF_H
#define PAM_OAUTH2_LOGIN_PROOF_H

#include <stdbool.h>

#include "login/signin_state.h"

/*
 * Limit how many assertions this login may ask for: one for each poll that
 * fits before the deadline, and those of the requests before and after.
 */
void proof_limit(struct signin *s);

/* Answer SIGN. Returns whether the story goes on; if not, s->reason is why. */
bool proof_give(struct signin *s);

#endif
