/*
 * What is kept of who is at the door, as the parts of the story need it: the
 * one record under the host's key of this issuer, client and user.
 */
#ifndef PAM_OAUTH2_LOGIN_STORED_H
#define PAM_OAUTH2_LOGIN_STORED_H

#include <stdbool.h>

#include "login/signin_state.h"

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
 * Read it. STORE_RECORD: it is in s->record, in place of what was there.
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

/* Remove whatever is there; under the lock. */
enum oauth2_err stored_remove(struct signin *s) MUST_CHECK;

#endif
