/*
 * The command line: options before or after the command, each by its whole
 * name. Nothing that is said is ignored: what makes no sense is refused.
 */
#ifndef PAM_OAUTH2_CLI_ARGUMENTS_H
#define PAM_OAUTH2_CLI_ARGUMENTS_H

#include <stdbool.h>

#include "base/err.h"

enum option {
	OPTION_HELP = 1 << 0,
	OPTION_VERSION = 1 << 1,
	OPTION_JSON = 1 << 2,
	OPTION_CONFIG = 1 << 3,
	OPTION_ALL = 1 << 4,
	OPTION_SERVICE = 1 << 5,
	OPTION_CHECK = 1 << 6,
};

/* What every command takes. */
#define OPTIONS_GENERAL \
	(OPTION_HELP | OPTION_VERSION | OPTION_JSON | OPTION_CONFIG)

struct command;

/* Texts are those of argv. */
struct arguments {
	const struct command *command; /* NULL only with HELP or VERSION */
	const char *operand;	       /* NULL: none */
	const char *account;	       /* that it is a name of, or NULL */
	unsigned given;		       /* enum option */
	const char *config;	       /* values, or NULL */
	const char *service;
	const char *check;
};

static inline bool
arguments_have(const struct arguments *args, enum option option)
{
	return (args->given & (unsigned)option) != 0;
}

/*
 * ret      of zeroes; after a failure OPTION_JSON in it can be relied on.
 * d->text  what is wrong, fit for a terminal.
 *
 * Errors: SYNTAX.
 */
enum oauth2_err arguments_parse(int argc, char *const *argv,
    struct arguments *ret, struct detail *d) MUST_CHECK;

#endif
