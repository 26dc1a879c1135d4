/*
 * Sharing an answer: of fifty logins that come at once one asks the provider.
 * What it heard serves those who were waiting for it already when it asked;
 * whoever comes later asks anew.
 */
#ifndef PAM_OAUTH2_LOGIN_SHARED_H
#define PAM_OAUTH2_LOGIN_SHARED_H

#include <stdbool.h>

#include "login/signin_state.h"

/*
 * Whether the last answer serves this login. Called under the lock.
 *
 * purpose     what it is wanted for; only the same will do, by the same
 *             settings.
 * waiting_ns  monotonic: since when this login has waited for the lock.
 */
bool shared_answers(
    const struct signin *s, const char *purpose, int64_t waiting_ns);

/* Leave the answer to this login, asked for at s->asked_ns, for others. */
void shared_leave(const struct signin *s, const char *purpose);

#endif
