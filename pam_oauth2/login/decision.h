/* May this identity sign in as this user, by what holds now? */
#ifndef PAM_OAUTH2_LOGIN_DECISION_H
#define PAM_OAUTH2_LOGIN_DECISION_H

#include <stdbool.h>

#include "login/signin_state.h"

/*
 * Decide about s->identity: s->reason is approved, and then s->line says by
 * which line of the allowlist, or it says why not. Returns whether it is.
 */
bool decision_allows(struct signin *s);

#endif
