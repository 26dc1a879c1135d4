/*
 * Who signed in, by the provider's userinfo endpoint (OpenID Connect 5.3) or
 * what stands for it at a provider of providers.h.
 */
#ifndef PAM_OAUTH2_OAUTH2_IDENTITY_H
#define PAM_OAUTH2_OAUTH2_IDENTITY_H

#include "base/identity.h"
#include "oauth2/client.h"
#include "oauth2/discovery.h"
#include "oauth2/token.h"

/* What to read beyond sub, email and email_verified. */
struct oauth2_identity_query {
	/*
	 * The claim with the groups: a key, or a path of keys with dots
	 * (realm_access.roles). NULL: none are read.
	 */
	const char *groups_claim;
	const struct strlist *claims; /* names to read; NULL: none */
};

/* What oauth2_discover() has to find for it: OAUTH2_NEEDS_USERINFO or 0. */
unsigned oauth2_identity_needs(const struct oauth2_client *client);

/*
 * Fetch userinfo, and what else the provider has. Needs
 * oauth2_identity_needs(). The token travels in a header, never in the URL.
 *
 * query    may be NULL.
 * ret      email_verified is true for the JSON value true alone, unless the
 *          client or its preset says otherwise; claims are "NAME=VALUE",
 *          those the provider does not send are left out.
 *
 * Errors: GET_PROFILE (cause PROTOCOL: a claim is missing or of the wrong
 * type, or the ID token has another sub; POLICY: more groups than can be
 * checked, or longer ones; HTTP with d->http_status: refused; others as they
 * say), CLOSED, NOMEM, INTERNAL.
 */
enum oauth2_err oauth2_get_identity(const struct oauth2_client *client,
    const struct oauth2_token *token, const struct oauth2_identity_query *query,
    struct identity **ret, struct detail *d) MUST_CHECK;

#endif
