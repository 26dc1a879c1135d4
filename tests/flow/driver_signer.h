/* Whoever holds the private key, as private_key_jwt wants to be asked. */
#ifndef PAM_OAUTH2_TESTS_DRIVER_SIGNER_H
#define PAM_OAUTH2_TESTS_DRIVER_SIGNER_H

#include "base/secret.h"
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

static inline enum oauth2_err
read_key(const char *path, struct crypto_key **ret)
{
	FILE *file = fopen(path, "re");
	char pem[KEY_MAX];
	size_t n;

	if (file == NULL)
		return OAUTH2_ERR_NOT_FOUND;
	n = fread(pem, 1, sizeof(pem), file);
	fclose(file);
	return crypto_key_parse(pem, n, ret, NULL);
}

/* key: a PEM file; assertion, assertion_error: what to give instead. */
static inline enum oauth2_err
get_assertion(void *arg, char **ret)
{
	const struct driver *d = arg;
	AUTO(crypto_key_free) struct crypto_key *key = NULL;
	struct oauth2_assertion assertion = {
		.client_id = option(d, "client_id"),
		.issuer = option(d, "issuer"),
		.audience = option(d, "audience"),
		.kid = option(d, "kid"),
		.now = NOW,
	};
	enum oauth2_err err;

	if (option(d, "assertion_error") != NULL)
		return err_by_name(option(d, "assertion_error"));
	if (option(d, "assertion") != NULL) {
		*ret = secret_strdup(option(d, "assertion"));
		return OAUTH2_ERR_OK;
	}
	err = read_key(option(d, "key"), &key);
	if (err != OAUTH2_ERR_OK)
		return err;
	assertion.key = key;
	return oauth2_make_assertion(&assertion, ret);
}

#endif
