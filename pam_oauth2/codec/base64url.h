/* Base64 (RFC 4648). */
#ifndef PAM_OAUTH2_CODEC_BASE64URL_H
#define PAM_OAUTH2_CODEC_BASE64URL_H

#include <stddef.h>

#include "base/buf.h"

/* Append n bytes in the standard alphabet, padded: what HTTP Basic takes. */
void base64_encode(struct buf *b, const void *data, size_t n);

#endif
