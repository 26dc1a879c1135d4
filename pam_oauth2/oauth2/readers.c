#include "oauth2/readers.h"

#include <string.h>

#include "base/secret.h"
#include "oauth2/field.h"

#define EMAILS_MAX 16
#define EMAIL_MAX  512
#define RESULT_MAX 16

/* An email that is not verified is none. */
static void
keep_email(struct identity *ret, bool is_verified)
{
	ret->email_verified = ret->email != NULL && is_verified;
	if (!ret->email_verified)
		secret_free(TAKE(ret->email));
}

/* Reddit, Facebook: an id, and nobody vouches for more. */
enum oauth2_err
readers_id(const struct json *document, bool is_text_true, struct identity *ret,
    struct detail *d)
{
	(void)is_text_true;
	return account_sub(document, "id", &ret->sub, d);
}

enum oauth2_err
readers_discord(const struct json *document, bool is_text_true,
    struct identity *ret, struct detail *d)
{
	enum oauth2_err err = readers_id(document, is_text_true, ret, d);

	if (err == OAUTH2_ERR_OK)
		err = account_email(document, "email", ret, d);
	keep_email(ret, account_is_true(document, "verified", false));
	return err;
}

/* Either names the address: a list of those that were verified, or a flag. */
enum oauth2_err
readers_egi(const struct json *document, bool is_text_true,
    struct identity *ret, struct detail *d)
{
	AUTO(strlist_free) struct strlist verified = STRLIST(EMAILS_MAX);
	const char *name = "voperson_verified_email";
	enum oauth2_err err;
	enum json_found found;

	err = account_read_openid(document, is_text_true, ret, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	found = json_get_texts(document, name, EMAIL_MAX, &verified);
	if (found == JSON_ABSENT || found == JSON_NULL)
		return OAUTH2_ERR_OK;
	if (found != JSON_FOUND)
		return account_refuse(name, found, d);
	/* More than one, and none of them is the person's choice. */
	if (ret->email == NULL && verified.count == 1) {
		ret->email = secret_strdup(verified.items[0]);
		if (ret->email == NULL)
			return OAUTH2_ERR_NOMEM;
	}
	if (ret->email != NULL && strlist_has(&verified, ret->email))
		ret->email_verified = true;
	return OAUTH2_ERR_OK;
}

/*
 * Email and UPN can be anything that an administrator of the tenant wrote
 * there. Whether the tenant owns the domain is xms_edov, which Entra writes
 * as true or as "1"; email_verified it does not know.
 */
enum oauth2_err
readers_entra(const struct json *document, bool is_text_true,
    struct identity *ret, struct detail *d)
{
	const char *text = "";
	enum oauth2_err err;

	err = account_read_openid(document, is_text_true, ret, d);
	ret->email_verified =
	    ret->email != NULL &&
	    (account_is_true(document, "xms_edov", false) ||
		(json_get_text(document, "xms_edov", 1, &text) == JSON_FOUND &&
		    strcmp(text, "1") == 0));
	return err;
}

/* Never the login, which can be given up and taken by somebody else. */
enum oauth2_err
readers_github(const struct json *document, bool is_text_true,
    struct identity *ret, struct detail *d)
{
	(void)is_text_true;
	return account_sub_number(document, "id", &ret->sub, d);
}

enum oauth2_err
readers_kakao(const struct json *document, bool is_text_true,
    struct identity *ret, struct detail *d)
{
	const struct json *account = NULL;
	enum json_found found;
	enum oauth2_err err;

	(void)is_text_true;
	err = account_sub_number(document, "id", &ret->sub, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	found = json_get_object(document, "kakao_account", &account);
	if (found == JSON_ABSENT || found == JSON_NULL)
		return OAUTH2_ERR_OK;
	if (found != JSON_FOUND)
		return account_refuse("kakao_account", found, d);
	err = account_email(account, "email", ret, d);
	/* Valid: it is still this person's; verified: it once was. */
	keep_email(
	    ret, account_is_true(account, "is_email_valid", false) &&
		     account_is_true(account, "is_email_verified", false));
	return err;
}

/* Success and failure are both HTTP 200. */
enum oauth2_err
readers_naver(const struct json *document, bool is_text_true,
    struct identity *ret, struct detail *d)
{
	const struct json *person = NULL;
	const char *code = "";
	enum json_found found;

	if (json_get_text(document, "resultcode", RESULT_MAX, &code) !=
		JSON_FOUND ||
	    strcmp(code, "00") != 0)
		return detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL),
		    OAUTH2_ERR_SYNTAX, "resultcode is not \"00\"");
	found = json_get_object(document, "response", &person);
	if (found != JSON_FOUND)
		return account_refuse("response", found, d);
	return readers_id(person, is_text_true, ret, d);
}
