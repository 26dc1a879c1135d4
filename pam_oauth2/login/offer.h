/* What the provider gave us to show, and whether it may be shown. */
#ifndef PAM_OAUTH2_LOGIN_OFFER_H
#define PAM_OAUTH2_LOGIN_OFFER_H

#include <stdbool.h>

#include "login/signin_state.h"

/*
 * Take WIRE_DEVICE or WIRE_AUTHORIZE: fills s->offer, and may bring the
 * deadline nearer. The worker has checked what it says; it is checked again.
 * Returns whether the story goes on; if not, s->reason says why.
 */
bool offer_take(struct signin *s, const struct wire_msg *m);

#endif
