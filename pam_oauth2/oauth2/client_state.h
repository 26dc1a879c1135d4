/* What is inside a client: for the files of this floor only. */
#ifndef PAM_OAUTH2_OAUTH2_CLIENT_STATE_H
#define PAM_OAUTH2_OAUTH2_CLIENT_STATE_H

#include "codec/uri.h"
#include "oauth2/client.h"
#include "oauth2/discovery.h"
#include "oauth2/providers.h"

enum client_auth_method {
	CLIENT_AUTH_NONE,
	CLIENT_AUTH_SECRET_POST,
	CLIENT_AUTH_SECRET_BASIC,
	CLIENT_AUTH_PRIVATE_KEY_JWT,
};

struct oauth2_client {
	struct http *http; /* borrowed */
	char *issuer;
	struct uri issuer_uri;
	char *client_id;
	char *client_secret; /* NULL unless a method needs it */
	enum client_auth_method method;
	enum client_auth_method revocation_method;
	bool is_method_open;		/* with a secret: until discovery */
	bool is_revocation_method_open; /* it is the one above */
	/* NULL unless a method needs it; arg is borrowed */
	enum oauth2_err (*get_assertion)(void *arg, char **ret);
	void *assertion_arg;
	bool basic_raw;
	bool pkce_plain;
	const struct oauth2_provider *provider; /* NULL: no preset */
	bool email_verified_string;
	char *refresh_token_endpoint; /* NULL: the token endpoint */
	struct oauth2_metadata endpoints;
	unsigned looked_for; /* optional needs the provider was asked about */
	struct strlist endpoint_hosts;
	struct strlist verification_hosts;
	char *scope; /* joined by blanks; NULL when none */
	struct strlist required_scopes;
};

/* Wipe and free the texts, not m itself. */
void metadata_free(struct oauth2_metadata *m);

static inline void
metadata_free_scope(struct oauth2_metadata *m)
{
	metadata_free(m);
}

#endif
