/* One login as the worker knows it. Private to the worker's files. */
#ifndef PAM_OAUTH2_HELPER_JOB_H
#define PAM_OAUTH2_HELPER_JOB_H

#include <stdint.h>

#include "base/identity.h"
#include "base/strlist.h"
#include "codec/wire.h"
#include "net/http.h"
#include "oauth2/client.h"
#include "oauth2/device.h"
#include "oauth2/parameters.h"

#define JOB_PARAMS_MAX 32
#define JOB_HOSTS_MAX  32
#define JOB_SCOPES_MAX 64

struct job {
	struct wire *wire; /* borrowed */
	struct http *http;
	struct oauth2_client *client;
	struct oauth2_device *device;
	struct strlist endpoint_hosts;
	struct strlist verification_hosts;
	struct strlist scopes;
	struct strlist required_scopes;
	struct strlist param_texts;
	struct oauth2_parameter params[JOB_PARAMS_MAX]; /* point into those */
	size_t param_count;
	struct strlist claims;
	char *groups_claim; /* NULL: nobody asks for groups */
	enum wire_flow flow;
	char *redirect_uri; /* of the flow code */
	bool is_pkce_plain;
	bool is_kept; /* the monitor has a use for a refresh token */
	char *state;
	char *nonce;
	struct detail detail;
};

#define JOB(leg) \
	{ \
		.wire = (leg), .endpoint_hosts = STRLIST(JOB_HOSTS_MAX), \
		.verification_hosts = STRLIST(JOB_HOSTS_MAX), \
		.scopes = STRLIST(JOB_SCOPES_MAX), \
		.required_scopes = STRLIST(JOB_SCOPES_MAX), \
		.claims = STRLIST(IDENTITY_CLAIMS_MAX), \
		.param_texts = STRLIST(JOB_PARAMS_MAX), \
	}

/* Take what START says. Errors: as oauth2_new(). */
enum oauth2_err job_start(
    struct job *job, const struct wire_msg *start) MUST_CHECK;

/*
 * The two ways to a token: show a code and poll (RFC 8628), or show an
 * address and take the code that the person brings back (RFC 6749 section
 * 4.1 with PKCE). Both speak with the monitor on the way.
 *
 * Errors: those of the flow; CLOSED, PROTOCOL of the leg.
 */
enum oauth2_err job_device(
    struct job *job, struct oauth2_token **ret) MUST_CHECK;
enum oauth2_err job_code(struct job *job, struct oauth2_token **ret) MUST_CHECK;

/*
 * What was kept of a sign-in before: a new token for it (RFC 6749 section 6),
 * or its end (RFC 7009). Waits for the monitor's word. Errors likewise.
 */
enum oauth2_err job_refresh(
    struct job *job, struct oauth2_token **ret) MUST_CHECK;
enum oauth2_err job_revoke(struct job *job) MUST_CHECK;

/*
 * Wait until a point on the monotonic clock, or for the monitor's next word.
 * The connection to the token endpoint is kept open meanwhile, so that what
 * comes then need not wait for TLS.
 *
 * Errors: TIMEOUT, CLOSED, PROTOCOL.
 */
enum oauth2_err job_await(struct job *job, struct wire_msg *ret) MUST_CHECK;

void job_free(struct job *job);

#endif
