/*
 * Stepping up in sudo without the browser: the login session that sudo is
 * called in was approved there, and the provider says that the account is
 * alive.
 */
#ifndef PAM_OAUTH2_LOGIN_STEP_UP_H
#define PAM_OAUTH2_LOGIN_STEP_UP_H

#include <stdbool.h>

#include "login/signin_state.h"

/*
 * Whether the session signs this person in: s->reason is session then. If
 * not, the log says why, and s is as before: the browser is asked.
 */
bool step_up_signs_in(struct signin *s);

#endif
