#include "oauth2/request.h"

#include <string.h>
#include <strings.h>

#include "base/secret.h"
#include "base/text.h"
#include "codec/base64url.h"
#include "codec/jws.h"
#include "net/http.h"
#include "oauth2/assertion.h"
#include "oauth2/field.h"

#define CREDENTIALS_MAX	  (16 * 1024)
#define AUTHORIZATION_MAX (2 * CREDENTIALS_MAX)

void
request_add_proof(const struct oauth2_client *c, enum client_auth_method method,
    struct buf *form)
{
	if (method == CLIENT_AUTH_SECRET_POST)
		uri_form_add(form, "client_secret", c->client_secret);
	else if (method == CLIENT_AUTH_PRIVATE_KEY_JWT)
		assertion_add(c, form);
}

void
request_add_client(const struct oauth2_client *c,
    enum client_auth_method method, struct buf *form)
{
	if (method == CLIENT_AUTH_SECRET_BASIC)
		return;
	uri_form_add(form, "client_id", c->client_id);
	request_add_proof(c, method, form);
}

/*
 * RFC 6749 section 2.3.1: form encoding first, so that : is no delimiter.
 * Some providers, and the reference, know nothing of that: basic_raw.
 */
static enum oauth2_err
make_basic(const struct oauth2_client *c, char **ret)
{
	AUTO(buf_free) struct buf plain = BUF(CREDENTIALS_MAX);
	AUTO(buf_free) struct buf header = BUF(AUTHORIZATION_MAX);

	void (*encode)(struct buf * b, const char *text) =
	    c->basic_raw ? buf_puts : uri_form_encode;

	encode(&plain, c->client_id);
	buf_putc(&plain, ':');
	encode(&plain, c->client_secret);
	if (plain.err != OAUTH2_ERR_OK)
		return plain.err;
	buf_puts(&header, "Basic ");
	base64_encode(&header, plain.data, plain.len);
	return buf_take_text(&header, ret);
}

static enum oauth2_err
make_bearer(const char *token, char **ret)
{
	AUTO(buf_free) struct buf header = BUF(AUTHORIZATION_MAX);

	buf_puts(&header, "Bearer ");
	buf_puts(&header, token);
	return buf_take_text(&header, ret);
}

static bool
is_type(const char *type, size_t n, const char *name)
{
	return n == strlen(name) && strncasecmp(type, name, n) == 0;
}

/*
 * application/json; for what is an error anyway also its kin, such as
 * application/problem+json. Parameters do not matter.
 */
static bool
is_json_type(const struct http_response *r, enum reply_expects expects)
{
	const char *type = r->content_type;
	size_t n = strcspn(type, "; \t");

	if (is_type(type, n, "application/json") ||
	    (expects == EXPECTS_JWKS &&
		is_type(type, n, "application/jwk-set+json")))
		return true;
	return r->status >= 300 && n > strlen("+json") &&
	       strncasecmp(type, "application/", strlen("application/")) == 0 &&
	       strncasecmp(type + n - strlen("+json"), "+json", 5) == 0;
}

/*
 * What the provider says about an error, fit for a log: "?" for what is
 * there but is no text.
 */
static void
note(const struct json *json, const char *name, char *ret, size_t size)
{
	const char *text = "";
	enum json_found found = json_get_text(json, name, HTTP_BODY_MAX, &text);

	if (found == JSON_ABSENT || found == JSON_NULL)
		return;
	text_clean(ret, size, text, strlen(text));
	if (ret[0] == '\0')
		text_clean(ret, size, "?", 1);
}

/* Where an array is expected an error is an object still. */
static enum oauth2_err
check_shape(const struct json *json, bool is_list, struct detail *d)
{
	if (is_list ? json_is_array(json) : json_is_object(json))
		return OAUTH2_ERR_OK;
	return detail_fail(d, OAUTH2_ERR_JSON, "the reply is not a JSON %s",
	    is_list ? "array" : "object");
}

static enum oauth2_err
read_json(const struct http_response *r, enum reply_expects expects,
    struct reply *ret, struct detail *d)
{
	enum oauth2_err err;

	if (!is_json_type(r, expects))
		return detail_fail(
		    d, OAUTH2_ERR_JSON, "the reply is not application/json");
	err = json_parse(r->body.data, r->body.len, &ret->json, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	note(ret->json, "error", ret->error, sizeof(ret->error));
	if (d != NULL) {
		note(ret->json, "error", d->error, sizeof(d->error));
		note(ret->json, "error_description", d->description,
		    sizeof(d->description));
	}
	return check_shape(ret->json, expects == EXPECTS_LIST, d);
}

/* Core 5.3.2: what it says is for who can verify it. */
static bool
is_signed(const struct http_response *r, enum reply_expects expects)
{
	const char *type = r->content_type;

	return expects == EXPECTS_USERINFO && r->status == 200 &&
	       is_type(type, strcspn(type, "; \t"), "application/jwt");
}

static enum oauth2_err
take_jwt(struct http_response *r, struct reply *ret, struct detail *d)
{
	enum oauth2_err err;

	if (r->body.len > JWS_MAX)
		return detail_fail(because(d, OAUTH2_CAUSE_TOO_BIG),
		    OAUTH2_ERR_LIMIT, "signed userinfo is too long");
	err = buf_take_text(&r->body, &ret->jwt);
	if (err == OAUTH2_ERR_OK && text_is_visible_ascii(ret->jwt))
		return err;
	return err == OAUTH2_ERR_NOMEM
		   ? err
		   : detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL),
			 OAUTH2_ERR_SYNTAX, "signed userinfo is no JWT");
}

static bool
is_success(int status, enum reply_expects expects)
{
	if (expects == EXPECTS_CREATED)
		return status == 201;
	return status == 200 || (status == 204 && expects == EXPECTS_NOTHING);
}

static enum oauth2_err
judge(const struct http_response *r, enum reply_expects expects,
    struct reply *ret, struct detail *d)
{
	enum oauth2_err err;

	ret->status = r->status;
	err = read_json(r, expects, ret, d);
	if (err == OAUTH2_ERR_NOMEM)
		return err;
	if (!is_success(r->status, expects) || ret->error[0] != '\0')
		return detail_fail(because(d, OAUTH2_CAUSE_HTTP),
		    OAUTH2_ERR_HTTP, "the provider answered HTTP %d",
		    r->status);
	if (expects == EXPECTS_NOTHING)
		return detail_fail(d, OAUTH2_ERR_OK, "%s", "");
	if (err != OAUTH2_ERR_OK)
		because(d, OAUTH2_CAUSE_JSON);
	return err;
}

static enum oauth2_err
send(const struct oauth2_client *c, const struct http_request *request,
    enum reply_expects expects, struct reply *ret, struct detail *d)
{
	AUTO(http_response_free) struct http_response r = HTTP_RESPONSE;
	enum oauth2_err err;

	if (c->http == NULL)
		return detail_fail(d, OAUTH2_ERR_INTERNAL, "no network");
	err = http_request(c->http, request, &r, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	memcpy(ret->etag, r.etag, sizeof(ret->etag));
	if (request->if_none_match != NULL && r.status == 304) {
		ret->status = r.status;
		return OAUTH2_ERR_OK;
	}
	if (is_signed(&r, expects))
		return take_jwt(&r, ret, d);
	return judge(&r, expects, ret, d);
}

enum oauth2_err
request_send(const struct oauth2_client *c, const struct post *post,
    struct reply *ret, struct detail *d)
{
	struct http_request request = { .url = post->url, .once = post->once };
	AUTO(secret_text_free) char *authorization = NULL;
	enum oauth2_err err = buf_err(post->form);

	if (err == OAUTH2_ERR_INTERNAL)
		detail_fail(d, err, "the client could not prove itself");
	if (err == OAUTH2_ERR_OK && post->method == CLIENT_AUTH_SECRET_BASIC)
		err = make_basic(c, &authorization);
	if (err != OAUTH2_ERR_OK)
		return err;
	request.authorization = authorization;
	request.form = buf_text(post->form);
	return send(c, &request, post->expects, ret, d);
}

enum oauth2_err
request_post(const struct oauth2_client *c, const char *url, struct buf *form,
    struct reply *ret, struct detail *d)
{
	struct post post = {
		.url = url,
		.form = form,
		.method = c->method,
		.once = true,
	};

	return request_send(c, &post, ret, d);
}

struct get {
	const char *url;
	const char *bearer; /* or NULL */
	enum reply_expects expects;
};

static enum oauth2_err
get(const struct oauth2_client *c, const struct get *get, struct reply *ret,
    struct detail *d)
{
	AUTO(secret_text_free) char *authorization = NULL;
	struct http_request request = { .url = get->url };
	enum oauth2_err err = OAUTH2_ERR_OK;

	if (get->bearer != NULL)
		err = make_bearer(get->bearer, &authorization);
	if (err != OAUTH2_ERR_OK)
		return err;
	request.authorization = authorization;
	return send(c, &request, get->expects, ret, d);
}

enum oauth2_err
request_get(const struct oauth2_client *c, const char *url, const char *bearer,
    struct reply *ret, struct detail *d)
{
	const struct get object = { url, bearer, EXPECTS_JSON };

	return get(c, &object, ret, d);
}

enum oauth2_err
request_get_userinfo(const struct oauth2_client *c, const char *url,
    const char *bearer, struct reply *ret, struct detail *d)
{
	const struct get userinfo = { url, bearer, EXPECTS_USERINFO };

	return get(c, &userinfo, ret, d);
}

enum oauth2_err
request_get_list(const struct oauth2_client *c, const char *url,
    const char *bearer, struct reply *ret, struct detail *d)
{
	const struct get list = { url, bearer, EXPECTS_LIST };

	return get(c, &list, ret, d);
}

enum oauth2_err
request_get_document(const struct oauth2_client *c,
    const struct document *document, struct reply *ret, struct detail *d)
{
	const struct http_request request = {
		.url = document->url,
		.if_none_match = document->etag,
	};

	return send(c, &request, document->expects, ret, d);
}

enum oauth2_err
request_failed(enum oauth2_err err, enum oauth2_err flow)
{
	switch (err) {
	case OAUTH2_ERR_OK:
	case OAUTH2_ERR_NOMEM:
	case OAUTH2_ERR_INTERNAL:
	case OAUTH2_ERR_CLOSED:
	case OAUTH2_ERR_POLICY:
	case OAUTH2_ERR_USERINFO_MISMATCH:
		return err;
	default:
		return flow;
	}
}
