/* The device authorization grant (RFC 8628). */
#ifndef PAM_OAUTH2_OAUTH2_DEVICE_H
#define PAM_OAUTH2_OAUTH2_DEVICE_H

#include <stdint.h>

#include "oauth2/client.h"
#include "oauth2/parameters.h"
#include "oauth2/token.h"

/* All texts have passed the rules for what may be shown. */
struct oauth2_device {
	char *device_code; /* secret */
	char *user_code;
	char *verification_uri;
	char *verification_uri_complete; /* or NULL */
	int expires_in;			 /* seconds from the reply, >= 1 */
	int interval; /* seconds; oauth2_device_poll() may raise it */
	/*
	 * Seconds to let pass before the next poll: the interval, more after
	 * a failure to reach the provider. Kept by oauth2_device_poll().
	 */
	int wait;
};

/*
 * Ask for a code (sections 3.1 and 3.2). Needs the metadata
 * OAUTH2_NEEDS_DEVICE.
 *
 * extras   further parameters, behind those of RFC 8628; or NULL.
 *
 * d->error is the provider's word where it refused (cause HTTP).
 *
 * Errors: CONFIG (an extra that may not be), POLICY (user_code or a
 * verification URI may not be shown; cause POLICY), DEVICE_AUTHORIZATION
 * (anything else, see d->cause), CLOSED, NOMEM, INTERNAL.
 */
enum oauth2_err oauth2_device_start(const struct oauth2_client *client,
    const struct oauth2_parameters *extras, struct oauth2_device **ret,
    struct detail *d) MUST_CHECK;

/*
 * Ask once whether the code was approved (sections 3.4 and 3.5). Needs
 * OAUTH2_NEEDS_TOKEN. The caller lets device->wait seconds pass between two
 * polls and ends it all after expires_in.
 *
 * now      Unix seconds, dates the token.
 * ret      the token, on OK alone.
 *
 * Errors that are answers: AUTHORIZATION_PENDING and SLOW_DOWN (go on),
 * ACCESS_DENIED, EXPIRED_TOKEN (the end).
 * TIMEOUT, TRANSPORT: the provider was not reached, or is busy (HTTP 429 and
 * 5xx, cause HTTP); go on.
 * GET_ACCESS_TOKEN (see d->cause and d->error), CLOSED, NOMEM, INTERNAL: the
 * end.
 */
enum oauth2_err oauth2_device_poll(const struct oauth2_client *client,
    struct oauth2_device *device, int64_t now, struct oauth2_token **ret,
    struct detail *d) MUST_CHECK;

/* Whether after this answer of oauth2_device_poll() another poll makes sense.
 */
bool oauth2_device_goes_on(enum oauth2_err err);

/* Wipe and free. NULL is fine. */
void oauth2_device_free(struct oauth2_device *device);
AUTO_DEFINE(struct oauth2_device, oauth2_device_free)

#endif
