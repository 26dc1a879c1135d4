#include "oauth2/identity.h"

#include <string.h>

#include "base/secret.h"
#include "oauth2/claims.h"
#include "oauth2/field.h"
#include "oauth2/request.h"
#include "oauth2/subject.h"

#define VALUE_MAX 512 /* bytes of a claim's value */
#define GROUP_MAX 255 /* bytes of a group: no rule can name a longer one */

/* Texts of a claim; what is absent or null adds none. */
static enum oauth2_err
read_texts(const struct json *json, const char *name, struct strlist *ret,
    struct detail *d)
{
	enum json_found found = json_get_texts(json, name, VALUE_MAX, ret);

	if (found == JSON_FOUND || found == JSON_ABSENT || found == JSON_NULL)
		return OAUTH2_ERR_OK;
	return claims_refuse(name, found, d);
}

/* A key that has dots itself (https://corp.example/groups) comes first. */
static enum oauth2_err
read_groups(const struct json *json, const char *path, struct strlist *ret,
    struct detail *d)
{
	AUTO(secret_text_free) char *copy = secret_strdup(path);
	char *key = copy, *dot;
	enum json_found found;

	if (copy == NULL)
		return OAUTH2_ERR_NOMEM;
	while (!json_has(json, key) && (dot = strchr(key, '.')) != NULL) {
		*dot = '\0';
		found = json_get_object(json, key, &json);
		if (found == JSON_ABSENT || found == JSON_NULL)
			return OAUTH2_ERR_OK;
		if (found != JSON_FOUND)
			return claims_refuse(key, found, d);
		key = dot + 1;
	}
	found = json_get_texts(json, key, GROUP_MAX, ret);
	if (found == JSON_TOO_LONG)
		return detail_fail(because(d, OAUTH2_CAUSE_POLICY),
		    OAUTH2_ERR_SYNTAX, "claim %.64s has too many groups", key);
	if (found == JSON_FOUND || found == JSON_ABSENT || found == JSON_NULL)
		return OAUTH2_ERR_OK;
	return claims_refuse(key, found, d);
}

/* One "NAME=VALUE" for every value. */
static enum oauth2_err
read_claim(const struct json *json, const char *name, struct strlist *ret,
    struct detail *d)
{
	AUTO(strlist_free) struct strlist values = STRLIST(IDENTITY_CLAIMS_MAX);
	enum oauth2_err err = read_texts(json, name, &values, d);

	for (size_t i = 0; err == OAUTH2_ERR_OK && i < values.count; i++) {
		AUTO(buf_free) struct buf b = BUF(VALUE_MAX + URI_MAX);

		buf_puts(&b, name);
		buf_putc(&b, '=');
		buf_puts(&b, values.items[i]);
		err = buf_err(&b);
		if (err == OAUTH2_ERR_OK)
			err = strlist_add(ret, buf_text(&b));
	}
	if (err == OAUTH2_ERR_LIMIT)
		return claims_refuse(name, JSON_TOO_LONG, d);
	return err;
}

static enum oauth2_err
read_document(const struct oauth2_client *c, const struct json *json,
    const struct oauth2_identity_query *query, struct identity *ret,
    struct detail *d)
{
	const struct strlist *claims = query != NULL ? query->claims : NULL;
	enum oauth2_err err;

	err = claims_read(c->provider, json, c->email_verified_string, ret, d);
	if (err == OAUTH2_ERR_OK && query != NULL &&
	    query->groups_claim != NULL)
		err = read_groups(json, query->groups_claim, &ret->groups, d);
	for (size_t i = 0; claims != NULL && i < claims->count; i++)
		if (err == OAUTH2_ERR_OK)
			err =
			    read_claim(json, claims->items[i], &ret->claims, d);
	return err;
}

static enum oauth2_err
fetch(const struct oauth2_client *c, const struct oauth2_token *token,
    const struct oauth2_identity_query *query, struct identity *ret,
    struct detail *d)
{
	AUTO(reply_free) struct reply reply = { 0 };
	enum oauth2_err err;

	err = request_get(
	    c, c->endpoints.userinfo_endpoint, token->access_token, &reply, d);
	if (err == OAUTH2_ERR_OK)
		err = read_document(c, reply.json, query, ret, d);
	if (err == OAUTH2_ERR_OK)
		err = subject_check(token->id_token, ret->sub, d);
	if (err == OAUTH2_ERR_OK && c->provider != NULL &&
	    c->provider->fetch != NULL)
		err = c->provider->fetch(c, token, ret, d);
	return err;
}

/* Where the token came with the name of its user there is no userinfo. */
static bool
is_told_by_token(const struct oauth2_client *c)
{
	return c->provider != NULL && c->provider->token_user != NULL;
}

static enum oauth2_err
identify(const struct oauth2_client *c, const struct oauth2_token *token,
    const struct oauth2_identity_query *query, struct identity *ret,
    struct detail *d)
{
	if (!is_told_by_token(c))
		return fetch(c, token, query, ret, d);
	if (token->user == NULL)
		return detail_fail(
		    d, OAUTH2_ERR_INTERNAL, "a token without its user");
	ret->sub = secret_strdup(token->user);
	return ret->sub != NULL ? OAUTH2_ERR_OK : OAUTH2_ERR_NOMEM;
}

unsigned
oauth2_identity_needs(const struct oauth2_client *c)
{
	return is_told_by_token(c) ? 0 : OAUTH2_NEEDS_USERINFO;
}

enum oauth2_err
oauth2_get_identity(const struct oauth2_client *c,
    const struct oauth2_token *token, const struct oauth2_identity_query *query,
    struct identity **ret, struct detail *d)
{
	AUTO(identity_free) struct identity *identity = identity_new();
	enum oauth2_err err;

	if (c->endpoints.userinfo_endpoint == NULL && !is_told_by_token(c))
		return detail_fail(
		    d, OAUTH2_ERR_INTERNAL, "userinfo_endpoint is not known");
	if (identity == NULL)
		return OAUTH2_ERR_NOMEM;
	identity->issuer = secret_strdup(c->issuer);
	if (identity->issuer == NULL)
		return OAUTH2_ERR_NOMEM;
	err = identify(c, token, query, identity, d);
	if (err != OAUTH2_ERR_OK)
		return request_failed(err, OAUTH2_ERR_GET_PROFILE);
	*ret = TAKE(identity);
	return OAUTH2_ERR_OK;
}
