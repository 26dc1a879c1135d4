#include "codec/jwk.h"

#include <string.h>

#include "base/secret.h"
#include "codec/base64url.h"

#define WORD_MAX 64   /* bytes of kty, crv, use, alg and key_ops */
#define OPS_MAX	 16   /* items of key_ops */
#define PART_MAX 1366 /* characters: a modulus of 8192 bits */

struct jwk {
	char *kid; /* NULL: it has none */
	struct crypto_public *key;
	bool has_alg; /* then it is for this one alone */
	enum crypto_alg alg;
};

struct jwk_set {
	struct jwk keys[JWK_KEYS_MAX];
	size_t count;
	size_t skipped;
};

/* For a key that is left out; NOMEM and INTERNAL end it all. */
#define SKIP OAUTH2_ERR_SYNTAX

static enum oauth2_err
read_part(const struct json *json, const char *name, struct buf *ret)
{
	const char *text;

	if (json_get_text(json, name, PART_MAX, &text) != JSON_FOUND)
		return SKIP;
	return base64url_decode(ret, text, strlen(text));
}

/* A key of two parts, such as n and e. */
static enum oauth2_err
read_pair(const struct json *json, const char *const names[2],
    enum oauth2_err (*make)(
	const struct buf *, const struct buf *, struct crypto_public **),
    struct crypto_public **ret)
{
	AUTO(buf_free) struct buf a = BUF(PART_MAX);
	AUTO(buf_free) struct buf b = BUF(PART_MAX);
	enum oauth2_err err = read_part(json, names[0], &a);

	if (err == OAUTH2_ERR_OK)
		err = read_part(json, names[1], &b);
	return err == OAUTH2_ERR_OK ? make(&a, &b, ret) : err;
}

static enum oauth2_err
read_rsa(const struct json *json, struct crypto_public **ret)
{
	static const char *const names[] = { "n", "e" };

	return read_pair(json, names, crypto_public_rsa, ret);
}

static enum oauth2_err
read_p256(const struct json *json, struct crypto_public **ret)
{
	static const char *const names[] = { "x", "y" };

	return read_pair(json, names, crypto_public_p256, ret);
}

static enum oauth2_err
read_ed25519(const struct json *json, struct crypto_public **ret)
{
	AUTO(buf_free) struct buf x = BUF(PART_MAX);
	enum oauth2_err err = read_part(json, "x", &x);

	return err == OAUTH2_ERR_OK ? crypto_public_ed25519(&x, ret) : err;
}

static bool
is_word(const struct json *json, const char *name, const char *word)
{
	const char *text;

	return json_get_text(json, name, WORD_MAX, &text) == JSON_FOUND &&
	       strcmp(text, word) == 0;
}

static enum oauth2_err
read_key(const struct json *json, struct crypto_public **ret)
{
	if (is_word(json, "kty", "RSA"))
		return read_rsa(json, ret);
	if (is_word(json, "kty", "EC") && is_word(json, "crv", "P-256"))
		return read_p256(json, ret);
	if (is_word(json, "kty", "OKP") && is_word(json, "crv", "Ed25519"))
		return read_ed25519(json, ret);
	return SKIP;
}

/* A private key that everybody can read proves nothing. */
static bool
has_private_parts(const struct json *json)
{
	static const char *const names[] = { "d", "p", "q", "dp", "dq", "qi",
		"oth", "k" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (json_has(json, names[i]))
			return true;
	return false;
}

/* use and key_ops may be missing; what is there has to allow it. */
static bool
is_for_verifying(const struct json *json)
{
	AUTO(strlist_free) struct strlist ops = STRLIST(OPS_MAX);

	if (json_has(json, "use") && !is_word(json, "use", "sig"))
		return false;
	if (!json_has(json, "key_ops"))
		return true;
	return json_get_texts(json, "key_ops", WORD_MAX, &ops) == JSON_FOUND &&
	       strlist_has(&ops, "verify");
}

static enum oauth2_err
read_alg(const struct json *json, struct jwk *ret)
{
	const char *name;

	ret->has_alg = json_has(json, "alg");
	if (!ret->has_alg)
		return OAUTH2_ERR_OK;
	if (json_get_text(json, "alg", WORD_MAX, &name) != JSON_FOUND ||
	    crypto_alg_parse(name, &ret->alg) != OAUTH2_ERR_OK ||
	    !crypto_public_fits(ret->key, ret->alg))
		return SKIP;
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
read_kid(const struct json *json, struct jwk *ret)
{
	const char *kid;

	if (!json_has(json, "kid"))
		return OAUTH2_ERR_OK;
	if (json_get_text(json, "kid", JWK_KID_MAX, &kid) != JSON_FOUND)
		return SKIP;
	ret->kid = secret_strdup(kid);
	return ret->kid != NULL ? OAUTH2_ERR_OK : OAUTH2_ERR_NOMEM;
}

static enum oauth2_err
read_jwk(const struct json *json, struct jwk *ret)
{
	enum oauth2_err err;

	if (has_private_parts(json) || !is_for_verifying(json))
		return SKIP;
	err = read_key(json, &ret->key);
	if (err == OAUTH2_ERR_OK)
		err = read_alg(json, ret);
	if (err == OAUTH2_ERR_OK)
		err = read_kid(json, ret);
	return err;
}

static void
clear(struct jwk *jwk)
{
	crypto_public_free(jwk->key);
	secret_free(jwk->kid);
	*jwk = (struct jwk){ 0 };
}

static enum oauth2_err
add(struct jwk_set *set, const struct json *json)
{
	struct jwk *jwk = &set->keys[set->count];
	enum oauth2_err err = read_jwk(json, jwk);

	if (err == OAUTH2_ERR_OK) {
		set->count++;
		return err;
	}
	clear(jwk);
	if (err != SKIP)
		return err;
	set->skipped++;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
jwk_set_parse(
    const struct json *document, struct jwk_set **ret, struct detail *d)
{
	AUTO(jwk_set_free) struct jwk_set *set = secret_alloc(sizeof(*set));
	const struct json *keys, *json;
	enum oauth2_err err = OAUTH2_ERR_OK;

	if (set == NULL)
		return OAUTH2_ERR_NOMEM;
	if (json_get_array(document, "keys", &keys) != JSON_FOUND)
		return detail_fail(
		    d, OAUTH2_ERR_SYNTAX, "no array of keys in the key set");
	for (json = json_first(keys); json != NULL; json = json_next(json)) {
		if (set->count + set->skipped == JWK_KEYS_MAX)
			return detail_fail(d, OAUTH2_ERR_LIMIT,
			    "more than %d keys in the key set", JWK_KEYS_MAX);
		err = add(set, json);
		if (err != OAUTH2_ERR_OK)
			return err;
	}
	if (set->count == 0)
		return detail_fail(d, OAUTH2_ERR_NOT_FOUND,
		    "none of the %zu keys in the key set can be used",
		    set->skipped);
	*ret = TAKE(set);
	return OAUTH2_ERR_OK;
}

void
jwk_set_free(struct jwk_set *set)
{
	if (set == NULL)
		return;
	for (size_t i = 0; i < set->count; i++)
		clear(&set->keys[i]);
	secret_free(set);
}

static bool
has_kid(const struct jwk *jwk, const char *kid)
{
	return jwk->kid != NULL && strcmp(jwk->kid, kid) == 0;
}

static bool
fits(const struct jwk *jwk, enum crypto_alg alg)
{
	return (!jwk->has_alg || jwk->alg == alg) &&
	       crypto_public_fits(jwk->key, alg);
}

static enum oauth2_err
not_one(const struct jwk_set *set, const char *kid, size_t named, size_t found,
    struct detail *d)
{
	if (found > 1)
		return detail_fail(d, OAUTH2_ERR_SYNTAX,
		    kid != NULL ? "%zu keys have the kid of the token"
				: "no kid in the token, and %zu keys fit",
		    found);
	if (kid != NULL && named > 0)
		return detail_fail(d, OAUTH2_ERR_SYNTAX,
		    "the key with the kid of the token is not for its alg");
	return detail_fail(d, OAUTH2_ERR_UNKNOWN_KEY,
	    "none of the provider's %zu usable keys (%zu are not) fits %s",
	    set->count, set->skipped,
	    kid != NULL ? "the kid of the token" : "the alg of the token");
}

enum oauth2_err
jwk_set_find(const struct jwk_set *set, enum crypto_alg alg, const char *kid,
    const struct crypto_public **ret, struct detail *d)
{
	const struct jwk *jwk = NULL;
	size_t named = 0, found = 0;

	for (size_t i = 0; i < set->count; i++) {
		if (kid != NULL && !has_kid(&set->keys[i], kid))
			continue;
		named++;
		if (!fits(&set->keys[i], alg))
			continue;
		found++;
		jwk = &set->keys[i];
	}
	if (found != 1)
		return not_one(set, kid, named, found, d);
	*ret = jwk->key;
	return OAUTH2_ERR_OK;
}
