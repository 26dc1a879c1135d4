/*
 * Signing in without the browser: another factor has just succeeded, and the
 * provider says that the account of the earlier sign-in is alive. The steps
 * serve a PIN as well: s->slot says which record it is about.
 */
#ifndef PAM_OAUTH2_LOGIN_RESUME_H
#define PAM_OAUTH2_LOGIN_RESUME_H

#include <stdbool.h>

#include "login/signin_state.h"

/*
 * Whether what was kept signs this person in: s->reason is second_factor
 * then. If not, the log says why, and s is as before: the browser is asked.
 */
bool resume_signs_in(struct signin *s);

/*
 * What every way without the browser asks, each with s->reason and s->detail
 * saying why not. The store is open, where one can be; there is a record of
 * the user, now in s->record; that is within refresh_max_age and refresh_idle;
 * what is demanded of a sign-in was true of that one (of its acr, amr and
 * auth_time); the provider has signed who it is, where it does.
 */
bool resume_opens(struct signin *s) MUST_CHECK;
bool resume_has_record(struct signin *s) MUST_CHECK;
bool resume_is_young_enough(
    struct signin *s, const struct moment *now) MUST_CHECK;
bool resume_is_strong_enough(struct signin *s, const struct record *record,
    const struct moment *now) MUST_CHECK;
bool resume_is_proven(struct signin *s) MUST_CHECK;

/* A record is there, and all of that holds, and the factors. */
bool resume_looks(struct signin *s) MUST_CHECK;

/*
 * Ask the provider, and decide again: s->reason is granted then.
 *
 * purpose  see struct renewal_terms
 */
bool resume_renews(
    struct signin *s, const char *purpose, enum reason granted) MUST_CHECK;

/*
 * Back to the start, and say in the log why: whoever signs in in the browser
 * is somebody new.
 */
void resume_gives_up(struct signin *s);

#endif
