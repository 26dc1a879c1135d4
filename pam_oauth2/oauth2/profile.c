#include "oauth2/profile.h"

#include "oauth2/identity.h"
#include "oauth2/request.h"

enum oauth2_err
oauth2_get_profile(const struct oauth2_client *c, const struct oauth2_token *t,
    struct json **ret, struct detail *d)
{
	const char *endpoint = c->endpoints.userinfo_endpoint;
	AUTO(reply_free) struct reply reply = { 0 };
	enum oauth2_err err;

	if (endpoint == NULL)
		return detail_fail(
		    d, OAUTH2_ERR_INTERNAL, "userinfo_endpoint is not known");
	err = request_get(c, endpoint, t->access_token, &reply, d);
	if (err == OAUTH2_ERR_OK)
		*ret = TAKE(reply.json);
	return request_failed(err, OAUTH2_ERR_GET_PROFILE);
}

enum oauth2_err
oauth2_get_id_email(const struct oauth2_client *c, const struct oauth2_token *t,
    struct identity **ret, struct detail *d)
{
	enum oauth2_err err = oauth2_get_identity(c, t, NULL, ret, d);

	return err == OAUTH2_ERR_GET_PROFILE ? OAUTH2_ERR_GET_ID_EMAIL : err;
}
