#include "cli/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define MINUTE 60
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define DAYS   100 /* after which hours say nothing */

void
table_period(int64_t seconds, char ret[TABLE_PERIOD_SIZE])
{
	int64_t s = seconds < 0 ? 0 : seconds;

	if (s < MINUTE)
		(void)snprintf(ret, TABLE_PERIOD_SIZE, "%" PRId64 "s", s);
	else if (s < HOUR)
		(void)snprintf(
		    ret, TABLE_PERIOD_SIZE, "%" PRId64 "m", s / MINUTE);
	else if (s < DAY)
		(void)snprintf(ret, TABLE_PERIOD_SIZE,
		    "%" PRId64 "h%02" PRId64 "m", s / HOUR, s % HOUR / MINUTE);
	else if (s < DAYS * (int64_t)DAY)
		(void)snprintf(ret, TABLE_PERIOD_SIZE,
		    "%" PRId64 "d%" PRId64 "h", s / DAY, s % DAY / HOUR);
	else
		(void)snprintf(ret, TABLE_PERIOD_SIZE, ">%" PRId64 "d",
		    s / DAY > 99999 ? 99999 : s / DAY);
}

/* Clean and cut; width at most TABLE_WIDTH. */
static void
fit(const char *text, size_t width, char ret[TABLE_WIDTH + 1])
{
	char clean[TABLE_LINE_SIZE];

	text_clean(clean, sizeof(clean), text, strlen(text));
	(void)snprintf(ret, TABLE_WIDTH + 1, "%.*s", (int)width, clean);
	if (strlen(clean) > width && width > 0)
		ret[width - 1] = '~';
}

void
table_add(struct table_line *line, int width, const char *text)
{
	size_t room = sizeof(line->text) - line->used;
	size_t columns = (size_t)abs(width);
	char column[TABLE_WIDTH + 1];
	int n;

	if (width == 0)
		columns =
		    line->used < TABLE_WIDTH ? TABLE_WIDTH - line->used : 0;
	if (columns > TABLE_WIDTH)
		columns = TABLE_WIDTH;
	fit(text, columns, column);
	/* printf pads at the right where the width is negative. */
	n = snprintf(line->text + line->used, room, "%*s ", -width, column);
	if (n > 0 && (size_t)n < room)
		line->used += (size_t)n;
}

const char *
table_text(struct table_line *line)
{
	while (line->used > 0 && line->text[line->used - 1] == ' ')
		line->text[--line->used] = '\0';
	return line->text;
}
