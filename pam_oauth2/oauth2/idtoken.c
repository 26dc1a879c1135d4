#include "oauth2/idtoken.h"

#include <string.h>

#include "base/secret.h"
#include "codec/jws.h"
#include "oauth2/field.h"
#include "oauth2/idtoken_check.h"

#define WORD_MAX 255 /* bytes of acr, of each amr */

/* What a token says, after its signature was checked. */
static enum oauth2_err
open_token(const struct oauth2_idtoken_expected *expected, const char *jwt,
    const struct jwk_set *keys, struct json **ret, struct detail *d)
{
	AUTO(buf_free) struct buf payload = BUF(JWS_MAX);
	enum oauth2_err err;

	if (expected->issuer == NULL || expected->client_id == NULL ||
	    expected->now <= 0)
		return detail_fail(d, OAUTH2_ERR_INTERNAL,
		    "nothing to compare the token with");
	err = jws_verify(jwt, keys, expected->algs, &payload, d);
	if (err == OAUTH2_ERR_OK)
		err = json_parse(payload.data, payload.len, ret, d);
	if (err == OAUTH2_ERR_JSON ||
	    (err == OAUTH2_ERR_OK && !json_is_object(*ret)))
		return detail_fail(d, OAUTH2_ERR_JSON,
		    "the token's claims are not an object in JSON");
	return err;
}

/* What has a name of its own keeps it; the rest says what was refused. */
static enum oauth2_err
failed(enum oauth2_err err, enum oauth2_err refused)
{
	switch (err) {
	case OAUTH2_ERR_OK:
	case OAUTH2_ERR_NOMEM:
	case OAUTH2_ERR_INTERNAL:
	case OAUTH2_ERR_UNKNOWN_KEY:
	case OAUTH2_ERR_USERINFO_MISMATCH:
	case OAUTH2_ERR_OTHER_PERSON:
	case OAUTH2_ERR_AUTH_TOO_OLD:
	case OAUTH2_ERR_ACR_AMR_MISSING:
	case OAUTH2_ERR_GROUPS_OVERAGE:
		return err;
	default:
		return refused;
	}
}

/* For a claim that may be missing. */
static enum oauth2_err
accept(enum json_found found, const char *name, struct detail *d)
{
	switch (found) {
	case JSON_FOUND:
	case JSON_ABSENT:
	case JSON_NULL:
		return OAUTH2_ERR_OK;
	case JSON_NOMEM:
		return OAUTH2_ERR_NOMEM;
	default:
		return detail_fail(d, OAUTH2_ERR_ID_TOKEN,
		    "%s is not what it should be", name);
	}
}

static enum oauth2_err
read_sign_in(const struct json *json, struct oauth2_idtoken_claims *ret,
    struct detail *d)
{
	const char *acr = NULL;
	enum oauth2_err err;

	err = accept(idtoken_read_aud(json, &ret->aud), "aud", d);
	if (err == OAUTH2_ERR_OK)
		err = accept(json_get_int64(json, "auth_time", &ret->auth_time),
		    "auth_time", d);
	if (err == OAUTH2_ERR_OK)
		err = accept(
		    json_get_texts(json, "amr", WORD_MAX, &ret->amr), "amr", d);
	if (err == OAUTH2_ERR_OK)
		err = accept(
		    json_get_text(json, "acr", WORD_MAX, &acr), "acr", d);
	if (err != OAUTH2_ERR_OK || acr == NULL)
		return err;
	ret->acr = secret_strdup(acr);
	return ret->acr != NULL ? OAUTH2_ERR_OK : OAUTH2_ERR_NOMEM;
}

/* The issuer was compared before: it is the one that was expected. */
static enum oauth2_err
read_identity(const struct oauth2_idtoken_expected *expected,
    const struct json *json, struct identity *ret, struct detail *d)
{
	ret->issuer = secret_strdup(expected->issuer);
	if (ret->issuer == NULL)
		return OAUTH2_ERR_NOMEM;
	return claims_read(json, &expected->query, ret, d);
}

static struct oauth2_idtoken_claims *
claims_new(void)
{
	AUTO(oauth2_idtoken_claims_free)
	struct oauth2_idtoken_claims *claims = secret_alloc(sizeof(*claims));

	if (claims == NULL)
		return NULL;
	claims->aud.max = OAUTH2_AUD_MAX;
	claims->amr.max = OAUTH2_AMR_MAX;
	claims->identity = identity_new();
	return claims->identity != NULL ? TAKE(claims) : NULL;
}

void
oauth2_idtoken_claims_free(struct oauth2_idtoken_claims *claims)
{
	if (claims == NULL)
		return;
	identity_free(claims->identity);
	strlist_free(&claims->aud);
	strlist_free(&claims->amr);
	secret_free(claims->acr);
	secret_free(claims);
}

enum oauth2_err
oauth2_idtoken_verify(const struct oauth2_idtoken_expected *expected,
    const char *jwt, const struct jwk_set *keys,
    struct oauth2_idtoken_claims **ret, struct detail *d)
{
	AUTO(oauth2_idtoken_claims_free)
	struct oauth2_idtoken_claims *claims = claims_new();
	AUTO(json_free) struct json *json = NULL;
	enum oauth2_err err;

	if (claims == NULL)
		return OAUTH2_ERR_NOMEM;
	err = open_token(expected, jwt, keys, &json, d);
	if (err == OAUTH2_ERR_OK)
		err = idtoken_check(expected, json, d);
	claims->is_fresh =
	    err == OAUTH2_ERR_OK && idtoken_is_fresh(expected, json);
	if (err == OAUTH2_ERR_OK)
		err = read_sign_in(json, claims, d);
	if (err == OAUTH2_ERR_OK)
		err = idtoken_check_sign_in(expected, claims, d);
	if (err == OAUTH2_ERR_OK)
		err = read_identity(expected, json, claims->identity, d);
	if (err == OAUTH2_ERR_OK)
		*ret = TAKE(claims);
	return failed(err, OAUTH2_ERR_ID_TOKEN);
}

enum oauth2_err
oauth2_userinfo_verify(const struct oauth2_idtoken_expected *expected,
    const char *jwt, const struct jwk_set *keys, struct identity **ret,
    struct detail *d)
{
	AUTO(identity_free) struct identity *identity = identity_new();
	AUTO(json_free) struct json *json = NULL;
	enum oauth2_err err;

	if (identity == NULL)
		return OAUTH2_ERR_NOMEM;
	if (expected->sub == NULL)
		return detail_fail(d, OAUTH2_ERR_INTERNAL,
		    "no ID token to compare userinfo with");
	err = open_token(expected, jwt, keys, &json, d);
	if (err == OAUTH2_ERR_OK)
		err = idtoken_check_optional(expected, json, d);
	if (err == OAUTH2_ERR_OK)
		err = read_identity(expected, json, identity, d);
	if (err == OAUTH2_ERR_OK && strcmp(identity->sub, expected->sub) != 0)
		err = detail_fail(d, OAUTH2_ERR_USERINFO_MISMATCH,
		    "sub is not that of the ID token");
	if (err == OAUTH2_ERR_OK)
		*ret = TAKE(identity);
	return failed(err, OAUTH2_ERR_USERINFO);
}
