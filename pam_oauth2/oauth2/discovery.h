/* The provider's endpoints (OpenID Connect Discovery 1.0, RFC 8414). */
#ifndef PAM_OAUTH2_OAUTH2_DISCOVERY_H
#define PAM_OAUTH2_OAUTH2_DISCOVERY_H

#include <stdbool.h>

#include "oauth2/client.h"

/*
 * Owned by the client; NULL where neither set nor discovered. The names are
 * those of RFC 8414 section 2, RFC 8628 section 4, RFC 9126 section 5 and
 * OpenID Connect Discovery 1.0 section 3.
 */
struct oauth2_metadata {
	char *authorization_endpoint;
	char *token_endpoint;
	char *device_authorization_endpoint;
	char *userinfo_endpoint;
	char *revocation_endpoint;
	char *pushed_authorization_request_endpoint;
	char *jwks_uri;
	/* Callbacks carry `iss`, so one without it is refused (RFC 9207). */
	bool authorization_response_iss_parameter_supported;
};

/*
 * What a flow needs; bits to be or-ed. The optional ones are not there at
 * every provider: they stay NULL or false, and that is no failure. They are
 * looked for where a document is fetched anyway, or where nothing but
 * optional ones is asked for; so a provider that is all set by hand and has
 * no document goes on working.
 */
enum oauth2_needs {
	OAUTH2_NEEDS_AUTHORIZATION = 1,
	OAUTH2_NEEDS_TOKEN = 2,
	OAUTH2_NEEDS_DEVICE = 4,
	OAUTH2_NEEDS_USERINFO = 8,
	OAUTH2_NEEDS_REVOCATION = 16,		/* optional */
	OAUTH2_NEEDS_PUSHED_AUTHORIZATION = 32, /* optional */
	OAUTH2_NEEDS_ISS_PARAMETER = 64,	/* optional: the flag */
	OAUTH2_NEEDS_JWKS = 128,
};

/*
 * Find the endpoints in needs that are not known yet: those the settings
 * name are, and where all are nothing is fetched. Else one GET of the
 * issuer's /.well-known/openid-configuration (OpenID Connect Discovery 1.0
 * section 4), whose `issuer` must be ours to the byte. Takes nothing else
 * from the document.
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
