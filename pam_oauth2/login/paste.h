/* The person brings a code from the browser, whole or in pieces. */
#ifndef PAM_OAUTH2_LOGIN_PASTE_H
#define PAM_OAUTH2_LOGIN_PASTE_H

#include <stdbool.h>

#include "login/signin_state.h"

/*
 * Ask until there is a code: three times, and once more for each further
 * piece. Fills s->code; else s->reason says why not. What does not look
 * like a code, or belongs to another login, goes nowhere.
 *
 * invitation  the first question.
 */
bool paste_brings_code(struct signin *s, const char *invitation);

#endif
