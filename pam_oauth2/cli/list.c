/* pam-oauth2 list: what is kept, of whom, and how old it is. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/kept.h"
#include "cli/rows.h"
#include "cli/table.h"

/* Columns, 80 in all. */
#define USER  14
#define UID   -10
#define KIND  9
#define AGE   7
#define REST  0
#define SHOWN 1024

static void
say_heading(const struct row *row, struct output *out)
{
	struct table_line issuer = { .used = 0 }, client = { .used = 0 };
	char text[SHOWN];

	if (row->issuer == NULL) {
		output_say(out, "Of users that cannot be told:");
		return;
	}
	table_add(&issuer, REST, row->issuer);
	output_say(out, "%s", table_text(&issuer));
	(void)snprintf(text, sizeof(text), "client %s", row->client);
	table_add(&client, REST, text);
	output_say(out, "%s", table_text(&client));
}

static void
say_columns(struct output *out)
{
	struct table_line line = { .used = 0 };

	table_add(&line, USER, "  USER");
	table_add(&line, UID, "UID");
	table_add(&line, KIND, "KIND");
	table_add(&line, AGE, "SIGN-IN");
	table_add(&line, AGE, "SUCCESS");
	table_add(&line, AGE, "EXPIRES");
	table_add(&line, REST, "EMAIL");
	output_say(out, "%s", table_text(&line));
}

static void
add_token(const struct row *row, struct table_line *line)
{
	char period[TABLE_PERIOD_SIZE];

	table_period(row->signed_in_s, period);
	table_add(line, AGE, period);
	table_period(row->success_s, period);
	table_add(line, AGE, row->is_refused ? "refused" : period);
	if (!row->has_expiry) {
		table_add(line, AGE, "?");
	} else if (row->age == RECORD_AGE_GOOD) {
		table_period(row->expires_s, period);
		table_add(line, AGE, period);
	} else {
		table_add(line, AGE,
		    row->age == RECORD_AGE_CLOCK ? "clock" : "expired");
	}
	table_add(line, REST, row->email != NULL ? row->email : "-");
}

/* What there is to say of a row in place of ages. */
static void
add_remark(const struct row *row, int64_t now, struct table_line *line)
{
	char remark[256], period[TABLE_PERIOD_SIZE];

	switch (row->kind) {
	case ROW_PIN:
		table_add(line, REST, "sealed under a PIN");
		break;
	case ROW_TOMBSTONE:
		table_period(now - row->tombstone.time, period);
		(void)snprintf(remark, sizeof(remark), "%s, %s ago",
		    row->tombstone.because, period);
		table_add(line, REST, remark);
		break;
	default:
		table_add(line, REST, row->why);
	}
}

static void
say_row(const struct row *row, int64_t now, struct output *out)
{
	struct table_line line = { .used = 0 };
	char user[SHOWN], uid[24];

	(void)snprintf(
	    user, sizeof(user), "  %s", row->user != NULL ? row->user : "?");
	(void)snprintf(uid, sizeof(uid), "%" PRId64, row->uid);
	table_add(&line, USER, user);
	table_add(&line, UID, row->user != NULL ? uid : "-");
	table_add(&line, KIND, row_kind_name(row->kind));
	if (row->kind == ROW_TOKEN)
		add_token(row, &line);
	else
		add_remark(row, now, &line);
	output_say(out, "%s", table_text(&line));
	if (row->kind == ROW_BROKEN || row->kind == ROW_FOREIGN)
		output_say(out, "    %s", row->file);
}

static bool
is_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void
say_all(const struct rows *rows, int64_t now, struct output *out)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->items[i];

		if (i == 0 || !is_same(row->issuer, row[-1].issuer) ||
		    !is_same(row->client, row[-1].client)) {
			if (i > 0)
				output_say(out, "%s", "");
			say_heading(row, out);
			say_columns(out);
		}
		say_row(row, now, out);
	}
}

static void
tell_all(const struct rows *rows, struct output *out)
{
	for (size_t i = 0; i < rows->count; i++) {
		struct buf *item = output_item(out);

		if (item == NULL)
			return;
		row_json(&rows->items[i], item);
		output_item_end(out);
	}
}

/* What a service looks at: more than account-check needs both. */
static struct record_limits
limits_of(const struct settings *settings)
{
	const bool is_check =
	    settings->refresh_use == SETTINGS_REFRESH_OFF ||
	    settings->refresh_use == SETTINGS_REFRESH_ACCOUNT_CHECK;

	return (struct record_limits){
		.max_age = is_check ? settings->account_max_age
				    : settings->refresh_max_age,
		.idle = is_check ? RECORD_AGE_NO_LIMIT : settings->refresh_idle,
	};
}

static enum cli_exit
list(const struct arguments *args, struct output *out)
{
	AUTO(kept_free) struct kept kept = { .store = NULL };
	AUTO(rows_free) struct rows rows = { .count = 0 };
	struct record_limits limits;
	struct rows_query query = { .user = args->operand,
		.account = args->account };
	struct detail d = { .text = "" };
	enum cli_exit status = kept_open(args, &kept, out);
	enum oauth2_err err;

	if (status != CLI_OK)
		return status;
	if (kept.settings != NULL) {
		limits = limits_of(kept.settings);
		query.limits = &limits;
		query.issuer = kept.settings->provider.issuer;
		query.client = kept.settings->provider.client_id;
	}
	err = moment_now(&query.now, &d);
	if (err == OAUTH2_ERR_OK && kept.store != NULL)
		err = rows_read(kept.store, &query, &rows, &d);
	if (err != OAUTH2_ERR_OK)
		return output_fail_err(out, err, &d);
	if (rows.count == 0)
		return output_fail(out, CLI_NO, "nothing is kept%s%s",
		    args->operand != NULL ? " of " : "",
		    args->operand != NULL ? args->operand : "");
	say_all(&rows, query.now.wall, out);
	tell_all(&rows, out);
	return CLI_OK;
}

const struct command command_list = {
	.name = "list",
	.usage = "[--service NAME] [USER]",
	.summary = "what is kept of sign-ins",
	.help =
	    "Lists what this host keeps of everybody, or of one user: how\n"
	    "long ago a person has signed in, how long ago the provider has\n"
	    "last said that all is well, and when that expires. Never a\n"
	    "token.\n"
	    "\n"
	    "  --service NAME  whose settings say when it expires (sshd)\n",
	.options = OPTION_SERVICE,
	.operands = 1,
	.needs_root = true,
	.run = list,
};
