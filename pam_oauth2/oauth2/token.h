/* An access token and what comes with it (RFC 6749 section 5). */
#ifndef PAM_OAUTH2_OAUTH2_TOKEN_H
#define PAM_OAUTH2_OAUTH2_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define OAUTH2_TOKEN_MAX (16 * 1024) /* bytes; an ID token: JWS_MAX */

struct json;
struct oauth2_provider;

struct oauth2_token {
	char *access_token;
	char *refresh_token; /* or NULL */
	char *id_token;	     /* or NULL; not verified here */
	char *scope;	     /* as granted; NULL: as asked for */
	char *user; /* the id beside it, at providers with `token_user` */
	int64_t expires_at; /* Unix seconds; 0: the provider did not say */
};

/*
 * Read a successful reply of a token endpoint (section 5.1). Bearer tokens
 * alone, of OAUTH2_TOKEN_MAX bytes at most, 0x21-0x7e; a lifetime above ten
 * years is cut to that.
 *
 * now      Unix seconds when the request was sent; dates the token.
 *
 * Errors: GET_ACCESS_TOKEN (d->cause PROTOCOL), NOMEM.
 */
enum oauth2_err oauth2_token_parse(const struct json *json, int64_t now,
    struct oauth2_token **ret, struct detail *d) MUST_CHECK;

/*
 * The same as this provider writes it: for this floor only. NULL: any. Errors
 * as oauth2_token_parse().
 */
enum oauth2_err token_read(const struct json *json,
    const struct oauth2_provider *provider, int64_t now,
    struct oauth2_token **ret, struct detail *d) MUST_CHECK;

/*
 * Whether it is over at now (Unix seconds), or will be within skew seconds.
 * Never, where the provider did not say.
 */
bool oauth2_token_is_expired(
    const struct oauth2_token *t, int64_t now, int64_t skew);

/*
 * Whether a scope was granted; where the provider did not say which were, all
 * that were asked for are (RFC 6749 section 5.1).
 */
bool oauth2_token_has_scope(const struct oauth2_token *t, const char *scope);

/* Wipe and free. NULL is fine. */
void oauth2_token_free(struct oauth2_token *t);
AUTO_DEFINE(struct oauth2_token, oauth2_token_free)

#endif
