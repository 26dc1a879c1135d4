#include "cli/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "codec/json_write.h"

#define LINE_SIZE 2048

static const char *
result_name(enum cli_exit status)
{
	switch (status) {
	case CLI_OK:
		return "ok";
	case CLI_NO:
		return "no";
	case CLI_USAGE:
		return "usage";
	case CLI_FILE:
		return "file";
	case CLI_PROVIDER:
		return "provider";
	case CLI_NOT_ROOT:
		return "not_root";
	default:
		return "internal";
	}
}

void
output_free(struct output *out)
{
	buf_free(&out->text);
	buf_free(&out->items);
}

void
output_say(struct output *out, const char *fmt, ...)
{
	char line[LINE_SIZE];
	va_list ap;

	if (out->is_json)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	buf_puts(&out->text, line);
	buf_putc(&out->text, '\n');
}

struct buf *
output_item(struct output *out)
{
	if (!out->is_json)
		return NULL;
	json_write_list_object(&out->items);
	return &out->items;
}

void
output_item_end(struct output *out)
{
	json_write_end(&out->items);
}

static void
complain(const char *line)
{
	char clean[LINE_SIZE];

	text_clean(clean, sizeof(clean), line, strlen(line));
	(void)fprintf(stderr, "pam-oauth2: %s\n", clean);
}

void
output_warn(const char *fmt, ...)
{
	char line[LINE_SIZE];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	complain(line);
}

enum cli_exit
output_fail(struct output *out, enum cli_exit status, const char *fmt, ...)
{
	char line[LINE_SIZE];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	complain(line);
	if (out->reason[0] == '\0')
		text_clean(
		    out->reason, sizeof(out->reason), line, strlen(line));
	return status;
}

enum cli_exit
output_fail_err(struct output *out, enum oauth2_err err, const struct detail *d)
{
	bool is_ours = err == OAUTH2_ERR_NOMEM || err == OAUTH2_ERR_INTERNAL;

	return output_fail(out, is_ours ? CLI_INTERNAL : CLI_FILE, "%s",
	    d->text[0] != '\0' ? d->text : err_text(err));
}

/* The character that begins at p, of n bytes; its bytes, 0: none does. */
static size_t
decode(const uint8_t *p, size_t n, uint32_t *ret)
{
	size_t size = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
	uint32_t c = *p & (0xffU >> (size + 1));

	if (size > n || !text_is_utf8(p, size))
		return 0;
	for (size_t i = 1; i < size; i++)
		c = c << 6 | (p[i] & 0x3fU);
	*ret = c;
	return size;
}

static void
put_escape(struct buf *b, uint32_t c)
{
	if (c < 0x10000)
		buf_printf(b, "\\u%04x", c);
	else
		buf_printf(b, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
		    0xdc00 + ((c - 0x10000) & 0x3ff));
}

/* JSON may be looked at on a terminal, too: U+009B is a control character. */
void
output_ascii(const struct buf *json, struct buf *ret)
{
	size_t taken;

	for (size_t i = 0; i < json->len; i += taken) {
		uint32_t c = 0xfffd;

		taken = 1;
		if (json->data[i] < 0x80) {
			buf_putc(ret, (char)json->data[i]);
			continue;
		}
		taken = decode(json->data + i, json->len - i, &c);
		put_escape(ret, c);
		taken += taken == 0;
	}
}

/* All of it, or errno. */
static int
write_out(const struct buf *b)
{
	size_t done = 0;

	while (done < b->len) {
		ssize_t n = write(STDOUT_FILENO, b->data + done, b->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? EIO : errno;
		done += (size_t)n;
	}
	return 0;
}

/* {"command", "result", "reason", "items"} in a line of its own. */
static void
put_object(struct output *out, const char *command, enum cli_exit status,
    struct buf *ret)
{
	AUTO(buf_free) struct buf json = BUF(OUTPUT_MAX);

	json_write_begin(&json);
	json_write_text(&json, "command", command);
	json_write_text(&json, "result", result_name(status));
	json_write_text(&json, "reason", out->reason);
	json_write_list_begin(&json, "items");
	buf_put(&json, out->items.data, out->items.len);
	json_write_list_end(&json);
	json_write_end(&json);
	output_ascii(&json, ret);
	buf_putc(ret, '\n');
	if (ret->err == OAUTH2_ERR_OK)
		ret->err = json.err;
	if (ret->err == OAUTH2_ERR_OK)
		ret->err = out->items.err;
}

enum cli_exit
output_finish(struct output *out, const char *command, enum cli_exit status)
{
	AUTO(buf_free) struct buf object = BUF(OUTPUT_MAX);
	const struct buf *whole = &out->text;
	int error;

	if (out->is_json) {
		put_object(out, command, status, &object);
		whole = &object;
	}
	if (buf_err(whole) != OAUTH2_ERR_OK)
		return output_fail(out, CLI_INTERNAL, "%s: %s", command,
		    err_text(buf_err(whole)));
	error = write_out(whole);
	if (error != 0)
		return output_fail(
		    out, CLI_FILE, "standard output: %s", strerror(error));
	return status;
}
