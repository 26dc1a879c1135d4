#include "oauth2/claims.h"

#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "codec/uri.h"
#include "oauth2/account.h"
#include "oauth2/field.h"

#define VALUE_MAX 512 /* bytes of a claim's value */
#define GROUP_MAX 255 /* bytes of a group: no rule can name a longer one */

/* Of all groups, so that whoever reads them can pass them on. */
#define GROUPS_MAX (32 * 1024)

/* Of what was asked for: what is absent or null is not said. */
static enum oauth2_err
note(enum json_found found, const char *name, struct identity *ret,
    struct detail *d)
{
	if (found == JSON_ABSENT || found == JSON_NULL)
		return OAUTH2_ERR_OK;
	if (found != JSON_FOUND)
		return account_refuse(name, found, d);
	return strlist_add(&ret->said, name);
}

/*
 * Whether the groups are not in here but somewhere to be asked for them: a
 * distributed claim (OpenID Connect section 5.6.2), which is what Entra ID
 * sends for a person with more than 200 groups; or its `hasgroups`.
 */
static bool
are_elsewhere(const struct json *json, const char *path)
{
	const struct json *names;
	bool has_groups = true;

	if (json_get_object(json, "_claim_names", &names) == JSON_FOUND &&
	    json_has(names, path))
		return true;
	if (strcmp(path, "groups") != 0 || !json_has(json, "hasgroups"))
		return false;
	return json_get_bool(json, "hasgroups", &has_groups) != JSON_FOUND ||
	       has_groups;
}

static enum oauth2_err
overage(struct detail *d, const char *path, const char *why)
{
	return detail_fail(because(d, OAUTH2_CAUSE_POLICY),
	    OAUTH2_ERR_GROUPS_OVERAGE, "claim %.64s %s", path, why);
}

static bool
are_too_long(const struct strlist *groups)
{
	size_t sum = 0;

	for (size_t i = 0; i < groups->count; i++)
		sum += strlen(groups->items[i]);
	return sum > GROUPS_MAX;
}

/* A key that has dots itself (https://corp.example/groups) comes first. */
static enum oauth2_err
read_groups(const struct json *json, const char *path, struct identity *ret,
    struct detail *d)
{
	AUTO(secret_text_free) char *copy = secret_strdup(path);
	char *key = copy, *dot;
	enum json_found found;

	if (copy == NULL)
		return OAUTH2_ERR_NOMEM;
	if (are_elsewhere(json, path))
		return overage(d, path,
		    "is not sent: too many groups, limit them at the provider");
	while (!json_has(json, key) && (dot = strchr(key, '.')) != NULL) {
		*dot = '\0';
		found = json_get_object(json, key, &json);
		if (found == JSON_ABSENT || found == JSON_NULL)
			return OAUTH2_ERR_OK;
		if (found != JSON_FOUND)
			return account_refuse(key, found, d);
		key = dot + 1;
	}
	found = json_get_texts(json, key, GROUP_MAX, &ret->groups);
	if (found == JSON_TOO_LONG || are_too_long(&ret->groups))
		return overage(d, path, "has too many groups");
	return note(found, path, ret, d);
}

/* One "NAME=VALUE" for every value. */
static enum oauth2_err
read_claim(const struct json *json, const char *name, struct identity *ret,
    struct detail *d)
{
	AUTO(strlist_free) struct strlist values = STRLIST(IDENTITY_CLAIMS_MAX);
	enum oauth2_err err =
	    note(json_get_texts(json, name, VALUE_MAX, &values), name, ret, d);

	for (size_t i = 0; err == OAUTH2_ERR_OK && i < values.count; i++) {
		AUTO(buf_free) struct buf b = BUF(VALUE_MAX + URI_MAX);

		buf_puts(&b, name);
		buf_putc(&b, '=');
		buf_puts(&b, values.items[i]);
		err = buf_err(&b);
		if (err == OAUTH2_ERR_OK)
			err = strlist_add(&ret->claims, buf_text(&b));
	}
	if (err == OAUTH2_ERR_LIMIT)
		return account_refuse(name, JSON_TOO_LONG, d);
	return err;
}

enum oauth2_err
claims_read(const struct json *json, const struct oauth2_identity_query *query,
    struct identity *ret, struct detail *d)
{
	const struct strlist *claims = query->claims;
	enum oauth2_err err;

	err = account_read(query->provider, json, query->is_text_true, ret, d);
	if (err == OAUTH2_ERR_OK && query->groups_claim != NULL)
		err = read_groups(json, query->groups_claim, ret, d);
	for (size_t i = 0; claims != NULL && i < claims->count; i++)
		if (err == OAUTH2_ERR_OK)
			err = read_claim(json, claims->items[i], ret, d);
	return err;
}
