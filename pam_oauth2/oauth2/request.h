/* One request to a provider and its JSON reply: for this floor only. */
#ifndef PAM_OAUTH2_OAUTH2_REQUEST_H
#define PAM_OAUTH2_OAUTH2_REQUEST_H

#include "base/buf.h"
#include "codec/json.h"
#include "oauth2/client_state.h"

struct reply {
	int status;	   /* 0: none came */
	char error[65];	   /* the provider's `error`, cleaned; "" without */
	struct json *json; /* NULL unless an object could be read */
};

static inline void
reply_free(struct reply *r)
{
	json_free(r->json);
}

static inline void
reply_free_scope(struct reply *r)
{
	reply_free(r);
}

/*
 * The client's part of a form body: id and secret for client_secret_post,
 * the id for none, nothing for client_secret_basic.
 */
void request_add_client(const struct oauth2_client *c, struct buf *form);

/*
 * POST a form, with the client's authentication in a header where that is
 * its method. OK is HTTP status 200 with a JSON object that has no `error`.
 *
 * d        also says the provider's error and description, cleaned.
 *
 * Errors: HTTP (any other reply: see ret->status and ret->error), JSON, and
 * as http_request().
 */
enum oauth2_err request_post(const struct oauth2_client *c, const char *url,
    struct buf *form, struct reply *ret, struct detail *d) MUST_CHECK;

/* GET a JSON object; bearer is an access token or NULL. As request_post(). */
enum oauth2_err request_get(const struct oauth2_client *c, const char *url,
    const char *bearer, struct reply *ret, struct detail *d) MUST_CHECK;

/*
 * The error of a flow for that of its request; those that have nothing to do
 * with the provider stay what they are.
 */
enum oauth2_err request_failed(enum oauth2_err err, enum oauth2_err flow);

#endif
