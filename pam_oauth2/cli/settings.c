/* pam-oauth2 settings: what holds for a service, or whether a file is right. */
#include <stddef.h>
#include <string.h>

#include "base/secret.h"
#include "cli/command.h"
#include "cli/kept.h"
#include "codec/json_write.h"

#define DUMP_MAX (1024 * 1024)

/* One line of a dump: "[section]", "key = value", or nothing. */
static void
tell_line(char *line, const char **section, struct output *out)
{
	char *value = strstr(line, " = ");
	struct buf *item;

	if (line[0] == '[') {
		line[strcspn(line, "]")] = '\0';
		*section = line + 1;
		return;
	}
	if (value == NULL)
		return;
	*value = '\0';
	item = output_item(out);
	json_write_text(item, "section", *section);
	json_write_text(item, "key", line);
	json_write_text(item, "value", value + 3);
	output_item_end(out);
}

static void
tell_dump(char *dump, struct output *out)
{
	const char *section = "";
	char *rest = dump, *line;

	while ((line = strsep(&rest, "\n")) != NULL)
		tell_line(line, &section, out);
}

static enum cli_exit
print(const struct settings *settings, struct output *out)
{
	AUTO(buf_free) struct buf dump = BUF(DUMP_MAX);
	AUTO(secret_text_free) char *text = NULL;
	struct detail d = { .text = "" };
	enum oauth2_err err;

	settings_dump(settings, &dump);
	err = buf_take_text(&dump, &text);
	if (err != OAUTH2_ERR_OK)
		return output_fail_err(out, err, &d);
	if (out->is_json)
		tell_dump(text, out);
	else
		buf_puts(&out->text, text);
	return CLI_OK;
}

static enum cli_exit
run(const struct arguments *args, struct output *out)
{
	AUTO(settings_free) struct settings *settings = NULL;
	struct arguments what = *args;
	struct detail d = { .text = "" };
	enum oauth2_err err;

	if (args->check != NULL && args->config != NULL)
		return output_fail(out, CLI_USAGE,
		    "--config and --check are two files; one is enough");
	if (args->check != NULL && args->service == NULL) {
		err = settings_check_all(args->check, &d);
	} else {
		if (args->check != NULL)
			what.config = args->check;
		err = kept_settings(&what, &settings, &d);
	}
	if (err != OAUTH2_ERR_OK)
		return output_fail_err(out, err, &d);
	if (args->check == NULL)
		return print(settings, out);
	output_say(out, "ok");
	return CLI_OK;
}

const struct command command_settings = {
	.name = "settings",
	.usage = "[--service NAME] [--check FILE]",
	.summary = "what the settings come to, or whether they are right",
	.help =
	    "Prints every setting with the value that holds, as a settings\n"
	    "file: with its defaults, and with what is derived from others.\n"
	    "Of what is wrong it says file and line.\n"
	    "\n"
	    "  --service NAME  for this PAM service (sshd; with --check: all)\n"
	    "  --check FILE    only say whether this file, and FILE.d, is right\n",
	.options = OPTION_SERVICE | OPTION_CHECK,
	.run = run,
};
