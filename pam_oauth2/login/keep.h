/*
 * Keeping the refresh token of a sign-in, and what its use later is measured
 * by: collected in s->record on the way, written once it is decided.
 */
#ifndef PAM_OAUTH2_LOGIN_KEEP_H
#define PAM_OAUTH2_LOGIN_KEEP_H

#include <stdbool.h>

#include "login/signin_state.h"

/* Take the refresh token from the worker's WIRE_TOKENS, if there is one. */
bool keep_token(struct signin *s, const struct wire_msg *tokens);

/* Take how the person was authenticated from the judge's WIRE_CLAIMS. */
bool keep_authentication(struct signin *s, const struct wire_msg *claims);

/*
 * Write it: the person is approved. What stood there before, be it a
 * tombstone, is replaced or removed. That it cannot be done is logged, and
 * is no reason to keep anybody out.
 */
void keep_record(struct signin *s);

#endif
