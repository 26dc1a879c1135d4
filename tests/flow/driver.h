/* What the commands of client_driver share: options in, JSON out. */
#ifndef PAM_OAUTH2_TESTS_DRIVER_H
#define PAM_OAUTH2_TESTS_DRIVER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/identity.h"
#include "base/text.h"
#include "net/http.h"
#include "oauth2/client.h"
#include "oauth2/token.h"

#define NOW	 1700000000
#define LIST_MAX 64

/* Everything a command may need. */
struct driver {
	char **options;
	struct http *http;
	struct oauth2_client *client;
	struct strlist endpoint_hosts, verification_hosts, scopes;
	struct strlist required_scopes, claims;
	struct buf out;
	int stop_after;	 /* questions of should_stop until it says yes */
	int64_t stop_ns; /* CLOCK_MONOTONIC when it does */
	int polls;
};

static inline const char *
option(const struct driver *d, const char *key)
{
	size_t n = strlen(key);

	for (char **o = d->options; *o != NULL; o++)
		if (strncmp(*o, key, n) == 0 && (*o)[n] == '=')
			return *o + n + 1;
	return NULL;
}

static inline int
number(const struct driver *d, const char *key, int otherwise)
{
	const char *text = option(d, key);

	return text != NULL ? atoi(text) : otherwise;
}

/* The words of an option, appended to a list. */
static inline enum oauth2_err
words(struct driver *d, const char *key, struct strlist *ret)
{
	const char *text = option(d, key);

	ret->max = LIST_MAX;
	return text != NULL ? strlist_add_words(ret, text) : OAUTH2_ERR_OK;
}

static inline void
put_text(struct driver *d, const char *key, const char *text)
{
	buf_printf(&d->out, "%s\"%s\": ", d->out.len > 1 ? ", " : "", key);
	if (text == NULL) {
		buf_puts(&d->out, "null");
		return;
	}
	buf_putc(&d->out, '"');
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == '"' || c == '\\')
			buf_printf(&d->out, "\\u%04x", c);
		else
			buf_putc(&d->out, *text);
	}
	buf_putc(&d->out, '"');
}

static inline void
put_number(struct driver *d, const char *key, int64_t value)
{
	buf_printf(&d->out, "%s\"%s\": %lld", d->out.len > 1 ? ", " : "", key,
	    (long long)value);
}

static inline void
put_list(struct driver *d, const char *key, const struct strlist *l)
{
	AUTO(buf_free) struct buf b = BUF(1 << 20);

	for (size_t i = 0; i < l->count; i++)
		buf_printf(&b, "%s%s", i > 0 ? "\n" : "", l->items[i]);
	put_text(d, key, buf_text(&b));
}

static inline void
put_token(struct driver *d, const struct oauth2_token *t)
{
	put_text(d, "access_token", t->access_token);
	put_text(d, "refresh_token", t->refresh_token);
	put_text(d, "id_token", t->id_token);
	put_text(d, "scope", t->scope);
	put_number(
	    d, "lifetime", t->expires_at != 0 ? t->expires_at - NOW : -1);
}

static inline void
put_identity(struct driver *d, const struct identity *who)
{
	put_text(d, "issuer", who->issuer);
	put_text(d, "sub", who->sub);
	put_text(d, "email", who->email);
	put_number(d, "email_verified", who->email_verified);
}

#endif
