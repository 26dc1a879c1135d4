/*
 * The key of this host, under which it keeps what others must not read. Made
 * at first use, never when the package is installed: images are cloned.
 */
#ifndef PAM_OAUTH2_LOGIN_HOST_KEY_H
#define PAM_OAUTH2_LOGIN_HOST_KEY_H

#include <stdint.h>

#include "base/dir.h"
#include "base/err.h"
#include "codec/crypto_seal.h"

#define HOST_KEY_FILE	  "host.key"
#define HOST_KEY_OLD_FILE "host.key.old"
#define HOST_KEY_ID_SIZE  17 /* digits and NUL */

/* What the key's bytes are for; the bytes themselves are not kept. */
struct host_key {
	uint8_t seal[CRYPTO_KEY_SIZE]; /* seals */
	uint8_t pin[CRYPTO_KEY_SIZE];  /* goes into the key of a PIN */
	char id[HOST_KEY_ID_SIZE];     /* tells keys apart; no secret */
};

/*
 * Read the key: 64 hexadecimal digits in a file.
 *
 * state    PATH_STATE's directory: HOST_KEY_FILE in it is the key, made where
 *          it is missing. Who makes it at the same time gets the same key.
 * path     NULL, or another file, for root's eyes only, that is never made or
 *          written: such as a systemd credential.
 *
 * Errors: NOT_FOUND (path), SYNTAX, UNTRUSTED, LIMIT, IO, NOMEM, INTERNAL.
 * What is there and is no key is never replaced.
 */
enum oauth2_err host_key_load(const struct dir *state, const char *path,
    struct host_key **ret, struct detail *d) MUST_CHECK;

/*
 * Read the key before, which is there while what is kept is sealed anew.
 *
 * Errors: NOT_FOUND, and as above.
 */
enum oauth2_err host_key_load_old(const struct dir *state,
    struct host_key **ret, struct detail *d) MUST_CHECK;

/*
 * Make a new key, and the present one the old. Whoever is killed when, the
 * present key is in one of the two files. Errors: as dir_read(), dir_commit().
 */
enum oauth2_err host_key_change(
    const struct dir *state, struct detail *d) MUST_CHECK;

/* Remove the key before. Errors: NOT_FOUND, IO. */
enum oauth2_err host_key_drop_old(
    const struct dir *state, struct detail *d) MUST_CHECK;

/* Wipe and free. NULL is fine. */
void host_key_free(struct host_key *key);
AUTO_DEFINE(struct host_key, host_key_free)

#endif
