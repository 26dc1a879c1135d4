/* What --help and --version say. */
#ifndef PAM_OAUTH2_CLI_HELP_H
#define PAM_OAUTH2_CLI_HELP_H

#include "cli/arguments.h"
#include "cli/output.h"

void help_say(const struct arguments *args, struct output *out);

#endif
