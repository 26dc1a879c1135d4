/*
 * What there is to know of the provider before anybody signs in: from the
 * settings, else from the cache, else from the provider through the
 * key-fetcher. Every step returns whether the story goes on; if not,
 * s->reason says why.
 */
#ifndef PAM_OAUTH2_LOGIN_METADATA_H
#define PAM_OAUTH2_LOGIN_METADATA_H

#include <stdbool.h>

#include "login/signin_state.h"

/*
 * Complete the endpoints in s->settings->provider, choose the flow and how a
 * secret is shown, where the settings leave them open, and have the keys
 * fetched meanwhile if need be (keys_prepare()).
 */
bool metadata_learn(struct signin *s);

#endif
