/*
 * The keys that ID tokens are signed with: from the cache, else from the
 * provider through the key-fetcher, and told to the judge. Every step returns
 * whether the story goes on; if not, s->reason says why.
 */
#ifndef PAM_OAUTH2_LOGIN_KEYS_H
#define PAM_OAUTH2_LOGIN_KEYS_H

#include <stdbool.h>

#include "login/signin_state.h"

#define KEYS_REFETCH_S 300 /* an unknown key is no reason to ask more often */

/* Have them fetched where they are not known: they come while people wait. */
bool keys_prepare(struct signin *s);

/* Wait for them, and tell the judge. */
bool keys_trust(struct signin *s);

/*
 * The judge knows none of this name: the provider may have new ones.
 *
 * ret_is_new  false where somebody came here less than KEYS_REFETCH_S ago.
 */
bool keys_renew(struct signin *s, bool *ret_is_new);

#endif
