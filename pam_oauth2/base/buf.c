#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"

/* Room for n more bytes and the NUL of buf_text(). */
static bool
buf_reserve(struct buf *b, size_t n)
{
	uint8_t *data;
	size_t cap;

	if (b->err != OAUTH2_ERR_OK)
		return false;
	if (n > b->max || b->len > b->max - n) {
		b->err = OAUTH2_ERR_LIMIT;
		return false;
	}
	if (b->len + n < b->cap)
		return true;
	cap = b->cap < 64 ? 64 : b->cap * 2;
	if (cap < b->len + n + 1)
		cap = b->len + n + 1;
	if (cap > b->max + 1)
		cap = b->max + 1;
	data = secret_alloc(cap);
	if (data == NULL) {
		b->err = OAUTH2_ERR_NOMEM;
		return false;
	}
	if (b->len > 0)
		memcpy(data, b->data, b->len);
	secret_free(b->data);
	b->data = data;
	b->cap = cap;
	return true;
}

void
buf_put(struct buf *b, const void *data, size_t n)
{
	if (!buf_reserve(b, n) || n == 0)
		return;
	memcpy(b->data + b->len, data, n);
	b->len += n;
}

void
buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void
buf_puts(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text));
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->err = OAUTH2_ERR_INTERNAL;
		return;
	}
	if (!buf_reserve(b, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

enum oauth2_err
buf_err(const struct buf *b)
{
	return b->err;
}

const char *
buf_text(struct buf *b)
{
	if (!buf_reserve(b, 0) || b->data == NULL)
		return "";
	b->data[b->len] = '\0';
	return (const char *)b->data;
}

enum oauth2_err
buf_take_text(struct buf *b, char **ret)
{
	if (b->err != OAUTH2_ERR_OK)
		return b->err;
	(void)buf_text(b);
	if (b->data == NULL)
		return OAUTH2_ERR_NOMEM;
	if (memchr(b->data, '\0', b->len) != NULL)
		return OAUTH2_ERR_SYNTAX;
	*ret = (char *)TAKE(b->data);
	b->len = b->cap = 0;
	return OAUTH2_ERR_OK;
}

void
buf_reset(struct buf *b)
{
	if (b->data != NULL)
		secret_wipe(b->data, b->cap);
	b->len = 0;
	b->err = OAUTH2_ERR_OK;
}

void
buf_free(struct buf *b)
{
	secret_free(b->data);
	b->data = NULL;
	b->len = b->cap = 0;
	b->err = OAUTH2_ERR_OK;
}
