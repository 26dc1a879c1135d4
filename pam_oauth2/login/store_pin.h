/*
 * Records under a PIN. Anybody can type a PIN through su, so that the tries
 * are counted, and the count is on the disk before a PIN is looked at: killing
 * us gives nobody another one.
 */
#ifndef PAM_OAUTH2_LOGIN_STORE_PIN_H
#define PAM_OAUTH2_LOGIN_STORE_PIN_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "login/pin_key.h"
#include "login/store.h"

#define STORE_PIN_TRIES 5

/*
 * Make the key of a new PIN, for store_write() and store_fill().
 *
 * Errors: SYNTAX (not acceptable), TIMEOUT, IO, UNTRUSTED, NOMEM, INTERNAL.
 */
enum oauth2_err store_pin_make(const struct store *store, const char *pin,
    int64_t deadline_ns, struct pin_key **ret, struct detail *d) MUST_CHECK;

/* All but the last let nobody in; zero is one of them. */
enum store_pin_verdict {
	STORE_PIN_FAILED, /* it was not looked at; nothing was counted, or the
			     count is kept: d->text has why */
	STORE_PIN_NONE,	  /* there is no record under a PIN: store_read() */
	STORE_PIN_WRONG,
	STORE_PIN_LOCKED, /* and the record is gone */
	STORE_PIN_RIGHT,
};

/* Borrowed. */
struct store_pin_guess {
	const char *pin;
	int64_t deadline_ns; /* to wait for those who are before us */
};

/* A PIN that was right: to keep what the refresh brings under the same. */
struct store_pin_opened {
	struct record *record;
	struct pin_key *key;
};

/*
 * Try a PIN. What is not acceptable is wrong and costs no try.
 *
 * ref      of STORE_PIN
 * ret      written for STORE_PIN_RIGHT alone
 *
 * Takes store_lock() itself, twice, for a moment each.
 */
enum store_pin_verdict store_pin_try(const struct store *store,
    const struct store_ref *ref, const struct store_pin_guess *guess,
    struct store_pin_opened *ret, struct detail *d) MUST_CHECK;

/*
 * As store_read(), with the key of a PIN that was right: no try is counted,
 * for there is nothing to guess. STORE_FOREIGN also where another PIN has been
 * chosen since.
 */
enum store_state store_pin_read(const struct store *store,
    const struct store_ref *ref, const struct pin_key *key,
    struct store_found *ret, struct detail *d) MUST_CHECK;

/*
 * For store.c: append what a file in STORE_PIN holds, no try counted yet.
 *
 * line     of the file
 *
 * Errors: SYNTAX, LIMIT, NOMEM, INTERNAL, SEAL (made under another key).
 */
enum oauth2_err store_pin_write(const struct store *store,
    const struct store_content *content, const struct buf *line,
    struct buf *ret) MUST_CHECK;

#endif
