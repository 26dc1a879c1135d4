#include "login/offer.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "codec/uri.h"

#define USER_CODE_MIN 4
#define USER_CODE_CHARACTERS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"

static bool
has_host_of(const char *endpoint, const char *host)
{
	struct uri uri;

	return endpoint != NULL &&
	       uri_parse(endpoint, URI_ALLOW_QUERY, &uri, NULL) ==
		   OAUTH2_ERR_OK &&
	       uri_host_equal(uri.host, host);
}

/* May this address be shown to a person? */
static bool
is_showable(const struct provider_settings *p, const char *text)
{
	struct uri uri;

	if (!text_is_visible_ascii(text) ||
	    uri_parse(text, URI_ALLOW_QUERY | URI_ALLOW_FRAGMENT, &uri, NULL) !=
		OAUTH2_ERR_OK)
		return false;
	return has_host_of(p->issuer, uri.host) ||
	       has_host_of(p->authorization_endpoint, uri.host) ||
	       has_host_of(p->token_endpoint, uri.host) ||
	       has_host_of(p->device_authorization_endpoint, uri.host) ||
	       has_host_of(p->userinfo_endpoint, uri.host) ||
	       uri_host_in(uri.host, &p->endpoint_hosts) ||
	       uri_host_in(uri.host, &p->verification_hosts);
}

/* The authorization endpoint, with parameters and nothing else. */
static bool
is_authorization_url(const struct provider_settings *p, const char *text)
{
	const char *endpoint = p->authorization_endpoint;
	const size_t n = strlen(endpoint);
	struct uri uri;

	return uri_parse(text, URI_ALLOW_QUERY, &uri, NULL) == OAUTH2_ERR_OK &&
	       strncmp(text, endpoint, n) == 0 &&
	       (text[n] == '?' || strchr(endpoint, '?') != NULL);
}

/* The worker has checked all this: so do we. */
static bool
check_offer(struct signin *s)
{
	const struct provider_settings *p = &s->settings->provider;
	const struct offer *o = &s->offer;

	if (o->is_code)
		return is_authorization_url(p, o->url) ||
		       signin_fail(s, REASON_verification_uri_refused,
			   "not the address of the authorization endpoint");
	if (strlen(o->user_code) < USER_CODE_MIN ||
	    !text_has_only(o->user_code, USER_CODE_CHARACTERS))
		return signin_fail(s, REASON_verification_uri_refused,
		    "user_code is not [A-Za-z0-9-]{4,16}");
	if (!is_showable(p, o->verification_uri) ||
	    (o->verification_uri_complete[0] != '\0' &&
		!is_showable(p, o->verification_uri_complete)))
		return signin_fail(s, REASON_verification_uri_refused,
		    "an address that may not be shown");
	return true;
}

static enum oauth2_err
read_url(struct signin *s, const struct wire_msg *m)
{
	s->offer.is_code = true;
	s->offer.url_expires_in =
	    (uint32_t)wire_get_u64(m, WIRE_TAG_EXPIRES_IN);
	return wire_copy_text(
	    m, WIRE_TAG_URL, s->offer.url, sizeof(s->offer.url));
}

static enum oauth2_err
read_offer(struct signin *s, const struct wire_msg *m)
{
	struct offer *o = &s->offer;
	enum oauth2_err err;
	int64_t expires_ns;

	err = wire_copy_text(
	    m, WIRE_TAG_USER_CODE, o->user_code, sizeof(o->user_code));
	if (err == OAUTH2_ERR_OK)
		err = wire_copy_text(m, WIRE_TAG_VERIFICATION_URI,
		    o->verification_uri, sizeof(o->verification_uri));
	if (err == OAUTH2_ERR_OK)
		err = wire_copy_text(m, WIRE_TAG_VERIFICATION_URI_COMPLETE,
		    o->verification_uri_complete,
		    sizeof(o->verification_uri_complete));
	o->interval = (uint32_t)wire_get_u64(m, WIRE_TAG_INTERVAL);
	expires_ns =
	    clock_monotonic_ns() +
	    (int64_t)wire_get_u64(m, WIRE_TAG_EXPIRES_IN) * CLOCK_NS_PER_S;
	if (expires_ns < s->deadline_ns) {
		s->deadline_ns = expires_ns;
		s->deadline_reason = REASON_code_expired;
	}
	return err;
}

bool
offer_take(struct signin *s, const struct wire_msg *m)
{
	const bool is_code = m->type == WIRE_AUTHORIZE;
	enum oauth2_err err;

	/* The flow was settled before: the worker has no choice. */
	if (is_code != (s->settings->flow == SETTINGS_FLOW_CODE))
		return signin_fail_err(s, OAUTH2_ERR_PROTOCOL);
	err = is_code ? read_url(s, m) : read_offer(s, m);
	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	s->has_offer = true;
	signin_note(s, "the provider offers %s, interval %u s",
	    is_code ? "an address" : "a code", s->offer.interval);
	return check_offer(s);
}
