#include "login/signin.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/audit.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/secret.h"
#include "base/text.h"
#include "codec/crypto.h"
#include "login/account.h"
#include "login/decision.h"
#include "login/keep.h"
#include "login/login_session.h"
#include "login/person.h"
#include "login/pin.h"
#include "login/pin_change.h"
#include "login/provider.h"
#include "login/resume.h"
#include "login/revocation.h"
#include "login/signin_state.h"
#include "login/step_up.h"

#define CA_FILE_MAX    (4 * 1024 * 1024)
#define HOST_MARGIN_NS (3 * CLOCK_NS_PER_S) /* to end before the host does */

static bool learn_settings(struct signin *s);
static bool is_left_alone(struct signin *s);
static bool learn_rules(struct signin *s);
static bool host_can_ask(struct signin *s);
static bool has_time(struct signin *s);
static void answer(struct signin *s);

/* A person opens a browser, and the provider says who that is. */
static void
sign_in(struct signin *s)
{
	if (host_can_ask(s) && person_is_there(s) && provider_is_known(s) &&
	    provider_offers(s) && person_is_invited(s) &&
	    provider_identifies(s) && decision_allows(s)) {
		keep_record(s);
		login_session_promise(s);
	}
}

static void
authenticate(struct signin *s)
{
	if (!resume_signs_in(s) && !step_up_signs_in(s) && !pin_decides(s))
		sign_in(s);
}

/* What a host may want of us. */
static void
serve(struct signin *s)
{
	switch (s->greeting.phase) {
	case WIRE_PHASE_AUTHENTICATE:
		authenticate(s);
		return;
	case WIRE_PHASE_ACCOUNT:
		account_check(s);
		return;
	case WIRE_PHASE_REVOKE:
		revocation_demanded(s);
		return;
	case WIRE_PHASE_CHANGE_PIN:
		pin_change(s);
		return;
	default:
		(void)signin_fail_err(s, OAUTH2_ERR_PROTOCOL);
	}
}

/* No question of whom to let in: they are in, or leave. */
static bool
is_of_session(const struct signin *s)
{
	return s->greeting.phase == WIRE_PHASE_OPEN_SESSION ||
	       s->greeting.phase == WIRE_PHASE_CLOSE_SESSION;
}

/*
 * Nobody is left. What is kept ends here first of all: that needs neither
 * the provider nor what else root has to say to it.
 */
static bool
end_last_session(struct signin *s)
{
	if (!learn_settings(s))
		return false;
	if (s->settings->revoke_on != SETTINGS_REVOKE_CLOSE)
		return true;
	return revocation_prepare(s) &&
	       (s->left_over == NULL || learn_rules(s));
}

/* Whatever becomes of that, the session is closed. */
static void
serve_session(struct signin *s)
{
	struct detail why;

	login_session_serve(s);
	if (!s->is_last_session)
		return;
	why = s->detail;
	if (!end_last_session(s)) {
		revocation_fails(s);
		secret_text_free(TAKE(s->left_over));
	}
	s->reason = REASON_session;
	s->detail = why;
}

/*
 * The story. It begins denied; a step that cannot be taken leaves it so, and
 * says why in s->reason.
 */
static void
tell(struct signin *s)
{
	if (!person_greets(s))
		return;
	if (is_of_session(s))
		serve_session(s);
	else if (learn_settings(s) && !is_left_alone(s) && learn_rules(s) &&
		 has_time(s) && person_hears_deadline(s))
		serve(s);
	answer(s);
	revocation_of_rest(s);
}

void
signin_run(const struct signin_legs *legs)
{
	struct signin s = {
		.host = legs->host,
		.person = legs->person,
		.worker = legs->worker,
		.judge = legs->judge,
		.fetcher = legs->fetcher,
		.keys = CACHED,
		.reason = REASON_internal_error,
		.deadline_reason = REASON_login_timeout,
	};

	tell(&s);
	settings_free(s.settings);
	secret_free(s.client_secret);
	crypto_key_free(s.private_key);
	secret_free(s.code);
	allowlist_free(s.allowlist);
	identity_free(s.identity);
	record_free(s.record);
	secret_free(s.left_over);
	store_free(s.store);
	pin_key_free(s.pin_key);
	secret_free(s.pin_sub);
	cache_free(&s.keys);
}

void
signin_refuse(
    const struct signin_legs *legs, enum reason reason, const char *why)
{
	struct signin s = { .host = legs->host, .person = legs->person };

	if (!person_greets(&s))
		return;
	if (s.greeting.phase != WIRE_PHASE_ACCOUNT || !learn_settings(&s) ||
	    !is_left_alone(&s))
		(void)signin_fail(&s, reason, "%s", why);
	answer(&s);
	settings_free(s.settings);
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Our own limit or the host's, less what the host still has to do then. */
static void
set_deadline(struct signin *s)
{
	const struct settings *settings = s->settings;
	const struct greeting *g = &s->greeting;
	int64_t host_ns = g->alarm_ns;

	if (settings->host_limit != 0)
		host_ns = earlier(host_ns,
		    g->host_started_ns + settings->host_limit * CLOCK_NS_PER_S);
	s->deadline_ns =
	    earlier(g->started_ns + settings->login_timeout * CLOCK_NS_PER_S,
		host_ns - HOST_MARGIN_NS);
	if (s->deadline_ns < 0)
		s->deadline_ns = 0; /* long over: the host was suspended */
}

/*
 * Who can write the file that says which certificates are good can be the
 * provider. The worker opens it again: only root could have changed it.
 */
static bool
is_ca_file_trusted(struct signin *s)
{
	AUTO(buf_free) struct buf content = BUF(CA_FILE_MAX);
	const char *path = s->settings->provider.ca_file;

	return path == NULL || file_read_trusted(path, FILE_TRUST_ROOT,
				   &content, &s->detail) == OAUTH2_ERR_OK;
}

/* Read for this provider: some know no address that a rule could name. */
bool
signin_reads_allowlist(struct signin *s, const char *name)
{
	const struct oauth2_provider *preset =
	    settings_preset(&s->settings->provider);
	const bool takes_email =
	    preset == NULL || preset->email != OAUTH2_EMAIL_NEVER;

	allowlist_free(s->allowlist);
	s->allowlist = NULL;
	if (text_copy(s->listed_as, sizeof(s->listed_as), name) !=
	    OAUTH2_ERR_OK)
		return signin_fail_err(s, OAUTH2_ERR_LIMIT);
	return allowlist_load(s->settings->allowlist, s->listed_as, takes_email,
		   &s->allowlist, &s->detail) == OAUTH2_ERR_OK ||
	       signin_fail(s, REASON_allowlist_invalid, NULL);
}

/*
 * Who signs in is listed by the name that was given; an account that is
 * checked by its own, or else by that one, until what is kept says by which
 * it was approved.
 */
static bool
is_allowlist_right(struct signin *s)
{
	const struct greeting *g = &s->greeting;

	if (g->phase != WIRE_PHASE_ACCOUNT || strcmp(g->account, g->user) == 0)
		return signin_reads_allowlist(s, g->user);
	return signin_reads_allowlist(s, g->account) &&
	       (s->allowlist->count > 0 || signin_reads_allowlist(s, g->user));
}

/* All right, or nobody gets in. */
static bool
learn_settings(struct signin *s)
{
	const struct greeting *g = &s->greeting;
	const char *path =
	    g->config_path[0] != '\0' ? g->config_path : PATH_SETTINGS;

	const struct settings_host host = { g->service, g->section };

	if (settings_load(path, &host, &s->settings, &s->detail) !=
	    OAUTH2_ERR_OK)
		return signin_fail(s, REASON_settings_invalid, NULL);
	log_set_debug(s->settings->debug || g->is_debug);
	set_deadline(s);
	return true;
}

/* Likewise: secret or private key, allowlist. */
static bool
learn_rules(struct signin *s)
{
	if (!is_ca_file_trusted(s))
		return signin_fail(s, REASON_settings_invalid, NULL);
	if (settings_read_secret(s->settings, &s->client_secret, &s->detail) !=
		OAUTH2_ERR_OK ||
	    settings_read_key(s->settings, &s->private_key, &s->detail) !=
		OAUTH2_ERR_OK)
		return signin_fail(s, REASON_secret_unreadable, NULL);
	if (!is_allowlist_right(s))
		return false;
	signin_note(s,
	    "settings of %s: provider %s, %lld s; %zu lines of the allowlist",
	    s->greeting.section, s->settings->provider.name,
	    (long long)((s->deadline_ns - clock_monotonic_ns()) /
			CLOCK_NS_PER_S),
	    s->allowlist->count);
	return true;
}

/* An account that is none of our business, whatever else is wrong. */
static bool
is_left_alone(struct signin *s)
{
	s->is_exempt =
	    s->greeting.phase == WIRE_PHASE_ACCOUNT && account_is_exempt(s);
	if (s->is_exempt)
		(void)signin_fail(s, REASON_account_not_checked,
		    "the settings leave it alone");
	return s->is_exempt;
}

static bool
host_can_ask(struct signin *s)
{
	enum reason reason;

	return greeting_can_ask(&s->greeting, &reason) ||
	       signin_fail(s, reason, "asked nothing, sent nothing");
}

/* The host's own limit may be over before we begin. */
static bool
has_time(struct signin *s)
{
	return clock_monotonic_ns() < s->deadline_ns ||
	       signin_fail_err(s, OAUTH2_ERR_TIMEOUT);
}

/* What grants, in each phase; anything else denies. */
static bool
is_granted(const struct signin *s)
{
	const enum reason reason = s->reason;

	switch (s->greeting.phase) {
	case WIRE_PHASE_AUTHENTICATE:
		return reason == REASON_approved ||
		       reason == REASON_second_factor || reason == REASON_pin ||
		       reason == REASON_session;
	case WIRE_PHASE_ACCOUNT:
		return reason == REASON_account_active ||
		       reason == REASON_account_grace ||
		       reason == REASON_account_not_checked;
	case WIRE_PHASE_REVOKE:
		return reason == REASON_token_revoked;
	case WIRE_PHASE_CHANGE_PIN:
		return reason == REASON_pin;
	case WIRE_PHASE_OPEN_SESSION:
	case WIRE_PHASE_CLOSE_SESSION:
		return reason == REASON_session;
	default:
		return false;
	}
}

/*
 * GRANT for one reason only. The two exceptions, with which a stack goes on
 * to its other modules, are root's own settings; and nobody gets them by
 * starting su or sudo in a certain way: the real uid must be root's.
 */
static enum wire_verdict
verdict_of(const struct signin *s)
{
	const struct settings *settings = s->settings;

	if (s->is_exempt)
		return WIRE_VERDICT_IGNORE;
	if (is_granted(s))
		return WIRE_VERDICT_GRANT;
	if (settings == NULL || s->greeting.ruid != 0 ||
	    s->greeting.phase != WIRE_PHASE_AUTHENTICATE)
		return WIRE_VERDICT_DENY;
	if (s->failure.is_down &&
	    settings->unavailable == SETTINGS_UNAVAILABLE_AUTHINFO_UNAVAIL)
		return WIRE_VERDICT_UNAVAILABLE;
	if ((s->reason == REASON_no_conversation ||
		s->reason == REASON_silent) &&
	    settings->non_interactive == SETTINGS_NON_INTERACTIVE_IGNORE)
		return WIRE_VERDICT_IGNORE;
	return WIRE_VERDICT_DENY;
}

/* Until the provider has answered, the flow that is asked for first. */
static const char *
flow_name(const struct signin *s)
{
	const bool is_sign_in = s->greeting.phase == WIRE_PHASE_AUTHENTICATE;
	const bool is_code = s->has_offer
				 ? s->offer.is_code
				 : s->settings != NULL &&
				       s->settings->flow == SETTINGS_FLOW_CODE;

	if (s->is_renewal || !is_sign_in)
		return s->is_renewal ? "refresh" : "";
	return is_code ? "code" : "device";
}

static const char *const results[] = {
	[WIRE_VERDICT_GRANT] = "granted",
	[WIRE_VERDICT_DENY] = "denied",
	[WIRE_VERDICT_UNAVAILABLE] = "unavailable",
	[WIRE_VERDICT_IGNORE] = "ignored",
};

/*
 * With a grant only that nobody has signed what decided: why another line or
 * an older key did not fit is over.
 */
static const char *
detail_of(const struct signin *s)
{
	if (s->reason != REASON_approved && s->detail.text[0] != '\0')
		return s->detail.text;
	return s->is_unsigned && is_granted(s)
		   ? "unsigned: userinfo says who it is, not the ID token"
		   : "";
}

/*
 * Of cron's jobs, and others that are no business of ours, there is none; nor
 * where nothing was decided, unless this host is at fault.
 */
static bool
is_worth_a_line(const struct signin *s)
{
	if (s->is_exempt || s->is_preliminary)
		return false;
	return !is_of_session(s) ||
	       reason_class(s->reason) == REASON_CLASS_SETUP;
}

static void
answer(struct signin *s)
{
	const struct greeting *g = &s->greeting;
	const enum wire_verdict verdict = verdict_of(s);
	char host[65] = "";
	const struct audit_event event = {
		.time = clock_unix_s(),
		.id = g->id,
		.phase = wire_phase_name(g->phase),
		.result = results[verdict],
		.reason = s->reason,
		.host = host,
		.service = g->service,
		.user = g->user,
		.has_uid = g->has_uid,
		.uid = g->uid,
		.rhost = g->rhost,
		.tty = g->tty,
		.flow = flow_name(s),
		.iss =
		    s->settings != NULL ? s->settings->provider.issuer : NULL,
		.sub = s->identity != NULL ? s->identity->sub : NULL,
		.rule = s->line != NULL ? s->line->text : NULL,
		.duration_ms =
		    (clock_monotonic_ns() - g->started_ns) / CLOCK_NS_PER_MS,
		.detail = detail_of(s),
	};

	if (gethostname(host, sizeof(host)) != 0)
		host[0] = '\0';
	if (is_worth_a_line(s))
		audit_write(&event);
	person_hears_verdict(s, verdict);
}

bool
signin_fail(struct signin *s, enum reason reason, const char *fmt, ...)
{
	va_list ap;

	s->reason = reason;
	s->failure = (struct signin_failure){ 0 };
	if (fmt == NULL) /* the detail is filled already */
		return false;
	va_start(ap, fmt);
	(void)vsnprintf(s->detail.text, sizeof(s->detail.text), fmt, ap);
	va_end(ap);
	return false;
}

void
signin_note(const struct signin *s, const char *fmt, ...)
{
	char text[256], clean[512], id[40];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_clean(clean, sizeof(clean), text, strlen(text));
	text_clean(id, sizeof(id), s->greeting.id, strlen(s->greeting.id));
	log_debug("event=step id=\"%s\" step=\"%s\"", id, clean);
}

bool
signin_fail_err(struct signin *s, enum oauth2_err err)
{
	switch (err) {
	case OAUTH2_ERR_TIMEOUT:
		return signin_fail(s, s->deadline_reason, "%s", err_text(err));
	case OAUTH2_ERR_CLOSED:
		return signin_fail(s, REASON_client_gone, "%s", err_text(err));
	case OAUTH2_ERR_PROTOCOL:
		return signin_fail(
		    s, REASON_protocol_error, "%s", err_text(err));
	default:
		return signin_fail(
		    s, REASON_internal_error, "%s", err_text(err));
	}
}
