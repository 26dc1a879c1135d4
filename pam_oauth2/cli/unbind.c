/* pam-oauth2 unbind: let an email go to another account at the provider. */
#include <stddef.h>
#include <string.h>

#include "base/log.h"
#include "base/paths.h"
#include "base/text.h"
#include "cli/command.h"
#include "codec/json_write.h"
#include "login/subjects.h"

#define SHOWN 400

static void
tell(const char *email, struct output *out)
{
	struct buf *item = output_item(out);
	char clean[SHOWN];

	if (item != NULL) {
		json_write_text(item, "email", email);
		output_item_end(out);
	}
	text_clean(clean, sizeof(clean), email, strlen(email));
	output_say(out, "unbound: %s", clean);
	log_line(LOG_NOTICE, "event=unbind email=\"%s\"", clean);
}

/* What can be read is removed, also where something else cannot be. */
static enum cli_exit
unbind(const struct arguments *args, struct output *out)
{
	AUTO(strlist_free) struct strlist emails = STRLIST(SUBJECTS_MAX);
	struct detail d = { .text = "" };
	enum oauth2_err err;

	err = subjects_forget(
	    PATH_STATE, SUBJECT_OF_USER, args->operand, &emails, &d);
	/* A user's name may look like an email, but is one seldom. */
	if (emails.count == 0 && strchr(args->operand, '@') != NULL)
		err = subjects_forget(
		    PATH_STATE, SUBJECT_OF_EMAIL, args->operand, &emails, &d);
	if (emails.count == 0 && args->account != NULL)
		err = subjects_forget(
		    PATH_STATE, SUBJECT_OF_USER, args->account, &emails, &d);
	log_open("pam-oauth2");
	for (size_t i = 0; i < emails.count; i++)
		tell(emails.items[i], out);
	if (err != OAUTH2_ERR_OK)
		return output_fail_err(out, err, &d);
	if (emails.count == 0)
		return output_fail(
		    out, CLI_NO, "no email is bound by %s", args->operand);
	return CLI_OK;
}

const struct command command_unbind = {
	.name = "unbind",
	.usage = "USER | EMAIL",
	.summary = "let an email go to another account",
	.help =
	    "An email belongs to the account at the provider that used it\n"
	    "first, and another is refused as subject_changed. This forgets\n"
	    "which account that was: of every email whose first use was a\n"
	    "sign-in as USER, or of one email. The next sign-in binds it\n"
	    "anew.\n",
	.operands = 1,
	.needs_operand = true,
	.needs_root = true,
	.run = unbind,
};
