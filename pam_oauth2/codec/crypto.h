/* Cryptography, and the one place that uses OpenSSL. */
#ifndef PAM_OAUTH2_CODEC_CRYPTO_H
#define PAM_OAUTH2_CODEC_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define CRYPTO_SHA256_SIZE   32
#define CRYPTO_SIGNATURE_MAX 1024 /* bytes: RSA with 8192 bits */

struct crypto_key;

/* How a signature is made (RFC 7518 section 3.1). */
enum crypto_alg {
	CRYPTO_RS256,
	CRYPTO_ES256,
};

/* Errors: INTERNAL. */
enum oauth2_err crypto_sha256(
    const void *data, size_t n, uint8_t ret[CRYPTO_SHA256_SIZE]) MUST_CHECK;

/* Bytes that nobody can guess. Errors: INTERNAL; ret is zero then. */
enum oauth2_err crypto_random(void *ret, size_t n) MUST_CHECK;

/* RS256, ES256. Errors: CONFIG (any other). */
enum oauth2_err crypto_alg_parse(
    const char *name, enum crypto_alg *ret) MUST_CHECK;

/*
 * A private key from n bytes of PEM: RSA with 2048 to 8192 bits, or P-256;
 * PKCS#8 or the older forms, without a password. Asks nobody for one.
 *
 * d->text  what is wrong; nothing of the key.
 *
 * Errors: CONFIG, NOMEM, INTERNAL.
 */
enum oauth2_err crypto_key_parse(const void *pem, size_t n,
    struct crypto_key **ret, struct detail *d) MUST_CHECK;

/* Wipe and free. NULL is fine. */
void crypto_key_free(struct crypto_key *key);
AUTO_DEFINE(struct crypto_key, crypto_key_free)

/* How this key signs, as JWS names it: RS256, or ES256 for P-256. */
const char *crypto_key_alg(const struct crypto_key *key);

/*
 * Append the signature of n bytes as JWS has it: for RS256 as many bytes as
 * the key's modulus, for ES256 64 bytes, r and s (RFC 7518 section 3.4).
 *
 * Errors: INTERNAL, LIMIT, NOMEM.
 */
enum oauth2_err crypto_sign(const struct crypto_key *key, const void *data,
    size_t n, struct buf *ret) MUST_CHECK;

#endif
