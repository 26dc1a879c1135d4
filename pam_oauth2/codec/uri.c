#include "codec/uri.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

#define LETTERS	 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS	 "0123456789"
#define SCHEME	 "https://"
#define LOOPBACK "http://"

/* A name (or IPv4 address), or an IPv6 address in its brackets. */
static bool
is_host(const char *host)
{
	size_t n = strlen(host);

	if (host[0] == '[')
		return n >= 4 && host[n - 1] == ']' &&
		       strspn(host + 1, "abcdefABCDEF" DIGITS ":.") == n - 2;
	return text_is_domain(host);
}

static bool
is_loopback(const char *host)
{
	return strcmp(host, "localhost") == 0 ||
	       strcmp(host, "127.0.0.1") == 0 || strcmp(host, "[::1]") == 0;
}

/* Cut ":port" off the authority, which stays the host. */
static bool
take_port(char *authority, unsigned *ret)
{
	char *bracket = strrchr(authority, ']');
	char *colon = strchr(bracket != NULL ? bracket : authority, ':');
	uint64_t port;

	if (colon == NULL)
		return true;
	if (text_parse_u64(colon + 1, 65535, &port) != OAUTH2_ERR_OK ||
	    port == 0)
		return false;
	*colon = '\0';
	*ret = (unsigned)port;
	return true;
}

static enum oauth2_err
parse_authority(const char *text, size_t n, struct uri *ret, struct detail *d)
{
	char authority[URI_HOST_MAX + sizeof(":65535")];
	struct uri uri = { .port = ret->port };

	if (n >= sizeof(authority))
		return detail_fail(d, OAUTH2_ERR_LIMIT, "its host is too long");
	memcpy(authority, text, n);
	authority[n] = '\0';
	if (strchr(authority, '@') != NULL)
		return detail_fail(
		    d, OAUTH2_ERR_SYNTAX, "it names a user before the host");
	if (!take_port(authority, &uri.port))
		return detail_fail(d, OAUTH2_ERR_SYNTAX, "its port is wrong");
	if (!is_host(authority))
		return detail_fail(
		    d, OAUTH2_ERR_SYNTAX, "it has no valid host");
	if (text_copy(uri.host, sizeof(uri.host), authority) != OAUTH2_ERR_OK)
		return detail_fail(d, OAUTH2_ERR_LIMIT, "its host is too long");
	text_fold(uri.host);
	*ret = uri;
	return OAUTH2_ERR_OK;
}

/* What follows the scheme, NULL where it is none of ours. */
static const char *
skip_scheme(const char *text, unsigned allow, unsigned *ret_port)
{
	*ret_port = 443;
	if (strncasecmp(text, SCHEME, strlen(SCHEME)) == 0)
		return text + strlen(SCHEME);
	*ret_port = 80;
	if ((allow & URI_ALLOW_LOOPBACK) != 0 &&
	    strncasecmp(text, LOOPBACK, strlen(LOOPBACK)) == 0)
		return text + strlen(LOOPBACK);
	return NULL;
}

enum oauth2_err
uri_parse(const char *text, unsigned allow, struct uri *ret, struct detail *d)
{
	const char *authority;
	struct uri uri;
	enum oauth2_err err;

	if (strlen(text) > URI_MAX)
		return detail_fail(d, OAUTH2_ERR_LIMIT, "it is too long");
	if (!text_is_visible_ascii(text))
		return detail_fail(d, OAUTH2_ERR_SYNTAX,
		    "it is empty or has a blank, control or foreign character");
	authority = skip_scheme(text, allow, &uri.port);
	if (authority == NULL)
		return detail_fail(d, OAUTH2_ERR_SYNTAX, "it is not https");
	if ((allow & URI_ALLOW_FRAGMENT) == 0 && strchr(text, '#') != NULL)
		return detail_fail(d, OAUTH2_ERR_SYNTAX, "it has a fragment");
	if ((allow & URI_ALLOW_QUERY) == 0 && strchr(text, '?') != NULL)
		return detail_fail(d, OAUTH2_ERR_SYNTAX, "it has a query");
	err = parse_authority(authority, strcspn(authority, "/?#"), &uri, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (authority == text + strlen(LOOPBACK) && !is_loopback(uri.host))
		return detail_fail(d, OAUTH2_ERR_SYNTAX, "it is not https");
	*ret = uri;
	return OAUTH2_ERR_OK;
}

bool
uri_host_equal(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0; /* the locale is always "C" here */
}

bool
uri_host_in(const char *host, const struct strlist *hosts)
{
	for (size_t i = 0; hosts != NULL && i < hosts->count; i++)
		if (uri_host_equal(host, hosts->items[i]))
			return true;
	return false;
}

void
uri_form_encode(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == ' ')
			buf_putc(b, '+');
		else if (strchr(LETTERS DIGITS "_.-~", *text) != NULL)
			buf_putc(b, *text);
		else
			buf_printf(b, "%%%02X", (unsigned char)*text);
	}
}

void
uri_form_add(struct buf *b, const char *name, const char *value)
{
	if (b->len > 0)
		buf_putc(b, '&');
	uri_form_encode(b, name);
	buf_putc(b, '=');
	uri_form_encode(b, value);
}
