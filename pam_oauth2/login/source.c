#include "login/source.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

bool
source_next_line(const struct source *source, struct source_cursor *cursor)
{
	const char *start, *end;

	if (cursor->offset >= source->len)
		return false;
	start = source->data + cursor->offset;
	end = memchr(start, '\n', source->len - cursor->offset);
	cursor->line = start;
	cursor->len =
	    end != NULL ? (size_t)(end - start) : source->len - cursor->offset;
	cursor->offset += cursor->len + 1;
	cursor->number++;
	return true;
}

bool
source_copy_line(
    const struct source *source, struct source_cursor *cursor, char *ret)
{
	if (!source_next_line(source, cursor))
		return false;
	/* source_check() saw to the length; this keeps a slip harmless. */
	if (cursor->len > SOURCE_LINE_MAX)
		cursor->len = SOURCE_LINE_MAX;
	memcpy(ret, cursor->line, cursor->len);
	ret[cursor->len] = '\0';
	return true;
}

/* What is wrong with a line, or NULL. */
static const char *
line_fault(const char *line, size_t len)
{
	if (len > SOURCE_LINE_MAX)
		return "longer than 4096 bytes";
	if (!text_is_utf8(line, len))
		return "not UTF-8";
	for (size_t i = 0; i < len; i++) {
		uint8_t c = (uint8_t)line[i];

		if (c == '\0')
			return "a NUL byte; only text is allowed";
		if (c == '\r')
			return "a CR byte; lines end with LF alone";
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return "a control character; only tab is allowed";
	}
	return NULL;
}

enum oauth2_err
source_check(const struct source *source, struct detail *d)
{
	struct source_cursor cursor = SOURCE_CURSOR;
	const char *fault;

	while (source_next_line(source, &cursor)) {
		fault = line_fault(cursor.line, cursor.len);
		if (fault == NULL && cursor.number == 1 && cursor.len >= 3 &&
		    memcmp(cursor.line, "\xef\xbb\xbf", 3) == 0)
			fault = "a byte order mark; save without it";
		if (fault != NULL)
			return detail_fail(d, OAUTH2_ERR_CONFIG, "%s:%u: %s",
			    source->name, cursor.number, fault);
	}
	return OAUTH2_ERR_OK;
}
