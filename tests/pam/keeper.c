/*
 * Keeps and reads what a host keeps, as it is told: for tests on real file
 * systems, with the real cost of a PIN.
 *
 *	keeper PLACE keep TOKEN       make room, say so, wait for a line, keep
 *	keeper PLACE read             what there is
 *	keeper PLACE set PIN TOKEN    keep it under a PIN
 *	keeper PLACE try PIN          try a PIN
 *	keeper PLACE tries            how many are counted
 *	keeper PLACE subject SUB      admit this sub
 *
 * PLACE has a file machine-id. Prints one line, and on standard error why.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/secret.h"
#include "login/store_file.h"
#include "login/store_pin.h"
#include "login/subjects.h"

#define ISSUER "https://id.example"
#define WAIT_S 60

static const struct store_ref token_ref = { STORE_TOKEN, ISSUER, "linux",
	"alice", 1001 };
static const struct store_ref pin_ref = { STORE_PIN, ISSUER, "linux", "alice",
	1001 };

static const char *const states[] = { "broken", "foreign", "none", "tomb",
	"sealed", "record" };
static const char *const verdicts[] = { "failed", "none", "wrong", "locked",
	"right" };
static const char *const subjects[] = { "unreadable", "other", "unknown",
	"same", "recorded", "unrecorded" };

static struct detail d;
static char state_path[512];

static int64_t
deadline(void)
{
	return clock_monotonic_ns() + WAIT_S * CLOCK_NS_PER_S;
}

/* Print how it went, and why it went wrong. */
static int
say(enum oauth2_err err)
{
	printf("%s\n", err_name(err));
	if (err != OAUTH2_ERR_OK)
		fprintf(stderr, "%s\n", d.text);
	return 0;
}

static struct store *
open_store(const char *place)
{
	char run[512], id[512];
	const struct store_places places = { state_path, run, id, NULL };
	struct store *store = NULL;
	enum oauth2_err err;

	snprintf(run, sizeof(run), "%s/run", place);
	snprintf(id, sizeof(id), "%s/machine-id", place);
	err = store_open(&places, &store, &d);
	if (err == OAUTH2_ERR_OK)
		return store;
	say(err);
	exit(0);
}

static struct record *
make_record(const char *token)
{
	struct record *record = record_new();

	if (record == NULL || moment_now(&record->interactive, &d) != 0)
		exit(2);
	record->success = record->interactive;
	record->sub = secret_strdup("sub-1");
	record->name = secret_strdup("alice");
	record->refresh_token = secret_strdup(token);
	return record;
}

static int
keep(const struct store *store, const char *token)
{
	AUTO(dir_write_free) struct dir_write *w = NULL;
	AUTO(record_free) struct record *record = make_record(token);
	AUTO(file_close) int lock = -1;
	const struct store_content content = { .record = record };
	char line[16];
	enum oauth2_err err;

	err = store_lock(store, &token_ref, deadline(), &lock, &d);
	if (err == OAUTH2_ERR_OK)
		err = store_reserve(store, &token_ref, &w, &d);
	if (err != OAUTH2_ERR_OK)
		return say(err);
	printf("reserved\n");
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return 2;
	return say(store_fill(store, &token_ref, &content, w, &d));
}

static int
read_token(const struct store *store)
{
	struct store_found found = { .record = NULL };
	enum store_state state = store_read(store, &token_ref, &found, &d);

	printf("%s %s\n", states[state],
	    found.record != NULL ? found.record->refresh_token : "-");
	record_free(found.record);
	return 0;
}

static int
set_pin(const struct store *store, const char *pin, const char *token)
{
	AUTO(record_free) struct record *record = make_record(token);
	AUTO(pin_key_free) struct pin_key *key = NULL;
	struct store_content content = { .record = record };
	enum oauth2_err err;

	err = store_pin_make(store, pin, deadline(), &key, &d);
	content.pin = key;
	if (err == OAUTH2_ERR_OK)
		err = store_write(store, &pin_ref, &content, &d);
	return say(err);
}

static int
try_pin(const struct store *store, const char *pin)
{
	const struct store_pin_guess guess = { pin, deadline() };
	struct store_pin_opened opened = { .record = NULL };
	enum store_pin_verdict verdict =
	    store_pin_try(store, &pin_ref, &guess, &opened, &d);

	printf("%s %s\n", verdicts[verdict],
	    opened.record != NULL ? opened.record->refresh_token : "-");
	fprintf(stderr, "%s\n", d.text);
	record_free(opened.record);
	pin_key_free(opened.key);
	return 0;
}

static int
count_tries(const struct store *store)
{
	AUTO(store_file_free) struct store_file file = STORE_FILE;

	if (store_file_read(store, &pin_ref, &file, &d) != STORE_SEALED)
		printf("none\n");
	else
		printf("%u\n", file.content.data[0]);
	return 0;
}

static int
admit(const char *sub)
{
	const struct subject_claim claim = { ISSUER, "alice@corp.example", true,
		"alice", sub, clock_unix_s() };

	printf("%s\n", subjects[subjects_admit(state_path, &claim, &d)]);
	fprintf(stderr, "%s\n", d.text);
	return 0;
}

int
main(int argc, char **argv)
{
	AUTO(store_free) struct store *store = NULL;

	if (argc < 3)
		return 2;
	snprintf(state_path, sizeof(state_path), "%s/state", argv[1]);
	if (argc == 4 && strcmp(argv[2], "subject") == 0)
		return admit(argv[3]);
	store = open_store(argv[1]);
	if (argc == 4 && strcmp(argv[2], "keep") == 0)
		return keep(store, argv[3]);
	if (argc == 3 && strcmp(argv[2], "read") == 0)
		return read_token(store);
	if (argc == 5 && strcmp(argv[2], "set") == 0)
		return set_pin(store, argv[3], argv[4]);
	if (argc == 4 && strcmp(argv[2], "try") == 0)
		return try_pin(store, argv[3]);
	if (argc == 3 && strcmp(argv[2], "tries") == 0)
		return count_tries(store);
	return 2;
}
