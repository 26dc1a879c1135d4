/*
 * Signing in with a PIN: it opens what an earlier sign-in has left, and the
 * provider says that the account is alive.
 */
#ifndef PAM_OAUTH2_LOGIN_PIN_H
#define PAM_OAUTH2_LOGIN_PIN_H

#include <stdbool.h>

#include "login/signin_state.h"

/*
 * Whether it ends here: s->reason is pin, or says why nobody else is asked. If
 * not the browser is asked, and s is as before, but for the PIN that was right
 * (s->pin_key, s->pin_sub).
 */
bool pin_decides(struct signin *s);

/* How the PIN was told. All but the first two have their s->reason. */
enum pin_told {
	PIN_TOLD_RIGHT,	  /* as stored_try_pin() has it */
	PIN_TOLD_NOTHING, /* Enter alone */
	PIN_TOLD_WRONG,	  /* too often for one login, or they have left */
	PIN_TOLD_USELESS, /* there is nothing to open, or no way to try */
};

/*
 * Ask for the PIN of the record in s->slot. The host was probed, no lock is
 * held.
 */
enum pin_told pin_is_told(struct signin *s, const char *question);

#endif
