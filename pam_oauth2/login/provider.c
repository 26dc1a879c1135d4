#include "login/provider.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/text.h"
#include "codec/uri.h"
#include "login/person.h"

#define HOST_CHARACTERS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"
#define STATE_CHARACTERS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
#define USER_CODE_MIN 4
#define USER_CODE_CHARACTERS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"

static const enum wire_flow flows[] = {
	[SETTINGS_FLOW_AUTO] = WIRE_FLOW_AUTO,
	[SETTINGS_FLOW_DEVICE] = WIRE_FLOW_DEVICE,
	[SETTINGS_FLOW_CODE] = WIRE_FLOW_CODE,
};

/*
 * What only the answer to this login's request can carry: 192 random bits,
 * and the name of this host for the callback page to show.
 */
static bool
make_state(char *ret, size_t size)
{
	unsigned char random[32];
	char host[65] = "";

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return false;
	for (size_t i = 0; i < sizeof(random); i++)
		ret[i] = STATE_CHARACTERS[random[i] & 63];
	ret[sizeof(random)] = '\0';
	if (gethostname(host, sizeof(host)) == 0 && strlen(host) <= 63 &&
	    text_has_only(host, HOST_CHARACTERS))
		(void)snprintf(
		    ret + sizeof(random), size - sizeof(random), ".%s", host);
	return true;
}

static enum oauth2_err
send_start(struct signin *s)
{
	AUTO(strlist_free) struct strlist claims = STRLIST(IDENTITY_CLAIMS_MAX);
	const struct provider_settings *p = &s->settings->provider;
	struct wire_out out;
	enum oauth2_err err;

	err = allowlist_claims(s->allowlist, &claims);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (!make_state(s->state, sizeof(s->state)))
		return OAUTH2_ERR_INTERNAL;
	wire_begin(&out, WIRE_START);
	wire_put_u64(&out, WIRE_TAG_FLOW, flows[s->settings->flow]);
	wire_put_text(&out, WIRE_TAG_REDIRECT_URI, p->redirect_uri);
	wire_put_text(&out, WIRE_TAG_STATE, s->state);
	wire_put_text(
	    &out, WIRE_TAG_AUTHORIZATION_ENDPOINT, p->authorization_endpoint);
	wire_put_text(&out, WIRE_TAG_PAR_ENDPOINT,
	    p->pushed_authorization_request_endpoint);
	wire_put_text(&out, WIRE_TAG_ISSUER, p->issuer);
	wire_put_text(&out, WIRE_TAG_CLIENT_ID, p->client_id);
	wire_put_text(&out, WIRE_TAG_CLIENT_SECRET, s->client_secret);
	wire_put_text(&out, WIRE_TAG_AUTH_METHOD,
	    settings_auth_method_name(p->token_endpoint_auth_method));
	wire_put_text(&out, WIRE_TAG_TOKEN_ENDPOINT, p->token_endpoint);
	wire_put_text(
	    &out, WIRE_TAG_DEVICE_ENDPOINT, p->device_authorization_endpoint);
	wire_put_text(&out, WIRE_TAG_USERINFO_ENDPOINT, p->userinfo_endpoint);
	wire_put_list(&out, WIRE_TAG_ENDPOINT_HOST, &p->endpoint_hosts);
	wire_put_list(&out, WIRE_TAG_VERIFICATION_HOST, &p->verification_hosts);
	wire_put_list(&out, WIRE_TAG_SCOPE, &p->scopes);
	/* Who has many groups must not fail where none is asked for. */
	if (allowlist_has_type(s->allowlist, ALLOWLIST_GROUP))
		wire_put_text(&out, WIRE_TAG_GROUPS_CLAIM, p->groups_claim);
	wire_put_list(&out, WIRE_TAG_CLAIM, &claims);
	wire_put_text(&out, WIRE_TAG_CA_FILE, p->ca_file);
	wire_put_text(&out, WIRE_TAG_PROXY, p->proxy);
	wire_put_u64(&out, WIRE_TAG_DEADLINE_NS, (uint64_t)s->deadline_ns);
	return wire_send(s->worker, &out);
}

/* What the worker's failure means to the administrator. */
static enum reason
reason_of(enum oauth2_err err, enum oauth2_cause cause, const char *error)
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
	default:
		break;
	}
	if (strcmp(error, "invalid_client") == 0 ||
	    strcmp(error, "unauthorized_client") == 0)
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
		return err == OAUTH2_ERR_DISCOVERY
			   ? REASON_endpoint_refused
			   : REASON_verification_uri_refused;
	default:
		return REASON_internal_error;
	}
}

/* The worker cleans what it sends; a worker taken over may not. */
static bool
fail_as_told(struct signin *s, const struct wire_msg *m)
{
	char error[65], description[129], text[256], clean[3][129];
	const enum oauth2_err err =
	    (enum oauth2_err)wire_get_u64(m, WIRE_TAG_ERROR);
	const enum oauth2_cause cause =
	    (enum oauth2_cause)wire_get_u64(m, WIRE_TAG_CAUSE);
	enum reason reason;
	const int status = (int)wire_get_u64(m, WIRE_TAG_HTTP_STATUS);

	if (wire_copy_text(m, WIRE_TAG_PROVIDER_ERROR, error, sizeof(error)) !=
		OAUTH2_ERR_OK ||
	    wire_copy_text(m, WIRE_TAG_DESCRIPTION, description,
		sizeof(description)) != OAUTH2_ERR_OK ||
	    wire_copy_text(m, WIRE_TAG_TEXT, text, sizeof(text)) !=
		OAUTH2_ERR_OK)
		return signin_fail_err(s, OAUTH2_ERR_PROTOCOL);
	/* The worker may notice the deadline first. */
	if (s->has_offer && cause == OAUTH2_CAUSE_TIMEOUT &&
	    clock_monotonic_ns() >= s->deadline_ns)
		return signin_fail_err(s, OAUTH2_ERR_TIMEOUT);
	reason = reason_of(err, cause, error);
	s->is_provider_down =
	    !s->has_offer &&
	    (cause == OAUTH2_CAUSE_TRANSPORT || cause == OAUTH2_CAUSE_TIMEOUT ||
		status >= 500);
	text_clean(clean[0], sizeof(clean[0]), error, strlen(error));
	text_clean(
	    clean[1], sizeof(clean[1]), description, strlen(description));
	text_clean(clean[2], sizeof(clean[2]), text, strlen(text));
	if (s->offer.is_code && strcmp(error, "invalid_grant") == 0)
		reason = REASON_code_refused;
	return signin_fail(s, reason, "%s: %s%s%s http=%d cause=%s %s",
	    err_text(err), error[0] ? clean[0] : "", error[0] ? " " : "",
	    clean[1], status, err_cause_name(cause), clean[2]);
}

/* Trouble with the worker's leg: its end is a fault of this host. */
static bool
fail_leg(struct signin *s, enum oauth2_err err)
{
	if (err == OAUTH2_ERR_CLOSED)
		return signin_fail(s, REASON_helper_failed, "the worker ended");
	return signin_fail_err(s, err);
}

/* The deadline came: before anything was offered the provider is to blame. */
static bool
fail_late(struct signin *s)
{
	if (s->has_offer)
		return signin_fail_err(s, OAUTH2_ERR_TIMEOUT);
	s->is_provider_down = true;
	return signin_fail(s, REASON_provider_timeout, "no answer at all");
}

/* The worker's next message; the person may end the wait. */
static bool
await_worker(struct signin *s, struct wire_msg *ret)
{
	struct pollfd p[2] = {
		{ .fd = s->worker->fd, .events = POLLIN },
		{ .fd = s->person->fd, .events = POLLIN },
	};
	enum oauth2_err err;
	int n;

	do {
		n = poll(p, 2, clock_ms_until(s->deadline_ns));
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return signin_fail_err(s, OAUTH2_ERR_IO);
	if (n == 0)
		return fail_late(s);
	if (p[1].revents != 0)
		return person_interrupts(s);
	err = wire_recv(s->worker, s->deadline_ns, ret);
	if (err == OAUTH2_ERR_CLOSED)
		return signin_fail(s, REASON_helper_failed, "the worker ended");
	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	if (ret->type == WIRE_FAILED)
		return fail_as_told(s, ret);
	return true; /* the turns allow no other type than is waited for */
}

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

/* The worker has checked all this: so do we. */
static bool
check_offer(struct signin *s)
{
	const struct provider_settings *p = &s->settings->provider;
	const struct offer *o = &s->offer;

	if (o->is_code)
		return is_showable(p, o->url) ||
		       signin_fail(s, REASON_verification_uri_refused,
			   "an address that may not be shown");
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
	s->offer.is_iss_sent = wire_get_u64(m, WIRE_TAG_IS_ISS_SENT) == 1;
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

/* The worker chooses between the flows that the settings allow. */
static bool
is_wanted(const struct settings *settings, enum wire_type type)
{
	if (type == WIRE_AUTHORIZE)
		return settings->flow != SETTINGS_FLOW_DEVICE &&
		       settings->provider.redirect_uri != NULL;
	return settings->flow != SETTINGS_FLOW_CODE;
}

bool
provider_offers(struct signin *s)
{
	struct wire_msg m;
	enum oauth2_err err;

	err = send_start(s);
	secret_free(TAKE(s->client_secret));
	/* A worker that could not start has closed, and has said why. */
	if (err != OAUTH2_ERR_OK && err != OAUTH2_ERR_CLOSED)
		return fail_leg(s, err);
	if (!await_worker(s, &m))
		return false;
	if (!is_wanted(s->settings, m.type))
		return signin_fail_err(s, OAUTH2_ERR_PROTOCOL);
	err = m.type == WIRE_AUTHORIZE ? read_url(s, &m) : read_offer(s, &m);
	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	s->has_offer = true;
	signin_note(s, "the provider offers %s, interval %u s",
	    s->offer.is_code ? "an address" : "a code", s->offer.interval);
	return check_offer(s);
}

static enum oauth2_err
read_identity(struct signin *s, const struct wire_msg *m)
{
	AUTO(identity_free) struct identity *who = identity_new();
	enum oauth2_err err;

	if (who == NULL)
		return OAUTH2_ERR_NOMEM;
	who->issuer = secret_strdup(s->settings->provider.issuer);
	if (who->issuer == NULL)
		return OAUTH2_ERR_NOMEM;
	err = wire_take_text(m, WIRE_TAG_SUB, &who->sub);
	if (err == OAUTH2_ERR_OK)
		err = wire_take_text(m, WIRE_TAG_EMAIL, &who->email);
	if (err == OAUTH2_ERR_OK)
		err = wire_take_list(m, WIRE_TAG_GROUP, &who->groups);
	if (err == OAUTH2_ERR_OK)
		err = wire_take_list(m, WIRE_TAG_CLAIM, &who->claims);
	who->email_verified = wire_get_u64(m, WIRE_TAG_EMAIL_VERIFIED) == 1;
	if (err == OAUTH2_ERR_OK)
		s->identity = TAKE(who);
	return err;
}

bool
provider_identifies(struct signin *s)
{
	/*
	 * Behind a prompt the person says when to look, so the first poll
	 * comes at once; else nobody can have approved before an interval.
	 */
	const bool at_once = s->settings->display == SETTINGS_DISPLAY_PROMPT;
	struct wire_out out;
	struct wire_msg m;
	enum oauth2_err err;

	if (s->offer.is_code) {
		wire_begin(&out, WIRE_CODE);
		wire_put_text(&out, WIRE_TAG_CODE, s->code);
		secret_free(TAKE(s->code));
	} else {
		wire_begin(&out, WIRE_POLL);
		wire_put_u64(
		    &out, WIRE_TAG_DELAY_S, at_once ? 0 : s->offer.interval);
	}
	err = wire_send(s->worker, &out);
	if (err != OAUTH2_ERR_OK)
		return fail_leg(s, err);
	if (!await_worker(s, &m))
		return false;
	err = read_identity(s, &m);
	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	signin_note(s, "the provider names somebody: email %s, %zu groups",
	    s->identity->email == NULL	  ? "missing"
	    : s->identity->email_verified ? "verified"
					  : "unverified",
	    s->identity->groups.count);
	return true;
}
