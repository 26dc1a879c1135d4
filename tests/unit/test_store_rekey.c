/*
 * login/store_rekey: a new key, and every record can be read at any moment,
 * whoever fails, is killed or writes at the same time. Runs as root.
 */
#include "pin_case.h"

#include "login/store_rekey.h"

static const struct store_ref bob = { STORE_TOKEN, "https://id.example",
	"linux", "bob", 1002 };
static const struct store_ref carol = { STORE_TOKEN, "https://id.example",
	"linux", "carol", 1003 };

/* How many files had which fate, and what was said of the last. */
struct seen {
	unsigned fates[STORE_REKEY_FATES];
	bool is_resumed;
	char user[32];
	struct detail d;
};

static void
note(void *arg, const char *file, const char *user, enum store_rekey_fate fate,
    const char *why)
{
	struct seen *seen = arg;

	assert_non_null(strchr(file, '.'));
	assert_int_equal(why[0] != '\0',
	    fate == STORE_REKEY_LEFT || fate == STORE_REKEY_FAILED);
	seen->fates[fate]++;
	snprintf(seen->user, sizeof(seen->user), "%s",
	    user != NULL ? user : "nobody");
}

static enum oauth2_err
rekey_with(const struct store *store, struct seen *ret)
{
	struct store_rekey job = { .tell = note, .arg = ret };
	enum oauth2_err err;

	*ret = (struct seen){ .d = { .text = "" } };
	err = store_rekey(store, &job, &ret->d);
	ret->is_resumed = job.is_resumed;
	return err;
}

static enum oauth2_err
rekey(struct seen *ret)
{
	AUTO(store_free) struct store *store = open_store();

	return rekey_with(store, ret);
}

static bool
rekey_alone(void *arg)
{
	struct seen seen;

	(void)arg;
	return rekey(&seen) == OAUTH2_ERR_OK;
}

static bool
has_old_key(void)
{
	return access(at("state/host.key.old"), F_OK) == 0;
}

/* A record, a tombstone, a record under a PIN. */
static void
keep_all(void)
{
	assert_int_equal(keep(&alice, "token-a"), OAUTH2_ERR_OK);
	assert_int_equal(bury(&bob), OAUTH2_ERR_OK);
	assert_int_equal(keep_under(GOOD, "token-p"), OAUTH2_ERR_OK);
}

static void
expect_all(bool has_pin)
{
	char token[64];

	assert_int_equal(look_up(&alice, token), STORE_RECORD);
	assert_string_equal(token, "token-a");
	assert_int_equal(state_of(&bob), STORE_TOMB);
	assert_int_equal(state_of(&pin), has_pin ? STORE_SEALED : STORE_NONE);
	if (!has_pin)
		return;
	assert_int_equal(guess_token(GOOD, token), STORE_PIN_RIGHT);
	assert_string_equal(token, "token-p");
}

static void
all_is_read_as_before_but_what_wants_a_pin(void **state)
{
	AUTO(buf_free) struct buf before = BUF(100);
	AUTO(buf_free) struct buf after = BUF(100);
	struct seen seen;

	(void)state;
	keep_all();
	read_bytes(at("state/host.key"), &before);
	assert_int_equal(rekey(&seen), OAUTH2_ERR_OK);
	read_bytes(at("state/host.key"), &after);
	assert_int_equal(after.len, before.len);
	assert_memory_not_equal(after.data, before.data, after.len);
	assert_int_equal(seen.fates[STORE_REKEY_SEALED], 2);
	assert_int_equal(seen.fates[STORE_REKEY_REMOVED], 1);
	assert_false(seen.is_resumed);
	assert_false(has_old_key());
	expect_all(false);
	/* The key of before opens nothing any more. */
	write_bytes(at("state/host.key"), before.data, before.len);
	assert_int_equal(state_of(&alice), STORE_FOREIGN);
	assert_int_equal(state_of(&bob), STORE_FOREIGN);
}

static void
whatever_fails_all_can_be_read_and_the_next_goes_on(void **state)
{
	unsigned resumed = 0, anew = 0;

	for (size_t i = 0; i < FAULT_FEW; i++) {
		struct fault what = fault_kinds[i];
		enum fault_end end = FAULT_OK;

		for (what.n = 1; end != FAULT_NEVER; what.n++) {
			struct seen seen;

			tidy(state);
			keep_all();
			end = fault_run(what, rekey_alone, NULL);
			if (end == FAULT_NEVER)
				break;
			if (end == FAULT_OK)
				assert_false(has_old_key());
			expect_all(state_of(&pin) != STORE_NONE);
			assert_int_equal(rekey(&seen), OAUTH2_ERR_OK);
			resumed += seen.is_resumed;
			anew += !seen.is_resumed;
			assert_false(has_old_key());
			expect_all(false);
			assert_int_equal(count_temporaries(at("state")), 0);
			assert_int_equal(
			    count_temporaries(at("state/tokens")), 0);
		}
		assert_true(what.n > 60);
	}
	assert_true(resumed > 40 && anew > 20);
	printf("%u resumed, %u anew\n", resumed, anew);
}

static void
between_two_keys_a_pin_is_looked_at_and_counted(void **state)
{
	AUTO(dir_free) struct dir *dir = NULL;
	char token[64];

	(void)state;
	keep_all();
	assert_int_equal(
	    dir_open(at("state"), DIR_EXISTING, &dir, NULL), OAUTH2_ERR_OK);
	assert_int_equal(host_key_change(dir, NULL), OAUTH2_ERR_OK);
	assert_int_equal(guess(BAD), STORE_PIN_WRONG);
	assert_int_equal(tries(), 1);
	assert_int_equal(guess_token(GOOD, token), STORE_PIN_RIGHT);
	assert_string_equal(token, "token-p");
	assert_int_equal(tries(), 0);
	expect_all(true);
}

static void
who_knew_the_key_before_reads_and_writes_under_the_new(void **state)
{
	AUTO(store_free) struct store *store = open_store();
	AUTO(file_close) int lock = -1;
	AUTO(record_free) struct record *record = sample_record("token-2");
	const struct store_content content = { .record = record };
	struct store_found found = { .record = NULL };
	struct seen seen;
	char token[64];

	(void)state;
	keep_all();
	assert_int_equal(rekey(&seen), OAUTH2_ERR_OK);
	assert_int_equal(store_read(store, &alice, &found, NULL), STORE_RECORD);
	assert_string_equal(found.record->refresh_token, "token-a");
	record_free(found.record);
	assert_int_equal(rekey(&seen), OAUTH2_ERR_OK);
	assert_int_equal(
	    store_lock(store, &alice, 0, &lock, NULL), OAUTH2_ERR_OK);
	assert_int_equal(
	    store_write(store, &alice, &content, NULL), OAUTH2_ERR_OK);
	assert_int_equal(look_up(&alice, token), STORE_RECORD);
	assert_string_equal(token, "token-2");
}

/* Lock, say so, wait, and keep: as a login that began before. */
static bool
keep_slowly(int said)
{
	AUTO(store_free) struct store *store = open_store();
	AUTO(file_close) int lock = -1;
	AUTO(record_free) struct record *record = sample_record("token-c");
	const struct store_content content = { .record = record };

	if (store_lock(store, &carol, 0, &lock, NULL) != OAUTH2_ERR_OK ||
	    write(said, "!", 1) != 1)
		return false;
	usleep(300000);
	return store_write(store, &carol, &content, NULL) == OAUTH2_ERR_OK;
}

static void
who_writes_at_the_moment_is_waited_for(void **state)
{
	struct seen seen;
	int said[2], status;
	char byte, token[64];
	pid_t pid;

	(void)state;
	keep_all();
	assert_int_equal(pipe(said), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(keep_slowly(said[1]) ? 0 : 1);
	assert_int_equal(read(said[0], &byte, 1), 1);
	assert_int_equal(rekey(&seen), OAUTH2_ERR_OK);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(look_up(&carol, token), STORE_RECORD);
	assert_string_equal(token, "token-c");
	assert_false(has_old_key());
	close(said[0]);
	close(said[1]);
}

static void
who_holds_a_lock_for_good_leaves_both_keys(void **state)
{
	AUTO(store_free) struct store *store = NULL;
	struct seen seen;
	int lock = -1;

	(void)state;
	keep_all();
	store = open_store();
	assert_int_equal(
	    store_lock(store, &alice, 0, &lock, NULL), OAUTH2_ERR_OK);
	assert_int_equal(rekey(&seen), OAUTH2_ERR_TIMEOUT);
	assert_non_null(strstr(seen.d.text, "locked by another"));
	assert_int_equal(seen.fates[STORE_REKEY_FAILED], 1);
	assert_int_equal(seen.fates[STORE_REKEY_SEALED], 1);
	assert_true(has_old_key());
	expect_all(false);
	file_close(lock);
	assert_int_equal(rekey(&seen), OAUTH2_ERR_OK);
	assert_true(seen.is_resumed);
	assert_int_equal(seen.fates[STORE_REKEY_SEALED], 2);
	assert_false(has_old_key());
	expect_all(false);
}

static void
one_at_a_time(void **state)
{
	AUTO(store_free) struct store *store = open_store();
	struct seen seen;
	int lock = -1;

	(void)state;
	assert_int_equal(
	    dir_lock(store->locks, "rekey", 0, &lock, NULL), OAUTH2_ERR_OK);
	assert_int_equal(rekey(&seen), OAUTH2_ERR_TIMEOUT);
	assert_false(has_old_key());
	file_close(lock);
	assert_int_equal(rekey(&seen), OAUTH2_ERR_OK);
}

static void
what_nobody_can_open_is_left_as_it_is(void **state)
{
	AUTO(buf_free) struct buf raw = BUF(SEALED_FILE_MAX);
	AUTO(buf_free) struct buf after = BUF(SEALED_FILE_MAX);
	struct seen seen;
	char path[600];

	(void)state;
	keep_all();
	put("state/tokens/0.token", "nonsense", 0600);
	assert_int_equal(keep(&carol, "token-c"), OAUTH2_ERR_OK);
	snprintf(path, sizeof(path), "%s", file_of(&carol));
	read_bytes(path, &raw);
	raw.data[raw.len - 1] ^= 1;
	write_bytes(path, raw.data, raw.len);
	assert_int_equal(rekey(&seen), OAUTH2_ERR_OK);
	assert_int_equal(seen.fates[STORE_REKEY_LEFT], 2);
	assert_int_equal(seen.fates[STORE_REKEY_SEALED], 2);
	assert_false(has_old_key());
	read_bytes(path, &after);
	assert_int_equal(after.len, raw.len);
	assert_memory_equal(after.data, raw.data, raw.len);
	expect_all(false);
}

/* A wrong mode can be set right; without the old key it would not help. */
static void
what_may_be_opened_later_keeps_the_old_key(void **state)
{
	struct seen seen;

	(void)state;
	keep_all();
	assert_int_equal(chmod(file_of(&bob), 0640), 0);
	assert_int_equal(rekey(&seen), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(seen.fates[STORE_REKEY_FAILED], 1);
	assert_true(has_old_key());
	{
		AUTO(store_free) struct store *store = open_store();
		AUTO(strlist_free) struct strlist names = STRLIST(9);

		assert_int_equal(store_list(store, &names, NULL), 0);
		for (size_t i = 0; i < names.count; i++)
			assert_int_equal(fchmodat(store->tokens->fd,
					     names.items[i], 0600, 0),
			    0);
	}
	expect_all(false);
	assert_int_equal(rekey(&seen), OAUTH2_ERR_OK);
	expect_all(false);
}

static void
a_key_that_is_another_file_is_not_changed(void **state)
{
	AUTO(store_free) struct store *store = NULL;
	struct store_places places;
	struct seen seen;

	(void)state;
	put("machine-id", MACHINE "\n", 0600);
	put("credential",
	    "000102030405060708090a0b0c0d0e0f"
	    "101112131415161718191a1b1c1d1e1f",
	    0400);
	places = (struct store_places){ at("state"), at("run"),
		at("machine-id"), at("credential") };
	assert_int_equal(store_open(&places, &store, NULL), OAUTH2_ERR_OK);
	assert_int_equal(rekey_with(store, &seen), OAUTH2_ERR_CONFIG);
	assert_int_not_equal(access(at("state/host.key"), F_OK), 0);
}

/* The PIN would be right, and never open it. */
static void
the_key_of_a_pin_is_of_one_host_key(void **state)
{
	AUTO(store_free) struct store *store = open_store();
	AUTO(record_free) struct record *record = sample_record("token-p");
	AUTO(pin_key_free) struct pin_key *key = NULL;
	struct store_content content = { .record = record };
	AUTO(file_close) int lock = -1;
	struct seen seen;

	(void)state;
	assert_int_equal(store_pin_make(store, GOOD, in_ms(1000), &key, NULL),
	    OAUTH2_ERR_OK);
	content.pin = key;
	assert_int_equal(rekey(&seen), OAUTH2_ERR_OK);
	assert_int_equal(
	    store_lock(store, &pin, 0, &lock, NULL), OAUTH2_ERR_OK);
	assert_int_equal(
	    store_write(store, &pin, &content, NULL), OAUTH2_ERR_SEAL);
	assert_int_equal(state_of(&pin), STORE_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_is_read_as_before_but_what_wants_a_pin),
		TEST(whatever_fails_all_can_be_read_and_the_next_goes_on),
		TEST(between_two_keys_a_pin_is_looked_at_and_counted),
		TEST(who_knew_the_key_before_reads_and_writes_under_the_new),
		TEST(who_writes_at_the_moment_is_waited_for),
		TEST(who_holds_a_lock_for_good_leaves_both_keys),
		TEST(one_at_a_time),
		TEST(what_nobody_can_open_is_left_as_it_is),
		TEST(what_may_be_opened_later_keeps_the_old_key),
		TEST(a_key_that_is_another_file_is_not_changed),
		TEST(the_key_of_a_pin_is_of_one_host_key),
	};

	return cmocka_run_group_tests(tests, build, pull_down_house);
}
