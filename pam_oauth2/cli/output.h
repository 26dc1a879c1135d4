/*
 * What a command says: to a person, line by line, or to a program, as one
 * JSON object. It goes out at the end, at once, and a reader that cannot be
 * written to is an error. What went wrong goes to standard error at once.
 */
#ifndef PAM_OAUTH2_CLI_OUTPUT_H
#define PAM_OAUTH2_CLI_OUTPUT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

#define OUTPUT_MAX (512 * 1024 * 1024)

enum cli_exit {
	CLI_OK = 0,
	CLI_NO = 1, /* nothing there, denied, something found */
	CLI_USAGE = 2,
	CLI_FILE = 3, /* settings, or another file */
	CLI_PROVIDER = 4,
	CLI_NOT_ROOT = 5,
	CLI_INTERNAL = 70,
};

struct output {
	bool is_json;
	struct buf text;  /* for a person */
	struct buf items; /* for a program */
	char reason[256]; /* of an exit that is not CLI_OK */
};

#define OUTPUT \
	{ \
		.text = BUF(OUTPUT_MAX), .items = BUF(OUTPUT_MAX) \
	}

void output_free(struct output *out);

static inline void
output_free_scope(struct output *out)
{
	output_free(out);
}

/*
 * One line for a person. What comes from a file or the command line is
 * cleaned before it comes here. Nothing is said where a program listens.
 */
void output_say(struct output *out, const char *fmt, ...) PRINTF(2, 3);

/* Begin an item; the members are json_write_*()'s. NULL: a person listens. */
struct buf *output_item(struct output *out);
void output_item_end(struct output *out);

/* Something to know that is no failure: to standard error. Cleaned here. */
void output_warn(const char *fmt, ...) PRINTF(1, 2);

/*
 * The same, and the reason of the exit, which is returned. The first counts.
 */
enum cli_exit output_fail(struct output *out, enum cli_exit status,
    const char *fmt, ...) PRINTF(3, 4);

/* The exit for an error, and its text: d's, or the error's own. */
enum cli_exit output_fail_err(
    struct output *out, enum oauth2_err err, const struct detail *d);

/*
 * Write all of it. command: a name, or "".
 *
 * Returns the exit status: what was asked, or why it could not be told.
 */
enum cli_exit output_finish(
    struct output *out, const char *command, enum cli_exit status);

/* Append UTF-8 that is JSON, with nothing in it that is not ASCII. */
void output_ascii(const struct buf *json, struct buf *ret);

#endif
