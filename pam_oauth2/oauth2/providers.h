/*
 * What is known of some providers: presets. A row is data; where plain
 * OpenID Connect does not say who signed in, it has a small function.
 */
#ifndef PAM_OAUTH2_OAUTH2_PROVIDERS_H
#define PAM_OAUTH2_OAUTH2_PROVIDERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct identity;
struct json;
struct oauth2_client;
struct oauth2_token;

#define OAUTH2_PROVIDER_NAMES \
	"google github gitlab entra okta keycloak authentik auth0 cognito " \
	"egi cilogon discord linkedin kakao reddit naver facebook shopify " \
	"franceconnect"

/* Whether the provider vouches for the address of whoever signed in. */
enum oauth2_email {
	OAUTH2_EMAIL_CLAIM, /* by email_verified */
	OAUTH2_EMAIL_HOOK,  /* in its own words, which read or fetch know */
	OAUTH2_EMAIL_NEVER, /* not in a way to rely on: profile only */
};

/*
 * Texts are static. What is an absolute URL, and the hosts, belong to the
 * issuer of the row: they are not for anybody who has another one.
 */
struct oauth2_provider {
	const char *name;
	const char *issuer; /* NULL: every customer has one */
	/* NULL: as any issuer. Only with an issuer of NULL. */
	bool (*is_issuer)(const char *issuer);
	const char *issuer_form; /* what that takes, for people */
	/*
	 * Endpoints that discovery does not tell: a URL, or a path to append
	 * to the issuer. NULL: discovery.
	 */
	const char *authorization_endpoint;
	const char *token_endpoint;
	const char *device_authorization_endpoint;
	const char *userinfo_endpoint;
	/* Words; NULL: the usual ones, "": none. */
	const char *scopes;
	const char *endpoint_hosts;
	const char *verification_hosts;
	const char *authorize_params; /* NAME=VALUE */
	const char *auth_method;      /* with a secret; NULL: the usual one */
	bool has_no_device_grant;
	bool has_no_pkce;	/* the token endpoint refuses a code_verifier */
	bool has_no_nonce;	/* its ID tokens never repeat ours */
	bool has_scope_commas;	/* it lists granted scopes as a,b */
	bool has_no_token_type; /* its tokens are bearer tokens unsaid */
	/* The member of a token reply with the numeric id; no userinfo. */
	const char *token_user;
	enum oauth2_email email;
	/*
	 * Read sub, email and email_verified, which are empty. NULL: as
	 * OpenID Connect has them. Errors as account_read().
	 */
	enum oauth2_err (*read)(const struct json *document, bool is_text_true,
	    struct identity *ret, struct detail *d);
	/* A further request, after read. Errors as request_get(). */
	enum oauth2_err (*fetch)(const struct oauth2_client *client,
	    const struct oauth2_token *token, struct identity *ret,
	    struct detail *d);
};

extern const struct oauth2_provider oauth2_providers[];
extern const size_t oauth2_provider_count;

/* The provider of that name; NULL when there is none, or name is NULL. */
const struct oauth2_provider *oauth2_provider_find(const char *name);

#endif
