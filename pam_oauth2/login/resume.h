/*
 * Signing in without the browser: another factor has just succeeded, and the
 * provider says that the account of the earlier sign-in is alive.
 */
#ifndef PAM_OAUTH2_LOGIN_RESUME_H
#define PAM_OAUTH2_LOGIN_RESUME_H

#include <stdbool.h>

#include "login/signin_state.h"

/*
 * Whether what was kept signs this person in: s->reason is second_factor
 * then. If not, the log says why, and s is as before: the browser is asked.
 */
bool resume_signs_in(struct signin *s);

#endif
