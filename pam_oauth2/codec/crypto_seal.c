#include "codec/crypto_seal.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/secret.h"
#include "codec/crypto.h"

#define IV_SIZE	   12
#define TAG_SIZE   16
#define DERIVE_MAX 1024

/* The first error sticks. */
#define DO(call) (ok = ok && (call) == 1)

/* Frees the key schedule, wiped. */
AUTO_DEFINE(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)

/* OpenSSL's queue of errors belongs to the thread. */
static enum oauth2_err
failed(enum oauth2_err err)
{
	ERR_clear_error();
	return err;
}

static bool
encrypt(const uint8_t *key, struct crypto_bytes context,
    struct crypto_bytes plain, uint8_t *ret)
{
	AUTO(EVP_CIPHER_CTX_free) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t *text = ret + IV_SIZE, *tag = text + plain.n;
	bool ok = ctx != NULL;
	int n;

	DO(EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, ret));
	DO(EVP_EncryptUpdate(ctx, NULL, &n, context.data, (int)context.n));
	DO(EVP_EncryptUpdate(ctx, text, &n, plain.data, (int)plain.n));
	DO(EVP_EncryptFinal_ex(ctx, text + n, &n));
	DO(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, tag));
	return ok;
}

/* True where the tag is right; what is in ret otherwise must not be used. */
static bool
decrypt(const uint8_t *key, struct crypto_bytes context,
    struct crypto_bytes sealed, uint8_t *ret)
{
	AUTO(EVP_CIPHER_CTX_free) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	const uint8_t *iv = sealed.data, *text = iv + IV_SIZE;
	const size_t text_n = sealed.n - CRYPTO_SEAL_OVERHEAD;
	uint8_t tag[TAG_SIZE];
	bool ok = ctx != NULL;
	int n;

	memcpy(tag, text + text_n, TAG_SIZE);
	DO(EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, iv));
	DO(EVP_DecryptUpdate(ctx, NULL, &n, context.data, (int)context.n));
	DO(EVP_DecryptUpdate(ctx, ret, &n, text, (int)text_n));
	DO(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, tag));
	DO(EVP_DecryptFinal_ex(ctx, ret + n, &n));
	return ok;
}

enum oauth2_err
crypto_seal(const uint8_t key[CRYPTO_KEY_SIZE], struct crypto_bytes context,
    struct crypto_bytes plain, struct buf *ret)
{
	AUTO(secret_text_free) char *sealed = NULL;
	enum oauth2_err err;

	if (plain.n > CRYPTO_SEAL_MAX || context.n > CRYPTO_SEAL_MAX)
		return OAUTH2_ERR_LIMIT;
	sealed = secret_alloc(plain.n + CRYPTO_SEAL_OVERHEAD);
	if (sealed == NULL)
		return OAUTH2_ERR_NOMEM;
	err = crypto_random(sealed, IV_SIZE);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (!encrypt(key, context, plain, (uint8_t *)sealed))
		return failed(OAUTH2_ERR_INTERNAL);
	buf_put(ret, sealed, plain.n + CRYPTO_SEAL_OVERHEAD);
	return buf_err(ret);
}

enum oauth2_err
crypto_open(const uint8_t key[CRYPTO_KEY_SIZE], struct crypto_bytes context,
    struct crypto_bytes sealed, struct buf *ret)
{
	AUTO(secret_text_free) char *plain = NULL;
	size_t n = sealed.n - CRYPTO_SEAL_OVERHEAD;

	if (sealed.n < CRYPTO_SEAL_OVERHEAD)
		return OAUTH2_ERR_SEAL;
	if (n > CRYPTO_SEAL_MAX || context.n > CRYPTO_SEAL_MAX)
		return OAUTH2_ERR_LIMIT;
	plain = secret_alloc(n + 1);
	if (plain == NULL)
		return OAUTH2_ERR_NOMEM;
	if (!decrypt(key, context, sealed, (uint8_t *)plain))
		return failed(OAUTH2_ERR_SEAL);
	buf_put(ret, plain, n);
	return buf_err(ret);
}

enum oauth2_err
crypto_derive(const uint8_t key[CRYPTO_KEY_SIZE], const char *purpose,
    struct crypto_bytes more, uint8_t ret[CRYPTO_KEY_SIZE])
{
	AUTO(buf_free) struct buf input = BUF(DERIVE_MAX);
	uint8_t made[CRYPTO_KEY_SIZE];
	enum oauth2_err err;

	buf_put(&input, purpose, strlen(purpose) + 1);
	buf_put(&input, more.data, more.n);
	err = buf_err(&input);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (HMAC(EVP_sha256(), key, CRYPTO_KEY_SIZE, input.data, input.len,
		made, NULL) == NULL)
		return failed(OAUTH2_ERR_INTERNAL);
	memcpy(ret, made, sizeof(made));
	secret_wipe(made, sizeof(made));
	return OAUTH2_ERR_OK;
}
