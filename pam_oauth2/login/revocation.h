/*
 * Giving a refresh token back (RFC 7009), so that it is of no use to anybody
 * who finds it. What is kept here becomes a tombstone first: that stands, even
 * where the provider cannot be reached.
 */
#ifndef PAM_OAUTH2_LOGIN_REVOCATION_H
#define PAM_OAUTH2_LOGIN_REVOCATION_H

#include "login/signin_state.h"

/*
 * For root, who wants it so: end what is kept of this user. s->reason is
 * token_revoked, or token_missing (there is nothing), store_failed (it is
 * kept still), or why the provider has not heard of it.
 */
void revocation_demanded(struct signin *s);

/*
 * End what is kept of this user here, for revocation_of_rest(). False: it is
 * kept still, and s->reason says why.
 */
bool revocation_prepare(struct signin *s) MUST_CHECK;

/* Say in the log that a token is good still, here or at the provider. */
void revocation_fails(const struct signin *s);

/*
 * Tell the provider about s->left_over, which this login has put an end to,
 * once it is answered. That nobody could be told is logged.
 */
void revocation_of_rest(struct signin *s);

#endif
