/*
 * The person's side of the story, over the leg to the module. Every step
 * returns whether the story goes on; if not, s->reason says why.
 */
#ifndef PAM_OAUTH2_LOGIN_PERSON_H
#define PAM_OAUTH2_LOGIN_PERSON_H

#include <stdbool.h>

#include "login/signin_state.h"

/* Who is it? Fills s->greeting. */
bool person_greets(struct signin *s);

/* Say that we are at work, and until when. */
bool person_hears_deadline(struct signin *s);

/* Is anybody there, or does the host answer by itself? Before any network. */
bool person_is_there(struct signin *s);

/*
 * The same whatever the settings say: before every question without an echo,
 * which a host that answers by itself would answer with a password.
 */
bool person_is_probed(struct signin *s);

/*
 * Show the invitation; with a prompt, until the person pressed Enter, and
 * in the flow code, until there is a code (s->code).
 */
bool person_is_invited(struct signin *s);

/*
 * Ask. The answer is secret: secret_free() it; it stays NULL where the host
 * has told us that it was too long to be handed over.
 */
bool person_answers(
    struct signin *s, enum wire_echo echo, const char *question, char **ret);

/* Show a text. */
bool person_reads(struct signin *s, const char *text);

/* The leg has something to say while we wait for the provider: it is over. */
bool person_interrupts(struct signin *s);

/* Tell the verdict. Nobody may be left to hear it. */
void person_hears_verdict(struct signin *s, enum wire_verdict verdict);

#endif
