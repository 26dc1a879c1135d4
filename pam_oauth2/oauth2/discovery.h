/* The provider's endpoints (OpenID Connect Discovery 1.0, RFC 8414). */
#ifndef PAM_OAUTH2_OAUTH2_DISCOVERY_H
#define PAM_OAUTH2_OAUTH2_DISCOVERY_H

#include "oauth2/client.h"

/* Owned by the client; NULL where neither set nor discovered. */
struct oauth2_metadata {
	char *authorization_endpoint;
	char *token_endpoint;
	char *device_authorization_endpoint;
	char *userinfo_endpoint;
};

/* What a flow needs; bits to be or-ed. */
enum oauth2_needs {
	OAUTH2_NEEDS_AUTHORIZATION = 1,
	OAUTH2_NEEDS_TOKEN = 2,
	OAUTH2_NEEDS_DEVICE = 4,
	OAUTH2_NEEDS_USERINFO = 8,
};

/*
 * Find the endpoints in needs that are not known yet: those the settings
 * name are, and where all are nothing is fetched. Takes nothing else from
 * the document.
 *
 * d->cause POLICY: an endpoint's scheme or host is not allowed. PROTOCOL:
 * another issuer, or an endpoint is missing (d->text names the setting).
 * TRANSPORT, TIMEOUT, TLS, HTTP, TOO_BIG, JSON as they say.
 *
 * Errors: DISCOVERY, CLOSED, NOMEM, INTERNAL. The client is as before.
 */
enum oauth2_err oauth2_discover(
    struct oauth2_client *client, unsigned needs, struct detail *d) MUST_CHECK;

/* What is known by now; borrowed, lives as long as the client. */
const struct oauth2_metadata *oauth2_metadata(
    const struct oauth2_client *client);

#endif
