/*
 * What a person pastes after approving in the browser: the code of the
 * authorization code grant (RFC 6749 section 4.1.2), bound to the flow that
 * asked for it.
 */
#ifndef PAM_OAUTH2_OAUTH2_PASTE_H
#define PAM_OAUTH2_OAUTH2_PASTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "oauth2/code.h"
#include "oauth2/pieces.h"

#define OAUTH2_PASTE_MAX 4096

/* What only the answer to our own request can carry. All borrowed. */
struct oauth2_expected {
	const char *redirect_uri; /* a pasted URL must match it */
	const char *state;
	const char *issuer; /* what `iss` must be where it is sent */
	bool is_iss_sent;   /* the provider announces RFC 9207 */
	bool needs_state;   /* without PKCE nothing else binds a code */
};

/* How a paste was refused; the texts for people are elsewhere. */
enum oauth2_paste {
	OAUTH2_PASTE_OK,
	OAUTH2_PASTE_MORE,    /* a piece; others are still to come */
	OAUTH2_PASTE_INVALID, /* not a code, nor our address */
	OAUTH2_PASTE_MIXED,   /* pieces that do not make one whole */
	OAUTH2_PASTE_STATE,   /* of another login */
	OAUTH2_PASTE_ISSUER,  /* of another provider */
	OAUTH2_PASTE_DENIED,  /* error=access_denied, in any spelling */
	OAUTH2_PASTE_FAILED,  /* another error= of the provider */
};

/*
 * Read a bare code, `code=...&state=...`, the whole URL the browser landed
 * on, or a piece "PO2.i/n.check.text" of one of these.
 *
 * pieces    what came before; keeps what this adds.
 * ret_code  secret; set on OK alone, for secret_free().
 * d->error  the provider's `error`, on DENIED and FAILED, where it is a word.
 *
 * Nothing is repaired: blanks, control characters, repeated parameters,
 * another redirect_uri are refused. Errors of memory are INVALID.
 */
enum oauth2_paste oauth2_paste_read(const char *text,
    const struct oauth2_expected *expected, struct oauth2_pieces *pieces,
    char **ret_code, struct detail *d) MUST_CHECK;

#endif
