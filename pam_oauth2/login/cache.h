/*
 * What the key-fetcher brought, kept for the next logins: a file for each
 * provider and kind of document, holding the message as it came. Nothing
 * secret is in it; but who could write it would choose the keys.
 */
#ifndef PAM_OAUTH2_LOGIN_CACHE_H
#define PAM_OAUTH2_LOGIN_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "codec/wire.h"
#include "login/settings.h"
#include "net/http.h"

#define CACHE_LIFETIME_S 3600
#define CACHE_WHOLE_S	 86400
#define CACHE_FILE_MAX	 (WIRE_PACKET_MAX + 64) /* a message and its head */

/* A document, from the cache or fresh. */
struct cached {
	struct wire_msg message; /* points into body; body NULL: none */
	struct buf body;
	int64_t fetched_at; /* Unix seconds */
	/* When it was fetched although it was fresh; 0: never. Kept with it. */
	int64_t renewed_at;
	/* When it came whole, and was not only said to be the same. */
	int64_t whole_at;
	bool may_be_unchanged; /* it was asked for with its ETag */
};

#define CACHED \
	{ \
		.body = BUF(CACHE_FILE_MAX) \
	}

/*
 * Read what is kept for this provider.
 *
 * type     WIRE_METADATA or WIRE_KEYS.
 *
 * Errors: NOT_FOUND; anything else means the same to a login: fetch it.
 */
enum oauth2_err cache_load(const struct provider_settings *provider,
    enum wire_type type, struct cached *ret) MUST_CHECK;

/*
 * Whether it may be used without asking. A time that lies ahead is no time:
 * the clock was set back, or somebody has had a hand in it.
 */
bool cache_is_fresh(const struct cached *cached, int64_t now);

/*
 * The ETag to ask with, of HTTP_ETAG_SIZE bytes; "" where the whole document
 * has to come. Once a day it has to: what a key-fetcher that was taken over
 * has brought, with the ETag of the right document, would live on and on by
 * the provider's own word.
 */
void cache_etag(struct cached *cached, int64_t now, char *ret);

/*
 * Take over what the fetcher answered: a document, or WIRE_UNCHANGED, with
 * which what cached holds is as good as new.
 *
 * Errors: PROTOCOL (unchanged, and nobody has asked that), LIMIT, NOMEM.
 */
enum oauth2_err cache_update(const struct wire_msg *answer, int64_t now,
    struct cached *cached) MUST_CHECK;

/* Keep it. Errors: as dir_write(); a login goes on without. */
enum oauth2_err cache_save(const struct provider_settings *provider,
    const struct cached *cached, struct detail *d) MUST_CHECK;

void cache_free(struct cached *cached);

#endif
