/* Columns of a table for people, and how long something lasts in words. */
#ifndef PAM_OAUTH2_CLI_TABLE_H
#define PAM_OAUTH2_CLI_TABLE_H

#include <stddef.h>
#include <stdint.h>

#define TABLE_WIDTH	  80
#define TABLE_LINE_SIZE	  512
#define TABLE_PERIOD_SIZE 16

/* "45s", "12m", "3h12m", "2d4h", "400d": at most seven characters. */
void table_period(int64_t seconds, char ret[TABLE_PERIOD_SIZE]);

/* One line; starts as zeroes. */
struct table_line {
	char text[TABLE_LINE_SIZE];
	size_t used;
};

/*
 * Add a column: text cleaned, cut to the width with a '~' at its end, padded,
 * and a blank behind it. A negative width pads at the left, as printf's
 * positive one; width 0: what is left of TABLE_WIDTH, not padded.
 */
void table_add(struct table_line *line, int width, const char *text);

/* Without the blanks at its end. */
const char *table_text(struct table_line *line);

#endif
