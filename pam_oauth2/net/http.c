#include "net/http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "codec/uri.h"
#include "net/cause.h"
#include "net/config.h"
#include "net/memory.h"
#include "net/transfer.h"
#include "net/trust.h"

#define CONNECTIONS_MAX 8
#define ORIGIN_MAX	(URI_HOST_MAX + sizeof(":65535"))

/*
 * An easy handle for each host, so that the socket of its one connection can
 * be looked at before it is used again.
 */
struct connection {
	char origin[ORIGIN_MAX]; /* host:port; "" while unused */
	CURL *easy;
};

struct http {
	struct http_config config; /* a copy of our own */
	const char *ca_directory;  /* NULL: libcurl's bundle */
	struct connection connections[CONNECTIONS_MAX];
	size_t next; /* connection to give up when all are used */
};

/* The host's connection, NULL where there is none; origin becomes its key. */
static CURL *
find_connection(struct http *h, const struct uri *uri, char *origin)
{
	snprintf(origin, ORIGIN_MAX, "%s:%u", uri->host, uri->port);
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		if (strcmp(h->connections[i].origin, origin) == 0)
			return h->connections[i].easy;
	return NULL;
}

/* The same, or a new one: the oldest of the others makes room. */
static CURL *
need_connection(struct http *h, const struct uri *uri)
{
	struct connection *c = &h->connections[h->next];
	char origin[ORIGIN_MAX];
	CURL *easy = find_connection(h, uri, origin);

	if (easy != NULL)
		return easy;
	h->next = (h->next + 1) % CONNECTIONS_MAX;
	curl_easy_cleanup(c->easy);
	c->easy = curl_easy_init();
	memcpy(c->origin, origin, sizeof(origin));
	if (c->easy == NULL)
		c->origin[0] = '\0';
	return c->easy;
}

static void
describe(const struct transfer *t, enum oauth2_err err, const char *host,
    struct detail *d)
{
	char clean[160];

	d->http_status = t->ret->status;
	d->cause = cause_of(err);
	d->is_unsent = err != OAUTH2_ERR_OK && t->sends == 0;
	if (err == OAUTH2_ERR_OK || t->why == NULL)
		return;
	text_clean(clean, sizeof(clean), t->why, strlen(t->why));
	detail_fail(d, err, "%.80s: %s", host, clean);
}

enum oauth2_err
http_request(struct http *h, const struct http_request *request,
    struct http_response *ret, struct detail *d)
{
	struct transfer t = {
		.config = &h->config,
		.ca_directory = h->ca_directory,
		.request = request,
		.ret = ret,
	};
	enum oauth2_err err;
	struct uri uri;

	if (d != NULL)
		*d = (struct detail){ 0 };
	err = uri_parse(request->url, URI_ALLOW_QUERY, &uri, d);
	if (err != OAUTH2_ERR_OK)
		return OAUTH2_ERR_CONFIG;
	err = transfer_run(&t, need_connection(h, &uri));
	if (d != NULL)
		describe(&t, err, uri.host, d);
	transfer_free(&t);
	return err;
}

bool
http_is_open(struct http *h, const char *url)
{
	char origin[ORIGIN_MAX];
	struct uri uri;
	CURL *easy;

	if (uri_parse(url, URI_ALLOW_QUERY, &uri, NULL) != OAUTH2_ERR_OK)
		return false;
	easy = find_connection(h, &uri, origin);
	return easy != NULL && transfer_is_alive(easy);
}

enum oauth2_err
http_open(struct http *h, const char *url, struct detail *d)
{
	AUTO(http_response_free) struct http_response ret = HTTP_RESPONSE;
	struct http_request request = { .url = url, .head_only = true };

	if (http_is_open(h, url))
		return OAUTH2_ERR_OK;
	return http_request(h, &request, &ret, d);
}

enum oauth2_err
http_new(const struct http_config *config, struct http **ret)
{
	AUTO(http_free) struct http *h = NULL;
	enum oauth2_err err;

	unsetenv("SSLKEYLOGFILE");
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, memory_malloc,
		memory_free, memory_realloc, memory_strdup,
		memory_calloc) != CURLE_OK)
		return OAUTH2_ERR_INTERNAL;
	h = secret_alloc(sizeof(*h));
	if (h == NULL) {
		curl_global_cleanup();
		return OAUTH2_ERR_NOMEM;
	}
	h->ca_directory = trust_directory();
	err = config_copy(config, &h->config);
	if (err == OAUTH2_ERR_OK)
		*ret = TAKE(h);
	return err;
}

void
http_free(struct http *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		curl_easy_cleanup(h->connections[i].easy);
	config_free(&h->config);
	secret_free(h);
	curl_global_cleanup();
}
