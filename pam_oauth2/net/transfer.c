#include "net/transfer.h"

#include <poll.h>
#include <string.h>
#include <sys/param.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/text.h"

#define HEADERS_FIXED 2 /* the first ones, which nobody frees */

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
set_rules(const struct transfer *t, CURL *easy)
{
	const char *ca_file = t->config->ca_file, *proxy = t->config->proxy;
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_PROTOCOLS_STR, "https");
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (ca_file != NULL || t->ca_directory != NULL) {
		SET(CURLOPT_CAINFO, ca_file);
		SET(CURLOPT_CAPATH, ca_file != NULL ? NULL : t->ca_directory);
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

static void
add_header(struct transfer *t, char *line)
{
	size_t i = t->header_count++;

	t->headers[i] = (struct curl_slist){ .data = line };
	if (i > 0)
		t->headers[i - 1].next = &t->headers[i];
}

static enum oauth2_err
add_value(struct transfer *t, const char *name, const char *value)
{
	enum oauth2_err err;
	char *line = NULL;

	if (value == NULL)
		return OAUTH2_ERR_OK;
	err = head_make_line(name, value, &line);
	if (err == OAUTH2_ERR_OK)
		add_header(t, line);
	return err;
}

/* `Expect:` without a value: nobody waits for a 100. */
static enum oauth2_err
make_headers(struct transfer *t)
{
	static char accept[] = "Accept: application/json";
	static char expect[] = "Expect:";
	enum oauth2_err err;

	add_header(t, accept);
	add_header(t, expect);
	err = add_value(t, "Authorization", t->request->authorization);
	if (err == OAUTH2_ERR_OK)
		err = add_value(t, "If-None-Match", t->request->if_none_match);
	return err;
}

bool
transfer_is_alive(CURL *easy)
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

	SET(CURLOPT_FRESH_CONNECT, transfer_is_alive(easy) ? 0L : 1L);
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
	struct curl_header *etag;
	const char *type = NULL;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
	ret->status = status >= 200 && status <= 599 ? (int)status : 0;
	if (type == NULL ||
	    text_copy(ret->content_type, sizeof(ret->content_type), type) !=
		OAUTH2_ERR_OK)
		ret->content_type[0] = '\0';
	if (curl_easy_header(easy, "ETag", 0, CURLH_HEADER, -1, &etag) !=
		CURLHE_OK ||
	    !text_is_printable_ascii(etag->value) ||
	    text_copy(ret->etag, sizeof(ret->etag), etag->value) !=
		OAUTH2_ERR_OK)
		ret->etag[0] = '\0';
}

/* Everything is set anew: nothing of the last request may linger. */
static enum oauth2_err
perform(struct transfer *t, CURL *easy, int left_ms)
{
	CURLcode rc;

	curl_easy_reset(easy);
	rc = set_rules(t, easy);
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

/* What is left for a request; 0 when the deadline is past. */
static int
time_left_ms(const struct http_config *config)
{
	if (config->deadline_ns == 0)
		return config->request_timeout_ms;
	return MIN(
	    config->request_timeout_ms, clock_ms_until(config->deadline_ns));
}

enum oauth2_err
transfer_run(struct transfer *t, CURL *easy)
{
	int left_ms = time_left_ms(t->config);
	enum oauth2_err err;

	if (on_progress(t, 0, 0, 0, 0) != 0)
		return t->ended;
	if (left_ms == 0)
		return end(t, OAUTH2_ERR_TIMEOUT, "the deadline is past");
	err = easy != NULL ? make_headers(t) : OAUTH2_ERR_NOMEM;
	return err == OAUTH2_ERR_OK ? perform(t, easy, left_ms) : err;
}

void
transfer_free(struct transfer *t)
{
	for (size_t i = HEADERS_FIXED; i < t->header_count; i++)
		secret_free(t->headers[i].data);
}
