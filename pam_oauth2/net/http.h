/*
 * HTTP as this project allows it, and the one place that talks to the
 * network: https only, peer and name verified, TLS 1.2 at least, no
 * redirects, no cookies, no proxy but the configured one, everything bounded
 * in time and size. One connection per host is kept until http_free().
 */
#ifndef PAM_OAUTH2_NET_HTTP_H
#define PAM_OAUTH2_NET_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define HTTP_CONNECT_TIMEOUT_MS 5000
#define HTTP_REQUEST_TIMEOUT_MS 10000
#define HTTP_BODY_MAX		(256 * 1024)
#define HTTP_HEADERS_MAX	(32 * 1024) /* all of one reply, 1xx included */
#define HTTP_ETAG_SIZE		129

struct http;

/* Texts are copied by http_new(). Zero everywhere is a good start. */
struct http_config {
	const char *ca_file;	/* NULL: what the system trusts */
	const char *proxy;	/* http://host:port; NULL: direct */
	int connect_timeout_ms; /* 0: HTTP_CONNECT_TIMEOUT_MS */
	int request_timeout_ms; /* 0: HTTP_REQUEST_TIMEOUT_MS, all included */
	int64_t deadline_ns;	/* of every request, CLOCK_MONOTONIC; 0: none */
	/* Asked about once a second while waiting; true ends the request. */
	bool (*should_stop)(void *arg);
	void *arg; /* borrowed */
};

/* All borrowed for the length of the call. */
struct http_request {
	const char *url;	   /* https */
	const char *authorization; /* the header's value, or NULL */
	const char *form;	   /* the body of a POST; NULL: a GET */
	const char *if_none_match; /* the ETag of what is known, or NULL */
	bool head_only;		   /* not a GET but a HEAD */
	/*
	 * What spends something is sent at most once. Without this libcurl
	 * may send again on a new connection when a kept one turns out to be
	 * closed: right for what can be repeated.
	 */
	bool once;
};

struct http_response {
	int status;		   /* 200-599 */
	char content_type[128];	   /* as sent; "" when absent or longer */
	char etag[HTTP_ETAG_SIZE]; /* likewise */
	struct buf body;	   /* at most HTTP_BODY_MAX */
};

#define HTTP_RESPONSE \
	{ \
		.body = BUF(HTTP_BODY_MAX) \
	}

/*
 * Must come before the first other use of libcurl in the process. Opens no
 * connection, but lists the directory of trusted certificates; where a
 * sandbox forbids that, the slower bundle is used. Removes SSLKEYLOGFILE from
 * the environment, which libcurl would obey.
 *
 * Errors: CONFIG (proxy is no http URL), INTERNAL, NOMEM.
 */
enum oauth2_err http_new(
    const struct http_config *config, struct http **ret) MUST_CHECK;

/* Close every connection, wipe, free. NULL is fine. */
void http_free(struct http *h);
AUTO_DEFINE(struct http, http_free)

/*
 * One request, one whole reply, whatever its status. A redirect is a reply.
 *
 * ret      as HTTP_RESPONSE made it; partly filled on failure.
 * d->cause TRANSPORT, TIMEOUT, TLS, HTTP, TOO_BIG; d->text names host and
 *          cause, d->http_status is 0 without a reply; d->is_unsent: there was
 *          no connection to send it over.
 *
 * Errors: TRANSPORT (not reached, connection lost, short body), TIMEOUT,
 * TLS, HTTP (not HTTP, or not to be trusted as such), LIMIT, CLOSED
 * (should_stop), CONFIG (not an https URL), SYNTAX (a control character in
 * a header), INTERNAL, NOMEM.
 */
enum oauth2_err http_request(struct http *h, const struct http_request *request,
    struct http_response *ret, struct detail *d) MUST_CHECK;

/* Whether a connection to url's host is open and the server has not hung up. */
bool http_is_open(struct http *h, const char *url);

/*
 * Make sure that the next request to url's host finds an open connection:
 * nothing where http_is_open(), else a HEAD whose reply does not matter.
 * Errors as http_request().
 */
enum oauth2_err http_open(
    struct http *h, const char *url, struct detail *d) MUST_CHECK;

static inline void
http_response_free(struct http_response *r)
{
	buf_free(&r->body);
}

/* For `AUTO(http_response_free) struct http_response r = HTTP_RESPONSE;` */
static inline void
http_response_free_scope(struct http_response *r)
{
	http_response_free(r);
}

#endif
