/* pam-oauth2 revoke: end what is kept, here and at the provider. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/kept.h"
#include "cli/revocation.h"
#include "cli/rows.h"
#include "codec/json_write.h"

#define SHOWN 300

/* How far it went. */
enum end {
	END_NOTHING, /* there was nothing to end */
	END_NOWHERE, /* it could not even be ended here */
	END_HERE,    /* and the provider has not heard */
	END_BOTH,
	ENDS
};

static const char *const end_names[ENDS] = { "nothing", "failed", "here only",
	"here and at the provider" };

/*
 * The account phase is to refuse them, also whoever has had a PIN alone. A
 * token beside a PIN has a row of its own.
 */
static enum oauth2_err
bury(const struct store *store, const struct row *row, struct detail *d)
{
	AUTO(file_close) int lock = -1;
	const struct store_ref ref = { STORE_TOKEN, row->issuer, row->client,
		row->user, (uid_t)row->uid };
	struct tombstone tombstone = { .time = clock_unix_s() };
	const struct store_content content = { .tombstone = &tombstone };
	struct store_found found = { .record = NULL };
	enum store_state state;
	enum oauth2_err err = store_lock(store, &ref, INT64_MAX, &lock, d);

	if (err != OAUTH2_ERR_OK)
		return err;
	state = store_read(store, &ref, &found, d);
	record_free(found.record);
	if (row->kind == ROW_PIN && state != STORE_NONE)
		return OAUTH2_ERR_OK;
	(void)snprintf(tombstone.because, sizeof(tombstone.because), "%s",
	    reason_name(REASON_token_revoked));
	return store_write(store, &ref, &content, d);
}

static enum oauth2_err
remove_pin(const struct store *store, const struct row *row, struct detail *d)
{
	AUTO(file_close) int lock = -1;
	enum oauth2_err err =
	    store_lock_file(store, row->file, INT64_MAX, &lock, d);

	if (err == OAUTH2_ERR_OK)
		err = store_remove_file(store, row->file, d);
	return err == OAUTH2_ERR_NOT_FOUND ? OAUTH2_ERR_OK : err;
}

/* What cannot be taken to the provider ends here; d says already why not. */
static enum end
end_here(const struct store *store, const struct row *row, struct detail *d)
{
	struct detail here = { .text = "" };
	/* First of all: the row is what tells whom it is about. */
	enum oauth2_err err = bury(store, row, &here);

	if (err == OAUTH2_ERR_OK && row->kind == ROW_PIN)
		err = remove_pin(store, row, &here);
	if (err == OAUTH2_ERR_OK)
		return END_HERE;
	*d = here;
	return END_NOWHERE;
}

static bool
is_of_provider(const struct kept *kept, const struct row *row)
{
	const struct provider_settings *p;

	if (kept->settings == NULL || row->kind != ROW_TOKEN)
		return false;
	p = &kept->settings->provider;
	return strcmp(p->issuer, row->issuer) == 0 &&
	       strcmp(p->client_id, row->client) == 0;
}

static enum end
end_row(const struct arguments *args, const struct kept *kept,
    const struct row *row, struct detail *d)
{
	enum reason reason;
	enum oauth2_err err;

	if (!is_of_provider(kept, row)) {
		(void)detail_fail(d, OAUTH2_ERR_NOT_FOUND,
		    row->kind == ROW_PIN
			? "it is sealed under a PIN"
			: "its provider is not that of the service");
		return end_here(kept->store, row, d);
	}
	err = revocation_ask(args, row, &reason);
	if (err != OAUTH2_ERR_OK) {
		(void)detail_fail(d, err, "helper: %s", err_text(err));
		return end_here(kept->store, row, d);
	}
	if (reason == REASON_token_revoked)
		return END_BOTH;
	if (reason == REASON_token_missing)
		return END_NOTHING;
	(void)detail_fail(
	    d, OAUTH2_ERR_REVOKE_TOKEN, "%s", reason_name(reason));
	/* Once more: the helper may have failed before it came so far. */
	return end_here(kept->store, row, d);
}

static void
tell(const struct row *row, enum end end, const char *why, struct output *out)
{
	struct buf *item = output_item(out);
	char user[SHOWN];

	if (item != NULL) {
		row_json(row, item);
		json_write_text(item, "revoked", end_names[end]);
		json_write_text(item, "why", why);
		output_item_end(out);
	}
	text_clean(user, sizeof(user), row->user, strlen(row->user));
	output_say(out, "revoked: %s, %s%s%s", user, end_names[end],
	    why[0] != '\0' ? ": " : "", why);
	log_line(LOG_NOTICE, "event=revoke user=\"%s\" revoked=\"%s\"", user,
	    end_names[end]);
}

static bool
is_there(const struct row *row)
{
	return row->kind == ROW_TOKEN || row->kind == ROW_PIN;
}

/* All of them, whatever becomes of one; the worst counts. */
static enum cli_exit
end_all(const struct arguments *args, const struct kept *kept,
    const struct rows *rows, struct output *out)
{
	enum cli_exit status = CLI_NO;

	log_open("pam-oauth2");
	for (size_t i = 0; i < rows->count; i++) {
		struct detail d = { .text = "" };
		enum end end;

		if (!is_there(&rows->items[i]))
			continue;
		end = end_row(args, kept, &rows->items[i], &d);
		if (end == END_NOTHING)
			continue;
		tell(&rows->items[i], end, d.text, out);
		if (end == END_NOWHERE)
			status = output_fail_err(out, OAUTH2_ERR_IO, &d);
		else if (end == END_HERE)
			status = output_fail(out, CLI_PROVIDER,
			    "the provider has not heard of it: %s", d.text);
		else if (status == CLI_NO)
			status = CLI_OK;
	}
	return status;
}

static enum cli_exit
revoke(const struct arguments *args, struct output *out)
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
		    "revoke needs a user or --all, and not both");
	status = kept_open(args, &kept, out);
	if (status != CLI_OK)
		return status;
	err = moment_now(&query.now, &d);
	if (err == OAUTH2_ERR_OK && kept.store != NULL)
		err = rows_read(kept.store, &query, &rows, &d);
	if (err != OAUTH2_ERR_OK)
		return output_fail_err(out, err, &d);
	status = end_all(args, &kept, &rows, out);
	if (status == CLI_NO)
		return output_fail(out, CLI_NO, "nothing to revoke%s%s",
		    args->operand != NULL ? " of " : "",
		    args->operand != NULL ? args->operand : "");
	return status;
}

const struct command command_revoke = {
	.name = "revoke",
	.usage = "[--service NAME] USER | --all",
	.summary = "end what is kept of a user, here and at the provider",
	.help = "They are refused by the account phase until they sign in in\n"
		"the browser again. What is done here stands, also where the\n"
		"provider cannot be reached: exit status 4.\n"
		"\n"
		"  --all           of every user\n"
		"  --service NAME  whose provider is told (sshd)\n",
	.options = OPTION_ALL | OPTION_SERVICE,
	.operands = 1,
	.needs_root = true,
	.run = revoke,
};
