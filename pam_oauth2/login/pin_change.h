/* Changing and forgetting a PIN, as passwd(1) asks for it. */
#ifndef PAM_OAUTH2_LOGIN_PIN_CHANGE_H
#define PAM_OAUTH2_LOGIN_PIN_CHANGE_H

#include "login/signin_state.h"

/*
 * PAM asks twice. First whether there is something to change: s->is_exempt
 * where not, be it that nobody knows; and root, who has no PIN to tell, says
 * then whether that of another is to go. The second time it is done.
 *
 * s->reason is pin where it is, or says why not.
 */
void pin_change(struct signin *s);

#endif
