#include "oauth2/grant.h"

#include "oauth2/field.h"

static enum oauth2_err
check_scopes(const struct oauth2_client *c, const struct oauth2_token *t,
    struct detail *d)
{
	for (size_t i = 0; i < c->required_scopes.count; i++)
		if (!oauth2_token_has_scope(t, c->required_scopes.items[i]))
			return detail_fail(because(d, OAUTH2_CAUSE_POLICY),
			    OAUTH2_ERR_GET_ACCESS_TOKEN,
			    "the required scope %.64s was not granted",
			    c->required_scopes.items[i]);
	return OAUTH2_ERR_OK;
}

/* GitHub and others list scopes with commas between them. */
static void
replace_commas(char *scope)
{
	for (; scope != NULL && *scope != '\0'; scope++)
		if (*scope == ',')
			*scope = ' ';
}

enum oauth2_err
grant_read(const struct oauth2_client *c, const struct json *json, int64_t now,
    struct oauth2_token **ret, struct detail *d)
{
	AUTO(oauth2_token_free) struct oauth2_token *t = NULL;
	enum oauth2_err err = token_read(json, c->provider, now, &t, d);

	if (err != OAUTH2_ERR_OK)
		return err;
	if (c->provider != NULL && c->provider->has_scope_commas)
		replace_commas(t->scope);
	err = check_scopes(c, t, d);
	if (err == OAUTH2_ERR_OK)
		*ret = TAKE(t);
	return err;
}

enum oauth2_err
grant_send(const struct oauth2_client *c, const char *url, struct buf *form,
    struct reply *ret, struct detail *d)
{
	struct post post = {
		.url = url,
		.form = form,
		.method = c->method,
		.once = true,
	};

	request_add_client(c, c->method, form);
	return request_send(c, &post, ret, d);
}
