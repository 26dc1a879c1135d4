#include "net/http.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/text.h"
#include "codec/uri.h"
#include "net/cause.h"
#include "net/config.h"
#include "net/head.h"
#include "net/memory.h"
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

/* One request on its way. */
struct transfer {
	const struct http_config *config;
	const struct http_request *request;
	struct http_response *ret;
	unsigned sends;
	struct head head;
	/* Why one of our callbacks ended it; OK while none has. */
	enum oauth2_err ended;
	const char *why;
	/* libcurl borrows these: it makes no copy of the credential. */
	struct curl_slist headers[3];
	char message[CURL_ERROR_SIZE];
};

/* End it from within a callback. */
static enum oauth2_err
end(struct transfer *t, enum oauth2_err err, const char *why)
{
	t->ended = err;
	t->why = why;
	return err;
}

static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	buf_put(&t->ret->body, data, size * n);
	end(t, buf_err(&t->ret->body), "the body is too large");
	return t->ended == OAUTH2_ERR_OK ? size * n : 0;
}

/* Called for every line of every reply, 1xx and the empty one included. */
static size_t
on_header(char *line, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	t->ended = head_take_line(&t->head, line, size * n, &t->why);
	return t->ended == OAUTH2_ERR_OK ? size * n : 0;
}

static int
on_progress(void *arg, curl_off_t dl_total, curl_off_t dl_now,
    curl_off_t ul_total, curl_off_t ul_now)
{
	struct transfer *t = arg;

	(void)dl_total, (void)dl_now, (void)ul_total, (void)ul_now;
	if (!t->config->should_stop(t->config->arg))
		return 0;
	end(t, OAUTH2_ERR_CLOSED, "no longer wanted");
	return 1;
}

/* Called whenever a connection is ready, just before the request is sent. */
static int
on_send(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct transfer *t = arg;

	(void)ip, (void)local_ip, (void)port, (void)local_port;
	if (t->sends++ == 0 || !t->request->once)
		return CURL_PREREQFUNC_OK;
	end(t, OAUTH2_ERR_TRANSPORT, "connection lost, not sent again");
	return CURL_PREREQFUNC_ABORT;
}

#define SET(opt, value) \
	(rc = rc == CURLE_OK ? curl_easy_setopt(easy, (opt), (value)) : rc)

static CURLcode
set_rules(const struct http *h, CURL *easy)
{
	const char *ca_file = h->config.ca_file, *proxy = h->config.proxy;
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_PROTOCOLS_STR, "https");
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (ca_file != NULL || h->ca_directory != NULL) {
		SET(CURLOPT_CAINFO, ca_file);
		SET(CURLOPT_CAPATH, ca_file != NULL ? NULL : h->ca_directory);
	}
	SET(CURLOPT_PROXY, proxy != NULL ? proxy : "");
	SET(CURLOPT_NOPROXY, "");
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_HTTP09_ALLOWED, 0L);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_USERAGENT, "pam_oauth2/" PAM_OAUTH2_VERSION);
	SET(CURLOPT_MAXCONNECTS, 1L);
	/*
	 * libcurl 7.88 frees a session's name twice when memory runs out
	 * while it keeps the session (Curl_ssl_addsessionid, on the next
	 * ticket). A full handshake costs half a millisecond more.
	 */
	SET(CURLOPT_SSL_SESSIONID_CACHE, 0L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_QUICK_EXIT, 1L); /* waits for no resolver thread */
	return rc;
}

static CURLcode
set_callbacks(struct transfer *t, CURL *easy)
{
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(CURLOPT_XFERINFODATA, t);
	SET(CURLOPT_PREREQFUNCTION, on_send);
	SET(CURLOPT_PREREQDATA, t);
	SET(CURLOPT_ERRORBUFFER, t->message);
	return rc;
}

/* `Expect:` without a value: nobody waits for a 100. */
static enum oauth2_err
make_headers(struct transfer *t)
{
	static char accept[] = "Accept: application/json";
	static char expect[] = "Expect:";

	t->headers[0] = (struct curl_slist){ accept, &t->headers[1] };
	t->headers[1] = (struct curl_slist){ expect, NULL };
	if (t->request->authorization == NULL)
		return OAUTH2_ERR_OK;
	t->headers[1].next = &t->headers[2];
	return head_make_line(
	    "Authorization", t->request->authorization, &t->headers[2].data);
}

/*
 * An idle connection on which anything is to be read, be it the end, is one
 * the server has given up: libcurl does not see that behind TLS, would send
 * into it and then send again.
 */
static bool
is_alive(CURL *easy)
{
	curl_socket_t fd = CURL_SOCKET_BAD;
	struct pollfd p;

	if (curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK ||
	    fd == CURL_SOCKET_BAD)
		return false;
	p = (struct pollfd){ .fd = fd, .events = POLLIN | POLLRDHUP };
	return poll(&p, 1, 0) == 0;
}

static CURLcode
set_request(struct transfer *t, int left_ms, CURL *easy)
{
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_FRESH_CONNECT, is_alive(easy) ? 0L : 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)t->config->connect_timeout_ms);
	SET(CURLOPT_TIMEOUT_MS, (long)left_ms);
	SET(CURLOPT_URL, t->request->url);
	SET(CURLOPT_HTTPHEADER, t->headers);
	SET(CURLOPT_NOBODY, t->request->head_only ? 1L : 0L);
	if (t->request->form != NULL) {
		SET(CURLOPT_POSTFIELDS, t->request->form);
		SET(CURLOPT_POSTFIELDSIZE, (long)strlen(t->request->form));
	}
	return rc;
}

/* What libcurl's codes mean to us; TRANSPORT unless listed. */
static const struct {
	CURLcode rc;
	enum oauth2_err err;
} codes[] = {
	{ CURLE_OPERATION_TIMEDOUT, OAUTH2_ERR_TIMEOUT },
	{ CURLE_SSL_CONNECT_ERROR, OAUTH2_ERR_TLS },
	{ CURLE_PEER_FAILED_VERIFICATION, OAUTH2_ERR_TLS },
	{ CURLE_SSL_CACERT_BADFILE, OAUTH2_ERR_TLS },
	{ CURLE_UNSUPPORTED_PROTOCOL, OAUTH2_ERR_HTTP },
	{ CURLE_WEIRD_SERVER_REPLY, OAUTH2_ERR_HTTP },
#if LIBCURL_VERSION_NUM >= 0x080600
	{ CURLE_TOO_LARGE, OAUTH2_ERR_LIMIT },
#endif
};

/* The error, and why; the first of our own callbacks' words counts. */
static enum oauth2_err
judge(struct transfer *t, CURLcode rc)
{
	if (rc == CURLE_OK || t->ended != OAUTH2_ERR_OK)
		return t->ended;
	/* What libcurl 7.88 says to one header line above 100 KiB. */
	if (rc == CURLE_OUT_OF_MEMORY && t->sends > 0) {
		t->why = "a header is too large";
		return OAUTH2_ERR_LIMIT;
	}
	if (rc == CURLE_OUT_OF_MEMORY)
		return OAUTH2_ERR_NOMEM;
	t->why = t->message[0] != '\0' ? t->message : curl_easy_strerror(rc);
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (codes[i].rc == rc)
			return codes[i].err;
	return OAUTH2_ERR_TRANSPORT;
}

/* Status and type of the reply, as far as there is one. */
static void
read_head(CURL *easy, struct http_response *ret)
{
	const char *type = NULL;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
	ret->status = status >= 200 && status <= 599 ? (int)status : 0;
	if (type == NULL ||
	    text_copy(ret->content_type, sizeof(ret->content_type), type) !=
		OAUTH2_ERR_OK)
		ret->content_type[0] = '\0';
}

/* Everything is set anew: nothing of the last request may linger. */
static enum oauth2_err
perform(struct transfer *t, const struct http *h, CURL *easy, int left_ms)
{
	CURLcode rc;

	curl_easy_reset(easy);
	rc = set_rules(h, easy);
	if (rc == CURLE_OK)
		rc = set_callbacks(t, easy);
	if (rc == CURLE_OK)
		rc = set_request(t, left_ms, easy);
	if (rc == CURLE_OK)
		rc = curl_easy_perform(easy);
	read_head(easy, t->ret);
	curl_easy_reset(easy); /* it points into t */
	if (rc == CURLE_OK && t->ret->status == 0)
		end(t, OAUTH2_ERR_HTTP, "the reply has no valid status");
	return judge(t, rc);
}

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

/* What is left for a request; 0 when the deadline is past. */
static int
time_left_ms(const struct http_config *config)
{
	if (config->deadline_ns == 0)
		return config->request_timeout_ms;
	return MIN(
	    config->request_timeout_ms, clock_ms_until(config->deadline_ns));
}

static enum oauth2_err
run(struct transfer *t, struct http *h, const struct uri *uri)
{
	int left_ms = time_left_ms(&h->config);
	enum oauth2_err err;
	CURL *easy;

	if (on_progress(t, 0, 0, 0, 0) != 0)
		return t->ended;
	if (left_ms == 0)
		return end(t, OAUTH2_ERR_TIMEOUT, "the deadline is past");
	easy = need_connection(h, uri);
	err = easy != NULL ? make_headers(t) : OAUTH2_ERR_NOMEM;
	return err == OAUTH2_ERR_OK ? perform(t, h, easy, left_ms) : err;
}

static void
describe(const struct transfer *t, enum oauth2_err err, const char *host,
    struct detail *d)
{
	char clean[160];

	d->http_status = t->ret->status;
	d->cause = cause_of(err);
	if (err == OAUTH2_ERR_OK || t->why == NULL)
		return;
	text_clean(clean, sizeof(clean), t->why, strlen(t->why));
	detail_fail(d, err, "%.80s: %s", host, clean);
}

enum oauth2_err
http_request(struct http *h, const struct http_request *request,
    struct http_response *ret, struct detail *d)
{
	struct transfer t = { &h->config, .request = request, .ret = ret };
	enum oauth2_err err;
	struct uri uri;

	if (d != NULL)
		*d = (struct detail){ 0 };
	err = uri_parse(request->url, URI_ALLOW_QUERY, &uri, d);
	if (err != OAUTH2_ERR_OK)
		return OAUTH2_ERR_CONFIG;
	err = run(&t, h, &uri);
	if (d != NULL)
		describe(&t, err, uri.host, d);
	secret_free(t.headers[2].data);
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
	return easy != NULL && is_alive(easy);
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
