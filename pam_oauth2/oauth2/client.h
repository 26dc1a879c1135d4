/*
 * An OAuth2 client at one provider: who we are, how we prove it, and which
 * endpoints we may talk to. The flows are in files of their own.
 */
#ifndef PAM_OAUTH2_OAUTH2_CLIENT_H
#define PAM_OAUTH2_OAUTH2_CLIENT_H

#include "base/err.h"
#include "base/strlist.h"

struct http;
struct oauth2_client;

/*
 * Copied by oauth2_new(), all but http. NULL is "not set"; endpoints that
 * are set win over discovery, and their hosts are the administrator's word.
 */
struct oauth2_config {
	const char *name;   /* of the provider, in messages */
	const char *issuer; /* always; https, no query, no fragment */
	const char *client_id;
	const char *client_secret;
	/*
	 * none, client_secret_post or client_secret_basic. NULL:
	 * client_secret_post with a secret, else none.
	 */
	const char *token_endpoint_auth_method;
	const char *authorization_endpoint;
	const char *token_endpoint;
	const char *device_authorization_endpoint;
	const char *userinfo_endpoint;
	const struct strlist *endpoint_hosts;	  /* may receive secrets */
	const struct strlist *verification_hosts; /* may only be shown */
	const struct strlist *scopes;		  /* none: no `scope` is sent */
	struct http *http; /* borrowed: must outlive the client */
};

/*
 * Check a configuration and make a client of it. Does no I/O.
 *
 * d->text  names the key that is wrong.
 *
 * Errors: NOT_SUPPORTED_AUTH_METHOD (checked first), CONFIG, NOMEM.
 */
enum oauth2_err oauth2_new(const struct oauth2_config *config, struct detail *d,
    struct oauth2_client **ret) MUST_CHECK;

/* Wipe and free. NULL is fine. */
void oauth2_free(struct oauth2_client *client);
AUTO_DEFINE(struct oauth2_client, oauth2_free)

#endif
