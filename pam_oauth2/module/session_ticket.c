#include "module/session_ticket.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define VARIABLE "PAM_OAUTH2_TICKET"
#define HEX	 "0123456789abcdef"

void
session_ticket_put(pam_handle_t *pamh, const char *ticket)
{
	char variable[sizeof(VARIABLE "=") + WIRE_TICKET_MAX];

	(void)snprintf(variable, sizeof(variable), VARIABLE "=%s", ticket);
	(void)pam_putenv(pamh, variable);
}

/* What is not there must not be removed: libpam logs that as an error. */
bool
session_ticket_take(pam_handle_t *pamh, char ret[SESSION_TICKET_SIZE])
{
	const char *ticket = pam_getenv(pamh, VARIABLE);
	bool is_ticket;

	if (ticket == NULL)
		return false;
	is_ticket =
	    strlen(ticket) == WIRE_TICKET_MAX && text_has_only(ticket, HEX);
	if (is_ticket)
		memcpy(ret, ticket, SESSION_TICKET_SIZE);
	(void)pam_putenv(pamh, VARIABLE);
	return is_ticket;
}
