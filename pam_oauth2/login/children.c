#include "login/children.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "login/failure.h"
#include "login/person.h"
#include "login/proof.h"
#include "net/http.h"

/* What a request may take, and what comes before it. */
#define LAST_WORD_NS (2 * CLOCK_NS_PER_S)
#define REVOKED_NS   (200 * CLOCK_NS_PER_MS) /* nothing can be lost */
#define ANSWER_NS    ((HTTP_REQUEST_TIMEOUT_MS + 2000) * CLOCK_NS_PER_S / 1000)

/* RFC 6749's word for a code that is wrong, used or foreign, and GitHub's. */
static bool
is_code_refused(const char *error)
{
	return strcmp(error, "invalid_grant") == 0 ||
	       strcmp(error, "bad_verification_code") == 0;
}

bool
children_have_had_time(const struct signin *s)
{
	const int64_t given_ns = s->deadline_ns - s->greeting.started_ns;
	const int64_t usual_ns = s->settings->login_timeout * CLOCK_NS_PER_S;

	return given_ns >= (usual_ns < ANSWER_NS ? usual_ns : ANSWER_NS);
}

static bool
is_down(const struct signin *s, enum oauth2_cause cause, int status)
{
	if (s->has_offer)
		return false;
	return cause == OAUTH2_CAUSE_TRANSPORT || status >= 500 ||
	       (cause == OAUTH2_CAUSE_TIMEOUT && children_have_had_time(s));
}

/* A child cleans what it sends; one that was taken over may not. */
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
	reason = failure_reason(err, cause, error);
	text_clean(clean[0], sizeof(clean[0]), error, strlen(error));
	text_clean(
	    clean[1], sizeof(clean[1]), description, strlen(description));
	text_clean(clean[2], sizeof(clean[2]), text, strlen(text));
	if (s->offer.is_code && is_code_refused(error))
		reason = REASON_code_refused;
	(void)signin_fail(s, reason, "%s: %s%s%s http=%d cause=%s %s",
	    err_text(err), error[0] ? clean[0] : "", error[0] ? " " : "",
	    clean[1], status, err_cause_name(cause), clean[2]);
	s->failure = (struct signin_failure){
		.is_outage = failure_is_outage(cause, status, error),
		.is_down = is_down(s, cause, status),
		/* A gateway's word says nothing about what is behind it. */
		.has_refused =
		    error[0] != '\0' || (status >= 400 && status < 500),
		.is_unsent = wire_get_u64(m, WIRE_TAG_IS_UNSENT) != 0,
	};
	return false;
}

/* Trouble with a leg: its end is a fault of this host. */
static bool
fail_leg(struct signin *s, const struct wire *child, enum oauth2_err err)
{
	const char *name = child == s->worker  ? "worker"
			   : child == s->judge ? "judge"
					       : "key-fetcher";

	if (err == OAUTH2_ERR_CLOSED)
		return signin_fail(
		    s, REASON_helper_failed, "the %s ended", name);
	return signin_fail_err(s, err);
}

/* The deadline came: before anything was offered the provider is to blame. */
static bool
fail_late(struct signin *s)
{
	if (s->has_offer)
		return signin_fail_err(s, OAUTH2_ERR_TIMEOUT);
	(void)signin_fail(s, REASON_provider_timeout, "no answer at all");
	s->failure.is_outage = true;
	s->failure.is_down = children_have_had_time(s);
	return false;
}

/*
 * A child has spoken or ended that nobody has asked: all that it may say is
 * that it could not even begin.
 */
static bool
fail_unasked(struct signin *s, struct wire *child, enum oauth2_err otherwise)
{
	struct wire_msg m;

	if (wire_recv(child, 0, &m) == OAUTH2_ERR_OK &&
	    wire_get_u64(&m, WIRE_TAG_ERROR) == OAUTH2_ERR_SANDBOX)
		return signin_fail(s, REASON_sandbox_failed, "%s",
		    err_text(OAUTH2_ERR_SANDBOX));
	return fail_leg(s, child, otherwise);
}

static int64_t
last_word_ns(const struct signin *s)
{
	if (!s->is_spending)
		return 0;
	return s->is_revocation ? REVOKED_NS : LAST_WORD_NS;
}

static bool
await_message(struct signin *s, struct wire *child, struct wire_msg *ret)
{
	/* Nobody should approve what cannot be judged: the end of those whom
	 * this login is going to need ends it. */
	struct pollfd p[] = {
		{ .fd = s->is_spending ? -1 : s->person->fd, .events = POLLIN },
		{ .fd = child->fd, .events = POLLIN },
		{ .fd = s->is_spending ? -1 : s->judge->fd },
		{ .fd = s->is_waiting_for_keys && !s->is_spending
			    ? s->fetcher->fd
			    : -1 },
	};
	/* What is under way ends with the worker's own time, and its word. */
	const int64_t until_ns = s->deadline_ns + last_word_ns(s);
	enum oauth2_err err;
	int n;

	do {
		n = poll(p, sizeof(p) / sizeof(*p), clock_ms_until(until_ns));
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return signin_fail_err(s, OAUTH2_ERR_IO);
	if (n == 0)
		return fail_late(s);
	if (p[0].revents != 0)
		return person_interrupts(s);
	if (p[1].revents == 0)
		return fail_unasked(s,
		    p[2].revents != 0 ? s->judge : s->fetcher,
		    OAUTH2_ERR_CLOSED);
	err = wire_recv(child, until_ns, ret);
	if (err != OAUTH2_ERR_OK)
		return fail_leg(s, child, err);
	if (ret->type == WIRE_FAILED || ret->type == WIRE_NOT_FETCHED)
		return fail_as_told(s, ret);
	return true; /* the turns allow no other type than is waited for */
}

/* With what the worker's requests need given in between. */
bool
children_await(struct signin *s, struct wire *child, struct wire_msg *ret)
{
	while (await_message(s, child, ret)) {
		if (ret->type != WIRE_SIGN)
			return true;
		if (!proof_give(s))
			return false;
	}
	return false;
}

bool
children_tell(struct signin *s, struct wire *child, struct wire_out *out)
{
	enum oauth2_err err;

	/* An answer that was there before its question. */
	if (wire_has_more(child)) {
		buf_free(&out->body);
		return fail_unasked(s, child, OAUTH2_ERR_PROTOCOL);
	}
	err = wire_send(child, out);
	/* One that ended has said why: whoever waits for it hears that. */
	return err == OAUTH2_ERR_OK || err == OAUTH2_ERR_CLOSED ||
	       fail_leg(s, child, err);
}
