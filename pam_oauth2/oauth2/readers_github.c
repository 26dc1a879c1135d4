/* The addresses of a GitHub account, which its profile does not tell. */
#include "oauth2/field.h"
#include "oauth2/readers.h"
#include "oauth2/request.h"

#define EMAILS "/emails?per_page=100"

/* The primary address, if it is verified. */
static enum oauth2_err
read_emails(const struct json *list, struct identity *ret, struct detail *d)
{
	const struct json *primary = NULL;
	enum oauth2_err err;

	for (const struct json *item = json_first(list); item != NULL;
	     item = json_next(item)) {
		if (!account_is_true(item, "primary", false))
			continue;
		if (primary != NULL)
			return account_refuse("primary", JSON_WRONG_TYPE, d);
		primary = item;
	}
	if (primary == NULL || !account_is_true(primary, "verified", false))
		return OAUTH2_ERR_OK;
	err = account_email(primary, "email", ret, d);
	ret->email_verified = ret->email != NULL;
	return err;
}

enum oauth2_err
readers_github_emails(const struct oauth2_client *c,
    const struct oauth2_token *token, struct identity *ret, struct detail *d)
{
	AUTO(buf_free) struct buf url = BUF(URI_MAX + sizeof(EMAILS));
	AUTO(reply_free) struct reply reply = { 0 };
	enum oauth2_err err;

	buf_puts(&url, c->endpoints.userinfo_endpoint);
	buf_puts(&url, EMAILS);
	err = buf_err(&url);
	if (err == OAUTH2_ERR_OK)
		err = request_get_list(
		    c, buf_text(&url), token->access_token, &reply, d);
	if (err == OAUTH2_ERR_HTTP &&
	    (reply.status == 403 || reply.status == 404))
		return detail_fail(
		    d, err, "no list of addresses: was user:email granted?");
	return err == OAUTH2_ERR_OK ? read_emails(reply.json, ret, d) : err;
}
