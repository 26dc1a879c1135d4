/*
 * A new key for what a host keeps. The old key stays beside the new one until
 * nothing is sealed under it any more: whoever is killed when, every record
 * can be read, and the next rekey goes on from there.
 *
 *	host.key.old   := host.key
 *	host.key       := a new one, which seals from now on
 *	every lock is waited for: who holds it seals under the old one yet
 *	every file     := the same, sealed under the new one
 *	host.key.old   is removed
 *
 * What is under a PIN cannot be sealed anew without it, and is removed.
 */
#ifndef PAM_OAUTH2_LOGIN_STORE_REKEY_H
#define PAM_OAUTH2_LOGIN_STORE_REKEY_H

#include <stdbool.h>

#include "base/err.h"
#include "login/store.h"

enum store_rekey_fate {
	STORE_REKEY_SEALED,  /* under the new key now */
	STORE_REKEY_REMOVED, /* was under a PIN */
	STORE_REKEY_LEFT,    /* nobody here can open it: as it was */
	STORE_REKEY_FAILED,  /* under the old key still */
	STORE_REKEY_FATES
};

struct store_rekey {
	/* Told of each file; user is NULL where it does not say. */
	void (*tell)(void *arg, const char *file, const char *user,
	    enum store_rekey_fate fate, const char *why);
	void *arg;
	bool is_resumed; /* ret: one that was interrupted has been finished */
};

/*
 * Change the key. Takes the lock of every record, for a moment each.
 *
 * d->text  what stood in the way.
 *
 * Errors: CONFIG (the key is a file that is never written), TIMEOUT (somebody
 * holds a lock), those of dir.h and dir_write.h, NOMEM, INTERNAL. Everything
 * can be read then as before, and another rekey goes on.
 */
enum oauth2_err store_rekey(const struct store *store,
    struct store_rekey *rekey, struct detail *d) MUST_CHECK;

#endif
