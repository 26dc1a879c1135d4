#include "oauth2/code.h"

#include <string.h>

#include "base/text.h"
#include "oauth2/grant.h"
#include "oauth2/pkce.h"

#define FORM_MAX (64 * 1024)

static enum oauth2_err
check(const struct oauth2_code *code, struct detail *d)
{
	struct uri uri;

	if (code->code == NULL || strlen(code->code) > OAUTH2_CODE_MAX ||
	    !text_is_printable_ascii(code->code))
		return detail_fail(
		    d, OAUTH2_ERR_CONFIG, "code: missing or not valid");
	if (code->redirect_uri == NULL ||
	    uri_parse(code->redirect_uri, URI_ALLOW_QUERY | URI_ALLOW_LOOPBACK,
		&uri, NULL) != OAUTH2_ERR_OK)
		return detail_fail(
		    d, OAUTH2_ERR_CONFIG, "redirect_uri: missing or not valid");
	if (code->code_verifier != NULL &&
	    !oauth2_pkce_is_verifier(code->code_verifier))
		return detail_fail(
		    d, OAUTH2_ERR_CONFIG, "code_verifier: not valid");
	return OAUTH2_ERR_OK;
}

enum oauth2_err
oauth2_get_access_token(const struct oauth2_client *c,
    const struct oauth2_code *code, int64_t now, struct oauth2_token **ret,
    struct detail *d)
{
	AUTO(buf_free) struct buf form = BUF(FORM_MAX);
	AUTO(reply_free) struct reply reply = { 0 };
	enum oauth2_err err = check(code, d);

	if (err != OAUTH2_ERR_OK)
		return err;
	if (c->endpoints.token_endpoint == NULL)
		return detail_fail(
		    d, OAUTH2_ERR_INTERNAL, "token_endpoint is not known");
	uri_form_add(&form, "grant_type", "authorization_code");
	uri_form_add(&form, "code", code->code);
	uri_form_add(&form, "redirect_uri", code->redirect_uri);
	if (code->code_verifier != NULL)
		uri_form_add(&form, "code_verifier", code->code_verifier);
	err = grant_send(c, c->endpoints.token_endpoint, &form, &reply, d);
	if (err == OAUTH2_ERR_OK)
		err = grant_read(c, reply.json, now, ret, d);
	return request_failed(err, OAUTH2_ERR_GET_ACCESS_TOKEN);
}
