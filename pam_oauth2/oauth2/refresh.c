#include "oauth2/refresh.h"

#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "oauth2/grant.h"

#define FORM_MAX (64 * 1024)

static const char *const reserved[] = { "grant_type", "refresh_token",
	"client_id", "client_secret", "client_assertion",
	"client_assertion_type", NULL };

bool
oauth2_refresh_has(const char *name)
{
	for (const char *const *r = reserved; *r != NULL; r++)
		if (strcmp(*r, name) == 0)
			return true;
	return false;
}

/* The refresh token's own endpoint where it has one. */
static const char *
endpoint_of(const struct oauth2_client *c)
{
	return c->refresh_token_endpoint != NULL ? c->refresh_token_endpoint
						 : c->endpoints.token_endpoint;
}

static enum oauth2_err
make_form(const struct oauth2_refresh_request *request, struct buf *form,
    struct detail *d)
{
	const char *token = request->refresh_token;

	if (token == NULL || strlen(token) > OAUTH2_TOKEN_MAX ||
	    !text_is_printable_ascii(token))
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "refresh_token: missing or not valid");
	uri_form_add(form, "grant_type", "refresh_token");
	uri_form_add(form, "refresh_token", token);
	return parameters_add(&request->extras, reserved, form, d);
}

/* RFC 6749 section 6: no new one means that the old one goes on. */
static enum oauth2_err
keep_old(const char *refresh_token, struct oauth2_token *t)
{
	if (t->refresh_token != NULL)
		return OAUTH2_ERR_OK;
	t->refresh_token = secret_strdup(refresh_token);
	return t->refresh_token != NULL ? OAUTH2_ERR_OK : OAUTH2_ERR_NOMEM;
}

enum oauth2_err
oauth2_refresh_token(const struct oauth2_client *c,
    const struct oauth2_refresh_request *request, int64_t now,
    struct oauth2_token **ret, struct detail *d)
{
	AUTO(oauth2_token_free) struct oauth2_token *t = NULL;
	AUTO(buf_free) struct buf form = BUF(FORM_MAX);
	AUTO(reply_free) struct reply reply = { 0 };
	enum oauth2_err err;

	if (endpoint_of(c) == NULL)
		return detail_fail(d, OAUTH2_ERR_REFRESH_TOKEN_NOT_SUPPORTED,
		    "token_endpoint is not known");
	err = make_form(request, &form, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	err = grant_send(c, endpoint_of(c), &form, &reply, d);
	if (err == OAUTH2_ERR_OK)
		err = grant_read(c, reply.json, now, &t, d);
	if (err == OAUTH2_ERR_OK)
		err = keep_old(request->refresh_token, t);
	if (err == OAUTH2_ERR_OK)
		*ret = TAKE(t);
	return request_failed(err, OAUTH2_ERR_REFRESH_TOKEN);
}

bool
oauth2_refresh_is_over(enum oauth2_err err, const struct detail *d)
{
	return err == OAUTH2_ERR_REFRESH_TOKEN &&
	       d->cause == OAUTH2_CAUSE_HTTP &&
	       strcmp(d->error, "invalid_grant") == 0;
}
