/* https URIs as we accept them, and form encoding as we send it. */
#ifndef PAM_OAUTH2_CODEC_URI_H
#define PAM_OAUTH2_CODEC_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"
#include "base/text.h"

#define URI_MAX	     2048
#define URI_HOST_MAX TEXT_DOMAIN_MAX

/* What an URI may have beyond scheme, host, port and path. */
enum uri_allow {
	URI_ALLOW_QUERY = 1,
	URI_ALLOW_FRAGMENT = 2,
	/* Instead of https http at localhost, 127.0.0.1 or [::1]. */
	URI_ALLOW_LOOPBACK = 4,
};

struct uri {
	char host[URI_HOST_MAX + 1]; /* in lower case; [...] for IPv6 */
	unsigned port;		     /* 443 (http: 80) unless given */
};

/*
 * Check an URI: scheme https (in any case), a host that is a
 * domain or an address (IPv6 in brackets), no user information, 0x21-0x7e
 * only, at most URI_MAX bytes.
 *
 * allow    bits of enum uri_allow.
 * d->text  what is wrong; nothing of the URI.
 *
 * Errors: SYNTAX, LIMIT.
 */
enum oauth2_err uri_parse(const char *text, unsigned allow, struct uri *ret,
    struct detail *d) MUST_CHECK;

/* Host names are equal without regard to A-Z and a-z. */
bool uri_host_equal(const char *a, const char *b);
bool uri_host_in(const char *host, const struct strlist *hosts);

/*
 * Append as application/x-www-form-urlencoded: a blank is +, A-Za-z0-9_.-~
 * stay, all other bytes are %XX.
 */
void uri_form_encode(struct buf *b, const char *text);

/* Append name=value, both encoded, behind & where b is not empty. */
void uri_form_add(struct buf *b, const char *name, const char *value);

#endif
