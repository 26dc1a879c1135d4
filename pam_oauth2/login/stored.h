/*
 * What is kept of who is at the door, as the parts of the story need it: the
 * record of this issuer, client and user in s->slot, which is the one under
 * the host's key, or the one under a PIN.
 */
#ifndef PAM_OAUTH2_LOGIN_STORED_H
#define PAM_OAUTH2_LOGIN_STORED_H

#include <stdbool.h>

#include "login/signin_state.h"
#include "login/store_pin.h"

/* Whether the account phase of this service asks the provider. */
bool stored_is_checked(const struct signin *s);

/* Whether what is kept for this service is ever going to be used. */
bool stored_is_wanted(const struct signin *s);

/*
 * Open s->store. Without a machine id nothing can be kept on this host, nor
 * has been: NOT_FOUND.
 *
 * Errors: NOT_FOUND; others: it cannot be known what is kept. s->detail.text
 * says why.
 */
enum oauth2_err stored_open(struct signin *s) MUST_CHECK;

/*
 * Read it; under a PIN with s->pin_key, or it is STORE_SEALED. STORE_RECORD: it
 * is in s->record, in place of what was there.
 * ret is written for STORE_TOMB.
 */
enum store_state stored_read(
    struct signin *s, struct tombstone *ret) MUST_CHECK;

/*
 * As store_lock(), for as long as an answer of the provider's may take: whoever
 * holds it asks, and what they hear, be it the end, is for us as well.
 */
enum oauth2_err stored_lock(struct signin *s, int *ret_fd) MUST_CHECK;

/* As store_reserve(). */
enum oauth2_err stored_reserve(
    struct signin *s, struct dir_write **ret) MUST_CHECK;

/*
 * Put s->record there, under the lock. room: from stored_reserve(), or NULL.
 */
enum oauth2_err stored_keep(
    struct signin *s, struct dir_write *room) MUST_CHECK;

/* Put a tombstone there instead, likewise. */
enum oauth2_err stored_bury(
    struct signin *s, enum reason because, struct dir_write *room) MUST_CHECK;

/*
 * Try a PIN, as store_pin_try(). STORE_PIN_RIGHT: s->record is what it opened,
 * and s->pin_key what that is kept under.
 */
enum store_pin_verdict stored_try_pin(
    struct signin *s, const char *pin) MUST_CHECK;

/* Make s->pin_key of a new PIN, as store_pin_make(). */
enum oauth2_err stored_make_pin(struct signin *s, const char *pin) MUST_CHECK;

/* Remove whatever is there; under the lock. */
enum oauth2_err stored_remove(struct signin *s) MUST_CHECK;

#endif
