#include "login/renewal.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/secret.h"
#include "login/children.h"
#include "login/decision.h"
#include "login/judgement.h"
#include "login/keep.h"
#include "login/proof.h"
#include "login/provider.h"
#include "login/shared.h"
#include "login/start.h"
#include "login/stored.h"

/* With less time than this the answer may not come before the host ends us. */
#define TIME_MIN_NS (3 * CLOCK_NS_PER_S)

/* One refresh on its way. */
struct renewal_state {
	struct signin *s;
	const struct renewal_terms *terms;
	struct dir_write *room; /* for what will have to be written */
	int64_t unknown_before; /* the intent that was open already; 0: none */
};

/*
 * Whether nobody has answered. A clear no is an answer; where a certificate is
 * wrong somebody else may have answered; and who dawdles until no time is left
 * gets nothing by it.
 */
static enum renewal
outcome_of(const struct signin *s)
{
	return s->failure.is_outage && children_have_had_time(s)
		   ? RENEWAL_UNKNOWN
		   : RENEWAL_FAILED;
}

static bool
fail_store(struct signin *s, enum oauth2_err err)
{
	if (err == OAUTH2_ERR_TIMEOUT)
		return signin_fail(s, REASON_provider_timeout,
		    "another login of this user has not heard yet");
	return signin_fail(s, REASON_store_failed, NULL);
}

/* A full disk is known, and that a token is in use, before it is sent. */
static bool
intend(struct renewal_state *r)
{
	struct record *record = r->s->record;
	enum oauth2_err err = stored_reserve(r->s, &r->room);

	r->unknown_before = record->intent;
	record->intent = clock_unix_s();
	if (err == OAUTH2_ERR_OK)
		err = stored_keep(r->s, NULL);
	return err == OAUTH2_ERR_OK || fail_store(r->s, err);
}

/* From here on nothing but the answer, or its time, ends the wait. */
static bool
spend(struct signin *s, struct wire_msg *ret)
{
	struct wire_out out;
	bool has_answer;

	proof_limit(s);
	if (!start_send(s))
		return false;
	wire_begin(&out, WIRE_REFRESH);
	wire_put_text(&out, WIRE_TAG_REFRESH_TOKEN, s->record->refresh_token);
	s->is_spending = true;
	has_answer = children_tell(s, s->worker, &out) &&
		     children_await(s, s->worker, ret);
	s->is_spending = false;
	return has_answer;
}

/*
 * First of all: it is of no use to anybody else. That all is well the record
 * says only once it is decided who this is.
 */
static enum renewal
keep_renewed(struct renewal_state *r, const struct wire_msg *m)
{
	enum oauth2_err err;

	r->s->record->intent = 0;
	if (!keep_token(r->s, m))
		return RENEWAL_FAILED;
	err = stored_keep(r->s, r->room);
	if (err == OAUTH2_ERR_OK)
		return RENEWAL_GOOD;
	(void)fail_store(r->s, err);
	return RENEWAL_FAILED;
}

static enum renewal
bury(struct renewal_state *r, enum reason because)
{
	const struct detail why = r->s->detail;
	enum oauth2_err err = stored_bury(r->s, because, r->room);

	if (err != OAUTH2_ERR_OK) {
		(void)fail_store(r->s, err);
		return RENEWAL_FAILED;
	}
	r->s->detail = why;
	(void)signin_fail(r->s, because, NULL);
	return RENEWAL_OVER;
}

/*
 * The request failed. Where an earlier one was never answered, "invalid" may
 * only mean that its answer was lost: that is no word about the account. What
 * was answered, or never sent, is not open any more.
 */
static enum renewal
fail_renewal(struct renewal_state *r)
{
	struct signin *s = r->s;
	const struct detail why = s->detail;
	const enum reason reason = s->reason;
	const bool is_settled = s->failure.has_refused || s->failure.is_unsent;

	if (reason == REASON_token_revoked && r->unknown_before == 0)
		return bury(r, REASON_token_revoked);
	if (is_settled) {
		s->record->intent = r->unknown_before;
		if (stored_keep(s, r->room) != OAUTH2_ERR_OK)
			log_line(LOG_WARNING, "event=store id=\"%s\" %s",
			    s->greeting.id, s->detail.text);
		s->detail = why;
	}
	return reason == REASON_token_revoked ? RENEWAL_UNKNOWN : outcome_of(s);
}

/* Who is it now? Another person is the end of what was kept. */
static enum renewal
identify(struct renewal_state *r, const struct wire_msg *tokens)
{
	struct signin *s = r->s;

	if (judgement_reached(s, tokens))
		return RENEWAL_GOOD;
	if (s->reason != REASON_subject_changed)
		return outcome_of(s);
	return bury(r, REASON_subject_changed);
}

static enum renewal
renew(struct renewal_state *r)
{
	struct wire_msg m;
	enum renewal outcome;

	if (r->s->deadline_ns - clock_monotonic_ns() < TIME_MIN_NS) {
		(void)signin_fail_err(r->s, OAUTH2_ERR_TIMEOUT);
		return RENEWAL_FAILED;
	}
	if (!intend(r))
		return RENEWAL_FAILED;
	r->s->asked_ns = clock_monotonic_ns();
	if (!spend(r->s, &m))
		return fail_renewal(r);
	outcome = keep_renewed(r, &m);
	if (outcome != RENEWAL_GOOD)
		return outcome;
	dir_write_free(r->room);
	r->room = NULL;
	return identify(r, &m);
}

enum renewal
renewal_run(struct signin *s, const struct renewal_terms *terms, int *ret_lock)
{
	struct renewal_state r = { .s = s, .terms = terms };
	AUTO(file_close) int lock = -1;
	int64_t waiting_ns;
	enum renewal outcome;
	enum oauth2_err err;

	s->is_renewal = true;
	/* All that needs the provider, but not the record: without the lock. */
	if (!provider_is_known(s))
		return outcome_of(s);
	waiting_ns = clock_monotonic_ns();
	err = stored_lock(s, &lock);
	if (err != OAUTH2_ERR_OK) {
		(void)fail_store(s, err);
		return RENEWAL_FAILED;
	}
	/* Again: whoever had the lock before may have changed everything. */
	if (!terms->look(s))
		return RENEWAL_FAILED;
	if (shared_answers(s, terms->purpose, waiting_ns))
		return RENEWAL_SHARED;
	outcome = renew(&r);
	dir_write_free(r.room);
	if (outcome == RENEWAL_GOOD) {
		*ret_lock = lock;
		lock = -1;
	}
	return outcome;
}

/*
 * Grace and idleness are counted from the last time that all was well. After
 * a no there was none.
 */
static void
note_success(struct signin *s, bool is_well)
{
	struct moment *success = &s->record->success;
	const struct detail before = s->detail;
	enum oauth2_err err = OAUTH2_ERR_OK;

	if (is_well)
		err = moment_now(success, &s->detail);
	else
		*success = moment_never;
	if (err == OAUTH2_ERR_OK)
		err = stored_keep(s, NULL);
	if (err != OAUTH2_ERR_OK)
		log_line(LOG_WARNING, "event=store id=\"%s\" %.200s",
		    s->greeting.id, s->detail.text);
	s->detail = before;
}

bool
renewal_decide(struct signin *s)
{
	const bool is_well = decision_allows(s);

	/* What could not be decided says nothing about anybody. */
	if (is_well || reason_class(s->reason) == REASON_CLASS_IDENTITY ||
	    reason_class(s->reason) == REASON_CLASS_STRONGER)
		note_success(s, is_well);
	return is_well;
}

void
renewal_tell(struct signin *s, const struct renewal_terms *terms)
{
	shared_leave(s, terms->purpose);
}
