#include "login/store_pin.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "login/store_file.h"

/* The content of a file: tries, salt, and the record sealed under a PIN. */
#define TRIES_AT  0
#define SALT_AT	  1
#define SEALED_AT (SALT_AT + CRYPTO_SALT_SIZE)

static struct sealed_context
inner_context(const struct store *store, const struct buf *line)
{
	return (struct sealed_context){ "pin", line->data, line->len,
		store->machine };
}

enum oauth2_err
store_pin_write(const struct store *store, const struct store_content *content,
    const struct buf *line, struct buf *ret)
{
	AUTO(buf_free) struct buf text = BUF(RECORD_MAX);
	const struct sealed_context context = inner_context(store, line);
	enum oauth2_err err;

	if (strcmp(content->pin->host, store->key->id) != 0)
		return OAUTH2_ERR_SEAL;
	err = record_write(content->record, &text);
	if (err != OAUTH2_ERR_OK)
		return err;
	buf_putc(ret, 0);
	buf_put(ret, content->pin->salt, CRYPTO_SALT_SIZE);
	return sealed_close(content->pin->key, &context,
	    (struct crypto_bytes){ text.data, text.len }, ret);
}

enum oauth2_err
store_pin_make(const struct store *store, const char *pin, int64_t deadline_ns,
    struct pin_key **ret, struct detail *d)
{
	AUTO(file_close) int place = -1;
	enum oauth2_err err;

	if (!pin_is_acceptable(pin))
		return OAUTH2_ERR_SYNTAX;
	err = pin_take_place(store->locks, deadline_ns, &place, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	return pin_key_make(store->key, pin, NULL, ret);
}

/* One PIN on its way. It is denied until look() says otherwise. */
struct attempt {
	const struct store *store;
	const struct store_ref *ref;
	const struct store_pin_guess *guess;
	enum store_pin_verdict verdict;
	struct store_file file; /* as it was when the try was counted */
	struct detail *d;
};

/* Read the file, under the lock. False: verdict says what there is. */
static bool
read_file(struct attempt *a, struct store_file *ret)
{
	switch (store_file_read(a->store, a->ref, ret, a->d)) {
	case STORE_SEALED:
		if (ret->content.len > SEALED_AT)
			return true;
		(void)detail_fail(
		    a->d, OAUTH2_ERR_SYNTAX, "a record that is cut short");
		a->verdict = STORE_PIN_FAILED;
		return false;
	case STORE_BROKEN:
		a->verdict = STORE_PIN_FAILED;
		return false;
	default:
		a->verdict = STORE_PIN_NONE;
		return false;
	}
}

/* Put a file back with another count, and nothing else changed. */
static enum oauth2_err
write_tries(const struct attempt *a, struct store_file *file, unsigned tries)
{
	AUTO(buf_free) struct buf raw = BUF(SEALED_FILE_MAX);
	char name[STORE_FILE_NAME_SIZE];
	enum oauth2_err err;

	file->content.data[TRIES_AT] = (uint8_t)tries;
	err = store_file_name(a->ref, name);
	if (err == OAUTH2_ERR_OK)
		err = store_file_seal(
		    a->store, &file->key, &file->line, &file->content, &raw);
	if (err == OAUTH2_ERR_OK)
		err = dir_replace(a->store->tokens, name, &raw, a->d);
	return err;
}

/* There have been too many: the record goes. */
static void
lock_out(struct attempt *a)
{
	enum oauth2_err err = store_remove(a->store, a->ref, a->d);

	a->verdict = err == OAUTH2_ERR_OK || err == OAUTH2_ERR_NOT_FOUND
			 ? STORE_PIN_LOCKED
			 : STORE_PIN_FAILED;
}

/* True: this try is counted, the count is on the disk, it may be made. */
static bool
count_try(struct attempt *a)
{
	AUTO(file_close) int lock = -1;
	unsigned tries;

	if (store_lock(a->store, a->ref, a->guess->deadline_ns, &lock, a->d) !=
		OAUTH2_ERR_OK ||
	    !read_file(a, &a->file))
		return false;
	tries = a->file.content.data[TRIES_AT];
	if (tries < STORE_PIN_TRIES)
		return write_tries(a, &a->file, tries + 1) == OAUTH2_ERR_OK;
	lock_out(a);
	return false;
}

static enum oauth2_err
open_record(const struct store *store, const struct store_file *file,
    const struct pin_key *key, struct record **ret, struct detail *d)
{
	AUTO(buf_free) struct buf text = BUF(RECORD_MAX);
	const struct sealed_context context = inner_context(store, &file->line);
	const struct crypto_bytes sealed = { file->content.data + SEALED_AT,
		file->content.len - SEALED_AT };
	enum oauth2_err err;

	err = sealed_open(key->key, &context, sealed, &text);
	return err != OAUTH2_ERR_OK ? err : record_read(&text, ret, d);
}

static enum store_state
reopen(const struct store *store, const struct store_file *file,
    const struct pin_key *key, struct store_found *ret, struct detail *d)
{
	enum oauth2_err err;

	if (file->content.len <= SEALED_AT) {
		(void)detail_fail(
		    d, OAUTH2_ERR_SYNTAX, "a record that is cut short");
		return STORE_BROKEN;
	}
	err = open_record(store, file, key, &ret->record, d);
	if (err == OAUTH2_ERR_OK)
		return STORE_RECORD;
	if (err != OAUTH2_ERR_SEAL)
		return STORE_BROKEN;
	(void)detail_fail(d, err, "another PIN was chosen meanwhile");
	return STORE_FOREIGN;
}

enum store_state
store_pin_read(const struct store *store, const struct store_ref *ref,
    const struct pin_key *key, struct store_found *ret, struct detail *d)
{
	AUTO(store_file_free) struct store_file file = STORE_FILE;
	enum store_state state = store_file_read(store, ref, &file, d);

	if (state == STORE_SEALED)
		return reopen(store, &file, key, ret, d);
	return state == STORE_TOMB ? store_read(store, ref, ret, d) : state;
}

/* The try is counted: make it. */
static void
look(struct attempt *a, struct store_pin_opened *ret)
{
	AUTO(pin_key_free) struct pin_key *key = NULL;
	enum oauth2_err err;

	err = pin_key_make(
	    &a->file.key, a->guess->pin, a->file.content.data + SALT_AT, &key);
	if (err == OAUTH2_ERR_OK)
		err = open_record(a->store, &a->file, key, &ret->record, a->d);
	if (err == OAUTH2_ERR_SEAL) {
		a->verdict = STORE_PIN_WRONG;
		return;
	}
	if (err != OAUTH2_ERR_OK) {
		(void)detail_fail(a->d, err, "PIN: %s", err_text(err));
		return;
	}
	ret->key = TAKE(key);
	a->verdict = STORE_PIN_RIGHT;
}

/* A file is the one that was looked at, whatever it has counted since. */
static bool
is_as_seen(const struct attempt *a, const struct store_file *file)
{
	const struct buf *seen = &a->file.content, *now = &file->content;

	return now->len == seen->len &&
	       memcmp(now->data + SALT_AT, seen->data + SALT_AT,
		   now->len - SALT_AT) == 0;
}

/*
 * After the last wrong PIN the record goes, after a right one the count
 * starts anew. Where that cannot be done now, a wrong one is met by the next
 * try, and a right one has lost a try. Not where somebody has signed in
 * meanwhile: that is another record.
 */
static void
settle(struct attempt *a)
{
	AUTO(store_file_free) struct store_file file = STORE_FILE;
	AUTO(file_close) int lock = -1;
	struct attempt now = { a->store, a->ref, a->guess, .d = NULL };
	int64_t wait =
	    clock_monotonic_ns() + STORE_LOCK_WAIT_S * CLOCK_NS_PER_S;

	if (store_lock(a->store, a->ref, wait, &lock, NULL) != OAUTH2_ERR_OK ||
	    !read_file(&now, &file) || !is_as_seen(a, &file))
		return;
	if (a->verdict == STORE_PIN_WRONG &&
	    file.content.data[TRIES_AT] >= STORE_PIN_TRIES)
		lock_out(a);
	if (a->verdict == STORE_PIN_RIGHT &&
	    write_tries(&now, &file, 0) != OAUTH2_ERR_OK)
		return;
}

enum store_pin_verdict
store_pin_try(const struct store *store, const struct store_ref *ref,
    const struct store_pin_guess *guess, struct store_pin_opened *ret,
    struct detail *d)
{
	struct attempt a = { store, ref, guess, STORE_PIN_FAILED, STORE_FILE,
		d };
	AUTO(file_close) int place = -1;

	if (!pin_is_acceptable(guess->pin))
		return STORE_PIN_WRONG;
	/* The place first: who has to wait for one has not lost a try. */
	if (pin_take_place(store->locks, guess->deadline_ns, &place, d) !=
	    OAUTH2_ERR_OK)
		return STORE_PIN_FAILED;
	if (count_try(&a)) {
		look(&a, ret);
		settle(&a);
	}
	store_file_free(&a.file);
	return a.verdict;
}
