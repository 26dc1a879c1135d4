/* Talking to the person through the host's conversation function. */
#ifndef PAM_OAUTH2_MODULE_CONVERSATION_H
#define PAM_OAUTH2_MODULE_CONVERSATION_H

#include <stdbool.h>

#include <security/pam_modules.h>

#include "codec/session.h"

/* Whether the host has a conversation function at all. */
bool conversation_is_there(pam_handle_t *pamh);

/* Show a text; a host that cannot is no failure. */
void conversation_show(
    pam_handle_t *pamh, enum wire_style style, const char *text);

/* The callbacks of a session; pamh is their context. */
struct session_callbacks conversation_callbacks(pam_handle_t *pamh);

#endif
