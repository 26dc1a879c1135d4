/*
 * Where the person goes to approve: the authorization request (RFC 6749
 * section 4.1.1), as a URL or pushed to the provider first (RFC 9126).
 */
#ifndef PAM_OAUTH2_OAUTH2_AUTHORIZE_H
#define PAM_OAUTH2_OAUTH2_AUTHORIZE_H

#include "base/strlist.h"
#include "oauth2/client.h"
#include "oauth2/parameters.h"

#define OAUTH2_AUTHORIZATION_URL_MAX (8 * 1024)

/* All borrowed for the length of the call; NULL leaves a parameter out. */
struct oauth2_authorization_request {
	/*
	 * https, or http at localhost, 127.0.0.1 or [::1] (RFC 8252 section
	 * 7.3); no fragment. Must be there.
	 */
	const char *redirect_uri;
	const char *state; /* UTF-8 without control characters */
	const char *nonce; /* likewise; comes back in the ID token */
	const char *code_challenge;
	const char *code_challenge_method; /* S256; plain if configured */
	const struct strlist *scopes;	   /* NULL: those of the client */
	struct oauth2_parameters extras;
};

/* Whether a request sets a parameter of this name by itself. */
bool oauth2_authorization_has(const char *name);

/*
 * The URL to open. Needs the metadata OAUTH2_NEEDS_AUTHORIZATION; no I/O.
 * Parameters come as response_type, client_id, redirect_uri, state, scope,
 * code_challenge, code_challenge_method, nonce, extras.
 *
 * ret_url  for secret_free(); never to be logged: it holds the state.
 * d->text  names what is wrong.
 *
 * Errors: CONFIG (a value no request may have, a challenge without method or
 * the reverse, an extra with a name of ours or twice, the whole longer than
 * OAUTH2_AUTHORIZATION_URL_MAX), INTERNAL (endpoint not known), NOMEM.
 */
enum oauth2_err oauth2_get_authorization_url(const struct oauth2_client *client,
    const struct oauth2_authorization_request *request, char **ret_url,
    struct detail *d) MUST_CHECK;

/*
 * The same with the parameters pushed to the provider, so that the URL holds
 * client_id and a reference alone. Needs OAUTH2_NEEDS_AUTHORIZATION and an
 * endpoint found under OAUTH2_NEEDS_PUSHED_AUTHORIZATION, see
 * oauth2_metadata(). Spends nothing: may be repeated.
 *
 * ret_expires_in  seconds from the reply during which the URL may be opened,
 *                 1 to a day; a minute is common.
 *
 * Errors: PUSHED_AUTHORIZATION (see d->cause and d->error), CLOSED, and as
 * oauth2_get_authorization_url().
 */
enum oauth2_err oauth2_push_authorization_request(
    const struct oauth2_client *client,
    const struct oauth2_authorization_request *request, char **ret_url,
    int *ret_expires_in, struct detail *d) MUST_CHECK;

#endif
