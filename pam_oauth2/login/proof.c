#include "login/proof.h"

#include "base/clock.h"
#include "base/secret.h"
#include "oauth2/assertion.h"

#define POLL_MIN_MS   1000 /* the shortest interval (RFC 8628 section 3.2) */
#define BESIDES_POLLS 2	   /* the start, and the poll that comes at once */

void
proof_limit(struct signin *s)
{
	s->assertions_left =
	    clock_ms_until(s->deadline_ns) / POLL_MIN_MS + BESIDES_POLLS;
}

static enum oauth2_err
make(const struct signin *s, char **ret)
{
	const struct provider_settings *p = &s->settings->provider;
	const struct oauth2_assertion assertion = {
		.client_id = p->client_id,
		.issuer = p->issuer,
		.audience = p->assertion_audience ==
				    SETTINGS_ASSERTION_AUDIENCE_TOKEN_ENDPOINT
				? p->token_endpoint
				: NULL,
		.kid = p->private_key_id,
		.key = s->private_key,
		.now = clock_unix_s(),
	};

	return oauth2_make_assertion(&assertion, ret);
}

bool
proof_give(struct signin *s)
{
	AUTO(secret_text_free) char *jwt = NULL;
	struct wire_out out;
	enum oauth2_err err;

	if (s->private_key == NULL)
		return signin_fail(s, REASON_protocol_error,
		    "the worker asks for an assertion, and there is no key");
	if (s->assertions_left <= 0)
		return signin_fail(s, REASON_protocol_error,
		    "the worker asks for more assertions than it can need");
	s->assertions_left--;
	err = make(s, &jwt);
	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	wire_begin(&out, WIRE_SIGNED);
	wire_put_text(&out, WIRE_TAG_JWT, jwt);
	err = wire_send(s->worker, &out);
	if (err == OAUTH2_ERR_CLOSED)
		return signin_fail(s, REASON_helper_failed, "the worker ended");
	return err == OAUTH2_ERR_OK || signin_fail_err(s, err);
}
