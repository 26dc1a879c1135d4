/*
 * The login session that follows a sign-in, from its promise to its end: what
 * is known of it lets its person step up without the browser, see step_up.h.
 */
#ifndef PAM_OAUTH2_LOGIN_LOGIN_SESSION_H
#define PAM_OAUTH2_LOGIN_LOGIN_SESSION_H

#include "login/signin_state.h"

/*
 * A person has approved, and the sign-in was kept: if sessions are of use on
 * this host, note it down, and put the ticket into s->ticket. That it cannot
 * be done is logged, and is no reason to keep anybody out.
 */
void login_session_promise(struct signin *s);

/*
 * The host opens or closes a session (s->greeting.phase): redeem the ticket,
 * or forget the session. s->reason is session, or session_unknown; one line
 * in the log says which. Reads no settings: whatever has become of them since
 * the sign-in, sessions are opened and closed.
 */
void login_session_serve(struct signin *s);

#endif
