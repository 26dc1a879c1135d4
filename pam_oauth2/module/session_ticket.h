/*
 * The ticket for the login session, on its way from authenticate to
 * open_session: often another process, to which the PAM environment alone
 * goes over.
 */
#ifndef PAM_OAUTH2_MODULE_SESSION_TICKET_H
#define PAM_OAUTH2_MODULE_SESSION_TICKET_H

#include <stdbool.h>

#include <security/pam_modules.h>

#include "codec/wire.h"

#define SESSION_TICKET_SIZE (WIRE_TICKET_MAX + 1)

/* Send it on its way. A host that cannot loses it, and no more. */
void session_ticket_put(pam_handle_t *pamh, const char *ticket);

/*
 * Take it out of the environment, so that it gets no further: what is there,
 * of which a user's ~/.pam_environment can have made anything.
 *
 * ret      untouched where false
 *
 * False where nothing there has the form of a ticket.
 */
bool session_ticket_take(pam_handle_t *pamh, char ret[SESSION_TICKET_SIZE]);

#endif
