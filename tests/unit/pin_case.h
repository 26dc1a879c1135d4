/*
 * A store with a record under a PIN. The slow part is a stand-in, which counts
 * who comes by.
 */
#ifndef PAM_OAUTH2_TESTS_PIN_CASE_H
#define PAM_OAUTH2_TESTS_PIN_CASE_H

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
static inline unsigned
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

static inline int64_t
in_ms(int64_t ms)
{
	return clock_monotonic_ns() + ms * CLOCK_NS_PER_MS;
}

static inline enum oauth2_err
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

static inline void
forget(struct store_pin_opened *opened)
{
	record_free(TAKE(opened->record));
	pin_key_free(TAKE(opened->key));
}

/* Try a PIN; the token, where it was right, in 64 bytes. */
static inline enum store_pin_verdict
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

static inline enum store_pin_verdict
guess(const char *secret)
{
	char token[64];

	return guess_token(secret, token);
}

static inline int
build(void **state)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return shared == MAP_FAILED || build_house(state) != 0;
}

static inline int
tidy(void **state)
{
	memset(shared, 0, sizeof(*shared));
	fault = (struct fault){ 0 };
	return empty_house(state);
}

#define TEST(name) cmocka_unit_test_teardown(name, tidy)

#endif
