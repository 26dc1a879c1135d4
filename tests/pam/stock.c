/*
 * Puts records where this host keeps them, and reads them, as it is told on
 * standard input: for tests of pam-oauth2. A line is words between tabs.
 *
 *	token USER UID EMAIL TOKEN SIGNED_IN SUCCESS	seconds ago
 *	pin USER UID PIN TOKEN
 *	tomb USER UID BECAUSE TIME
 *	subject USER EMAIL SUB
 *	read USER UID		prints what there is
 *	lock USER UID		says so, and holds it until the input ends
 *
 * stock ISSUER CLIENT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/paths.h"
#include "base/secret.h"
#include "login/store_pin.h"
#include "login/subjects.h"

#define WORDS	 7
#define LINE_MAX 8192
#define WAIT_S	 30

static const char *const states[] = { "broken", "foreign", "none", "tomb",
	"sealed", "record" };

static const char *issuer, *client;
static struct detail d;

static void
need(enum oauth2_err err)
{
	if (err == OAUTH2_ERR_OK)
		return;
	fprintf(stderr, "%s: %s\n", err_name(err), d.text);
	exit(1);
}

static int64_t
deadline(void)
{
	return clock_monotonic_ns() + WAIT_S * CLOCK_NS_PER_S;
}

static struct moment
ago(const char *seconds)
{
	struct moment moment;
	int64_t n = atoll(seconds);

	need(moment_now(&moment, &d));
	moment.wall -= n;
	moment.boot_s -= n;
	/* Of another boot, where this one is too young. */
	if (moment.boot_s < 0) {
		moment.boot_s = 0;
		moment.boot_id[0] = moment.boot_id[0] == '0' ? '1' : '0';
	}
	return moment;
}

static struct record *
make_record(const char *token, const char *email)
{
	struct record *record = record_new();

	if (record == NULL)
		exit(1);
	record->sub = secret_strdup("sub-1");
	record->name = secret_strdup("alice");
	record->refresh_token = secret_strdup(token);
	record->email = email[0] != '\0' ? secret_strdup(email) : NULL;
	record->interactive = ago("0");
	record->success = record->interactive;
	return record;
}

static struct store_ref
ref_of(enum store_slot slot, char **words)
{
	return (struct store_ref){ slot, issuer, client, words[1],
		(uid_t)strtoul(words[2], NULL, 10) };
}

static void
keep_token(const struct store *store, char **words)
{
	struct store_ref ref = ref_of(STORE_TOKEN, words);
	AUTO(record_free)
	struct record *record = make_record(words[4], words[3]);
	const struct store_content content = { .record = record };

	record->interactive = ago(words[5]);
	record->success =
	    strcmp(words[6], "never") == 0 ? moment_never : ago(words[6]);
	need(store_write(store, &ref, &content, &d));
}

static void
keep_pin(const struct store *store, char **words)
{
	struct store_ref ref = ref_of(STORE_PIN, words);
	AUTO(record_free) struct record *record = make_record(words[4], "");
	AUTO(pin_key_free) struct pin_key *key = NULL;
	struct store_content content = { .record = record };

	need(store_pin_make(store, words[3], deadline(), &key, &d));
	content.pin = key;
	need(store_write(store, &ref, &content, &d));
}

static void
keep_tombstone(const struct store *store, char **words)
{
	struct store_ref ref = ref_of(STORE_TOKEN, words);
	struct tombstone stone = { .time = atoll(words[4]) };
	const struct store_content content = { .tombstone = &stone };

	snprintf(stone.because, sizeof(stone.because), "%s", words[3]);
	need(store_write(store, &ref, &content, &d));
}

static void
keep_subject(char **words)
{
	const struct subject_claim claim = { issuer, words[2], true, words[1],
		words[3], clock_unix_s() };

	printf("%d\n", subjects_admit(PATH_STATE, &claim, &d));
}

static void
read_it(const struct store *store, char **words)
{
	struct store_ref ref = ref_of(STORE_TOKEN, words);
	struct store_found found = { .record = NULL };
	enum store_state state = store_read(store, &ref, &found, &d);

	printf("%s %s\n", states[state],
	    found.record != NULL ? found.record->refresh_token : "-");
	record_free(found.record);
}

static void
lock(const struct store *store, char **words)
{
	struct store_ref ref = ref_of(STORE_TOKEN, words);
	char line[2];
	int fd;

	need(store_lock(store, &ref, deadline(), &fd, &d));
	printf("locked\n");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL)
		;
}

static void
obey(const struct store *store, char **words, int n)
{
	if (n == 7 && strcmp(words[0], "token") == 0)
		keep_token(store, words);
	else if (n == 5 && strcmp(words[0], "pin") == 0)
		keep_pin(store, words);
	else if (n == 5 && strcmp(words[0], "tomb") == 0)
		keep_tombstone(store, words);
	else if (n == 4 && strcmp(words[0], "subject") == 0)
		keep_subject(words);
	else if (n == 3 && strcmp(words[0], "read") == 0)
		read_it(store, words);
	else if (n == 3 && strcmp(words[0], "lock") == 0)
		lock(store, words);
	else
		exit(2);
}

int
main(int argc, char **argv)
{
	const struct store_places places = { PATH_STATE, PATH_RUN,
		PATH_MACHINE_ID, NULL };
	AUTO(store_free) struct store *store = NULL;
	char line[LINE_MAX], *rest, *words[WORDS];
	int n;

	if (argc != 3)
		return 2;
	issuer = argv[1];
	client = argv[2];
	need(store_open(&places, &store, &d));
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		rest = line;
		for (n = 0; n < WORDS && rest != NULL; n++)
			words[n] = strsep(&rest, "\t");
		obey(store, words, n);
	}
	return 0;
}
