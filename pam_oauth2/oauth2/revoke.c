#include "oauth2/revoke.h"

#include <string.h>

#include "base/text.h"
#include "oauth2/request.h"
#include "oauth2/token.h"

#define FORM_MAX (64 * 1024)
#define HINT_MAX 64

static enum oauth2_err
check(const char *token, const char *hint, struct detail *d)
{
	if (token == NULL || strlen(token) > OAUTH2_TOKEN_MAX ||
	    !text_is_printable_ascii(token))
		return detail_fail(
		    d, OAUTH2_ERR_CONFIG, "token: missing or not valid");
	if (hint != NULL &&
	    (strlen(hint) > HINT_MAX || !text_is_visible_ascii(hint)))
		return detail_fail(
		    d, OAUTH2_ERR_CONFIG, "token_type_hint: not valid");
	return OAUTH2_ERR_OK;
}

enum oauth2_err
oauth2_revoke_token(const struct oauth2_client *c, const char *token,
    const char *token_type_hint, struct detail *d)
{
	AUTO(buf_free) struct buf form = BUF(FORM_MAX);
	AUTO(reply_free) struct reply reply = { 0 };
	struct post post = {
		.url = c->endpoints.revocation_endpoint,
		.form = &form,
		.method = c->revocation_method,
		.expects = EXPECTS_NOTHING,
	};
	enum oauth2_err err;

	if (post.url == NULL)
		return detail_fail(d, OAUTH2_ERR_REVOKE_TOKEN_NOT_SUPPORTED,
		    "revocation_endpoint is not known");
	err = check(token, token_type_hint, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	uri_form_add(&form, "token", token);
	if (token_type_hint != NULL)
		uri_form_add(&form, "token_type_hint", token_type_hint);
	request_add_client(c, post.method, &form);
	err = request_send(c, &post, &reply, d);
	return request_failed(err, OAUTH2_ERR_REVOKE_TOKEN);
}
