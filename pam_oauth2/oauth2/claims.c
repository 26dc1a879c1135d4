#include "oauth2/claims.h"

#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "codec/uri.h"
#include "oauth2/field.h"

#define SUB_MAX	  255
#define EMAIL_MAX 512 /* what an email may look like is not decided here */
#define VALUE_MAX 512 /* bytes of a claim's value */
#define GROUP_MAX 255 /* bytes of a group: no rule can name a longer one */

static enum oauth2_err
refuse(const char *name, enum json_found found, struct detail *d)
{
	if (found == JSON_NOMEM)
		return OAUTH2_ERR_NOMEM;
	return detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL), OAUTH2_ERR_SYNTAX,
	    "claim %.64s is %s", name,
	    found == JSON_TOO_LONG ? "too long" : "of another type");
}

static enum oauth2_err
read_sub(const struct json *json, struct identity *ret, struct detail *d)
{
	enum oauth2_err err = field_text(json, "sub", SUB_MAX, &ret->sub, d);

	if (err == OAUTH2_ERR_OK && !text_is_printable_ascii(ret->sub))
		return refuse("sub", JSON_WRONG_TYPE, d);
	return err;
}

static enum oauth2_err
read_email(const struct json *json, struct identity *ret, struct detail *d)
{
	const char *email = "";
	bool is_verified = false;
	enum json_found found;

	found = json_get_text(json, "email", EMAIL_MAX, &email);
	if (found == JSON_WRONG_TYPE || found == JSON_TOO_LONG)
		return refuse("email", found, d);
	if (email[0] == '\0')
		return OAUTH2_ERR_OK;
	ret->email = secret_strdup(email);
	if (ret->email == NULL)
		return OAUTH2_ERR_NOMEM;
	/* The JSON value true; not 1, not "true". */
	ret->email_verified =
	    json_get_bool(json, "email_verified", &is_verified) == JSON_FOUND &&
	    is_verified;
	return OAUTH2_ERR_OK;
}

/* Texts of a claim; what is absent or null adds none. */
static enum oauth2_err
read_texts(const struct json *json, const char *name, struct strlist *ret,
    struct detail *d)
{
	enum json_found found = json_get_texts(json, name, VALUE_MAX, ret);

	if (found == JSON_FOUND || found == JSON_ABSENT || found == JSON_NULL)
		return OAUTH2_ERR_OK;
	return refuse(name, found, d);
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
	if (are_elsewhere(json, path))
		return overage(d, path,
		    "is not sent: too many groups, limit them at the provider");
	while (!json_has(json, key) && (dot = strchr(key, '.')) != NULL) {
		*dot = '\0';
		found = json_get_object(json, key, &json);
		if (found == JSON_ABSENT || found == JSON_NULL)
			return OAUTH2_ERR_OK;
		if (found != JSON_FOUND)
			return refuse(key, found, d);
		key = dot + 1;
	}
	found = json_get_texts(json, key, GROUP_MAX, ret);
	if (found == JSON_TOO_LONG)
		return overage(d, path, "has too many groups");
	if (found == JSON_FOUND || found == JSON_ABSENT || found == JSON_NULL)
		return OAUTH2_ERR_OK;
	return refuse(key, found, d);
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
		return refuse(name, JSON_TOO_LONG, d);
	return err;
}

enum oauth2_err
claims_read(const struct json *json, const struct oauth2_identity_query *query,
    struct identity *ret, struct detail *d)
{
	const struct strlist *claims = query != NULL ? query->claims : NULL;
	enum oauth2_err err;

	err = read_sub(json, ret, d);
	if (err == OAUTH2_ERR_OK)
		err = read_email(json, ret, d);
	if (err == OAUTH2_ERR_OK && query != NULL &&
	    query->groups_claim != NULL)
		err = read_groups(json, query->groups_claim, &ret->groups, d);
	for (size_t i = 0; claims != NULL && i < claims->count; i++)
		if (err == OAUTH2_ERR_OK)
			err =
			    read_claim(json, claims->items[i], &ret->claims, d);
	return err;
}
