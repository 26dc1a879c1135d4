/* pam-oauth2 sessions: the login sessions that were approved in the browser. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/paths.h"
#include "cli/command.h"
#include "cli/table.h"
#include "codec/json_write.h"
#include "login/session_record.h"

/* Columns, 80 in all. */
#define ID	-10
#define USER	16
#define SERVICE 8
#define AGE	8
#define STATE	6
#define REST	0

static void
say(const struct approval *session, int64_t age_s, bool is_live,
    struct output *out)
{
	struct table_line line = { .used = 0 };
	char number[24], period[TABLE_PERIOD_SIZE];

	(void)snprintf(
	    number, sizeof(number), "%" PRId64, session->audit_session);
	table_period(age_s, period);
	table_add(&line, ID, number);
	table_add(&line, USER, session->user);
	table_add(&line, SERVICE, session->service);
	table_add(&line, AGE, period);
	table_add(&line, STATE, is_live ? "open" : "over");
	table_add(&line, REST, session->rhost != NULL ? session->rhost : "");
	output_say(out, "%s", table_text(&line));
}

static void
say_heading(struct output *out)
{
	struct table_line line = { .used = 0 };

	table_add(&line, ID, "SESSION");
	table_add(&line, USER, "USER");
	table_add(&line, SERVICE, "SERVICE");
	table_add(&line, AGE, "SIGN-IN");
	table_add(&line, STATE, "STATE");
	table_add(&line, REST, "FROM");
	output_say(out, "%s", table_text(&line));
}

static void
tell(const struct approval *session, int64_t age_s, bool is_live,
    struct output *out)
{
	struct buf *item = output_item(out);

	if (item == NULL)
		return;
	json_write_int64(item, "session", session->audit_session);
	json_write_text(item, "user", session->user);
	json_write_int64(item, "uid", session->uid);
	json_write_text(item, "service", session->service);
	json_write_text(
	    item, "rhost", session->rhost != NULL ? session->rhost : "");
	json_write_text(item, "issuer", session->issuer);
	json_write_text(item, "sub", session->sub);
	json_write_int64(item, "signed_in_s", age_s);
	json_write_int64(item, "pid", session->pid);
	json_write_bool(item, "open", is_live);
	output_item_end(out);
}

static bool
is_asked_for(const struct arguments *args, const char *user)
{
	return args->operand == NULL || strcmp(args->operand, user) == 0 ||
	       (args->account != NULL && strcmp(args->account, user) == 0);
}

/* Returns whether it is one that was asked for. */
static bool
show(const struct dir *dir, const char *file, const struct arguments *args,
    bool is_first, struct output *out)
{
	AUTO(approval_free) struct approval *session = NULL;
	struct detail d = { .text = "" };
	struct moment now;
	uint32_t id;
	bool is_live;
	int64_t age_s;

	if (!session_record_id(file, &id)) /* none of ours */
		return false;
	if (session_record_find(dir, id, &session, &d) != OAUTH2_ERR_OK ||
	    moment_now(&now, &d) != OAUTH2_ERR_OK) {
		output_warn("%s: %s", file, d.text);
		return false;
	}
	if (!is_asked_for(args, session->user))
		return false;
	is_live = session_record_is_live(session, &now);
	age_s = moment_age(&session->when, &now);
	if (is_first)
		say_heading(out);
	say(session, age_s, is_live, out);
	tell(session, age_s, is_live, out);
	return true;
}

static enum cli_exit
sessions(const struct arguments *args, struct output *out)
{
	AUTO(strlist_free) struct strlist files = STRLIST(SESSION_RECORDS_MAX);
	AUTO(dir_free) struct dir *dir = NULL;
	struct detail d = { .text = "" };
	size_t shown = 0;
	enum oauth2_err err = dir_open(PATH_SESSIONS, DIR_EXISTING, &dir, &d);

	if (err == OAUTH2_ERR_OK)
		err = dir_list(dir, SESSION_RECORD_SUFFIX, &files, &d);
	if (err != OAUTH2_ERR_OK && err != OAUTH2_ERR_NOT_FOUND)
		return output_fail_err(out, err, &d);
	for (size_t i = 0; i < files.count; i++)
		if (show(dir, files.items[i], args, shown == 0, out))
			shown++;
	if (shown == 0)
		return output_fail(out, CLI_NO, "no session was approved%s%s",
		    args->operand != NULL ? " of " : "",
		    args->operand != NULL ? args->operand : "");
	return CLI_OK;
}

const struct command command_sessions = {
	.name = "sessions",
	.usage = "[USER]",
	.summary = "the login sessions that may step up",
	.help =
	    "Login sessions that began in the browser: in these sudo does\n"
	    "without it, where refresh_use = session. \"over\" is one that\n"
	    "was never closed; it is of no use.\n",
	.operands = 1,
	.needs_root = true,
	.run = sessions,
};
