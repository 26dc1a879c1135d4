#include "oauth2/assertion.h"

#include "base/clock.h"
#include "base/secret.h"
#include "codec/base64url.h"
#include "codec/crypto.h"
#include "codec/json_write.h"
#include "oauth2/client_state.h"
#include "oauth2/pkce.h"

#define TYPE	      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define PART_MAX      (16 * 1024) /* bytes of header or claims */
#define ASSERTION_MAX (64 * 1024)
#define ES256_SIZE    64

static void
write_header(const struct oauth2_signer *signer, struct buf *b)
{
	json_write_begin(b);
	json_write_text(b, "alg", signer->alg);
	json_write_text(b, "typ",
	    signer->audience != NULL ? "JWT" : "client-authentication+jwt");
	if (signer->kid != NULL)
		json_write_text(b, "kid", signer->kid);
	json_write_end(b);
}

static enum oauth2_err
write_claims(const struct oauth2_client *c, struct buf *b)
{
	const struct oauth2_signer *signer = &c->signer;
	AUTO(secret_text_free) char *jti = NULL;
	enum oauth2_err err = oauth2_random(&jti);
	int64_t now;

	if (err != OAUTH2_ERR_OK)
		return err;
	now = signer->now != NULL ? signer->now(signer->arg) : clock_unix_s();
	json_write_begin(b);
	json_write_text(b, "iss", c->client_id);
	json_write_text(b, "sub", c->client_id);
	json_write_text(
	    b, "aud", signer->audience != NULL ? signer->audience : c->issuer);
	json_write_text(b, "jti", jti);
	json_write_int64(b, "iat", now);
	json_write_int64(b, "exp", now + OAUTH2_ASSERTION_LIFETIME_S);
	json_write_end(b);
	return buf_err(b);
}

/* header.claims */
static enum oauth2_err
make_input(const struct oauth2_client *c, struct buf *ret)
{
	AUTO(buf_free) struct buf header = BUF(PART_MAX);
	AUTO(buf_free) struct buf claims = BUF(PART_MAX);
	enum oauth2_err err = write_claims(c, &claims);

	write_header(&c->signer, &header);
	if (err == OAUTH2_ERR_OK)
		err = buf_err(&header);
	if (err != OAUTH2_ERR_OK)
		return err;
	base64url_encode(ret, header.data, header.len);
	buf_putc(ret, '.');
	base64url_encode(ret, claims.data, claims.len);
	return buf_err(ret);
}

static enum oauth2_err
add_signature(const struct oauth2_signer *signer, struct buf *jwt)
{
	AUTO(buf_free) struct buf signature = BUF(CRYPTO_SIGNATURE_MAX);
	enum crypto_alg alg;
	enum oauth2_err err;

	err = crypto_alg_parse(signer->alg, &alg);
	if (err == OAUTH2_ERR_OK)
		err = signer->sign(signer->arg, buf_text(jwt), &signature);
	if (err == OAUTH2_ERR_OK)
		err = buf_err(&signature);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (signature.len == 0 ||
	    (alg == CRYPTO_ES256 && signature.len != ES256_SIZE))
		return OAUTH2_ERR_INTERNAL;
	buf_putc(jwt, '.');
	base64url_encode(jwt, signature.data, signature.len);
	return buf_err(jwt);
}

void
assertion_add(const struct oauth2_client *c, struct buf *form)
{
	AUTO(buf_free) struct buf jwt = BUF(ASSERTION_MAX);
	enum oauth2_err err = make_input(c, &jwt);

	if (err == OAUTH2_ERR_OK)
		err = add_signature(&c->signer, &jwt);
	if (err == OAUTH2_ERR_OK) {
		uri_form_add(form, "client_assertion_type", TYPE);
		uri_form_add(form, "client_assertion", buf_text(&jwt));
	} else if (form->err == OAUTH2_ERR_OK) {
		form->err = err == OAUTH2_ERR_CLOSED || err == OAUTH2_ERR_NOMEM
				? err
				: OAUTH2_ERR_INTERNAL;
	}
}
