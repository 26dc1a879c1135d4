#include "oauth2/assertion.h"

#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "codec/base64url.h"
#include "codec/crypto.h"
#include "codec/json_write.h"
#include "oauth2/client_state.h"
#include "oauth2/pkce.h"

#define TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define BASE64URL \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

static void
write_header(const struct oauth2_assertion *a, struct buf *b)
{
	json_write_begin(b);
	json_write_text(b, "alg", crypto_key_alg(a->key));
	json_write_text(b, "typ",
	    a->audience != NULL ? "JWT" : "client-authentication+jwt");
	if (a->kid != NULL)
		json_write_text(b, "kid", a->kid);
	json_write_end(b);
}

static enum oauth2_err
write_claims(const struct oauth2_assertion *a, struct buf *b)
{
	AUTO(secret_text_free) char *jti = NULL;
	enum oauth2_err err = oauth2_random(&jti);

	if (err != OAUTH2_ERR_OK)
		return err;
	json_write_begin(b);
	json_write_text(b, "iss", a->client_id);
	json_write_text(b, "sub", a->client_id);
	json_write_text(
	    b, "aud", a->audience != NULL ? a->audience : a->issuer);
	json_write_text(b, "jti", jti);
	json_write_int64(b, "iat", a->now);
	json_write_int64(b, "exp", a->now + OAUTH2_ASSERTION_LIFETIME_S);
	json_write_end(b);
	return buf_err(b);
}

/* header.claims */
static enum oauth2_err
make_input(const struct oauth2_assertion *a, struct buf *ret)
{
	AUTO(buf_free) struct buf header = BUF(OAUTH2_ASSERTION_MAX);
	AUTO(buf_free) struct buf claims = BUF(OAUTH2_ASSERTION_MAX);
	enum oauth2_err err = write_claims(a, &claims);

	write_header(a, &header);
	if (err == OAUTH2_ERR_OK)
		err = buf_err(&header);
	if (err != OAUTH2_ERR_OK)
		return err;
	base64url_encode(ret, header.data, header.len);
	buf_putc(ret, '.');
	base64url_encode(ret, claims.data, claims.len);
	return buf_err(ret);
}

enum oauth2_err
oauth2_make_assertion(const struct oauth2_assertion *a, char **ret)
{
	AUTO(buf_free) struct buf signature = BUF(CRYPTO_SIGNATURE_MAX);
	AUTO(buf_free) struct buf jwt = BUF(OAUTH2_ASSERTION_MAX);
	enum oauth2_err err = make_input(a, &jwt);

	if (err == OAUTH2_ERR_OK)
		err = crypto_sign(a->key, jwt.data, jwt.len, &signature);
	if (err != OAUTH2_ERR_OK)
		return err;
	buf_putc(&jwt, '.');
	base64url_encode(&jwt, signature.data, signature.len);
	return buf_take_text(&jwt, ret);
}

/* Three parts of base64url with dots between them. */
static bool
is_jwt(const char *text)
{
	for (int dots = 0; dots < 2; dots++) {
		size_t n = strspn(text, BASE64URL);

		if (n == 0 || text[n] != '.')
			return false;
		text += n + 1;
	}
	return text_has_only(text, BASE64URL);
}

void
assertion_add(const struct oauth2_client *c, struct buf *form)
{
	AUTO(secret_text_free) char *jwt = NULL;
	enum oauth2_err err = c->get_assertion(c->assertion_arg, &jwt);

	if (err == OAUTH2_ERR_OK && !is_jwt(jwt))
		err = OAUTH2_ERR_INTERNAL;
	if (err == OAUTH2_ERR_OK) {
		uri_form_add(form, "client_assertion_type", TYPE);
		uri_form_add(form, "client_assertion", jwt);
	} else if (form->err == OAUTH2_ERR_OK) {
		form->err = err == OAUTH2_ERR_CLOSED || err == OAUTH2_ERR_NOMEM
				? err
				: OAUTH2_ERR_INTERNAL;
	}
}
