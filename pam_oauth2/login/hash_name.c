#include "login/hash_name.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "codec/crypto.h"

#define INPUT_MAX 8192

enum oauth2_err
hash_name(
    const struct hash_name *what, const char *suffix, char *ret, size_t size)
{
	AUTO(buf_free) struct buf input = BUF(INPUT_MAX);
	uint8_t digest[CRYPTO_SHA256_SIZE];
	enum oauth2_err err;

	buf_put(&input, what->purpose, strlen(what->purpose) + 1);
	buf_put(&input, what->issuer, strlen(what->issuer) + 1);
	buf_put(&input, what->who, strlen(what->who) + 1);
	err = buf_err(&input);
	if (err == OAUTH2_ERR_OK)
		err = crypto_sha256(input.data, input.len, digest);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (HASH_NAME_MAX + strlen(suffix) >= size)
		return OAUTH2_ERR_LIMIT;
	for (size_t i = 0; i < sizeof(digest); i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", digest[i]);
	memcpy(ret + HASH_NAME_MAX, suffix, strlen(suffix) + 1);
	return OAUTH2_ERR_OK;
}
