#include "codec/crypto.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <string.h>

#include "base/secret.h"

#define RSA_BITS_MIN   2048
#define RSA_BITS_MAX   8192
#define POINT_SIZE     32 /* bytes of a coordinate of P-256 */
#define ED25519_SIZE   32
#define SIGNATURE_SIZE 64 /* of ES256 and EdDSA */
#define DER_MAX	       72 /* r and s of P-256 in DER, as long as can be */
#define SALT_SIZE      32

struct crypto_public {
	EVP_PKEY *pkey;
};

AUTO_DEFINE(BIGNUM, BN_free)
AUTO_DEFINE(ECDSA_SIG, ECDSA_SIG_free)
AUTO_DEFINE(EVP_MD_CTX, EVP_MD_CTX_free)
AUTO_DEFINE(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
AUTO_DEFINE(OSSL_PARAM, OSSL_PARAM_free)
AUTO_DEFINE(OSSL_PARAM_BLD, OSSL_PARAM_BLD_free)

/* OpenSSL's queue of errors says too much and belongs to the thread. */
static enum oauth2_err
failed(enum oauth2_err err)
{
	ERR_clear_error();
	return err;
}

static enum oauth2_err
wrap(EVP_PKEY *pkey, struct crypto_public **ret)
{
	struct crypto_public *key;

	if (pkey == NULL)
		return failed(OAUTH2_ERR_SYNTAX);
	key = secret_alloc(sizeof(*key));
	if (key == NULL) {
		EVP_PKEY_free(pkey);
		return OAUTH2_ERR_NOMEM;
	}
	key->pkey = pkey;
	*ret = key;
	return OAUTH2_ERR_OK;
}

/* A key of the parts in bld; OpenSSL looks whether a point is on its curve. */
static enum oauth2_err
build(const char *type, OSSL_PARAM_BLD *bld, struct crypto_public **ret)
{
	AUTO(OSSL_PARAM_free) OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	AUTO(EVP_PKEY_CTX_free)
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1)
		return failed(OAUTH2_ERR_NOMEM);
	if (EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		return failed(OAUTH2_ERR_SYNTAX);
	return wrap(pkey, ret);
}

static bool
is_65537(const struct buf *e)
{
	static const uint8_t f4[] = { 1, 0, 1 };

	return e->len == sizeof(f4) && memcmp(e->data, f4, sizeof(f4)) == 0;
}

enum oauth2_err
crypto_public_rsa(
    const struct buf *n, const struct buf *e, struct crypto_public **ret)
{
	AUTO(BN_free) BIGNUM *modulus = NULL;
	AUTO(BN_free) BIGNUM *exponent = NULL;
	AUTO(OSSL_PARAM_BLD_free) OSSL_PARAM_BLD *bld = NULL;

	if (!is_65537(e) || n->len < RSA_BITS_MIN / 8 ||
	    n->len > RSA_BITS_MAX / 8 || n->data[0] == 0)
		return OAUTH2_ERR_SYNTAX;
	modulus = BN_bin2bn(n->data, (int)n->len, NULL);
	exponent = BN_bin2bn(e->data, (int)e->len, NULL);
	bld = OSSL_PARAM_BLD_new();
	if (modulus == NULL || exponent == NULL || bld == NULL)
		return failed(OAUTH2_ERR_NOMEM);
	if (BN_num_bits(modulus) < RSA_BITS_MIN)
		return OAUTH2_ERR_SYNTAX;
	if (OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, modulus) != 1 ||
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, exponent) != 1)
		return failed(OAUTH2_ERR_NOMEM);
	return build("RSA", bld, ret);
}

enum oauth2_err
crypto_public_p256(
    const struct buf *x, const struct buf *y, struct crypto_public **ret)
{
	uint8_t point[1 + 2 * POINT_SIZE] = { POINT_CONVERSION_UNCOMPRESSED };
	AUTO(OSSL_PARAM_BLD_free) OSSL_PARAM_BLD *bld = NULL;

	if (x->len != POINT_SIZE || y->len != POINT_SIZE)
		return OAUTH2_ERR_SYNTAX;
	memcpy(point + 1, x->data, POINT_SIZE);
	memcpy(point + 1 + POINT_SIZE, y->data, POINT_SIZE);
	bld = OSSL_PARAM_BLD_new();
	if (bld == NULL ||
	    OSSL_PARAM_BLD_push_utf8_string(
		bld, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
	    OSSL_PARAM_BLD_push_octet_string(
		bld, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)) != 1)
		return failed(OAUTH2_ERR_NOMEM);
	return build("EC", bld, ret);
}

enum oauth2_err
crypto_public_ed25519(const struct buf *x, struct crypto_public **ret)
{
	if (x->len != ED25519_SIZE)
		return OAUTH2_ERR_SYNTAX;
	return wrap(EVP_PKEY_new_raw_public_key(
			EVP_PKEY_ED25519, NULL, x->data, x->len),
	    ret);
}

void
crypto_public_free(struct crypto_public *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	secret_free(key);
}

bool
crypto_public_fits(const struct crypto_public *key, enum crypto_alg alg)
{
	int type = EVP_PKEY_get_base_id(key->pkey);

	switch (alg) {
	case CRYPTO_RS256:
	case CRYPTO_PS256:
		return type == EVP_PKEY_RSA;
	case CRYPTO_ES256:
		return type == EVP_PKEY_EC;
	case CRYPTO_EDDSA:
		return type == EVP_PKEY_ED25519;
	}
	return false;
}

/* OpenSSL takes a PSS signature without its leading zeroes. */
static bool
has_size(const struct crypto_public *key, enum crypto_alg alg, size_t n)
{
	if (alg == CRYPTO_RS256 || alg == CRYPTO_PS256)
		return n == (size_t)EVP_PKEY_get_size(key->pkey);
	return n == SIGNATURE_SIZE;
}

/* r and s in DER, as OpenSSL wants them. */
static enum oauth2_err
put_der(const struct buf *raw, struct buf *ret)
{
	AUTO(ECDSA_SIG_free) ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw->data, POINT_SIZE, NULL);
	BIGNUM *s = BN_bin2bn(raw->data + POINT_SIZE, POINT_SIZE, NULL);
	uint8_t der[DER_MAX], *end = der;

	if (sig == NULL || r == NULL || s == NULL ||
	    ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		return failed(OAUTH2_ERR_NOMEM);
	}
	if (i2d_ECDSA_SIG(sig, NULL) > DER_MAX || i2d_ECDSA_SIG(sig, &end) <= 0)
		return failed(OAUTH2_ERR_INTERNAL);
	buf_put(ret, der, (size_t)(end - der));
	return buf_err(ret);
}

/* Ed25519 has its own digest; OpenSSL's MGF1 takes that of the signature. */
static EVP_MD_CTX *
begin(const struct crypto_public *key, enum crypto_alg alg)
{
	AUTO(EVP_MD_CTX_free) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const EVP_MD *md = alg == CRYPTO_EDDSA ? NULL : EVP_sha256();
	EVP_PKEY_CTX *pkey_ctx;

	if (ctx == NULL ||
	    EVP_DigestVerifyInit(ctx, &pkey_ctx, md, NULL, key->pkey) != 1)
		return NULL;
	if (alg == CRYPTO_PS256 &&
	    (EVP_PKEY_CTX_set_rsa_padding(pkey_ctx, RSA_PKCS1_PSS_PADDING) !=
		    1 ||
		EVP_PKEY_CTX_set_rsa_pss_saltlen(pkey_ctx, SALT_SIZE) != 1))
		return NULL;
	return TAKE(ctx);
}

enum oauth2_err
crypto_verify(const struct crypto_public *key, enum crypto_alg alg,
    const void *data, size_t n, const struct buf *signature)
{
	AUTO(EVP_MD_CTX_free) EVP_MD_CTX *ctx = NULL;
	AUTO(buf_free) struct buf der = BUF(DER_MAX);
	enum oauth2_err err;

	if (!crypto_public_fits(key, alg) ||
	    !has_size(key, alg, signature->len))
		return OAUTH2_ERR_SIGNATURE;
	ctx = begin(key, alg);
	if (ctx == NULL)
		return failed(OAUTH2_ERR_INTERNAL);
	if (alg == CRYPTO_ES256) {
		err = put_der(signature, &der);
		if (err != OAUTH2_ERR_OK)
			return err;
		signature = &der;
	}
	/* 1 is good; 0 and what is below are not. */
	if (EVP_DigestVerify(ctx, signature->data, signature->len, data, n) !=
	    1)
		return failed(OAUTH2_ERR_SIGNATURE);
	return OAUTH2_ERR_OK;
}
