/*
 * login/store_pin: five tries, whoever kills whom when. Runs as root. The
 * slow part is a stand-in here: tests/pam plays it for real.
 */
#include "store_case.h"

#include <sys/mman.h>

#include "base/clock.h"
#include "codec/crypto.h"
#include "login/store_file.h"
#include "login/store_pin.h"

#define GOOD "hunter2"
#define BAD  "hunter3"

/* What the stand-in has seen, in all processes. */
static struct shared {
	unsigned made;
	unsigned at_once;
	unsigned most;
	unsigned wait_us;
	unsigned counted; /* tries in the file when a PIN was looked at */
	bool fails;
} * shared;

/* What another process does, once, while this one is slow. */
static void (*while_slow)(void);

static const struct store_ref pin = { STORE_PIN, "https://id.example", "linux",
	"alice", 1001 };

/* The count in the file, 99 where there is none. */
static unsigned
tries(void)
{
	AUTO(store_free) struct store *store = open_store();
	AUTO(store_file_free) struct store_file file = STORE_FILE;

	return store_file_read(store, &pin, &file, NULL) == STORE_SEALED
		   ? file.content.data[0]
		   : 99;
}

/* Instead of codec/crypto_scrypt.c, which the linker then leaves out. */
enum oauth2_err
crypto_scrypt(struct crypto_bytes secret, const uint8_t salt[CRYPTO_SALT_SIZE],
    uint8_t ret[CRYPTO_KEY_SIZE])
{
	AUTO(buf_free) struct buf both = BUF(200);
	void (*meanwhile)(void) = while_slow;
	unsigned now =
	    __atomic_add_fetch(&shared->at_once, 1, __ATOMIC_SEQ_CST);

	while_slow = NULL;
	shared->counted = tries();
	__atomic_add_fetch(&shared->made, 1, __ATOMIC_SEQ_CST);
	if (now > shared->most)
		shared->most = now;
	if (shared->wait_us > 0)
		usleep(shared->wait_us);
	if (meanwhile != NULL)
		meanwhile();
	buf_put(&both, secret.data, secret.n);
	buf_put(&both, salt, CRYPTO_SALT_SIZE);
	__atomic_sub_fetch(&shared->at_once, 1, __ATOMIC_SEQ_CST);
	if (shared->fails)
		return OAUTH2_ERR_NOMEM;
	return crypto_sha256(both.data, both.len, ret);
}

static int64_t
in_ms(int64_t ms)
{
	return clock_monotonic_ns() + ms * CLOCK_NS_PER_MS;
}

static enum oauth2_err
keep_under(const char *secret, const char *token)
{
	AUTO(store_free) struct store *store = open_store();
	AUTO(record_free) struct record *record = sample_record(token);
	AUTO(pin_key_free) struct pin_key *key = NULL;
	struct store_content content = { .record = record };

	assert_int_equal(store_pin_make(store, secret, in_ms(1000), &key, NULL),
	    OAUTH2_ERR_OK);
	content.pin = key;
	return store_write(store, &pin, &content, NULL);
}

static void
forget(struct store_pin_opened *opened)
{
	record_free(TAKE(opened->record));
	pin_key_free(TAKE(opened->key));
}

/* Try a PIN; the token, where it was right, in 64 bytes. */
static enum store_pin_verdict
guess_token(const char *secret, char *ret_token)
{
	AUTO(store_free) struct store *store = open_store();
	const struct store_pin_guess guess = { secret, in_ms(3000) };
	struct store_pin_opened opened = { .record = NULL };
	enum store_pin_verdict verdict =
	    store_pin_try(store, &pin, &guess, &opened, NULL);

	assert_int_equal(opened.record != NULL, verdict == STORE_PIN_RIGHT);
	assert_int_equal(opened.key != NULL, verdict == STORE_PIN_RIGHT);
	ret_token[0] = '\0';
	if (opened.record != NULL)
		snprintf(ret_token, 64, "%s", opened.record->refresh_token);
	forget(&opened);
	return verdict;
}

static enum store_pin_verdict
guess(const char *secret)
{
	char token[64];

	return guess_token(secret, token);
}

static void
the_right_pin_opens_it_and_another_does_not(void **state)
{
	char token[64];

	(void)state;
	assert_int_equal(guess(GOOD), STORE_PIN_NONE);
	assert_int_equal(keep_under(GOOD, "token-1"), OAUTH2_ERR_OK);
	assert_int_equal(state_of(&pin), STORE_SEALED);
	assert_int_equal(guess_token(GOOD, token), STORE_PIN_RIGHT);
	assert_string_equal(token, "token-1");
	assert_int_equal(guess(BAD), STORE_PIN_WRONG);
	assert_int_equal(guess_token(GOOD, token), STORE_PIN_RIGHT);
	assert_string_equal(token, "token-1");
}

static void
what_can_be_no_pin_costs_nothing(void **state)
{
	static const struct {
		const char *pin;
		bool is_acceptable;
	} rows[] = {
		{ "123456", true },
		{ "12345", false },
		{ "", false },
		{ " 2345 ", true },
		{ "1234\t6", false },
		{ "caf\xc3\xa9 6", false },
		{ "0123456789012345678901234567890123456789"
		  "012345678901234567890123",
		    true },
		{ "0123456789012345678901234567890123456789"
		  "0123456789012345678901234",
		    false },
	};
	AUTO(store_free) struct store *store = open_store();
	struct pin_key *key = NULL;

	(void)state;
	assert_int_equal(keep_under(GOOD, "token-1"), OAUTH2_ERR_OK);
	shared->made = 0;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(
		    pin_is_acceptable(rows[i].pin), rows[i].is_acceptable);
		if (rows[i].is_acceptable)
			continue;
		assert_int_equal(guess(rows[i].pin), STORE_PIN_WRONG);
		assert_int_equal(
		    store_pin_make(store, rows[i].pin, in_ms(0), &key, NULL),
		    OAUTH2_ERR_SYNTAX);
	}
	assert_int_equal(shared->made, 0);
	assert_int_equal(tries(), 0);
}

static void
after_five_wrong_ones_that_record_is_gone_and_no_other(void **state)
{
	(void)state;
	assert_int_equal(keep(&alice, "token-h"), OAUTH2_ERR_OK);
	assert_int_equal(keep_under(GOOD, "token-p"), OAUTH2_ERR_OK);
	for (unsigned i = 1; i < STORE_PIN_TRIES; i++) {
		assert_int_equal(guess(BAD), STORE_PIN_WRONG);
		assert_int_equal(tries(), i);
	}
	assert_int_equal(guess(BAD), STORE_PIN_LOCKED);
	assert_int_equal(state_of(&pin), STORE_NONE);
	assert_int_equal(guess(GOOD), STORE_PIN_NONE);
	assert_int_equal(state_of(&alice), STORE_RECORD);
}

static void
a_right_one_starts_the_count_anew(void **state)
{
	(void)state;
	assert_int_equal(keep_under(GOOD, "token-1"), OAUTH2_ERR_OK);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 1; i < STORE_PIN_TRIES; i++)
			assert_int_equal(guess(BAD), STORE_PIN_WRONG);
		assert_int_equal(guess(GOOD), STORE_PIN_RIGHT);
		assert_int_equal(tries(), 0);
	}
}

static void
what_the_refresh_brings_is_kept_under_the_same_pin(void **state)
{
	AUTO(store_free) struct store *store = open_store();
	const struct store_pin_guess once = { GOOD, in_ms(3000) };
	struct store_pin_opened opened = { .record = NULL };
	struct store_content content;
	char token[64];

	(void)state;
	assert_int_equal(keep_under(GOOD, "token-1"), OAUTH2_ERR_OK);
	assert_int_equal(
	    store_pin_try(store, &pin, &once, &opened, NULL), STORE_PIN_RIGHT);
	secret_free(opened.record->refresh_token);
	opened.record->refresh_token = secret_strdup("token-2");
	content = (struct store_content){ opened.record, NULL, opened.key };
	shared->made = 0;
	assert_int_equal(
	    store_write(store, &pin, &content, NULL), OAUTH2_ERR_OK);
	assert_int_equal(shared->made, 0);
	forget(&opened);
	assert_int_equal(guess_token(GOOD, token), STORE_PIN_RIGHT);
	assert_string_equal(token, "token-2");
}

static void
two_of_the_same_pin_have_nothing_in_common(void **state)
{
	AUTO(store_free) struct store *store = open_store();
	AUTO(pin_key_free) struct pin_key *one = NULL;
	AUTO(pin_key_free) struct pin_key *two = NULL;

	(void)state;
	assert_int_equal(
	    store_pin_make(store, GOOD, in_ms(0), &one, NULL), OAUTH2_ERR_OK);
	assert_int_equal(
	    store_pin_make(store, GOOD, in_ms(0), &two, NULL), OAUTH2_ERR_OK);
	assert_memory_not_equal(one->salt, two->salt, sizeof(one->salt));
	assert_memory_not_equal(one->key, two->key, sizeof(one->key));
}

static void
who_has_the_pin_but_not_the_hosts_key_has_nothing(void **state)
{
	AUTO(pin_key_free) struct pin_key *here = NULL;
	AUTO(pin_key_free) struct pin_key *there = NULL;
	const struct host_key one = { .pin = { 1 } }, two = { .pin = { 2 } };
	const uint8_t salt[CRYPTO_SALT_SIZE] = { 7 };

	(void)state;
	assert_int_equal(pin_key_make(&one, GOOD, salt, &here), OAUTH2_ERR_OK);
	assert_int_equal(pin_key_make(&two, GOOD, salt, &there), OAUTH2_ERR_OK);
	assert_memory_equal(here->salt, there->salt, sizeof(here->salt));
	assert_memory_not_equal(here->key, there->key, sizeof(here->key));
}

/* And the other way round: the file opens, what is in it does not. */
static void
who_has_the_hosts_key_but_not_the_pin_has_nothing(void **state)
{
	AUTO(store_free) struct store *store = NULL;
	AUTO(store_file_free) struct store_file file = STORE_FILE;

	(void)state;
	assert_int_equal(keep_under(GOOD, "token-1"), OAUTH2_ERR_OK);
	store = open_store();
	assert_int_equal(
	    store_file_read(store, &pin, &file, NULL), STORE_SEALED);
	assert_null(memmem(file.content.data, file.content.len, "token-1", 7));
	assert_null(memmem(file.content.data, file.content.len, "sub-1", 5));
}

static void
a_file_of_another_or_a_tombstone_is_no_record_under_a_pin(void **state)
{
	AUTO(store_free) struct store *store = open_store();
	struct store_ref other = pin;
	const struct store_pin_guess once = { GOOD, in_ms(3000) };
	struct store_pin_opened opened = { .record = NULL };

	(void)state;
	assert_int_equal(keep_under(GOOD, "token-1"), OAUTH2_ERR_OK);
	other.uid = 1002;
	shared->made = 0;
	assert_int_equal(
	    store_pin_try(store, &other, &once, &opened, NULL), STORE_PIN_NONE);
	assert_int_equal(shared->made, 0);
	assert_int_equal(tries(), 0);
	assert_int_equal(bury(&pin), OAUTH2_ERR_OK);
	assert_int_equal(guess(GOOD), STORE_PIN_NONE);
	assert_int_equal(state_of(&pin), STORE_TOMB);
	assert_int_equal(chmod(file_of(&pin), 0640), 0);
	assert_int_equal(guess(GOOD), STORE_PIN_FAILED);
}

static void
where_the_count_cannot_be_kept_no_pin_is_looked_at(void **state)
{
	int calls;

	(void)state;
	assert_int_equal(keep_under(GOOD, "token-1"), OAUTH2_ERR_OK);
	fault = (struct fault){ 0 };
	assert_int_equal(guess(GOOD), STORE_PIN_RIGHT);
	calls = fault.count;
	assert_true(calls > 20);
	for (int n = 1; n <= calls; n++) {
		unsigned before = tries();
		enum store_pin_verdict verdict;

		shared->made = 0;
		fault = (struct fault){ .n = n, .error = ENOSPC };
		verdict = guess(GOOD);
		fault = (struct fault){ 0 };
		assert_int_equal(verdict,
		    shared->made > 0 ? STORE_PIN_RIGHT : STORE_PIN_FAILED);
		if (shared->made > 0)
			assert_int_equal(shared->counted, before + 1);
		assert_true(tries() <= before + 1);
		assert_int_equal(guess(GOOD), STORE_PIN_RIGHT);
	}
}

static bool
guess_wrong(void *arg)
{
	(void)arg;
	return guess(BAD) != STORE_PIN_RIGHT;
}

/* However often and wherever one is killed: five are looked at. */
static void
killing_us_gives_nobody_another_try(void **state)
{
	unsigned seen = 0;
	int calls;

	(void)state;
	assert_int_equal(keep_under(GOOD, "token-1"), OAUTH2_ERR_OK);
	fault = (struct fault){ 0 };
	assert_true(guess_wrong(NULL));
	calls = fault.count;
	for (int n = 1; n <= calls; n++) {
		assert_int_equal(keep_under(GOOD, "token-1"), OAUTH2_ERR_OK);
		shared->made = 0;
		for (int i = 0; i < STORE_PIN_TRIES + 2; i++) {
			struct fault what = { .n = n,
				.how = i % 2 == 0 ? FAULT_KILL_BEFORE
						  : FAULT_KILL_AFTER };

			(void)fault_run(what, guess_wrong, NULL);
		}
		while (state_of(&pin) == STORE_SEALED)
			assert_true(guess_wrong(NULL));
		assert_true(shared->made <= STORE_PIN_TRIES);
		seen += shared->made;
	}
	assert_true(seen > STORE_PIN_TRIES);
}

static void
of_twenty_at_once_five_are_looked_at(void **state)
{
	int status;
	unsigned locked = 0;

	(void)state;
	assert_int_equal(keep_under(GOOD, "token-1"), OAUTH2_ERR_OK);
	shared->made = 0;
	shared->wait_us = 20000;
	for (int i = 0; i < 20; i++)
		if (fork() == 0)
			_exit((int)guess(BAD));
	for (int i = 0; i < 20; i++) {
		assert_true(waitpid(-1, &status, 0) > 0);
		assert_true(WIFEXITED(status));
		assert_int_not_equal(WEXITSTATUS(status), STORE_PIN_RIGHT);
		locked += WEXITSTATUS(status) == STORE_PIN_LOCKED;
	}
	assert_int_equal(shared->made, STORE_PIN_TRIES);
	assert_true(locked >= 1);
	assert_int_equal(state_of(&pin), STORE_NONE);
}

static int
make_one(void)
{
	AUTO(store_free) struct store *store = open_store();
	AUTO(pin_key_free) struct pin_key *key = NULL;

	return store_pin_make(store, GOOD, in_ms(10000), &key, NULL) !=
	       OAUTH2_ERR_OK;
}

static void
four_are_looked_at_at_once(void **state)
{
	int status;

	(void)state;
	store_free(open_store());
	shared->wait_us = 100000;
	shared->most = 0;
	for (int i = 0; i < 12; i++)
		if (fork() == 0)
			_exit(make_one());
	for (int i = 0; i < 12; i++) {
		assert_true(waitpid(-1, &status, 0) > 0);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	assert_int_equal(shared->most, PIN_PLACES);
}

static void
who_gets_no_place_has_lost_no_try(void **state)
{
	AUTO(store_free) struct store *store = open_store();
	const struct store_pin_guess soon = { GOOD, 0 };
	struct store_pin_opened opened = { .record = NULL };
	struct detail d = { .text = "" };
	int places[PIN_PLACES];

	(void)state;
	assert_int_equal(keep_under(GOOD, "token-1"), OAUTH2_ERR_OK);
	for (int i = 0; i < PIN_PLACES; i++)
		assert_int_equal(
		    pin_take_place(store->locks, 0, &places[i], NULL),
		    OAUTH2_ERR_OK);
	assert_int_equal(
	    store_pin_try(store, &pin, &soon, &opened, &d), STORE_PIN_FAILED);
	assert_non_null(strstr(d.text, "locked by another process"));
	assert_int_equal(tries(), 0);
	for (int i = 0; i < PIN_PLACES; i++)
		file_close(places[i]);
	assert_int_equal(guess(GOOD), STORE_PIN_RIGHT);
}

static void
no_memory_for_a_pin_is_not_a_wrong_one(void **state)
{
	(void)state;
	assert_int_equal(keep_under(GOOD, "token-1"), OAUTH2_ERR_OK);
	shared->fails = true;
	assert_int_equal(guess(GOOD), STORE_PIN_FAILED);
	shared->fails = false;
	assert_int_equal(tries(), 1);
	assert_int_equal(guess(GOOD), STORE_PIN_RIGHT);
}

static void
sign_in_anew(void)
{
	assert_int_equal(keep_under(GOOD, "token-2"), OAUTH2_ERR_OK);
	assert_int_equal(guess(BAD), STORE_PIN_WRONG);
}

/* What comes of a PIN is about the record that it was tried on. */
static void
a_record_made_meanwhile_is_neither_removed_nor_reset(void **state)
{
	char token[64];

	(void)state;
	assert_int_equal(keep_under(GOOD, "token-1"), OAUTH2_ERR_OK);
	for (int n = 1; n < STORE_PIN_TRIES; n++)
		assert_int_equal(guess(BAD), STORE_PIN_WRONG);
	while_slow = sign_in_anew;
	assert_int_equal(guess(BAD), STORE_PIN_WRONG);
	assert_int_equal(tries(), 1);
	assert_int_equal(guess_token(GOOD, token), STORE_PIN_RIGHT);
	assert_string_equal(token, "token-2");
	while_slow = sign_in_anew;
	assert_int_equal(guess(GOOD), STORE_PIN_RIGHT);
	assert_int_equal(tries(), 1);
}

static int
build(void **state)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return shared == MAP_FAILED || build_house(state) != 0;
}

static int
tidy(void **state)
{
	memset(shared, 0, sizeof(*shared));
	fault = (struct fault){ 0 };
	return empty_house(state);
}

#define TEST(name) cmocka_unit_test_teardown(name, tidy)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_right_pin_opens_it_and_another_does_not),
		TEST(what_can_be_no_pin_costs_nothing),
		TEST(after_five_wrong_ones_that_record_is_gone_and_no_other),
		TEST(a_right_one_starts_the_count_anew),
		TEST(what_the_refresh_brings_is_kept_under_the_same_pin),
		TEST(two_of_the_same_pin_have_nothing_in_common),
		TEST(who_has_the_pin_but_not_the_hosts_key_has_nothing),
		TEST(who_has_the_hosts_key_but_not_the_pin_has_nothing),
		TEST(a_file_of_another_or_a_tombstone_is_no_record_under_a_pin),
		TEST(where_the_count_cannot_be_kept_no_pin_is_looked_at),
		TEST(killing_us_gives_nobody_another_try),
		TEST(of_twenty_at_once_five_are_looked_at),
		TEST(four_are_looked_at_at_once),
		TEST(who_gets_no_place_has_lost_no_try),
		TEST(no_memory_for_a_pin_is_not_a_wrong_one),
		TEST(a_record_made_meanwhile_is_neither_removed_nor_reset),
	};

	return cmocka_run_group_tests(tests, build, pull_down_house);
}
