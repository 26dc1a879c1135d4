#include "login/pin_key.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/text.h"
#include "codec/crypto.h"

#define WAIT_NS (20 * CLOCK_NS_PER_MS)

void
pin_key_free(struct pin_key *key)
{
	secret_free(key);
}

bool
pin_is_acceptable(const char *pin)
{
	size_t n = strlen(pin);

	return n >= PIN_MIN && n <= PIN_MAX && text_is_printable_ascii(pin);
}

enum oauth2_err
pin_take_place(
    const struct dir *locks, int64_t deadline_ns, int *ret_fd, struct detail *d)
{
	enum oauth2_err err = OAUTH2_ERR_TIMEOUT;
	char name[32];

	for (;;) {
		for (int i = 0; i < PIN_PLACES; i++) {
			(void)snprintf(name, sizeof(name), "scrypt.%d", i);
			err = dir_lock(locks, name, 0, ret_fd, d);
			if (err != OAUTH2_ERR_TIMEOUT)
				return err;
		}
		if (clock_ms_until(deadline_ns) == 0)
			return err;
		clock_sleep_until(clock_monotonic_ns() + WAIT_NS);
	}
}

/* Slow in what the PIN does, keyed with what only this host has. */
static enum oauth2_err
stretch(const struct host_key *host, const char *pin, struct pin_key *key)
{
	uint8_t slow[CRYPTO_KEY_SIZE] = { 0 };
	enum oauth2_err err;

	err = crypto_scrypt(
	    (struct crypto_bytes){ pin, strlen(pin) }, key->salt, slow);
	if (err == OAUTH2_ERR_OK)
		err = crypto_derive(host->pin, "pam_oauth2 pin record 1",
		    (struct crypto_bytes){ slow, sizeof(slow) }, key->key);
	secret_wipe(slow, sizeof(slow));
	return err;
}

enum oauth2_err
pin_key_make(const struct host_key *host, const char *pin, const uint8_t *salt,
    struct pin_key **ret)
{
	AUTO(pin_key_free) struct pin_key *key = secret_alloc(sizeof(*key));
	enum oauth2_err err = OAUTH2_ERR_OK;

	if (key == NULL)
		return OAUTH2_ERR_NOMEM;
	if (salt != NULL)
		memcpy(key->salt, salt, sizeof(key->salt));
	else
		err = crypto_random(key->salt, sizeof(key->salt));
	if (err == OAUTH2_ERR_OK)
		err = stretch(host, pin, key);
	memcpy(key->host, host->id, sizeof(key->host));
	if (err == OAUTH2_ERR_OK)
		*ret = TAKE(key);
	return err;
}
