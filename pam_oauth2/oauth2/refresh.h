/* A new token for a refresh token (RFC 6749 section 6). */
#ifndef PAM_OAUTH2_OAUTH2_REFRESH_H
#define PAM_OAUTH2_OAUTH2_REFRESH_H

#include <stdbool.h>
#include <stdint.h>

#include "oauth2/client.h"
#include "oauth2/parameters.h"
#include "oauth2/token.h"

/* Whether a refresh sets a parameter of that name by itself. */
bool oauth2_refresh_has(const char *name);

/* Borrowed for the length of the call. */
struct oauth2_refresh_request {
	const char *refresh_token;
	/* What some providers want beside it: scope, redirect_uri. */
	struct oauth2_parameters extras;
};

/*
 * Needs the metadata OAUTH2_NEEDS_TOKEN. Sent at most once: where refresh
 * tokens rotate, the second use of one ends the whole session.
 *
 * now      Unix seconds, dates the token.
 * ret      owned by the caller; keeps the old refresh token when the provider
 *          sends none. Store it before anything else. Untouched on failure.
 *
 * Errors: REFRESH_TOKEN_NOT_SUPPORTED (no endpoint; no I/O), CONFIG (the
 * token or an extra are not what they may be; no I/O), REFRESH_TOKEN (see
 * d->cause and d->error, and oauth2_refresh_is_over()), CLOSED, NOMEM,
 * INTERNAL.
 */
enum oauth2_err oauth2_refresh_token(const struct oauth2_client *client,
    const struct oauth2_refresh_request *request, int64_t now,
    struct oauth2_token **ret, struct detail *d) MUST_CHECK;

/*
 * Whether after this failure the refresh token is of no use any more
 * (invalid_grant): forget it. After all others it may still be good.
 */
bool oauth2_refresh_is_over(enum oauth2_err err, const struct detail *d);

#endif
