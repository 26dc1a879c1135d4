#include "oauth2/authorize.h"

#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "oauth2/field.h"
#include "oauth2/pkce.h"
#include "oauth2/request.h"
#include "oauth2/scope.h"

#define VALUE_MAX	 1024 /* bytes of state and nonce */
#define REQUEST_URI_MAX	 1024
#define EXPIRES_IN_MAX_S (24 * 3600)
#define CHALLENGE_SIZE	 43 /* of S256: a SHA-256 digest in base64url */
#define BASE64URL \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

static const char *const reserved[] = { "response_type", "client_id",
	"redirect_uri", "state", "scope", "code_challenge",
	"code_challenge_method", "nonce", "request", "request_uri",
	"client_secret", "client_assertion", "client_assertion_type", NULL };

bool
oauth2_authorization_has(const char *name)
{
	for (const char *const *r = reserved; *r != NULL; r++)
		if (strcmp(*r, name) == 0)
			return true;
	return false;
}

static enum oauth2_err
refuse(struct detail *d, const char *name, const char *why)
{
	return detail_fail(d, OAUTH2_ERR_CONFIG, "%s: %.200s", name, why);
}

static enum oauth2_err
check_redirect_uri(const char *text, struct detail *d)
{
	struct detail why = { 0 };
	struct uri uri;

	if (text == NULL)
		return refuse(d, "redirect_uri", "missing");
	if (uri_parse(text, URI_ALLOW_QUERY | URI_ALLOW_LOOPBACK, &uri, &why) !=
	    OAUTH2_ERR_OK)
		return refuse(d, "redirect_uri", why.text);
	return OAUTH2_ERR_OK;
}

/* What comes back as it is: state and nonce. */
static enum oauth2_err
check_value(const char *name, const char *text, struct detail *d)
{
	if (text == NULL)
		return OAUTH2_ERR_OK;
	if (*text == '\0' || strlen(text) > VALUE_MAX ||
	    !text_is_printable(text))
		return refuse(d, name, "not valid");
	return OAUTH2_ERR_OK;
}

/* RFC 7636 section 4.3; who could do S256 does. */
static enum oauth2_err
check_challenge(const struct oauth2_client *c,
    const struct oauth2_authorization_request *r, struct detail *d)
{
	const char *challenge = r->code_challenge;
	const char *method = r->code_challenge_method;

	if (challenge == NULL && method == NULL)
		return OAUTH2_ERR_OK;
	if (challenge == NULL || method == NULL)
		return refuse(
		    d, "code_challenge", "not without code_challenge_method");
	if (c->pkce_plain && strcmp(method, "plain") == 0)
		return oauth2_pkce_is_verifier(challenge)
			   ? OAUTH2_ERR_OK
			   : refuse(d, "code_challenge", "not valid");
	if (strcmp(method, "S256") != 0)
		return refuse(d, "code_challenge_method", "not S256");
	if (strlen(challenge) != CHALLENGE_SIZE ||
	    !text_has_only(challenge, BASE64URL))
		return refuse(d, "code_challenge", "not valid");
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
check(const struct oauth2_client *c,
    const struct oauth2_authorization_request *r, struct detail *d)
{
	enum oauth2_err err;

	if (c->endpoints.authorization_endpoint == NULL)
		return detail_fail(d, OAUTH2_ERR_INTERNAL,
		    "authorization_endpoint is not known");
	err = check_redirect_uri(r->redirect_uri, d);
	if (err == OAUTH2_ERR_OK)
		err = check_value("state", r->state, d);
	if (err == OAUTH2_ERR_OK)
		err = check_value("nonce", r->nonce, d);
	return err == OAUTH2_ERR_OK ? check_challenge(c, r, d) : err;
}

/* The scopes to ask for, NULL for none; *copy is to be freed. */
static enum oauth2_err
scope_of(const struct oauth2_client *c,
    const struct oauth2_authorization_request *r, char **copy, const char **ret,
    struct detail *d)
{
	struct detail why = { 0 };
	enum oauth2_err err;

	*ret = c->scope;
	if (r->scopes == NULL)
		return OAUTH2_ERR_OK;
	err = scope_join(r->scopes, copy, &why);
	*ret = *copy;
	return err == OAUTH2_ERR_CONFIG ? refuse(d, "scopes", why.text) : err;
}

static void
add(struct buf *form, const char *name, const char *value)
{
	if (value != NULL)
		uri_form_add(form, name, value);
}

/* The parameters in the order of the contract. */
static enum oauth2_err
make_form(const struct oauth2_client *c,
    const struct oauth2_authorization_request *r, struct buf *form,
    struct detail *d)
{
	AUTO(secret_text_free) char *copy = NULL;
	const char *scope;
	enum oauth2_err err = check(c, r, d);

	if (err == OAUTH2_ERR_OK)
		err = scope_of(c, r, &copy, &scope, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	add(form, "response_type", "code");
	add(form, "client_id", c->client_id);
	add(form, "redirect_uri", r->redirect_uri);
	add(form, "state", r->state);
	add(form, "scope", scope);
	add(form, "code_challenge", r->code_challenge);
	add(form, "code_challenge_method", r->code_challenge_method);
	add(form, "nonce", r->nonce);
	return parameters_add(&r->extras, reserved, form, d);
}

/* The endpoint may have a query of its own. */
static enum oauth2_err
make_url(const struct oauth2_client *c, struct buf *form, char **ret,
    struct detail *d)
{
	const char *endpoint = c->endpoints.authorization_endpoint;
	const char *query = strchr(endpoint, '?');
	AUTO(buf_free) struct buf url = BUF(OAUTH2_AUTHORIZATION_URL_MAX);
	enum oauth2_err err = buf_err(form);

	buf_puts(&url, endpoint);
	if (query == NULL)
		buf_putc(&url, '?');
	else if (query[1] != '\0' && endpoint[strlen(endpoint) - 1] != '&')
		buf_putc(&url, '&');
	buf_puts(&url, buf_text(form));
	if (err == OAUTH2_ERR_OK)
		err = buf_take_text(&url, ret);
	if (err == OAUTH2_ERR_LIMIT)
		return refuse(d, "authorization request", "too long");
	return err;
}

enum oauth2_err
oauth2_get_authorization_url(const struct oauth2_client *c,
    const struct oauth2_authorization_request *request, char **ret_url,
    struct detail *d)
{
	AUTO(buf_free) struct buf form = BUF(OAUTH2_AUTHORIZATION_URL_MAX);
	enum oauth2_err err = make_form(c, request, &form, d);

	return err == OAUTH2_ERR_OK ? make_url(c, &form, ret_url, d) : err;
}

/* RFC 9126 section 2.2. */
static enum oauth2_err
read_pushed(const struct json *json, char **ret_request_uri,
    int *ret_expires_in, struct detail *d)
{
	AUTO(secret_text_free) char *request_uri = NULL;
	int64_t expires_in;
	enum oauth2_err err;

	err =
	    field_token(json, "request_uri", REQUEST_URI_MAX, &request_uri, d);
	if (err == OAUTH2_ERR_OK)
		err = field_integer(
		    json, "expires_in", EXPIRES_IN_MAX_S, &expires_in, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (expires_in < 1)
		return detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL),
		    OAUTH2_ERR_SYNTAX, "expires_in is not above 0");
	*ret_expires_in = (int)expires_in;
	*ret_request_uri = TAKE(request_uri);
	return OAUTH2_ERR_OK;
}

/* The form already names the client; its proof comes last. */
static enum oauth2_err
push(const struct oauth2_client *c, struct buf *form, char **ret_request_uri,
    int *ret_expires_in, struct detail *d)
{
	AUTO(reply_free) struct reply reply = { 0 };
	struct post post = {
		.url = c->endpoints.pushed_authorization_request_endpoint,
		.form = form,
		.method = c->method,
		.expects = EXPECTS_CREATED,
	};
	enum oauth2_err err;

	request_add_proof(c, post.method, form);
	err = request_send(c, &post, &reply, d);
	if (err == OAUTH2_ERR_OK)
		err =
		    read_pushed(reply.json, ret_request_uri, ret_expires_in, d);
	return request_failed(err, OAUTH2_ERR_PUSHED_AUTHORIZATION);
}

enum oauth2_err
oauth2_push_authorization_request(const struct oauth2_client *c,
    const struct oauth2_authorization_request *request, char **ret_url,
    int *ret_expires_in, struct detail *d)
{
	AUTO(buf_free) struct buf form = BUF(2 * OAUTH2_AUTHORIZATION_URL_MAX);
	AUTO(secret_text_free) char *request_uri = NULL;
	int expires_in = 0;
	enum oauth2_err err;

	if (c->endpoints.pushed_authorization_request_endpoint == NULL)
		return detail_fail(d, OAUTH2_ERR_INTERNAL,
		    "pushed_authorization_request_endpoint is not known");
	err = make_form(c, request, &form, d);
	if (err == OAUTH2_ERR_OK)
		err = push(c, &form, &request_uri, &expires_in, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	buf_reset(&form);
	uri_form_add(&form, "client_id", c->client_id);
	uri_form_add(&form, "request_uri", request_uri);
	err = make_url(c, &form, ret_url, d);
	if (err == OAUTH2_ERR_OK)
		*ret_expires_in = expires_in;
	return err;
}
