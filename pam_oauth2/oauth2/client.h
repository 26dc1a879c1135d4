/*
 * An OAuth2 client at one provider: who we are, how we prove it, and which
 * endpoints we may talk to. The flows are in files of their own; README.md
 * here says what is where, beside the names of the reference.
 *
 * What talks to the provider blocks for at most a request's time
 * (net/http.h) and is ended by should_stop: CLOSED. Texts are UTF-8. What is
 * returned by `ret` is the caller's, and untouched on failure. Nothing here
 * logs, reads a file, or looks at the clock where `now` is an argument.
 */
#ifndef PAM_OAUTH2_OAUTH2_CLIENT_H
#define PAM_OAUTH2_OAUTH2_CLIENT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/strlist.h"

struct http;
struct oauth2_client;

/*
 * Copied by oauth2_new(), all but http and assertion_arg. NULL is "not set";
 * endpoints that are set win over discovery, and their hosts are the
 * administrator's word.
 */
struct oauth2_config {
	const char *name;   /* of the provider, in messages */
	const char *preset; /* its row in providers.h, NULL: none */
	/* Always; https, no query, no fragment (RFC 8414 section 2). */
	const char *issuer;
	const char *client_id;
	const char *client_secret;
	/*
	 * none, client_secret_post, client_secret_basic or private_key_jwt
	 * (OpenID Connect Core 1.0 section 9). NULL: client_secret_post with
	 * a secret, or what discovery finds in its place (auth_method.h);
	 * else none.
	 */
	const char *token_endpoint_auth_method;
	/*
	 * The same for revocation_endpoint, which must not be set without
	 * it. NULL: where discovery finds that endpoint, the method above.
	 */
	const char *revocation_endpoint_auth_method;
	/*
	 * private_key_jwt: give one finished assertion (assertion.h), a new
	 * one each time, for secret_free(). Whoever can, knows the key; the
	 * client does not. An error ends the request and is its error. NULL
	 * exactly where no method needs it.
	 */
	enum oauth2_err (*get_assertion)(void *arg, char **ret);
	void *assertion_arg; /* borrowed: must outlive the client */
	/*
	 * client_secret_basic without form encoding (RFC 6749 section 2.3.1),
	 * for a provider that does not decode it. Then no : in client_id.
	 */
	bool basic_raw;
	const char *pkce; /* S256 (NULL), or plain where that is all there is */
	/* https; a query may be there, a fragment or a user may not. */
	const char *authorization_endpoint;
	const char *token_endpoint;
	const char *device_authorization_endpoint;
	const char *userinfo_endpoint;
	const char *revocation_endpoint;
	const char *pushed_authorization_request_endpoint;
	const char *jwks_uri;
	const char *refresh_token_endpoint;	  /* NULL: the token endpoint */
	const struct strlist *endpoint_hosts;	  /* may receive secrets */
	const struct strlist *verification_hosts; /* may only be shown */
	const struct strlist *scopes;		  /* none: no `scope` is sent */
	const struct strlist *required_scopes;	  /* no token without these */
	bool email_verified_string; /* the text "true" counts as well */
	struct http *http;	    /* borrowed: must outlive the client */
};

/*
 * Check a configuration and make a client of it. Does no I/O.
 *
 * d->text  names the key that is wrong.
 *
 * Errors, in this order: NOT_SUPPORTED_AUTH_METHOD (of the token endpoint,
 * then of revocation), MISSING_REVOKE_TOKEN_AUTH_METHOD, CONFIG. NOMEM.
 */
enum oauth2_err oauth2_new(const struct oauth2_config *config, struct detail *d,
    struct oauth2_client **ret) MUST_CHECK;

/* Whether its authorization codes are bound by PKCE. */
bool oauth2_uses_pkce(const struct oauth2_client *client);

/* Wipe and free. NULL is fine. */
void oauth2_free(struct oauth2_client *client);
AUTO_DEFINE(struct oauth2_client, oauth2_free)

#endif
