/* What a PIN becomes, before it opens or seals anything. */
#ifndef PAM_OAUTH2_LOGIN_PIN_KEY_H
#define PAM_OAUTH2_LOGIN_PIN_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/dir.h"
#include "base/err.h"
#include "codec/crypto_scrypt.h"
#include "login/host_key.h"

#define PIN_MIN	   6 /* characters */
#define PIN_MAX	   64
#define PIN_PLACES 4 /* PINs that are looked at at once, on this host */

/* Of no use on another host, nor for another record. */
struct pin_key {
	uint8_t salt[CRYPTO_SALT_SIZE];
	uint8_t key[CRYPTO_KEY_SIZE];
	char host[HOST_KEY_ID_SIZE]; /* the key that went into it */
};

/* Wipe and free. NULL is fine. */
void pin_key_free(struct pin_key *key);
AUTO_DEFINE(struct pin_key, pin_key_free)

/* PIN_MIN to PIN_MAX characters of 0x20-0x7e. */
bool pin_is_acceptable(const char *pin);

/*
 * Take one of the places: each look at a PIN takes 32 MiB and a processor.
 *
 * ret_fd   the place; file_close() it.
 *
 * Errors: TIMEOUT, UNTRUSTED, IO.
 */
enum oauth2_err pin_take_place(const struct dir *locks, int64_t deadline_ns,
    int *ret_fd, struct detail *d) MUST_CHECK;

/*
 * Make the key of an acceptable PIN, with a place taken.
 *
 * salt     NULL for a new PIN
 *
 * Errors: NOMEM, INTERNAL.
 */
enum oauth2_err pin_key_make(const struct host_key *host, const char *pin,
    const uint8_t *salt, struct pin_key **ret) MUST_CHECK;

#endif
