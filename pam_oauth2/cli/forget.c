/* pam-oauth2 forget: remove what is kept, tombstones too, here only. */
#include <stddef.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/kept.h"
#include "cli/rows.h"
#include "codec/json_write.h"

#define SHOWN 300

/* Under its lock: nobody puts back what they have read before. */
static enum oauth2_err
remove_file(const struct store *store, const char *file, struct detail *d)
{
	AUTO(file_close) int lock = -1;
	enum oauth2_err err = store_lock_file(store, file, INT64_MAX, &lock, d);

	return err != OAUTH2_ERR_OK ? err : store_remove_file(store, file, d);
}

static void
tell(const struct row *row, bool is_removed, struct output *out)
{
	const char *whose = row->user != NULL ? row->user : row->file;
	struct buf *item = output_item(out);
	char clean[SHOWN];

	if (item != NULL) {
		row_json(row, item);
		json_write_bool(item, "removed", is_removed);
		output_item_end(out);
	}
	if (!is_removed)
		return;
	text_clean(clean, sizeof(clean), whose, strlen(whose));
	output_say(out, "removed: %s, %s", clean, row_kind_name(row->kind));
	log_line(LOG_NOTICE, "event=forget %s=\"%s\" kind=%s",
	    row->user != NULL ? "user" : "file", clean,
	    row_kind_name(row->kind));
}

/* All of them, whatever becomes of one. */
static enum cli_exit
forget_all(
    const struct store *store, const struct rows *rows, struct output *out)
{
	enum cli_exit status = CLI_NO;

	log_open("pam-oauth2");
	for (size_t i = 0; i < rows->count; i++) {
		struct detail d = { .text = "" };
		enum oauth2_err err =
		    remove_file(store, rows->items[i].file, &d);

		/* Somebody else was faster. */
		if (err == OAUTH2_ERR_NOT_FOUND)
			continue;
		tell(&rows->items[i], err == OAUTH2_ERR_OK, out);
		if (err != OAUTH2_ERR_OK)
			status = output_fail_err(out, err, &d);
		else if (status == CLI_NO)
			status = CLI_OK;
	}
	return status;
}

static enum cli_exit
forget(const struct arguments *args, struct output *out)
{
	AUTO(kept_free) struct kept kept = { .store = NULL };
	AUTO(rows_free) struct rows rows = { .count = 0 };
	struct rows_query query = { .user = args->operand,
		.account = args->account };
	struct detail d = { .text = "" };
	enum cli_exit status;
	enum oauth2_err err;

	if ((args->operand != NULL) == arguments_have(args, OPTION_ALL))
		return output_fail(out, CLI_USAGE,
		    "forget needs a user or --all, and not both");
	status = kept_open(args, &kept, out);
	if (status != CLI_OK)
		return status;
	if (kept.settings != NULL) {
		query.issuer = kept.settings->provider.issuer;
		query.client = kept.settings->provider.client_id;
	}
	err = moment_now(&query.now, &d);
	if (err == OAUTH2_ERR_OK && kept.store != NULL)
		err = rows_read(kept.store, &query, &rows, &d);
	if (err != OAUTH2_ERR_OK)
		return output_fail_err(out, err, &d);
	if (rows.count > 0)
		status = forget_all(kept.store, &rows, out);
	if (rows.count == 0 || status == CLI_NO)
		return output_fail(out, CLI_NO, "nothing is kept%s%s",
		    args->operand != NULL ? " of " : "",
		    args->operand != NULL ? args->operand : "");
	return status;
}

const struct command command_forget = {
	.name = "forget",
	.usage = "USER | --all",
	.summary = "remove what is kept of a user, or of everybody",
	.help = "Removes it here, tombstones and what is under a PIN too; the\n"
		"provider is not told. Whoever was refused because of it is\n"
		"let in with a key again: to keep somebody out, use revoke.\n"
		"Whom an email belongs to stays: see unbind.\n"
		"\n"
		"  --all           of every user\n",
	.options = OPTION_ALL,
	.operands = 1,
	.needs_root = true,
	.run = forget,
};
