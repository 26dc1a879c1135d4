/* QR codes as text. */
#ifndef PAM_OAUTH2_CODEC_QR_H
#define PAM_OAUTH2_CODEC_QR_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum qr_style {
	QR_UTF8,  /* half blocks: two modules a character, one above another */
	QR_ASCII, /* "##" for a light module, two blanks for a dark one */
};

struct qr_size {
	size_t max_rows;    /* lines */
	size_t max_columns; /* characters */
};

/*
 * Append a QR code (error correction L, border of two modules) as lines that
 * each end with a newline. Ink is a light module, which is right on dark
 * terminals; readers take the inverted code of a light one too.
 *
 * Errors: LIMIT (it would not fit into size: never cut), NOMEM.
 */
enum oauth2_err qr_render(const char *text, enum qr_style style,
    const struct qr_size *size, struct buf *ret) MUST_CHECK;

#endif
