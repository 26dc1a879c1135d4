/* Trading an authorization code for a token (RFC 6749 section 4.1.3). */
#ifndef PAM_OAUTH2_OAUTH2_CODE_H
#define PAM_OAUTH2_OAUTH2_CODE_H

#include <stdint.h>

#include "oauth2/client.h"
#include "oauth2/token.h"

#define OAUTH2_CODE_MAX 4096 /* bytes */

/* Borrowed for the length of the call. */
struct oauth2_code {
	const char *code;	   /* 0x20-0x7e, as the person pasted it */
	const char *redirect_uri;  /* the one of the authorization request */
	const char *code_verifier; /* or NULL: the request had no challenge */
};

/*
 * Needs the metadata OAUTH2_NEEDS_TOKEN. The code is spent: it is sent at
 * most once, whatever happens, and with no other client authentication than
 * the configured one.
 *
 * now      Unix seconds, dates the token.
 * ret      owned by the caller. Untouched on failure.
 *
 * Errors: CONFIG (before any I/O: no code, or code, redirect_uri or verifier
 * are not what they may be), GET_ACCESS_TOKEN (d->cause HTTP with d->error:
 * the provider refused; PROTOCOL: a token that is none; POLICY: a required
 * scope was not granted; others as they say), CLOSED, NOMEM, INTERNAL.
 */
enum oauth2_err oauth2_get_access_token(const struct oauth2_client *client,
    const struct oauth2_code *code, int64_t now, struct oauth2_token **ret,
    struct detail *d) MUST_CHECK;

#endif
