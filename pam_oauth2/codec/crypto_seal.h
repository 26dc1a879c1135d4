/* Secrets at rest: sealed so that nobody can read, change or swap them. */
#ifndef PAM_OAUTH2_CODEC_CRYPTO_SEAL_H
#define PAM_OAUTH2_CODEC_CRYPTO_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define CRYPTO_KEY_SIZE	     32
#define CRYPTO_SEAL_OVERHEAD 28 /* IV before, tag behind */
#define CRYPTO_SEAL_MAX	     (1024 * 1024)

/* Borrowed bytes. */
struct crypto_bytes {
	const void *data;
	size_t n;
};

/*
 * Append the sealed form of plain: AES-256-GCM under a fresh random IV of 96
 * bits, so that one key is good for 2^32 of them.
 *
 * context  what it is, for whom; must be the same when it is opened. Not in
 *          the sealed form.
 *
 * Errors: LIMIT, NOMEM, INTERNAL.
 */
enum oauth2_err crypto_seal(const uint8_t key[CRYPTO_KEY_SIZE],
    struct crypto_bytes context, struct crypto_bytes plain,
    struct buf *ret) MUST_CHECK;

/*
 * Append what was sealed. ret is as before on failure.
 *
 * Errors: SEAL (another key or context, changed, cut), LIMIT, NOMEM, INTERNAL.
 */
enum oauth2_err crypto_open(const uint8_t key[CRYPTO_KEY_SIZE],
    struct crypto_bytes context, struct crypto_bytes sealed,
    struct buf *ret) MUST_CHECK;

/*
 * A key for one purpose, made of a key and of what else is needed for it:
 * HMAC-SHA256. Not HKDF: its first half makes keys of what is no key yet,
 * its second more than 32 bytes. Ours is 32 random bytes, and with those
 * unknown the result cannot be told from random, whatever more is: not even
 * one who knows the PIN can do without the key, nor the other way round.
 *
 * purpose  names the key made; no two uses share one.
 * more     such as what crypto_scrypt() made of a PIN, or no bytes.
 *
 * Errors: NOMEM, INTERNAL. ret is untouched then.
 */
enum oauth2_err crypto_derive(const uint8_t key[CRYPTO_KEY_SIZE],
    const char *purpose, struct crypto_bytes more,
    uint8_t ret[CRYPTO_KEY_SIZE]) MUST_CHECK;

#endif
