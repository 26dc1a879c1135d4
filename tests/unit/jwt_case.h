/*
 * Tokens made with OpenSSL alone, so that nothing of ours is on both sides;
 * the keys are those of crypto_case.h and, of each kind, another.
 */
#ifndef PAM_OAUTH2_TESTS_JWT_CASE_H
#define PAM_OAUTH2_TESTS_JWT_CASE_H

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "codec/base64url.h"
#include "codec/crypto.h"
#include "codec/jwk.h"
#include "codec/jws.h"
#include "crypto_case.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Their public halves */
#define RSA_N \
	"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-V" \
	"aw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b" \
	"32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-K" \
	"XBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5" \
	"IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb5" \
	"4h4FRWyuXpoQ"
#define EC_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define EC_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define ED_X "Rzgr8Y0ZD06LqYQIraH1TXyPg4oK035TJYXajF0sisg"

/* RFC 7520 section 3.3, RFC 8037 appendix A.1 */
#define RSA_OTHER_N \
	"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdN" \
	"hxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcE" \
	"e6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZ" \
	"cD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg" \
	"_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkq" \
	"gc5gHdrNP5zw"
#define ED_OTHER_X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"

/* Members of a JWK, and the whole with more of them in front. */
#define RSA_KEY	      "\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\""
#define RSA_OTHER_KEY "\"kty\":\"RSA\",\"n\":\"" RSA_OTHER_N "\",\"e\":\"AQAB\""
#define EC_KEY \
	"\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\""
#define ED_KEY "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED_X "\""
#define ED_OTHER_KEY \
	"\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED_OTHER_X "\""
#define KEYS(keys) "{\"keys\":[" keys "]}"
#define KID(kid)   "\"kid\":\"" kid "\","

/* RFC 7520 section 3.4 */
static const char rsa_other[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCfgQ+0A4Jz0CWR\n"
    "5Ac/MdK2ABuCzttNkvBQFl1Hz8q4o8Qct3isdVN5P475dXaNGiN02HElZMO813ue\n"
    "pDRUSJlAfP8AmZIKkxokxEFIUqspvbCpXAZT82xg5gv5C2JY3aVvNwR7pcLR0Cmv\n"
    "nJ1AuseqQceKDdEGit1pnoCP6gEeoUQdik97tOl7459V8d3UTpxLozUVlwPU00tg\n"
    "PmUUek8j1tPAmWx17e6EaoLRkK4QeDyWHPA4eu0hBtLQVVtv2Tf61VNTh+D/cv++\n"
    "eJQUArC4IuoqdLYFjB2r+bNKdstjuH+qLGhHuOKDf/+RGG5rHBSRHPmJqJCSqBzm\n"
    "Ad2s0/nPAgMBAAECggEAbWUC9B+EFRIo8kpGfh0ZuyGPvMNKvYWNtB/ikiH9k20e\n"
    "T+O1q/I78eiZkpXxXQ0UTEs2LsNRS+8uJbvQ+A1irkwMSMkK1J3XTGgdrhCku9gR\n"
    "ldY7sNA/AKZGh+Q661/42rINLRCe8W+nZ34ui/qOfkLnK9QWDDqpaIsA+bMwWWSD\n"
    "Fu2MUBYwkHTMEzLYGqOe04noqeq1hExBTHBOBdkMXiuFhUq1BU6l+DqEiWxqg82s\n"
    "Xt2h+LMnT3046AOYJoRioz75tSUQfGCshWTBnP5uDjd18kKhyv07lhfSJdrPdM5P\n"
    "lyl21hsFf4L/mHCuoFau7gdsPfHPxxjVOcOpBrQzwQKBgQDdKXGD8PBNclxvrT3l\n"
    "GhfKBAIBnlGcC9mWejXKEe2dR7H9+nsBn/2dFo7sdf/5IV8ZB661qjZMOMMBZThW\n"
    "6mTyvD0lHQDNnQ3Z++4gCav9YKyYal42pCd6/VPsjISyeHxQy36fkJp+GSKTOESy\n"
    "uad0fovE6u9EmWw+npm/xtSrSQKBgQC4oTZ2H5xN/oREXiTh7+PLvwZ89hQhpTKh\n"
    "JIm4HOncK5uTc4KqzqCtPxtH9y7QObUxnBaa12oPIj3ketR6rcw/Xm8ww43yUdN5\n"
    "m7aWYq/CpbtqdXlTOEzWJnvPjIyS5TAVagG/Jjz3wRe9EP6F2pHEeVKoBnX3bMHe\n"
    "lUUnSzukVwKBgAfD1b15Lya49i/hmEO798va+isOYPUmoVwcLFlM6dfU1ZYCPmFf\n"
    "OatTSG9a8ULQ/iLF10d/k2p3r7kT0beTgTnYjBkKfKW7duoJY2HylPxPcZ/kVCx8\n"
    "9PnnfRPYFyyg+FRp4Kc/j30P6tvaZOcVh6CadNPUH9R7woYsUV+fXoYpAoGACLDm\n"
    "DGduhylc9o7r84rEUVn7pzQ6PF83Y+iBZx5NT+TpnOZKF1pErAMVeKzFEl41DlHH\n"
    "qqBLSM0W1sOFbwTxYWZDm6sI6og5iTbwQGIC3gnJKbi/7k/vJgGHwHxgPaX2PnvP\n"
    "+zyEkDERuf+ry4c/Z11Cq9AqC2yeL6kdKT1cYF8CgYEA3PiqvXQN0zwMeE+sBvZg\n"
    "i289XP9XCQF3VWqPzMKnIgQp7/Tugo6+NZBKCQsMf3HaEGBjTVJs/jcK8+TRXvaK\n"
    "e+7ZMaQj8VfBdYkssbu0NKDDhjJ+GtiseaDVWt7dcH0cfwxgFUHpQh7FoCrjFJ6h\n"
    "6ZEpMF6xmujs4qMpPz8aaI4=\n"
    "-----END PRIVATE KEY-----\n";

static const char ec_other[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZELYd9rggD7KGtCz\n"
    "Pn54TNlRJ47JoToGgYEFjnVa7qahRANCAAQkyQ8UpPTMBPxL3ZoXau8ZZwbdPm4y\n"
    "23jiIjAJG/zrQHn2cXqcrMz22TWmIWxyvx5COzOJsuP0GIzcRsJMjf4B\n"
    "-----END PRIVATE KEY-----\n";

/* RFC 8037 appendix A.1 */
static const char ed25519_other[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";

/* Numbers of 32 bytes */
#define ZERO "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define ONE  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
#define MAX \
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" \
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
#define P256_ORDER \
	"\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff" \
	"\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51"
#define P256_PRIME \
	"\xff\xff\xff\xff\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00" \
	"\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"

/* How to sign; the first of each algorithm is how it should be. */
struct signer {
	const char *pem;
	const EVP_MD *(*md)(void);   /* NULL: Ed25519 has its own */
	const EVP_MD *(*mgf1)(void); /* NULL: no PSS */
	int salt;
	bool der; /* leave r and s in DER */
};

static const struct signer signers[] = {
	[CRYPTO_RS256] = { .pem = rsa, .md = EVP_sha256 },
	[CRYPTO_PS256] = { .pem = rsa,
	    .md = EVP_sha256,
	    .mgf1 = EVP_sha256,
	    .salt = 32 },
	[CRYPTO_ES256] = { .pem = ec, .md = EVP_sha256 },
	[CRYPTO_EDDSA] = { .pem = ed25519 },
};

static const struct signer others[] = {
	[CRYPTO_RS256] = { .pem = rsa_other, .md = EVP_sha256 },
	[CRYPTO_PS256] = { .pem = rsa_other,
	    .md = EVP_sha256,
	    .mgf1 = EVP_sha256,
	    .salt = 32 },
	[CRYPTO_ES256] = { .pem = ec_other, .md = EVP_sha256 },
	[CRYPTO_EDDSA] = { .pem = ed25519_other },
};

static const char *const alg_names[] = {
	[CRYPTO_RS256] = "RS256",
	[CRYPTO_PS256] = "PS256",
	[CRYPTO_ES256] = "ES256",
	[CRYPTO_EDDSA] = "EdDSA",
};
#define ALGS COUNT(alg_names)

static inline void
der_to_raw(const unsigned char *der, size_t n, unsigned char raw[64])
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)n);

	assert_non_null(sig);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, 32), 32);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + 32, 32), 32);
	ECDSA_SIG_free(sig);
}

/* The bytes of a text in base64url. */
static inline struct buf
decoded(const char *text)
{
	struct buf b = BUF(2048);

	assert_int_equal(
	    base64url_decode(&b, text, strlen(text)), OAUTH2_ERR_OK);
	return b;
}

/* Read once: most of a test's time under valgrind would go here. */
static inline EVP_PKEY *
private_key(const char *pem)
{
	static struct {
		const char *pem;
		EVP_PKEY *key;
	} read[16];
	BIO *bio;
	size_t i;

	for (i = 0; read[i].pem != NULL; i++) {
		assert_true(i + 1 < COUNT(read));
		if (read[i].pem == pem)
			return read[i].key;
	}
	bio = BIO_new_mem_buf(pem, -1);
	read[i].pem = pem;
	read[i].key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	return read[i].key;
}

/* Append the signature of n bytes. */
static inline void
sign_bytes(const struct signer *how, const void *data, size_t n, struct buf *b)
{
	EVP_PKEY *key = private_key(how->pem);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pkey_ctx;
	unsigned char signature[1024], raw[64];
	size_t size = sizeof(signature);

	assert_int_equal(EVP_DigestSignInit(ctx, &pkey_ctx,
			     how->md ? how->md() : NULL, NULL, key),
	    1);
	if (how->mgf1 != NULL) {
		EVP_PKEY_CTX_set_rsa_padding(pkey_ctx, RSA_PKCS1_PSS_PADDING);
		EVP_PKEY_CTX_set_rsa_mgf1_md(pkey_ctx, how->mgf1());
		assert_int_equal(
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(pkey_ctx, how->salt), 1);
	}
	assert_int_equal(EVP_DigestSign(ctx, signature, &size, data, n), 1);
	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && !how->der) {
		der_to_raw(signature, size, raw);
		buf_put(b, raw, sizeof(raw));
	} else {
		buf_put(b, signature, size);
	}
	EVP_MD_CTX_free(ctx);
	assert_int_equal(buf_err(b), OAUTH2_ERR_OK);
}

/* Append a token of header and payload, signed as it should not always be. */
static inline void
make_jwt(const struct signer *how, const char *header, const char *payload,
    struct buf *b)
{
	struct buf signature = BUF(1024);

	base64url_encode(b, header, strlen(header));
	buf_putc(b, '.');
	base64url_encode(b, payload, strlen(payload));
	sign_bytes(how, b->data, b->len, &signature);
	buf_putc(b, '.');
	base64url_encode(b, signature.data, signature.len);
	buf_free(&signature);
	assert_int_equal(buf_err(b), OAUTH2_ERR_OK);
}

static inline struct jwk_set *
parse_keys(const char *text)
{
	AUTO(json_free) struct json *json = NULL;
	struct jwk_set *set = NULL;

	assert_int_equal(
	    json_parse(text, strlen(text), &json, NULL), OAUTH2_ERR_OK);
	assert_int_equal(jwk_set_parse(json, &set, NULL), OAUTH2_ERR_OK);
	return set;
}

/* A failure hands out nothing. */
static inline enum oauth2_err
verify_jws(
    const char *keys, const char *token, struct buf *ret, struct detail *d)
{
	AUTO(jwk_set_free) struct jwk_set *set = parse_keys(keys);
	enum oauth2_err err = jws_verify(token, set, NULL, ret, d);

	if (err != OAUTH2_ERR_OK) {
		assert_int_equal(ret->len, 0);
		assert_true(d->text[0] != '\0');
	}
	return err;
}

#endif
