/* Choosing a PIN, at a terminal, without being able to see it. */
#ifndef PAM_OAUTH2_LOGIN_PIN_CHOICE_H
#define PAM_OAUTH2_LOGIN_PIN_CHOICE_H

#include <stdbool.h>

#include "login/signin_state.h"

/*
 * A person was approved, and has a token to be kept: is there a PIN to keep it
 * under (s->pin_key)? It is the one that was right in this login, or they are
 * asked to choose one. Nothing that goes wrong here makes a denial of the
 * sign-in, unless they are gone; then s->reason says so.
 */
bool pin_choice_is_made(struct signin *s);

/*
 * Ask for a new PIN, twice.
 *
 * question  of the first time
 * ret       "" for Enter alone; secret_free() it.
 *
 * Returns false where they have left, or could not do it in three rounds.
 */
bool pin_choose(struct signin *s, const char *question, char **ret);

/* Whether five tries would find it: the user's name, or a row of one step. */
bool pin_is_obvious(const char *pin, const char *user);

#endif
