/*
 * Who signed in: from the ID token, once the judge has verified it, and where
 * that does not say everything and the settings allow it, from userinfo. The
 * worker brings these documents and has no say in what they mean. Every step
 * returns whether the story goes on; if not, s->reason says why.
 */
#ifndef PAM_OAUTH2_LOGIN_JUDGEMENT_H
#define PAM_OAUTH2_LOGIN_JUDGEMENT_H

#include <stdbool.h>

#include "login/signin_state.h"

/* m is the worker's WIRE_TOKENS. Fills s->identity. */
bool judgement_reached(struct signin *s, const struct wire_msg *m);

#endif
