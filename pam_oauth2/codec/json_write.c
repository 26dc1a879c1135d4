#include "codec/json_write.h"

#include <inttypes.h>

static void
put_text(struct buf *b, const char *text)
{
	buf_putc(b, '"');
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			buf_putc(b, '\\');
		if (c < 0x20 || c == 0x7f)
			buf_printf(b, "\\u%04x", c);
		else
			buf_putc(b, *text);
	}
	buf_putc(b, '"');
}

static void
put_name(struct buf *b, const char *name)
{
	if (b->len > 0 && b->data[b->len - 1] != '{')
		buf_putc(b, ',');
	put_text(b, name);
	buf_putc(b, ':');
}

void
json_write_begin(struct buf *b)
{
	buf_putc(b, '{');
}

void
json_write_text(struct buf *b, const char *name, const char *value)
{
	put_name(b, name);
	put_text(b, value);
}

void
json_write_texts(struct buf *b, const char *name, const struct strlist *values)
{
	put_name(b, name);
	buf_putc(b, '[');
	for (size_t i = 0; i < values->count; i++) {
		if (i > 0)
			buf_putc(b, ',');
		put_text(b, values->items[i]);
	}
	buf_putc(b, ']');
}

void
json_write_int64(struct buf *b, const char *name, int64_t value)
{
	put_name(b, name);
	buf_printf(b, "%" PRId64, value);
}

void
json_write_bool(struct buf *b, const char *name, bool value)
{
	put_name(b, name);
	buf_puts(b, value ? "true" : "false");
}

void
json_write_list_begin(struct buf *b, const char *name)
{
	put_name(b, name);
	buf_putc(b, '[');
}

void
json_write_list_object(struct buf *b)
{
	if (b->len > 0 && b->data[b->len - 1] == '}')
		buf_putc(b, ',');
	buf_putc(b, '{');
}

void
json_write_list_end(struct buf *b)
{
	buf_putc(b, ']');
}

void
json_write_end(struct buf *b)
{
	buf_putc(b, '}');
}
