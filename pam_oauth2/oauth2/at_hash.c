#include "oauth2/at_hash.h"

#include <string.h>

#include "codec/base64url.h"

#define TEXT_MAX 43 /* the half of SHA-512 in base64url */

/* The left half of the digest that the algorithm signs with. */
enum oauth2_err
oauth2_at_hash(enum crypto_alg alg, const char *access_token, char **ret)
{
	AUTO(buf_free) struct buf text = BUF(TEXT_MAX);
	uint8_t digest[CRYPTO_SHA512_SIZE];
	size_t n = strlen(access_token), size;
	enum oauth2_err err;

	if (alg == CRYPTO_EDDSA) { /* Ed25519 is made of SHA-512 */
		err = crypto_sha512(access_token, n, digest);
		size = CRYPTO_SHA512_SIZE;
	} else {
		err = crypto_sha256(access_token, n, digest);
		size = CRYPTO_SHA256_SIZE;
	}
	if (err != OAUTH2_ERR_OK)
		return err;
	base64url_encode(&text, digest, size / 2);
	return buf_take_text(&text, ret);
}
