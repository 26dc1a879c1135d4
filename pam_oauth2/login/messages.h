/* Every text for people. Composed of fields that were checked before. */
#ifndef PAM_OAUTH2_LOGIN_MESSAGES_H
#define PAM_OAUTH2_LOGIN_MESSAGES_H

#include "base/buf.h"
#include "login/signin_state.h"

/*
 * The screen that invites to approve: QR code first, address and code last,
 * so that these stay on a terminal of 24 lines.
 */
void messages_invite(const struct signin *s, struct buf *ret);

/* What the person is told when it ended; "" where nothing is said. */
void messages_farewell(const struct signin *s, struct buf *ret);

#endif
