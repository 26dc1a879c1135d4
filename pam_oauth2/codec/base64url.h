/* Base64 and base64url (RFC 4648). */
#ifndef PAM_OAUTH2_CODEC_BASE64URL_H
#define PAM_OAUTH2_CODEC_BASE64URL_H

#include <stddef.h>

#include "base/buf.h"

/* Append n bytes in the standard alphabet, padded: what HTTP Basic takes. */
void base64_encode(struct buf *b, const void *data, size_t n);

/* Append n bytes in the alphabet for URLs, without padding (RFC 7515). */
void base64url_encode(struct buf *b, const void *data, size_t n);

/*
 * Append what n characters of base64url stand for. Canonical text alone: no
 * padding, no blanks, nothing of the standard alphabet, and the bits of the
 * last character that carry no data are zero, so that there is one text for
 * given bytes.
 *
 * Errors: SYNTAX, LIMIT, NOMEM. The buffer is as before on SYNTAX.
 */
enum oauth2_err base64url_decode(
    struct buf *b, const char *text, size_t n) MUST_CHECK;

#endif
