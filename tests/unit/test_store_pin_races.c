/* login/store_pin: five tries, whoever kills whom when. Runs as root. */
#include "pin_case.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(where_the_count_cannot_be_kept_no_pin_is_looked_at),
		TEST(killing_us_gives_nobody_another_try),
		TEST(of_twenty_at_once_five_are_looked_at),
		TEST(four_are_looked_at_at_once),
		TEST(who_gets_no_place_has_lost_no_try),
		TEST(a_record_made_meanwhile_is_neither_removed_nor_reset),
	};

	return cmocka_run_group_tests(tests, build, pull_down_house);
}
