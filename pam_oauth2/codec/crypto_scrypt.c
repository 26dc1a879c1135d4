#include "codec/crypto_scrypt.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#define N      (UINT64_C(1) << 15)
#define R      8
#define P      3
#define MEMORY (UINT64_C(48) * 1024 * 1024) /* 128 * N * R, and a little */

enum oauth2_err
crypto_scrypt(struct crypto_bytes secret, const uint8_t salt[CRYPTO_SALT_SIZE],
    uint8_t ret[CRYPTO_KEY_SIZE])
{
	if (EVP_PBE_scrypt(secret.data, secret.n, salt, CRYPTO_SALT_SIZE, N, R,
		P, MEMORY, ret, CRYPTO_KEY_SIZE) == 1)
		return OAUTH2_ERR_OK;
	ERR_clear_error();
	memset(ret, 0, CRYPTO_KEY_SIZE);
	return OAUTH2_ERR_NOMEM;
}
