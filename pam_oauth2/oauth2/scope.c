#include "oauth2/scope.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define SCOPE_MAX 4096

static bool
is_scope(const char *text)
{
	return text_is_visible_ascii(text) && strpbrk(text, "\"\\") == NULL;
}

enum oauth2_err
scope_join(const struct strlist *scopes, char **ret, struct detail *d)
{
	AUTO(buf_free) struct buf b = BUF(SCOPE_MAX);

	for (size_t i = 0; scopes != NULL && i < scopes->count; i++) {
		if (!is_scope(scopes->items[i]))
			return detail_fail(d, OAUTH2_ERR_CONFIG,
			    "a scope has a character that none may have");
		if (b.len > 0)
			buf_putc(&b, ' ');
		buf_puts(&b, scopes->items[i]);
	}
	if (b.err == OAUTH2_ERR_LIMIT)
		return detail_fail(d, OAUTH2_ERR_CONFIG, "too long");
	return b.len > 0 ? buf_take_text(&b, ret) : buf_err(&b);
}
