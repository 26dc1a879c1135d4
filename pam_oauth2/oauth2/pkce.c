#include "oauth2/pkce.h"

#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "codec/base64url.h"
#include "codec/crypto.h"

#define RANDOM_SIZE 32
#define UNRESERVED \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

static enum oauth2_err
encode(const uint8_t *bytes, size_t n, char **ret)
{
	AUTO(buf_free) struct buf b = BUF(OAUTH2_PKCE_VERIFIER_MAX);

	base64url_encode(&b, bytes, n);
	return buf_take_text(&b, ret);
}

enum oauth2_err
oauth2_random(char **ret)
{
	uint8_t bytes[RANDOM_SIZE];
	enum oauth2_err err = crypto_random(bytes, sizeof(bytes));

	if (err == OAUTH2_ERR_OK)
		err = encode(bytes, sizeof(bytes), ret);
	secret_wipe(bytes, sizeof(bytes));
	return err;
}

bool
oauth2_pkce_is_verifier(const char *verifier)
{
	size_t n = strlen(verifier);

	return n >= OAUTH2_PKCE_VERIFIER_MIN && n <= OAUTH2_PKCE_VERIFIER_MAX &&
	       text_has_only(verifier, UNRESERVED);
}

enum oauth2_err
oauth2_pkce_challenge(const char *verifier, char **ret)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	enum oauth2_err err;

	if (!oauth2_pkce_is_verifier(verifier))
		return OAUTH2_ERR_CONFIG;
	err = crypto_sha256(verifier, strlen(verifier), digest);
	return err == OAUTH2_ERR_OK ? encode(digest, sizeof(digest), ret) : err;
}

enum oauth2_err
oauth2_pkce_new(struct oauth2_pkce **ret)
{
	AUTO(oauth2_pkce_free)
	struct oauth2_pkce *pkce = secret_alloc(sizeof(*pkce));
	enum oauth2_err err;

	if (pkce == NULL)
		return OAUTH2_ERR_NOMEM;
	err = oauth2_random(&pkce->verifier);
	if (err == OAUTH2_ERR_OK)
		err = oauth2_pkce_challenge(pkce->verifier, &pkce->challenge);
	if (err == OAUTH2_ERR_OK)
		*ret = TAKE(pkce);
	return err;
}

void
oauth2_pkce_free(struct oauth2_pkce *pkce)
{
	if (pkce == NULL)
		return;
	secret_free(pkce->verifier);
	secret_free(pkce->challenge);
	secret_free(pkce);
}
