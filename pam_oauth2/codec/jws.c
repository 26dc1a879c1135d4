#include "codec/jws.h"

#include <string.h>
#include <strings.h>

#include "codec/base64url.h"
#include "codec/json.h"

#define ALG_MAX 16 /* bytes */
#define TYP_MAX 64

/* Where they begin, each behind a dot, in the token. */
struct parts {
	const char *payload, *signature;
};

struct header {
	struct json *json; /* what kid points into */
	enum crypto_alg alg;
	const char *alg_name;
	const char *kid; /* NULL: none */
};

static inline void
header_free_scope(struct header *h)
{
	json_free(h->json);
}

static enum oauth2_err
split(const char *text, struct parts *ret, struct detail *d)
{
	const char *first, *second = NULL;

	if (strnlen(text, JWS_MAX + 1) > JWS_MAX)
		return detail_fail(d, OAUTH2_ERR_LIMIT,
		    "the token is longer than %d bytes", JWS_MAX);
	first = strchr(text, '.');
	if (first != NULL)
		second = strchr(first + 1, '.');
	if (second == NULL || strchr(second + 1, '.') != NULL)
		return detail_fail(d, OAUTH2_ERR_SYNTAX,
		    "the token is not three parts with two dots");
	ret->payload = first + 1;
	ret->signature = second + 1;
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
decode(const char *what, const char *start, const char *end, struct buf *ret,
    struct detail *d)
{
	enum oauth2_err err;

	err = base64url_decode(ret, start, (size_t)(end - start));
	if (err == OAUTH2_ERR_SYNTAX)
		return detail_fail(
		    d, err, "the token's %s is not canonical base64url", what);
	return err;
}

static enum oauth2_err
refuse(struct detail *d, const char *name, const char *why)
{
	return detail_fail(
	    d, OAUTH2_ERR_SYNTAX, "the token's header: %s %s", name, why);
}

/* They change what is signed or what it means. */
static enum oauth2_err
check_extensions(const struct json *json, struct detail *d)
{
	static const char *const names[] = { "crit", "zip", "b64", "cty" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (json_has(json, names[i]))
			return refuse(d, names[i], "is not accepted");
	return OAUTH2_ERR_OK;
}

/*
 * Access tokens (at+jwt), logout tokens and the like come from the same issuer
 * and are signed with the same keys. A media type, so case does not matter.
 */
static enum oauth2_err
check_typ(const struct json *json, struct detail *d)
{
	const char *typ;

	if (!json_has(json, "typ"))
		return OAUTH2_ERR_OK;
	if (json_get_text(json, "typ", TYP_MAX, &typ) != JSON_FOUND ||
	    (strcasecmp(typ, "JWT") != 0 &&
		strcasecmp(typ, "application/jwt") != 0))
		return refuse(d, "typ", "is not JWT");
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
read_header(struct header *h, struct detail *d)
{
	enum oauth2_err err;

	if (json_get_text(h->json, "alg", ALG_MAX, &h->alg_name) !=
		JSON_FOUND ||
	    crypto_alg_parse(h->alg_name, &h->alg) != OAUTH2_ERR_OK)
		return refuse(d, "alg", "is none that is accepted");
	if (json_has(h->json, "kid") &&
	    json_get_text(h->json, "kid", JWK_KID_MAX, &h->kid) != JSON_FOUND)
		return refuse(d, "kid", "is not what it should be");
	err = check_extensions(h->json, d);
	return err == OAUTH2_ERR_OK ? check_typ(h->json, d) : err;
}

/* The parts of a token and what its header says; nothing is verified. */
static enum oauth2_err
open_token(
    const char *text, struct parts *parts, struct header *ret, struct detail *d)
{
	AUTO(buf_free) struct buf bytes = BUF(JWS_MAX);
	enum oauth2_err err = split(text, parts, d);

	if (err == OAUTH2_ERR_OK)
		err = decode("header", text, parts->payload - 1, &bytes, d);
	if (err == OAUTH2_ERR_OK)
		err = json_parse(bytes.data, bytes.len, &ret->json, d);
	if (err == OAUTH2_ERR_JSON ||
	    (err == OAUTH2_ERR_OK && !json_is_object(ret->json)))
		return detail_fail(d, OAUTH2_ERR_SYNTAX,
		    "the token's header is not an object in JSON");
	return err == OAUTH2_ERR_OK ? read_header(ret, d) : err;
}

static enum oauth2_err
check_signature(const char *text, const struct parts *parts,
    const struct header *header, const struct crypto_public *key,
    struct detail *d)
{
	AUTO(buf_free) struct buf signature = BUF(JWS_MAX);
	size_t n = (size_t)(parts->signature - 1 - text);
	enum oauth2_err err;

	err = decode("signature", parts->signature,
	    parts->signature + strlen(parts->signature), &signature, d);
	if (err == OAUTH2_ERR_OK)
		err = crypto_verify(key, header->alg, text, n, &signature);
	if (err == OAUTH2_ERR_SIGNATURE)
		return detail_fail(
		    d, err, "the token's signature does not verify");
	return err;
}

enum oauth2_err
jws_verify(const char *text, const struct jwk_set *keys,
    const struct strlist *algs, struct buf *ret, struct detail *d)
{
	AUTO(header_free) struct header header = { 0 };
	const struct crypto_public *key;
	struct parts parts;
	enum oauth2_err err = open_token(text, &parts, &header, d);

	if (err != OAUTH2_ERR_OK)
		return err;
	if (algs != NULL && !strlist_has(algs, header.alg_name))
		return refuse(d, "alg", "is not among those allowed");
	err = jwk_set_find(keys, header.alg, header.kid, &key, d);
	if (err == OAUTH2_ERR_OK)
		err = check_signature(text, &parts, &header, key, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	return decode("payload", parts.payload, parts.signature - 1, ret, d);
}

enum oauth2_err
jws_claimed_alg(const char *text, enum crypto_alg *ret, struct detail *d)
{
	AUTO(header_free) struct header header = { 0 };
	struct parts parts;
	enum oauth2_err err = open_token(text, &parts, &header, d);

	if (err == OAUTH2_ERR_OK)
		*ret = header.alg;
	return err;
}
