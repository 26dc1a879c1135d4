/* Cryptography: the files crypto*.c are the one place that uses OpenSSL. */
#ifndef PAM_OAUTH2_CODEC_CRYPTO_H
#define PAM_OAUTH2_CODEC_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define CRYPTO_SHA256_SIZE   32
#define CRYPTO_SHA512_SIZE   64
#define CRYPTO_SIGNATURE_MAX 1024 /* bytes: RSA with 8192 bits */

struct crypto_key;    /* private: signs */
struct crypto_public; /* public: verifies */

/* How a signature is made (RFC 7518 section 3.1, RFC 8037 section 3.1). */
enum crypto_alg {
	CRYPTO_RS256,
	CRYPTO_PS256,
	CRYPTO_ES256,
	CRYPTO_EDDSA, /* Ed25519 alone */
};

/*
 * Make the library ready, as it would by itself at first use. Before a fork:
 * the children then need not, each of them. No random state is made, and what
 * is made later is renewed after a fork (EVP_RAND(7)).
 *
 * Errors: INTERNAL.
 */
enum oauth2_err crypto_begin(void) MUST_CHECK;

/* Errors: INTERNAL. */
enum oauth2_err crypto_sha256(
    const void *data, size_t n, uint8_t ret[CRYPTO_SHA256_SIZE]) MUST_CHECK;
enum oauth2_err crypto_sha512(
    const void *data, size_t n, uint8_t ret[CRYPTO_SHA512_SIZE]) MUST_CHECK;

/* Bytes that nobody can guess. Errors: INTERNAL; ret is zero then. */
enum oauth2_err crypto_random(void *ret, size_t n) MUST_CHECK;

/* RS256, PS256, ES256, EdDSA. Errors: CONFIG (any other). */
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

/*
 * A public key from the bytes of its parts, big-endian, without leading
 * zeroes in n and e (RFC 7518 section 6.3.1).
 *
 * rsa      2048 to 8192 bits and e = 65537.
 * p256     x and y of 32 bytes each, a point on the curve.
 * ed25519  32 bytes.
 *
 * Errors: SYNTAX (any other), NOMEM.
 */
enum oauth2_err crypto_public_rsa(const struct buf *n, const struct buf *e,
    struct crypto_public **ret) MUST_CHECK;
enum oauth2_err crypto_public_p256(const struct buf *x, const struct buf *y,
    struct crypto_public **ret) MUST_CHECK;
enum oauth2_err crypto_public_ed25519(
    const struct buf *x, struct crypto_public **ret) MUST_CHECK;

/* NULL is fine. */
void crypto_public_free(struct crypto_public *key);
AUTO_DEFINE(struct crypto_public, crypto_public_free)

/* Whether a key is of the family that an algorithm needs. */
bool crypto_public_fits(const struct crypto_public *key, enum crypto_alg alg);

/*
 * Check the signature of n bytes: it is as long as the modulus (RS256, PS256)
 * or 64 bytes; PS256 with MGF1 of SHA-256 and a salt of 32 bytes (RFC 7518
 * section 3.5).
 *
 * Errors: SIGNATURE (of someone else, over something else, of another form,
 * or the key does not fit), NOMEM, INTERNAL.
 */
enum oauth2_err crypto_verify(const struct crypto_public *key,
    enum crypto_alg alg, const void *data, size_t n,
    const struct buf *signature) MUST_CHECK;

#endif
