#include "oauth2/jwks.h"

#include <string.h>

#include "codec/json_write.h"
#include "oauth2/field.h"
#include "oauth2/request.h"

#define KEY_OPS_MAX 16

/* What a public key consists of (RFC 7517, RFC 7518 section 6, RFC 8037). */
static const char *const members[] = { "kty", "use", "alg", "kid", "crv", "n",
	"e", "x", "y" };

/* With these anybody could have signed. */
static const char *const private_members[] = { "d", "k", "p", "q", "dp", "dq",
	"qi", "oth" };

/* A key that is not for verifying, or not only the provider's, is left out. */
static bool
may_verify(const struct json *key)
{
	AUTO(strlist_free) struct strlist ops = STRLIST(KEY_OPS_MAX);

	for (size_t i = 0;
	     i < sizeof(private_members) / sizeof(*private_members); i++)
		if (json_has(key, private_members[i]))
			return false;
	if (!json_has(key, "key_ops"))
		return true;
	return json_get_texts(key, "key_ops", 64, &ops) == JSON_FOUND &&
	       strlist_has(&ops, "verify");
}

/* False where the key is not to be used. */
static bool
put_key(const struct json *key, struct buf *b)
{
	if (!may_verify(key))
		return false;
	json_write_begin(b);
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
		const char *text;
		enum json_found found =
		    json_get_text(key, members[i], OAUTH2_JWK_MAX, &text);

		if (found == JSON_FOUND)
			json_write_text(b, members[i], text);
		else if (found != JSON_ABSENT)
			return false;
	}
	json_write_end(b);
	return b->err != OAUTH2_ERR_LIMIT;
}

static enum oauth2_err
take_key(const struct json *key, struct oauth2_jwks *ret, struct detail *d)
{
	AUTO(buf_free) struct buf b = BUF(OAUTH2_JWK_MAX);
	enum oauth2_err err;

	if (!json_is_object(key))
		return detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL),
		    OAUTH2_ERR_SYNTAX, "the key set has no valid keys");
	if (!put_key(key, &b))
		return OAUTH2_ERR_OK;
	err = buf_err(&b);
	return err == OAUTH2_ERR_OK ? strlist_add(&ret->keys, buf_text(&b))
				    : err;
}

static enum oauth2_err
take_keys(const struct json *json, struct oauth2_jwks *ret, struct detail *d)
{
	const struct json *keys, *key;
	enum oauth2_err err = OAUTH2_ERR_OK;
	size_t count = 0;

	if (json_get_array(json, "keys", &keys) != JSON_FOUND ||
	    json_first(keys) == NULL)
		return detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL),
		    OAUTH2_ERR_SYNTAX, "the key set has no valid keys");
	for (key = json_first(keys); key != NULL; key = json_next(key)) {
		if (count++ == OAUTH2_JWKS_KEYS_MAX)
			return detail_fail(because(d, OAUTH2_CAUSE_TOO_BIG),
			    OAUTH2_ERR_LIMIT, "the key set has too many keys");
		err = take_key(key, ret, d);
		if (err != OAUTH2_ERR_OK)
			return err;
	}
	return err;
}

enum oauth2_err
oauth2_fetch_jwks(const struct oauth2_client *c, const char *etag,
    struct oauth2_jwks *ret, struct detail *d)
{
	const struct document document = {
		.url = c->endpoints.jwks_uri,
		.etag = etag,
		.expects = EXPECTS_JWKS,
	};
	AUTO(reply_free) struct reply reply = { 0 };
	enum oauth2_err err;

	if (document.url == NULL)
		return detail_fail(
		    d, OAUTH2_ERR_INTERNAL, "jwks_uri is not known");
	err = request_get_document(c, &document, &reply, d);
	if (err == OAUTH2_ERR_OK && reply.status == 304)
		ret->is_unchanged = true;
	else if (err == OAUTH2_ERR_OK)
		err = take_keys(reply.json, ret, d);
	if (err == OAUTH2_ERR_OK)
		memcpy(ret->etag, reply.etag, sizeof(ret->etag));
	return request_failed(err, OAUTH2_ERR_JWKS);
}

void
oauth2_jwks_free(struct oauth2_jwks *jwks)
{
	strlist_free(&jwks->keys);
}
