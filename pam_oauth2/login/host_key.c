#include "login/host_key.h"

#include <string.h>

#include "base/dir_write.h"
#include "base/file.h"
#include "base/secret.h"
#include "codec/crypto.h"

#define TEXT_SIZE (2 * CRYPTO_KEY_SIZE + 1) /* digits and newline */

static const char digits[] = "0123456789abcdef";

/* The value of a digit, or 16. */
static uint8_t
digit_value(uint8_t c)
{
	const char *found = c == '\0' ? NULL : strchr(digits, c);

	return found != NULL ? (uint8_t)(found - digits) : 16;
}

static bool
parse(const struct buf *text, uint8_t ret[CRYPTO_KEY_SIZE])
{
	size_t n = text->len;

	if (n == TEXT_SIZE && text->data[n - 1] == '\n')
		n--;
	if (n != TEXT_SIZE - 1)
		return false;
	for (size_t i = 0; i < CRYPTO_KEY_SIZE; i++) {
		uint8_t high = digit_value(text->data[2 * i]);
		uint8_t low = digit_value(text->data[2 * i + 1]);

		if (high > 15 || low > 15)
			return false;
		ret[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static enum oauth2_err
derive(const uint8_t raw[CRYPTO_KEY_SIZE], struct host_key *ret)
{
	const struct crypto_bytes none = { "", 0 };
	uint8_t id[CRYPTO_KEY_SIZE] = { 0 };
	enum oauth2_err err;

	err = crypto_derive(raw, "pam_oauth2 seal 1", none, ret->seal);
	if (err == OAUTH2_ERR_OK)
		err = crypto_derive(raw, "pam_oauth2 pin 1", none, ret->pin);
	if (err == OAUTH2_ERR_OK)
		err = crypto_derive(raw, "pam_oauth2 key id 1", none, id);
	for (size_t i = 0; i < sizeof(ret->id) / 2; i++) {
		ret->id[2 * i] = digits[id[i] >> 4];
		ret->id[2 * i + 1] = digits[id[i] & 15];
	}
	return err;
}

static enum oauth2_err
take(const struct buf *text, const char *name, struct host_key **ret,
    struct detail *d)
{
	AUTO(host_key_free) struct host_key *key = secret_alloc(sizeof(*key));
	uint8_t raw[CRYPTO_KEY_SIZE] = { 0 };
	enum oauth2_err err = OAUTH2_ERR_SYNTAX;

	if (key == NULL)
		return OAUTH2_ERR_NOMEM;
	if (parse(text, raw))
		err = derive(raw, key);
	else
		(void)detail_fail(
		    d, err, "%s: not a key of 64 hexadecimal digits", name);
	secret_wipe(raw, sizeof(raw));
	if (err == OAUTH2_ERR_OK)
		*ret = TAKE(key);
	return err;
}

static enum oauth2_err
make_text(struct buf *ret)
{
	uint8_t raw[CRYPTO_KEY_SIZE];
	enum oauth2_err err = crypto_random(raw, sizeof(raw));

	for (size_t i = 0; i < sizeof(raw); i++) {
		buf_putc(ret, digits[raw[i] >> 4]);
		buf_putc(ret, digits[raw[i] & 15]);
	}
	buf_putc(ret, '\n');
	secret_wipe(raw, sizeof(raw));
	return err != OAUTH2_ERR_OK ? err : buf_err(ret);
}

/* EXISTS: somebody else was faster. */
static enum oauth2_err
make(const struct dir *state, struct detail *d)
{
	AUTO(dir_write_free) struct dir_write *w = NULL;
	AUTO(buf_free) struct buf text = BUF(TEXT_SIZE);
	enum oauth2_err err = make_text(&text);

	if (err == OAUTH2_ERR_OK)
		err = dir_reserve(state, HOST_KEY_FILE, text.len, &w, d);
	if (err == OAUTH2_ERR_OK)
		err = dir_commit(w, text.data, text.len, DIR_NEW, d);
	return err;
}

enum oauth2_err
host_key_load(const struct dir *state, const char *path, struct host_key **ret,
    struct detail *d)
{
	AUTO(buf_free) struct buf text = BUF(TEXT_SIZE);
	enum oauth2_err err;

	if (path != NULL) {
		err = file_read_trusted(path, FILE_TRUST_SECRET, &text, d);
		return err != OAUTH2_ERR_OK ? err : take(&text, path, ret, d);
	}
	err = dir_read(state, HOST_KEY_FILE, &text, d);
	if (err == OAUTH2_ERR_NOT_FOUND) {
		err = make(state, d);
		if (err != OAUTH2_ERR_OK && err != OAUTH2_ERR_EXISTS)
			return err;
		/* What the disk has is the key, whoever wrote it. */
		err = dir_read(state, HOST_KEY_FILE, &text, d);
	}
	return err != OAUTH2_ERR_OK ? err : take(&text, HOST_KEY_FILE, ret, d);
}

enum oauth2_err
host_key_load_old(
    const struct dir *state, struct host_key **ret, struct detail *d)
{
	AUTO(buf_free) struct buf text = BUF(TEXT_SIZE);
	enum oauth2_err err = dir_read(state, HOST_KEY_OLD_FILE, &text, d);

	return err != OAUTH2_ERR_OK ? err
				    : take(&text, HOST_KEY_OLD_FILE, ret, d);
}

enum oauth2_err
host_key_change(const struct dir *state, struct detail *d)
{
	AUTO(buf_free) struct buf present = BUF(TEXT_SIZE);
	AUTO(buf_free) struct buf next = BUF(TEXT_SIZE);
	enum oauth2_err err = make_text(&next);

	if (err == OAUTH2_ERR_OK)
		err = dir_read(state, HOST_KEY_FILE, &present, d);
	if (err == OAUTH2_ERR_OK)
		err = dir_replace(state, HOST_KEY_OLD_FILE, &present, d);
	if (err == OAUTH2_ERR_OK)
		err = dir_replace(state, HOST_KEY_FILE, &next, d);
	return err;
}

enum oauth2_err
host_key_drop_old(const struct dir *state, struct detail *d)
{
	return dir_remove(state, HOST_KEY_OLD_FILE, d);
}

void
host_key_free(struct host_key *key)
{
	secret_free(key);
}
