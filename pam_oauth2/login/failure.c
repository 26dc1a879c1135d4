#include "login/failure.h"

#include <string.h>

/*
 * The provider does not take this client, whatever the person does: RFC 6749
 * sections 4.1.2.1 and 5.2, and what GitHub says instead.
 */
static const char *const rejections[] = { "invalid_client",
	"unauthorized_client", "unsupported_grant_type", "invalid_scope",
	"device_flow_disabled", "incorrect_client_credentials",
	"redirect_uri_mismatch", NULL };

/* A refresh token is of no use any more: RFC 6749's word, and GitHub's. */
static const char *const ends[] = { "invalid_grant", "bad_refresh_token",
	NULL };

/* The provider cannot answer, or cannot know us: an expired secret. */
static const char *const outages[] = { "invalid_client", "server_error",
	"temporarily_unavailable", NULL };

static bool
is_among(const char *const *words, const char *word)
{
	for (; *words != NULL; words++)
		if (strcmp(*words, word) == 0)
			return true;
	return false;
}

bool
failure_is_outage(enum oauth2_cause cause, int http_status, const char *error)
{
	if (error[0] != '\0')
		return is_among(outages, error);
	if (http_status != 0)
		return http_status >= 500;
	return cause == OAUTH2_CAUSE_TRANSPORT || cause == OAUTH2_CAUSE_TIMEOUT;
}

enum reason
failure_reason(enum oauth2_err err, enum oauth2_cause cause, const char *error)
{
	switch (err) {
	case OAUTH2_ERR_ACCESS_DENIED:
		return REASON_access_denied;
	case OAUTH2_ERR_EXPIRED_TOKEN:
		return REASON_code_expired;
	case OAUTH2_ERR_CONFIG:
	case OAUTH2_ERR_NOT_SUPPORTED_AUTH_METHOD:
		return REASON_settings_invalid;
	case OAUTH2_ERR_SANDBOX:
		return REASON_sandbox_failed;
	case OAUTH2_ERR_GROUPS_OVERAGE:
		return REASON_groups_overage;
	case OAUTH2_ERR_USERINFO_MISMATCH:
		return REASON_userinfo_mismatch;
	default:
		break;
	}
	if (err == OAUTH2_ERR_REFRESH_TOKEN && is_among(ends, error))
		return REASON_token_revoked;
	if (is_among(rejections, error))
		return REASON_client_rejected;
	switch (cause) {
	case OAUTH2_CAUSE_TRANSPORT:
		return REASON_provider_unreachable;
	case OAUTH2_CAUSE_TIMEOUT:
		return REASON_provider_timeout;
	case OAUTH2_CAUSE_TLS:
		return REASON_provider_tls;
	case OAUTH2_CAUSE_HTTP:
		return REASON_provider_error;
	case OAUTH2_CAUSE_JSON:
	case OAUTH2_CAUSE_PROTOCOL:
	case OAUTH2_CAUSE_TOO_BIG:
		return REASON_provider_malformed;
	case OAUTH2_CAUSE_POLICY:
		if (err == OAUTH2_ERR_GET_PROFILE)
			return REASON_groups_overage;
		/* A scope without which nobody gets in was not approved. */
		if (err == OAUTH2_ERR_GET_ACCESS_TOKEN)
			return REASON_access_denied;
		return err == OAUTH2_ERR_DISCOVERY
			   ? REASON_endpoint_refused
			   : REASON_verification_uri_refused;
	default:
		return REASON_internal_error;
	}
}
