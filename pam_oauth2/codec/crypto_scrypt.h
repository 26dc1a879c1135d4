/* A key from what a person can remember (RFC 7914). */
#ifndef PAM_OAUTH2_CODEC_CRYPTO_SCRYPT_H
#define PAM_OAUTH2_CODEC_CRYPTO_SCRYPT_H

#include "codec/crypto_seal.h"

#define CRYPTO_SALT_SIZE 16

/*
 * scrypt with N = 2^15, r = 8, p = 3: 32 MiB, and a third of a second on the
 * slow machines of today. Callers see to it that not everybody does this at
 * once.
 *
 * Errors: NOMEM (or whatever else OpenSSL lacks). ret is zero then.
 */
enum oauth2_err crypto_scrypt(struct crypto_bytes secret,
    const uint8_t salt[CRYPTO_SALT_SIZE],
    uint8_t ret[CRYPTO_KEY_SIZE]) MUST_CHECK;

#endif
