#include "oauth2/identity.h"

#include <string.h>

#include "base/secret.h"
#include "oauth2/claims.h"
#include "oauth2/field.h"
#include "oauth2/request.h"

/* The query of a caller, and what the client knows of its provider. */
static struct oauth2_identity_query
complete(
    const struct oauth2_client *c, const struct oauth2_identity_query *query)
{
	struct oauth2_identity_query whole = { 0 };

	if (query != NULL)
		whole = *query;
	whole.provider = c->provider;
	whole.is_text_true = c->email_verified_string;
	return whole;
}

static enum oauth2_err
read_document(const struct oauth2_client *c, const struct oauth2_token *token,
    const struct json *json, const struct oauth2_identity_query *query,
    struct identity *ret, struct detail *d)
{
	const struct oauth2_identity_query whole = complete(c, query);
	enum oauth2_err err = claims_read(json, &whole, ret, d);

	/* OpenID Connect Core 5.3.2: or it is no answer. */
	if (err == OAUTH2_ERR_OK && whole.sub != NULL &&
	    strcmp(whole.sub, ret->sub) != 0)
		return detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL),
		    OAUTH2_ERR_USERINFO_MISMATCH,
		    "userinfo and ID token are about different people");
	if (err == OAUTH2_ERR_OK && c->provider != NULL &&
	    c->provider->fetch != NULL)
		err = c->provider->fetch(c, token, ret, d);
	return err;
}

static enum oauth2_err
fetch(const struct oauth2_client *c, const struct oauth2_token *token,
    const struct oauth2_identity_query *query, struct oauth2_userinfo *ret,
    struct detail *d)
{
	AUTO(reply_free) struct reply reply = { 0 };
	enum oauth2_err err;

	err = request_get_userinfo(
	    c, c->endpoints.userinfo_endpoint, token->access_token, &reply, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (reply.jwt != NULL) {
		ret->jwt = TAKE(reply.jwt);
		return OAUTH2_ERR_OK;
	}
	return read_document(c, token, reply.json, query, ret->identity, d);
}

/* Where the token came with the name of its user there is no userinfo. */
static bool
is_told_by_token(const struct oauth2_client *c)
{
	return c->provider != NULL && c->provider->token_user != NULL;
}

static enum oauth2_err
identify(const struct oauth2_client *c, const struct oauth2_token *token,
    const struct oauth2_identity_query *query, struct oauth2_userinfo *ret,
    struct detail *d)
{
	if (!is_told_by_token(c))
		return fetch(c, token, query, ret, d);
	if (token->user == NULL)
		return detail_fail(
		    d, OAUTH2_ERR_INTERNAL, "a token without its user");
	ret->identity->sub = secret_strdup(token->user);
	return ret->identity->sub != NULL ? OAUTH2_ERR_OK : OAUTH2_ERR_NOMEM;
}

unsigned
oauth2_identity_needs(const struct oauth2_client *c)
{
	return is_told_by_token(c) ? 0 : OAUTH2_NEEDS_USERINFO;
}

enum oauth2_err
oauth2_get_userinfo(const struct oauth2_client *c,
    const struct oauth2_token *token, const struct oauth2_identity_query *query,
    struct oauth2_userinfo *ret, struct detail *d)
{
	if (c->endpoints.userinfo_endpoint == NULL && !is_told_by_token(c))
		return detail_fail(
		    d, OAUTH2_ERR_INTERNAL, "userinfo_endpoint is not known");
	ret->identity = identity_new();
	if (ret->identity == NULL)
		return OAUTH2_ERR_NOMEM;
	ret->identity->issuer = secret_strdup(c->issuer);
	if (ret->identity->issuer == NULL)
		return OAUTH2_ERR_NOMEM;
	return request_failed(
	    identify(c, token, query, ret, d), OAUTH2_ERR_GET_PROFILE);
}

enum oauth2_err
oauth2_get_identity(const struct oauth2_client *c,
    const struct oauth2_token *token, const struct oauth2_identity_query *query,
    struct identity **ret, struct detail *d)
{
	AUTO(oauth2_userinfo_free) struct oauth2_userinfo userinfo = { 0 };
	enum oauth2_err err;

	err = oauth2_get_userinfo(c, token, query, &userinfo, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (userinfo.jwt != NULL)
		return detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL),
		    OAUTH2_ERR_GET_PROFILE,
		    "userinfo is signed, and has to be verified");
	*ret = TAKE(userinfo.identity);
	return OAUTH2_ERR_OK;
}

void
oauth2_userinfo_free(struct oauth2_userinfo *userinfo)
{
	identity_free(userinfo->identity);
	secret_free(userinfo->jwt);
}
