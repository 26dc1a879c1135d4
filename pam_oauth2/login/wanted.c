#include "login/wanted.h"

#include <string.h>

static enum oauth2_err
add(const char *name, struct strlist *ret)
{
	if (name == NULL || strlist_has(ret, name))
		return OAUTH2_ERR_OK;
	return strlist_add(ret, name);
}

/* What the settings demand. */
static enum oauth2_err
add_demanded(const struct signin *s, struct strlist *ret)
{
	const struct provider_settings *p = &s->settings->provider;
	enum oauth2_err err = add(p->hd != NULL ? "hd" : NULL, ret);

	if (err == OAUTH2_ERR_OK)
		err = add(p->tid != NULL ? "tid" : NULL, ret);
	return err;
}

enum oauth2_err
wanted_claims(const struct signin *s, struct strlist *ret)
{
	enum oauth2_err err = allowlist_claims(s->allowlist, ret);

	if (err == OAUTH2_ERR_OK)
		err = add_demanded(s, ret);
	return err;
}

enum oauth2_err
wanted_by_anybody(const struct signin *s, struct strlist *ret)
{
	const struct allowlist_mentions *all = &s->allowlist->mentions;
	const char *groups = s->settings->provider.groups_claim;
	enum oauth2_err err;

	if (all->has_too_many)
		return OAUTH2_ERR_OK;
	err = add("email", ret);
	if (err == OAUTH2_ERR_OK)
		err = add("email_verified", ret);
	if (err == OAUTH2_ERR_OK && all->has_group &&
	    strchr(groups, '.') == NULL)
		err = add(groups, ret);
	for (size_t i = 0; err == OAUTH2_ERR_OK && i < all->claims.count; i++)
		err = add(all->claims.items[i], ret);
	if (err == OAUTH2_ERR_OK)
		err = add_demanded(s, ret);
	return err;
}

const char *
wanted_groups(const struct signin *s)
{
	return allowlist_has_type(s->allowlist, ALLOWLIST_GROUP)
		   ? s->settings->provider.groups_claim
		   : NULL;
}

bool
wanted_email(const struct signin *s)
{
	return s->allowlist->count == 0 ||
	       allowlist_has_type(s->allowlist, ALLOWLIST_EMAIL) ||
	       allowlist_has_type(s->allowlist, ALLOWLIST_EMAIL_DOMAIN);
}
