#include "oauth2/identity.h"

#include "base/secret.h"
#include "oauth2/claims.h"
#include "oauth2/request.h"

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
		err = claims_read(reply.json, query, ret, d);
	return err;
}

enum oauth2_err
oauth2_get_identity(const struct oauth2_client *c,
    const struct oauth2_token *token, const struct oauth2_identity_query *query,
    struct identity **ret, struct detail *d)
{
	AUTO(identity_free) struct identity *identity = identity_new();
	enum oauth2_err err;

	if (c->endpoints.userinfo_endpoint == NULL)
		return detail_fail(
		    d, OAUTH2_ERR_INTERNAL, "userinfo_endpoint is not known");
	if (identity == NULL)
		return OAUTH2_ERR_NOMEM;
	identity->issuer = secret_strdup(c->issuer);
	if (identity->issuer == NULL)
		return OAUTH2_ERR_NOMEM;
	err = fetch(c, token, query, identity, d);
	if (err != OAUTH2_ERR_OK)
		return request_failed(err, OAUTH2_ERR_GET_PROFILE);
	*ret = TAKE(identity);
	return OAUTH2_ERR_OK;
}
