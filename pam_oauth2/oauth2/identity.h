/*
 * Who signed in, by the provider's userinfo endpoint (OpenID Connect Core 1.0
 * section 5.3) or what stands for it at a provider of providers.h.
 */
#ifndef PAM_OAUTH2_OAUTH2_IDENTITY_H
#define PAM_OAUTH2_OAUTH2_IDENTITY_H

#include "base/identity.h"
#include "oauth2/claims.h"
#include "oauth2/client.h"
#include "oauth2/discovery.h"
#include "oauth2/token.h"

/* What oauth2_discover() has to find for it: OAUTH2_NEEDS_USERINFO or 0. */
unsigned oauth2_identity_needs(const struct oauth2_client *client);

/* What userinfo comes to: one of the two. */
struct oauth2_userinfo {
	struct identity *identity; /* empty where there is a jwt */
	char *jwt; /* the provider has signed it: oauth2_userinfo_verify() */
};

/*
 * Fetch userinfo, and what else the provider has. Needs
 * oauth2_identity_needs(). The token travels in a header, never in the
 * URL (RFC 6750 section 2.1).
 *
 * query    may be NULL. How the provider writes is the client's to know.
 * ret      start with zeroes; partly filled on failure. email_verified is
 *          true for the JSON value true alone, unless the client or its
 *          preset says otherwise; claims are "NAME=VALUE", those the provider
 *          does not send are left out.
 *
 * Errors: GET_PROFILE (cause PROTOCOL: a claim is missing or of the wrong
 * type; POLICY: more groups than can be checked, or longer ones; HTTP with
 * d->http_status: refused; others as they say), USERINFO_MISMATCH (query->sub
 * is somebody else), CLOSED, NOMEM, INTERNAL.
 */
enum oauth2_err oauth2_get_userinfo(const struct oauth2_client *client,
    const struct oauth2_token *token, const struct oauth2_identity_query *query,
    struct oauth2_userinfo *ret, struct detail *d) MUST_CHECK;

/*
 * The same for who has no keys to verify anything with: signed userinfo is
 * refused (GET_PROFILE, cause PROTOCOL). The other errors are those of
 * oauth2_get_userinfo().
 */
enum oauth2_err oauth2_get_identity(const struct oauth2_client *client,
    const struct oauth2_token *token, const struct oauth2_identity_query *query,
    struct identity **ret, struct detail *d) MUST_CHECK;

/* Wipe and free the parts, not userinfo itself. */
void oauth2_userinfo_free(struct oauth2_userinfo *userinfo);

static inline void
oauth2_userinfo_free_scope(struct oauth2_userinfo *userinfo)
{
	oauth2_userinfo_free(userinfo);
}

#endif
