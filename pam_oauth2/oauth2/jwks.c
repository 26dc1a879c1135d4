#include "oauth2/jwks.h"

#include "oauth2/field.h"
#include "oauth2/request.h"

static enum oauth2_err
check(const struct json *json, struct detail *d)
{
	const struct json *keys, *key = NULL;
	bool are_objects = true;
	size_t count = 0;

	if (json_get_array(json, "keys", &keys) == JSON_FOUND)
		key = json_first(keys);
	for (; key != NULL; key = json_next(key), count++)
		are_objects &= json_is_object(key);
	if (count > OAUTH2_JWKS_KEYS_MAX)
		return detail_fail(because(d, OAUTH2_CAUSE_TOO_BIG),
		    OAUTH2_ERR_LIMIT, "the key set has too many keys");
	if (count == 0 || !are_objects)
		return detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL),
		    OAUTH2_ERR_SYNTAX, "the key set has no valid keys");
	return OAUTH2_ERR_OK;
}

enum oauth2_err
oauth2_fetch_jwks(
    const struct oauth2_client *c, struct json **ret, struct detail *d)
{
	AUTO(reply_free) struct reply reply = { 0 };
	enum oauth2_err err;

	if (c->endpoints.jwks_uri == NULL)
		return detail_fail(
		    d, OAUTH2_ERR_INTERNAL, "jwks_uri is not known");
	err = request_get_jwks(c, c->endpoints.jwks_uri, &reply, d);
	if (err == OAUTH2_ERR_OK)
		err = check(reply.json, d);
	if (err == OAUTH2_ERR_OK)
		*ret = TAKE(reply.json);
	return request_failed(err, OAUTH2_ERR_JWKS);
}
