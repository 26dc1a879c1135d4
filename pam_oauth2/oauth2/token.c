#include "oauth2/token.h"

#include <string.h>
#include <strings.h>

#include "base/secret.h"
#include "codec/jws.h"
#include "oauth2/account.h"
#include "oauth2/field.h"
#include "oauth2/request.h"

#define TOKEN_TYPE_MAX	 64
#define SCOPE_MAX	 4096
#define EXPIRES_IN_MAX_S (INT64_C(10) * 366 * 24 * 3600)

static enum oauth2_err
check_type(const struct json *json, const struct oauth2_provider *provider,
    struct detail *d)
{
	AUTO(secret_text_free) char *type = NULL;
	enum oauth2_err err;

	if (provider != NULL && provider->has_no_token_type &&
	    !json_has(json, "token_type"))
		return OAUTH2_ERR_OK;
	err = field_token(json, "token_type", TOKEN_TYPE_MAX, &type, d);
	if (err == OAUTH2_ERR_OK && strcasecmp(type, "bearer") != 0)
		err = detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL),
		    OAUTH2_ERR_SYNTAX, "token_type is not Bearer");
	return err;
}

/* The server's clock is not ours: its own expires_at is not looked at. */
static enum oauth2_err
read_expiry(
    const struct json *json, int64_t now, int64_t *ret, struct detail *d)
{
	int64_t expires_in;
	enum oauth2_err err;

	err =
	    field_integer(json, "expires_in", EXPIRES_IN_MAX_S, &expires_in, d);
	if (err != OAUTH2_ERR_OK)
		return field_optional(err, d);
	if (expires_in < 0)
		return detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL),
		    OAUTH2_ERR_SYNTAX, "expires_in is negative");
	*ret = now + expires_in;
	return OAUTH2_ERR_OK;
}

/* Who it is for, where no other request would tell. */
static enum oauth2_err
read_user(const struct json *json, const struct oauth2_provider *provider,
    char **ret, struct detail *d)
{
	const struct json *user = NULL;
	enum json_found found;

	if (provider == NULL || provider->token_user == NULL)
		return OAUTH2_ERR_OK;
	found = json_get_object(json, provider->token_user, &user);
	if (found != JSON_FOUND)
		return account_refuse(provider->token_user, found, d);
	return account_sub_number(user, "id", ret, d);
}

static enum oauth2_err
read_all(const struct json *json, int64_t now, struct oauth2_token *t,
    struct detail *d)
{
	enum oauth2_err err;

	err = field_token(
	    json, "access_token", OAUTH2_TOKEN_MAX, &t->access_token, d);
	if (err == OAUTH2_ERR_OK)
		err =
		    field_optional(field_token(json, "refresh_token",
				       OAUTH2_TOKEN_MAX, &t->refresh_token, d),
			d);
	if (err == OAUTH2_ERR_OK)
		err = field_optional(
		    field_token(json, "id_token", JWS_MAX, &t->id_token, d), d);
	if (err == OAUTH2_ERR_OK)
		err = field_optional(
		    field_text(json, "scope", SCOPE_MAX, &t->scope, d), d);
	if (err == OAUTH2_ERR_OK)
		err = read_expiry(json, now, &t->expires_at, d);
	return err;
}

enum oauth2_err
oauth2_token_parse(const struct json *json, int64_t now,
    struct oauth2_token **ret, struct detail *d)
{
	return token_read(json, NULL, now, ret, d);
}

enum oauth2_err
token_read(const struct json *json, const struct oauth2_provider *provider,
    int64_t now, struct oauth2_token **ret, struct detail *d)
{
	AUTO(oauth2_token_free)
	struct oauth2_token *t = secret_alloc(sizeof(*t));
	enum oauth2_err err;

	if (t == NULL)
		return OAUTH2_ERR_NOMEM;
	err = check_type(json, provider, d);
	if (err == OAUTH2_ERR_OK)
		err = read_all(json, now, t, d);
	if (err == OAUTH2_ERR_OK)
		err = read_user(json, provider, &t->user, d);
	if (err != OAUTH2_ERR_OK)
		return request_failed(err, OAUTH2_ERR_GET_ACCESS_TOKEN);
	*ret = TAKE(t);
	return OAUTH2_ERR_OK;
}

bool
oauth2_token_is_expired(const struct oauth2_token *t, int64_t now, int64_t skew)
{
	return t->expires_at != 0 && now >= t->expires_at - skew;
}

bool
oauth2_token_has_scope(const struct oauth2_token *t, const char *scope)
{
	const char *at = t->scope;
	size_t n;

	if (at == NULL)
		return true;
	for (; *at != '\0'; at += n) {
		at += strspn(at, " ");
		n = strcspn(at, " ");
		if (n > 0 && n == strlen(scope) && memcmp(at, scope, n) == 0)
			return true;
	}
	return false;
}

void
oauth2_token_free(struct oauth2_token *t)
{
	if (t == NULL)
		return;
	secret_free(t->access_token);
	secret_free(t->refresh_token);
	secret_free(t->id_token);
	secret_free(t->scope);
	secret_free(t->user);
	secret_free(t);
}
