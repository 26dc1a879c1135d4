/*
 * A paste that is too long for one line comes in pieces, as the callback
 * page cuts it: "PO2.i/n.check.text", in any order.
 */
#ifndef PAM_OAUTH2_OAUTH2_PIECES_H
#define PAM_OAUTH2_OAUTH2_PIECES_H

#include <stdbool.h>

#include "base/buf.h"

#define OAUTH2_PIECES_MAX 8

/* Start with zeroes. */
struct oauth2_pieces {
	unsigned count; /* how many there are in all; 0: none seen */
	char check[9];
	char *texts[OAUTH2_PIECES_MAX]; /* secret; NULL: not seen */
};

/*
 * Keep a piece: "i/n.check.text". One of another paste than before begins
 * anew. False: not well-formed, or no memory.
 */
bool oauth2_pieces_add(
    struct oauth2_pieces *pieces, const char *text) MUST_CHECK;

/* The number, from 1, of the first piece that is missing; 0: none is. */
unsigned oauth2_pieces_missing(const struct oauth2_pieces *pieces);

/* Put all of them together. False: what comes out is not what was cut. */
bool oauth2_pieces_join(
    const struct oauth2_pieces *pieces, struct buf *ret) MUST_CHECK;

/* Wipe and free. */
void oauth2_pieces_free(struct oauth2_pieces *pieces);

static inline void
oauth2_pieces_free_scope(struct oauth2_pieces *pieces)
{
	oauth2_pieces_free(pieces);
}

#endif
