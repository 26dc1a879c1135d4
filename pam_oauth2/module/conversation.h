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

/* Who is at the other end, for the length of one session. */
struct conversation {
	pam_handle_t *pamh;
	int client; /* borrowed, from client_find() */
	bool is_sudo;
	bool is_su; /* which prints what is for information into the output */
};

/* The callbacks of a session; c is their context and must outlive them. */
struct session_callbacks conversation_callbacks(struct conversation *c);

#endif
