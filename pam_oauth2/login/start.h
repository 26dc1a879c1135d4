/* What the worker is told to begin with: this login's secrets, no other's. */
#ifndef PAM_OAUTH2_LOGIN_START_H
#define PAM_OAUTH2_LOGIN_START_H

#include <stdbool.h>

#include "login/signin_state.h"

/*
 * Send START for the flow that metadata_learn() chose. Fills s->state and
 * s->nonce, which only the answer to this login's request can carry. Returns
 * whether the story goes on; if not, s->reason says why.
 */
bool start_send(struct signin *s);

#endif
