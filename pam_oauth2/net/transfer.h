/*
 * One request on its way, as libcurl is told to make it: the rules of http.h.
 * Private to net/http.c.
 */
#ifndef PAM_OAUTH2_NET_TRANSFER_H
#define PAM_OAUTH2_NET_TRANSFER_H

#include <curl/curl.h>

#include "net/head.h"
#include "net/http.h"

#define TRANSFER_HEADERS_MAX 4

/* All borrowed; what is not named when it is made starts with zeroes. */
struct transfer {
	const struct http_config *config;
	const char *ca_directory; /* NULL: libcurl's bundle */
	const struct http_request *request;
	struct http_response *ret;
	unsigned sends;
	struct head head;
	/* Why one of our callbacks ended it; OK while none has. */
	enum oauth2_err ended;
	const char *why;
	/* libcurl borrows these: it makes no copy of the credential. */
	struct curl_slist headers[TRANSFER_HEADERS_MAX];
	size_t header_count;
	char message[CURL_ERROR_SIZE];
};

/*
 * Make the request on a connection; easy NULL is out of memory. Errors as
 * http_request(). Fills t->ret and t->why.
 */
enum oauth2_err transfer_run(struct transfer *t, CURL *easy) MUST_CHECK;

/* Wipe and free what the request needed, not t itself. */
void transfer_free(struct transfer *t);

/*
 * An idle connection on which anything is to be read, be it the end, is one
 * the server has given up: libcurl does not see that behind TLS, would send
 * into it and then send again.
 */
bool transfer_is_alive(CURL *easy);

#endif
