/* Whoever holds the private key, as private_key_jwt wants to be asked. */
#ifndef PAM_OAUTH2_TESTS_DRIVER_SIGNER_H
#define PAM_OAUTH2_TESTS_DRIVER_SIGNER_H

#include "codec/crypto.h"
#include "driver.h"
#include "oauth2/assertion.h"

#define KEY_MAX 16384

static inline enum oauth2_err
err_by_name(const char *name)
{
	enum oauth2_err err = OAUTH2_ERR_OK;

	while (err < OAUTH2_ERR_COUNT && strcmp(err_name(err), name) != 0)
		err++;
	return err;
}

/* key: a PEM file; signature, sign_error: what to say instead of signing. */
static inline enum oauth2_err
sign(void *arg, const char *input, struct buf *ret)
{
	const struct driver *d = arg;
	AUTO(crypto_key_free) struct crypto_key *key = NULL;
	enum crypto_alg alg;
	char pem[KEY_MAX];
	FILE *file;
	size_t n;

	if (option(d, "sign_error") != NULL)
		return err_by_name(option(d, "sign_error"));
	if (option(d, "signature") != NULL) {
		buf_puts(ret, option(d, "signature"));
		return buf_err(ret);
	}
	file = fopen(option(d, "key"), "re");
	if (file == NULL)
		return OAUTH2_ERR_NOT_FOUND;
	n = fread(pem, 1, sizeof(pem), file);
	fclose(file);
	if (crypto_alg_parse(option(d, "alg"), &alg) != OAUTH2_ERR_OK ||
	    crypto_key_parse(pem, n, alg, &key, NULL) != OAUTH2_ERR_OK)
		return OAUTH2_ERR_CONFIG;
	return crypto_sign(key, input, strlen(input), ret);
}

static inline int64_t
signing_time(void *arg)
{
	(void)arg;
	return NOW;
}

/* The signer the options describe; sign is NULL where there is none. */
static inline struct oauth2_signer
make_signer(struct driver *d)
{
	return (struct oauth2_signer){
		.alg = option(d, "alg"),
		.kid = option(d, "kid"),
		.audience = option(d, "audience"),
		.sign = option(d, "alg") != NULL ? sign : NULL,
		.now = signing_time,
		.arg = d,
	};
}

#endif
