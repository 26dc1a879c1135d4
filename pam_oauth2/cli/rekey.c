/* pam-oauth2 rekey: a new host key for everything that is kept. */
#include <stddef.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/kept.h"
#include "codec/json_write.h"
#include "login/store_rekey.h"

#define SHOWN 300

static const char *const fates[STORE_REKEY_FATES] = { "sealed", "removed",
	"left", "failed" };

/* What is said of them, in order. */
struct tally {
	struct output *out;
	unsigned counts[STORE_REKEY_FATES];
};

static void
note(void *arg, const char *file, const char *user, enum store_rekey_fate fate,
    const char *why)
{
	struct tally *tally = arg;
	struct buf *item = output_item(tally->out);
	char clean[SHOWN];

	tally->counts[fate]++;
	if (item != NULL) {
		json_write_text(item, "file", file);
		if (user != NULL)
			json_write_text(item, "user", user);
		json_write_text(item, "fate", fates[fate]);
		if (why[0] != '\0')
			json_write_text(item, "why", why);
		output_item_end(tally->out);
	}
	if (fate == STORE_REKEY_REMOVED) {
		text_clean(clean, sizeof(clean), user, strlen(user));
		output_say(
		    tally->out, "removed, for it is under a PIN: %s", clean);
	} else if (fate != STORE_REKEY_SEALED) {
		output_warn("%s: %s", fates[fate], why);
	}
}

static enum cli_exit
change(const struct store *store, struct output *out)
{
	struct tally tally = { .out = out };
	struct store_rekey rekey = { .tell = note, .arg = &tally };
	struct detail d = { .text = "" };
	enum oauth2_err err;

	err = store_rekey(store, &rekey, &d);
	if (err != OAUTH2_ERR_OK) {
		output_warn("not finished; everything can be read as before, "
			    "and another rekey goes on from here");
		return output_fail_err(out, err, &d);
	}
	if (rekey.is_resumed)
		output_say(out, "One that was interrupted is finished.");
	output_say(out,
	    "The host has a new key: %u sealed under it, %u removed, %u left.",
	    tally.counts[STORE_REKEY_SEALED], tally.counts[STORE_REKEY_REMOVED],
	    tally.counts[STORE_REKEY_LEFT]);
	log_open("pam-oauth2");
	log_line(LOG_NOTICE, "event=rekey sealed=%u removed=%u left=%u",
	    tally.counts[STORE_REKEY_SEALED], tally.counts[STORE_REKEY_REMOVED],
	    tally.counts[STORE_REKEY_LEFT]);
	return CLI_OK;
}

static enum cli_exit
rekey(const struct arguments *args, struct output *out)
{
	AUTO(kept_free) struct kept kept = { .store = NULL };
	enum cli_exit status = kept_open(args, &kept, out);

	if (status != CLI_OK)
		return status;
	/* They say where the key is. */
	if (kept.settings == NULL)
		return output_fail(
		    out, CLI_FILE, "rekey needs settings that can be read");
	if (kept.settings->store_key_file != NULL)
		return output_fail(out, CLI_FILE,
		    "the key is store_key_file = %s, which is not written "
		    "here; whoever replaces it ends everything that is kept, "
		    "and people sign in anew",
		    kept.settings->store_key_file);
	if (kept.store == NULL)
		return output_fail(out, CLI_NO, "nothing is kept");
	return change(kept.store, out);
}

const struct command command_rekey = {
	.name = "rekey",
	.usage = "",
	.summary = "a new key for everything that is kept",
	.help = "Makes a new host key, seals everything anew under it, and\n"
		"removes the old key. Whenever it is interrupted, everything\n"
		"can be read, and another rekey finishes it. Logins go on\n"
		"meanwhile. What is under a PIN cannot be sealed anew without\n"
		"it: it is removed, and its user signs in with the browser.\n",
	.needs_root = true,
	.run = rekey,
};
