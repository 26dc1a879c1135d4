/* One request to a provider and its JSON reply: for this floor only. */
#ifndef PAM_OAUTH2_OAUTH2_REQUEST_H
#define PAM_OAUTH2_OAUTH2_REQUEST_H

#include "base/buf.h"
#include "base/secret.h"
#include "codec/json.h"
#include "net/http.h"
#include "oauth2/client_state.h"

struct reply {
	int status;	/* 0: none came */
	char error[65]; /* the provider's `error`, cleaned; "" without */
	char etag[HTTP_ETAG_SIZE];
	struct json *json; /* NULL unless an object or array could be read */
	char *jwt;	   /* in place of it, for EXPECTS_USERINFO */
};

static inline void
reply_free(struct reply *r)
{
	json_free(r->json);
	secret_free(r->jwt);
}

static inline void
reply_free_scope(struct reply *r)
{
	reply_free(r);
}

/* What success looks like; never with an `error` in it. */
enum reply_expects {
	EXPECTS_JSON,	  /* HTTP 200 and an object */
	EXPECTS_JWKS,	  /* the same; a key set has a media type of its own */
	EXPECTS_USERINFO, /* the same, or a signed one (application/jwt) */
	EXPECTS_LIST,	  /* HTTP 200 and an array */
	EXPECTS_CREATED,  /* HTTP 201 and an object */
	EXPECTS_NOTHING,  /* HTTP 200 or 204, whatever the body */
};

struct post {
	const char *url;
	struct buf *form;
	enum client_auth_method method;
	enum reply_expects expects;
	bool once; /* it spends something: never sent twice */
};

/*
 * The client's part of a form body by a method: the id and what proves it;
 * nothing for client_secret_basic. What fails sticks to the form.
 */
void request_add_client(const struct oauth2_client *c,
    enum client_auth_method method, struct buf *form);

/* The proof alone, for a form that has the id: a secret or an assertion. */
void request_add_proof(const struct oauth2_client *c,
    enum client_auth_method method, struct buf *form);

/*
 * POST a form, with the client's authentication in a header where that is
 * the method.
 *
 * d        also says the provider's error and description, cleaned.
 *
 * Errors: HTTP (any other reply: see ret->status and ret->error), JSON, and
 * as http_request().
 */
enum oauth2_err request_send(const struct oauth2_client *c,
    const struct post *post, struct reply *ret, struct detail *d) MUST_CHECK;

/*
 * The same by the client's own method for JSON, never sent twice: the
 * repetition of a poll would be a poll too soon. Errors as request_send().
 */
enum oauth2_err request_post(const struct oauth2_client *c, const char *url,
    struct buf *form, struct reply *ret, struct detail *d) MUST_CHECK;

/*
 * GET a JSON object; bearer is an access token for the header (RFC 6750
 * section 2.1), or NULL. Errors as request_send().
 */
enum oauth2_err request_get(const struct oauth2_client *c, const char *url,
    const char *bearer, struct reply *ret, struct detail *d) MUST_CHECK;

/* What anybody may read, and what of it is known already. */
struct document {
	const char *url;
	const char *etag; /* of what is known, or NULL */
	enum reply_expects expects;
};

/*
 * GET a document without a credential. Where an etag was given, HTTP 304 in
 * ret->status is a success too, with no JSON. Errors as request_send().
 */
enum oauth2_err request_get_document(const struct oauth2_client *c,
    const struct document *document, struct reply *ret,
    struct detail *d) MUST_CHECK;

/*
 * The same for userinfo, which may be signed: ret->jwt. Errors as
 * request_send().
 */
enum oauth2_err request_get_userinfo(const struct oauth2_client *c,
    const char *url, const char *bearer, struct reply *ret,
    struct detail *d) MUST_CHECK;

/* The same for a JSON array. Errors as request_send(). */
enum oauth2_err request_get_list(const struct oauth2_client *c, const char *url,
    const char *bearer, struct reply *ret, struct detail *d) MUST_CHECK;

/*
 * The error of a flow for that of its request; those that have nothing to do
 * with the provider stay what they are.
 */
enum oauth2_err request_failed(enum oauth2_err err, enum oauth2_err flow);

#endif
