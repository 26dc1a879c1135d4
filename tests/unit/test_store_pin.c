/* login/store_pin: what a PIN opens, and five tries. Runs as root. */
#include "pin_case.h"

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

/* What is there for a key; the token in 64 bytes. */
static enum store_state
reopen(const struct pin_key *key, char *ret_token)
{
	AUTO(store_free) struct store *store = open_store();
	struct store_found found = { .record = NULL };
	enum store_state state = store_pin_read(store, &pin, key, &found, NULL);

	assert_int_equal(found.record != NULL, state == STORE_RECORD);
	ret_token[0] = '\0';
	if (found.record != NULL)
		snprintf(ret_token, 64, "%s", found.record->refresh_token);
	record_free(found.record);
	return state;
}

static void
a_key_that_was_right_opens_it_again(void **state)
{
	AUTO(store_free) struct store *store = open_store();
	const struct store_pin_guess once = { GOOD, in_ms(3000) };
	struct store_pin_opened opened = { .record = NULL };
	char token[64];

	(void)state;
	assert_int_equal(keep_under(GOOD, "token-1"), OAUTH2_ERR_OK);
	assert_int_equal(
	    store_pin_try(store, &pin, &once, &opened, NULL), STORE_PIN_RIGHT);
	assert_int_equal(guess(BAD), STORE_PIN_WRONG);
	shared->made = 0;
	assert_int_equal(reopen(opened.key, token), STORE_RECORD);
	assert_string_equal(token, "token-1");
	assert_int_equal(shared->made, 0);
	assert_int_equal(tries(), 1);
	opened.key->key[0] ^= 1;
	assert_int_equal(reopen(opened.key, token), STORE_FOREIGN);
	opened.key->key[0] ^= 1;
	assert_int_equal(keep_under(GOOD, "token-2"), OAUTH2_ERR_OK);
	assert_int_equal(reopen(opened.key, token), STORE_FOREIGN);
	assert_int_equal(bury(&pin), OAUTH2_ERR_OK);
	assert_int_equal(reopen(opened.key, token), STORE_TOMB);
	assert_int_equal(store_remove(store, &pin, NULL), OAUTH2_ERR_OK);
	assert_int_equal(reopen(opened.key, token), STORE_NONE);
	forget(&opened);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_right_pin_opens_it_and_another_does_not),
		TEST(what_can_be_no_pin_costs_nothing),
		TEST(after_five_wrong_ones_that_record_is_gone_and_no_other),
		TEST(a_right_one_starts_the_count_anew),
		TEST(what_the_refresh_brings_is_kept_under_the_same_pin),
		TEST(a_key_that_was_right_opens_it_again),
		TEST(two_of_the_same_pin_have_nothing_in_common),
		TEST(who_has_the_pin_but_not_the_hosts_key_has_nothing),
		TEST(who_has_the_hosts_key_but_not_the_pin_has_nothing),
		TEST(a_file_of_another_or_a_tombstone_is_no_record_under_a_pin),
		TEST(no_memory_for_a_pin_is_not_a_wrong_one),
	};

	return cmocka_run_group_tests(tests, build, pull_down_house);
}
