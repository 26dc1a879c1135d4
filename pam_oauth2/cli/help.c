#include "cli/help.h"

#include <stddef.h>

#include "cli/command.h"

#define GENERAL \
	"  --config PATH  settings other than " SYSCONFDIR \
	"/pam_oauth2/pam_oauth2.conf\n" \
	"  --json         one JSON object in place of text\n" \
	"  --help         this, or what a command does\n" \
	"  --version      which version this is"

static void
say_command(const struct command *command, struct output *out)
{
	output_say(out, "usage: pam-oauth2 [options] %s%s%s", command->name,
	    command->usage[0] != '\0' ? " " : "", command->usage);
	output_say(out, "\n%s", command->help);
	output_say(out, "options of every command:\n%s", GENERAL);
}

static void
say_all(struct output *out)
{
	output_say(out, "usage: pam-oauth2 [options] command\n\ncommands:");
	for (size_t i = 0; commands[i] != NULL; i++)
		output_say(
		    out, "  %-10s %s", commands[i]->name, commands[i]->summary);
	output_say(out, "\noptions:\n%s", GENERAL);
	output_say(out, "\nexit status: 0 yes, 1 no, 2 usage, 3 settings or "
			"a file, 4 provider,\n5 needs root, 70 internal; see "
			"pam-oauth2(8)");
}

void
help_say(const struct arguments *args, struct output *out)
{
	if (arguments_have(args, OPTION_VERSION))
		output_say(out, "pam-oauth2 %s", PAM_OAUTH2_VERSION);
	else if (args->command != NULL)
		say_command(args->command, out);
	else
		say_all(out);
}
