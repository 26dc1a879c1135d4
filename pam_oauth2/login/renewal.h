/*
 * The refresh of a token that was kept (RFC 6749 section 6). The provider may
 * replace the token with each use, and end the whole sign-in where an old one
 * comes again; so it is sent once, under a lock, and whatever happens there is
 * one on the disk that works, or the next login asks a person.
 */
#ifndef PAM_OAUTH2_LOGIN_RENEWAL_H
#define PAM_OAUTH2_LOGIN_RENEWAL_H

#include <stdbool.h>

#include "login/signin_state.h"

/* How it ended. Only the first two say that the account is alive. */
enum renewal {
	RENEWAL_GOOD,	 /* s->identity is who it is now; not decided yet */
	RENEWAL_SHARED,	 /* the answer to another login was ours as well */
	RENEWAL_OVER,	 /* the token is of no use: a tombstone is there now */
	RENEWAL_UNKNOWN, /* no answer: the provider is down, or refuses us */
	RENEWAL_FAILED, /* there is nothing to use, or an answer that is none */
};

/* Borrowed for the call. */
struct renewal_terms {
	/*
	 * Read what is kept into s->record: may it be used for this? Else
	 * s->reason says why not. Asked under the lock.
	 */
	bool (*look)(struct signin *s);
	/* The word for what it is used for: only such logins share an answer.
	 */
	const char *purpose;
};

/*
 * Read what is kept and refresh it. What it brings is on the disk when this
 * returns. s->reason and s->detail say why it is not RENEWAL_GOOD.
 *
 * ret_lock  held on RENEWAL_GOOD, for renewal_decide(); file_close() it.
 */
enum renewal renewal_run(
    struct signin *s, const struct renewal_terms *terms, int *ret_lock);

/*
 * Decide about who it is now, as decision_allows(), and note it in the record:
 * a no ends grace. The lock is held.
 */
bool renewal_decide(struct signin *s);

/*
 * All is decided well: those who were waiting with the same terms when the
 * provider was asked need not ask again. The lock is held.
 */
void renewal_tell(struct signin *s, const struct renewal_terms *terms);

#endif
