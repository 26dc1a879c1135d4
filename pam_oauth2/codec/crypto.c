#include "codec/crypto.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <string.h>

#include "base/secret.h"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192
#define P256_SIZE    32

struct crypto_key {
	EVP_PKEY *pkey;
	enum crypto_alg alg;
};

AUTO_DEFINE(BIO, BIO_free_all)
AUTO_DEFINE(EVP_MD_CTX, EVP_MD_CTX_free)
AUTO_DEFINE(ECDSA_SIG, ECDSA_SIG_free)

static const struct {
	const char *name;
	enum crypto_alg alg;
} algs[] = {
	{ "RS256", CRYPTO_RS256 },
	{ "PS256", CRYPTO_PS256 },
	{ "ES256", CRYPTO_ES256 },
	{ "EdDSA", CRYPTO_EDDSA },
};

/* OpenSSL's queue of errors says too much and belongs to the thread. */
static enum oauth2_err
failed(void)
{
	ERR_clear_error();
	return OAUTH2_ERR_INTERNAL;
}

enum oauth2_err
crypto_begin(void)
{
	if (OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG |
				    OPENSSL_INIT_ADD_ALL_CIPHERS |
				    OPENSSL_INIT_ADD_ALL_DIGESTS,
		NULL) != 1)
		return failed();
	return OAUTH2_ERR_OK;
}

enum oauth2_err
crypto_sha256(const void *data, size_t n, uint8_t ret[CRYPTO_SHA256_SIZE])
{
	if (EVP_Digest(data, n, ret, NULL, EVP_sha256(), NULL) != 1)
		return failed();
	return OAUTH2_ERR_OK;
}

enum oauth2_err
crypto_sha512(const void *data, size_t n, uint8_t ret[CRYPTO_SHA512_SIZE])
{
	if (EVP_Digest(data, n, ret, NULL, EVP_sha512(), NULL) != 1)
		return failed();
	return OAUTH2_ERR_OK;
}

enum oauth2_err
crypto_random(void *ret, size_t n)
{
	if (n <= INT_MAX && RAND_priv_bytes(ret, (int)n) == 1)
		return OAUTH2_ERR_OK;
	memset(ret, 0, n);
	return failed();
}

enum oauth2_err
crypto_alg_parse(const char *name, enum crypto_alg *ret)
{
	for (size_t i = 0; i < sizeof(algs) / sizeof(*algs); i++) {
		if (strcmp(algs[i].name, name) == 0) {
			*ret = algs[i].alg;
			return OAUTH2_ERR_OK;
		}
	}
	return OAUTH2_ERR_CONFIG;
}

/* Without this OpenSSL asks on the terminal. */
static int
no_password(char *text, int size, int is_writing, void *arg)
{
	(void)text, (void)size, (void)is_writing, (void)arg;
	return -1;
}

/* The key's type settles the algorithm. */
static enum oauth2_err
check_key(struct crypto_key *key, struct detail *d)
{
	int type = EVP_PKEY_get_base_id(key->pkey);
	int bits = EVP_PKEY_get_bits(key->pkey);
	char group[32] = "";

	if (type == EVP_PKEY_RSA) {
		key->alg = CRYPTO_RS256;
		if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)
			return detail_fail(d, OAUTH2_ERR_CONFIG,
			    "the private key has not 2048 to 8192 bits");
		return OAUTH2_ERR_OK;
	}
	if (type != EVP_PKEY_EC)
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "the private key is neither RSA nor P-256");
	key->alg = CRYPTO_ES256;
	if (EVP_PKEY_get_group_name(key->pkey, group, sizeof(group), NULL) !=
		1 ||
	    strcmp(group, "prime256v1") != 0)
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "the private key is on another curve than P-256");
	return OAUTH2_ERR_OK;
}

enum oauth2_err
crypto_key_parse(
    const void *pem, size_t n, struct crypto_key **ret, struct detail *d)
{
	AUTO(crypto_key_free)
	struct crypto_key *key = secret_alloc(sizeof(*key));
	AUTO(BIO_free_all) BIO *bio = NULL;
	enum oauth2_err err;

	if (key == NULL)
		return OAUTH2_ERR_NOMEM;
	if (n > INT_MAX)
		return detail_fail(
		    d, OAUTH2_ERR_CONFIG, "the private key is too long");
	bio = BIO_new_mem_buf(pem, (int)n);
	if (bio == NULL)
		return failed();
	key->pkey = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	ERR_clear_error();
	if (key->pkey == NULL)
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "not a private key in PEM without a password");
	err = check_key(key, d);
	if (err == OAUTH2_ERR_OK)
		*ret = TAKE(key);
	return err;
}

void
crypto_key_free(struct crypto_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	secret_free(key);
}

const char *
crypto_key_alg(const struct crypto_key *key)
{
	return key->alg == CRYPTO_ES256 ? "ES256" : "RS256";
}

/* r and s with their leading zeroes, where OpenSSL gives DER. */
static enum oauth2_err
put_raw(const uint8_t *der, size_t n, struct buf *ret)
{
	AUTO(ECDSA_SIG_free)
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)n);
	uint8_t raw[2 * P256_SIZE];

	if (sig == NULL ||
	    BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, P256_SIZE) < 0 ||
	    BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + P256_SIZE, P256_SIZE) < 0)
		return failed();
	buf_put(ret, raw, sizeof(raw));
	return buf_err(ret);
}

/* SHA-256 for both; for RSA the padding is PKCS#1 v1.5 unless set. */
enum oauth2_err
crypto_sign(
    const struct crypto_key *key, const void *data, size_t n, struct buf *ret)
{
	AUTO(EVP_MD_CTX_free) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[CRYPTO_SIGNATURE_MAX];
	size_t size = sizeof(signature);

	if (ctx == NULL)
		return OAUTH2_ERR_NOMEM;
	if (EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key->pkey) != 1 ||
	    EVP_DigestSign(ctx, signature, &size, data, n) != 1)
		return failed();
	if (key->alg == CRYPTO_ES256)
		return put_raw(signature, size, ret);
	buf_put(ret, signature, size);
	return buf_err(ret);
}
