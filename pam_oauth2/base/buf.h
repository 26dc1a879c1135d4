/*
 * A byte buffer that is born with a maximum and wiped when freed. Its first
 * error sticks: append freely, ask once at the end (buf_err, buf_take_text).
 */
#ifndef PAM_OAUTH2_BASE_BUF_H
#define PAM_OAUTH2_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct buf {
	uint8_t *data; /* NULL while nothing was added */
	size_t len;
	size_t cap;
	size_t max; /* bytes, without the NUL that buf_text() adds */
	enum oauth2_err err;
};

#define BUF(limit) \
	{ \
		.max = (limit) \
	}

void buf_put(struct buf *b, const void *data, size_t n);
void buf_putc(struct buf *b, char c);
void buf_puts(struct buf *b, const char *text);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);

/* OK, LIMIT or NOMEM: the first error of all appends so far. */
enum oauth2_err buf_err(const struct buf *b) MUST_CHECK;

/*
 * The content as a C string, valid until the next append; "" after an error,
 * so check buf_err() where a cut text would matter.
 */
const char *buf_text(struct buf *b);

/*
 * Hand the content over as a C string (secret_free it). SYNTAX when it
 * contains a NUL byte; else as buf_err(). The buffer is empty afterwards.
 */
enum oauth2_err buf_take_text(struct buf *b, char **ret) MUST_CHECK;

/* Forget the content and the error, keep the memory and the maximum. */
void buf_reset(struct buf *b);

/* Wipe and free; the buffer can be used again. */
void buf_free(struct buf *b);

/* For `AUTO(buf_free) struct buf b = BUF(n);` */
static inline void
buf_free_scope(struct buf *b)
{
	buf_free(b);
}

#endif
