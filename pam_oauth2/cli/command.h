/*
 * The commands of pam-oauth2. A new one is a file that defines its
 * command_NAME, and its name in this list.
 */
#ifndef PAM_OAUTH2_CLI_COMMAND_H
#define PAM_OAUTH2_CLI_COMMAND_H

#include <stdbool.h>

#include "cli/arguments.h"
#include "cli/output.h"

#define COMMANDS(X) \
	X(list) \
	X(sessions) \
	X(revoke) \
	X(forget) \
	X(unbind) \
	X(rekey) \
	X(settings)

struct command {
	const char *name;
	const char *usage;   /* what may follow the name */
	const char *summary; /* half a line */
	const char *help;    /* lines, each with its newline */
	unsigned options;    /* enum option, beside the general ones */
	unsigned operands;   /* at most: none or one */
	bool needs_operand;
	bool needs_root;
	enum cli_exit (*run)(const struct arguments *args, struct output *out);
};

#define COMMAND_DECLARE(name) extern const struct command command_##name;
COMMANDS(COMMAND_DECLARE)
#undef COMMAND_DECLARE

/* All of them, and NULL behind the last. */
extern const struct command *const commands[];

/* NULL: there is none of that name. */
const struct command *command_find(const char *name);

#endif
