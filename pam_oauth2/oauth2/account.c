#include "oauth2/account.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "oauth2/field.h"

#define SUB_MAX	  255
#define EMAIL_MAX 512 /* what an email may look like is not decided here */

enum oauth2_err
account_refuse(const char *name, enum json_found found, struct detail *d)
{
	if (found == JSON_NOMEM)
		return OAUTH2_ERR_NOMEM;
	return detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL), OAUTH2_ERR_SYNTAX,
	    "claim %.64s is %s", name,
	    found == JSON_ABSENT || found == JSON_NULL ? "missing"
	    : found == JSON_TOO_LONG		       ? "too long"
						       : "of another type");
}

enum oauth2_err
account_sub(const struct json *document, const char *name, char **ret_sub,
    struct detail *d)
{
	AUTO(secret_text_free) char *sub = NULL;
	enum oauth2_err err = field_text(document, name, SUB_MAX, &sub, d);

	if (err == OAUTH2_ERR_OK && !text_is_printable_ascii(sub))
		return account_refuse(name, JSON_WRONG_TYPE, d);
	if (err == OAUTH2_ERR_OK)
		*ret_sub = TAKE(sub);
	return err;
}

enum oauth2_err
account_sub_number(const struct json *document, const char *name,
    char **ret_sub, struct detail *d)
{
	char digits[24];
	int64_t id = 0;

	if (json_get_int64(document, name, &id) != JSON_FOUND || id <= 0)
		return detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL),
		    OAUTH2_ERR_SYNTAX,
		    "%.64s is not a whole number above 0 and below 2^53", name);
	(void)snprintf(digits, sizeof(digits), "%" PRId64, id);
	*ret_sub = secret_strdup(digits);
	return *ret_sub != NULL ? OAUTH2_ERR_OK : OAUTH2_ERR_NOMEM;
}

enum oauth2_err
account_email(const struct json *document, const char *name,
    struct identity *ret, struct detail *d)
{
	const char *email = "";
	enum json_found found =
	    json_get_text(document, name, EMAIL_MAX, &email);

	if (found == JSON_WRONG_TYPE || found == JSON_TOO_LONG)
		return account_refuse(name, found, d);
	if (email[0] == '\0')
		return OAUTH2_ERR_OK;
	ret->email = secret_strdup(email);
	return ret->email != NULL ? OAUTH2_ERR_OK : OAUTH2_ERR_NOMEM;
}

bool
account_is_true(
    const struct json *document, const char *name, bool is_text_true)
{
	const char *text = "";
	bool is_true = false;

	if (json_get_bool(document, name, &is_true) == JSON_FOUND)
		return is_true;
	return is_text_true &&
	       json_get_text(document, name, strlen("true"), &text) ==
		   JSON_FOUND &&
	       strcmp(text, "true") == 0;
}

enum oauth2_err
account_read_openid(const struct json *document, bool is_text_true,
    struct identity *ret, struct detail *d)
{
	enum oauth2_err err = account_sub(document, "sub", &ret->sub, d);

	if (err == OAUTH2_ERR_OK)
		err = account_email(document, "email", ret, d);
	ret->email_verified =
	    ret->email != NULL &&
	    account_is_true(document, "email_verified", is_text_true);
	return err;
}

enum oauth2_err
account_read(const struct oauth2_provider *provider,
    const struct json *document, bool is_text_true, struct identity *ret,
    struct detail *d)
{
	enum oauth2_err err;

	if (provider == NULL || provider->read == NULL)
		err = account_read_openid(document, is_text_true, ret, d);
	else
		err = provider->read(document, is_text_true, ret, d);
	if (provider != NULL && provider->email == OAUTH2_EMAIL_NEVER) {
		secret_free(TAKE(ret->email));
		ret->email_verified = false;
	}
	return err;
}
