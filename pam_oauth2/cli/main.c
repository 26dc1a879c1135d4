/*
 * pam-oauth2: what an administrator asks about and does to what pam_oauth2
 * keeps and is told. Each command is in a file of its own: cli/command.h.
 */
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/help.h"

#define USER_SIZE 256

/*
 * Whoever starts us with a closed descriptor would have a file of ours opened
 * in its place, and what we say written into it. None of these can be written
 * to, so that it is an error to say something.
 */
static bool
fill_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	return fd >= 0 && close(fd) == 0;
}

/* Keys and tokens come into our memory. */
static bool
keep_to_ourselves(void)
{
	const struct rlimit none = { 0, 0 };

	umask(077);
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
	       setrlimit(RLIMIT_CORE, &none) == 0;
}

/* An account may have several names, and is kept by its own. */
static void
find_account(struct arguments *args, char ret[USER_SIZE])
{
	const struct passwd *pw =
	    args->operand != NULL ? getpwnam(args->operand) : NULL;

	if (pw != NULL)
		pw = getpwuid(pw->pw_uid);
	if (pw != NULL &&
	    text_copy(ret, USER_SIZE, pw->pw_name) == OAUTH2_ERR_OK)
		args->account = ret;
}

static enum cli_exit
run(struct arguments *args, struct output *out)
{
	char account[USER_SIZE];
	const struct command *command = args->command;

	if (command->needs_root && geteuid() != 0)
		return output_fail(
		    out, CLI_NOT_ROOT, "%s needs root", command->name);
	find_account(args, account);
	return command->run(args, out);
}

static enum cli_exit
start(int argc, char **argv, struct arguments *args, struct output *out)
{
	struct detail d = { .text = "" };
	enum oauth2_err err = arguments_parse(argc, argv, args, &d);

	out->is_json = arguments_have(args, OPTION_JSON);
	if (err != OAUTH2_ERR_OK)
		return output_fail(
		    out, CLI_USAGE, "%s; pam-oauth2 --help says more", d.text);
	if (arguments_have(args, OPTION_HELP) ||
	    arguments_have(args, OPTION_VERSION)) {
		out->is_json = false;
		help_say(args, out);
		return CLI_OK;
	}
	return run(args, out);
}

int
main(int argc, char **argv)
{
	AUTO(output_free) struct output out = OUTPUT;
	struct arguments args = { .command = NULL };
	enum cli_exit status;

	if (!fill_descriptors() || !keep_to_ourselves())
		return (int)CLI_INTERNAL;
	status = start(argc, argv, &args, &out);
	return (int)output_finish(
	    &out, args.command != NULL ? args.command->name : "", status);
}
