/*
 * The provider's side of the story, over the legs to worker, judge and
 * key-fetcher, whose words are checked like a stranger's. Every step returns
 * whether the story goes on; if not, s->reason says why.
 */
#ifndef PAM_OAUTH2_LOGIN_PROVIDER_H
#define PAM_OAUTH2_LOGIN_PROVIDER_H

#include <stdbool.h>

#include "login/signin_state.h"

/*
 * Learn where to ask, from settings, cache or provider, and have the keys
 * fetched meanwhile. Settles which flow it is.
 */
bool provider_is_known(struct signin *s);

/* Ask for a code. Fills s->offer, and may bring the deadline nearer. */
bool provider_offers(struct signin *s);

/* Wait for the approval, and hear who it was. Fills s->identity. */
bool provider_identifies(struct signin *s);

#endif
