#include "net/head.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "net/http.h"

#define CONTENT_LENGTH "Content-Length:"
#define LINE_MAX_BYTES (64 * 1024)

/* curl takes the last of several lengths; a second opinion is an attack. */
static bool
is_length_sane(struct head *h, const char *value, size_t n)
{
	while (n > 0 && strchr(" \t", value[0]) != NULL)
		value++, n--;
	while (n > 0 && strchr(" \t\r\n", value[n - 1]) != NULL)
		n--;
	if (n == 0 || n >= sizeof(h->content_length))
		return false;
	for (size_t i = 0; i < n; i++)
		if (value[i] < '0' || value[i] > '9')
			return false;
	if (h->content_length[0] != '\0')
		return strlen(h->content_length) == n &&
		       memcmp(h->content_length, value, n) == 0;
	memcpy(h->content_length, value, n);
	h->content_length[n] = '\0';
	return true;
}

enum oauth2_err
head_take_line(struct head *h, const char *line, size_t n, const char **ret_why)
{
	size_t name = strlen(CONTENT_LENGTH);

	h->bytes += n;
	if (h->bytes > HTTP_HEADERS_MAX) {
		*ret_why = "the headers are too large";
		return OAUTH2_ERR_LIMIT;
	}
	if (n == 0 || line[0] == '\r' || line[0] == '\n') {
		h->content_length[0] = '\0'; /* another head may follow */
		return OAUTH2_ERR_OK;
	}
	if (n < name || strncasecmp(line, CONTENT_LENGTH, name) != 0 ||
	    is_length_sane(h, line + name, n - name))
		return OAUTH2_ERR_OK;
	*ret_why = "its length is not clear";
	return OAUTH2_ERR_HTTP;
}

enum oauth2_err
head_make_line(const char *name, const char *value, char **ret)
{
	AUTO(buf_free) struct buf b = BUF(LINE_MAX_BYTES);

	for (const char *p = value; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e)
			return OAUTH2_ERR_SYNTAX;
	buf_puts(&b, name);
	buf_puts(&b, ": ");
	buf_puts(&b, value);
	return buf_take_text(&b, ret);
}
