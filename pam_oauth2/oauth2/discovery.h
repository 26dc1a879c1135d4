/* The provider's endpoints (OpenID Connect Discovery 1.0, RFC 8414). */
#ifndef PAM_OAUTH2_OAUTH2_DISCOVERY_H
#define PAM_OAUTH2_OAUTH2_DISCOVERY_H

#include <stdbool.h>

#include "base/strlist.h"
#include "net/http.h"
#include "oauth2/client.h"

#define OAUTH2_REFUSED_MAX 16
#define OAUTH2_METHODS_MAX 16 /* of one kind, in the document */
#define OAUTH2_NO_S256	   "the provider knows no PKCE with S256"

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
	/* Claims may be asked for by name (OpenID Connect Core 5.5). */
	bool claims_parameter_supported;
	bool lacks_s256; /* PKCE is announced without it (RFC 8414 2) */
	/* Announced for the token endpoint; of a document, not of a client. */
	struct strlist auth_methods;
	/* The scope offline_access is announced (OpenID Connect Core 11). */
	bool offers_offline_access;
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
	OAUTH2_NEEDS_CLAIMS_PARAMETER = 256, /* optional: the flag */
};

/*
 * Find the endpoints in needs that are not known yet: those the settings
 * name are, and where all are nothing is fetched. Else one GET of the
 * issuer's /.well-known/openid-configuration (OpenID Connect Discovery 1.0
 * section 4), whose `issuer` must be ours to the byte. A client with a secret
 * and no token_endpoint_auth_method takes that from the document too
 * (auth_method.h), and nobody anything else.
 *
 * d->cause POLICY: an endpoint's scheme or host is not allowed, or, beside the
 * authorization endpoint, PKCE is announced without S256, or no way to show
 * the secret that the client knows is announced. PROTOCOL: another
 * issuer, or an endpoint is missing (d->text names the setting).
 * TRANSPORT, TIMEOUT, TLS, HTTP, TOO_BIG, JSON as they say.
 *
 * Errors: DISCOVERY, CLOSED, NOMEM, INTERNAL. The client is as before.
 */
enum oauth2_err oauth2_discover(
    struct oauth2_client *client, unsigned needs, struct detail *d) MUST_CHECK;

/* The whole document, as far as it may be used. */
struct oauth2_document {
	struct oauth2_metadata metadata;
	struct strlist refused; /* "NAME: why" of what may not be used */
	char etag[HTTP_ETAG_SIZE];
	bool is_unchanged; /* the provider says: as last time; all else empty */
};

#define OAUTH2_DOCUMENT \
	{ \
		.refused = STRLIST(OAUTH2_REFUSED_MAX) \
	}

/*
 * Fetch the document from the issuer, for a cache: nothing in it is needed,
 * so nothing that is missing fails. What the settings name plays no part.
 *
 * etag     of what is known already, or NULL.
 *
 * Errors as oauth2_discover(). ret is partly filled then.
 */
enum oauth2_err oauth2_fetch_metadata(const struct oauth2_client *client,
    const char *etag, struct oauth2_document *ret, struct detail *d) MUST_CHECK;

/* Wipe and free the parts, not document itself. */
void oauth2_document_free(struct oauth2_document *document);

static inline void
oauth2_document_free_scope(struct oauth2_document *document)
{
	oauth2_document_free(document);
}

/* What is known by now; borrowed, lives as long as the client. */
const struct oauth2_metadata *oauth2_metadata(
    const struct oauth2_client *client);

#endif
