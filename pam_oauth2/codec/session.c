#include "codec/session.h"

#include <string.h>

#include "base/clock.h"
#include "base/secret.h"

#define READY_WAIT_NS	 (10 * CLOCK_NS_PER_S)
#define DEADLINE_PLUS_NS (5 * CLOCK_NS_PER_S)
#define CLOSE_WAIT_NS	 (2 * CLOCK_NS_PER_S)
#define LOOK_UP_NS	 (200 * CLOCK_NS_PER_MS) /* from waiting, to cancel */
#define MESSAGE_MAX	 32
#define TEXT_MAX	 65536

struct session {
	struct wire wire;
	const struct session_hello *hello;
	const struct session_callbacks *cb;
	struct session_result *ret;
	int64_t deadline_ns;
	bool is_cancelled; /* we gave up: nothing can be granted any more */
	size_t messages;
	size_t text_bytes;
};

static enum oauth2_err
send_hello(struct session *s)
{
	const struct session_hello *h = s->hello;
	struct wire_out out;

	wire_begin(&out, WIRE_HELLO);
	wire_put_u64(&out, WIRE_TAG_PHASE, h->phase);
	wire_put_text(&out, WIRE_TAG_ID, h->id);
	wire_put_text(&out, WIRE_TAG_SERVICE, h->service);
	wire_put_text(&out, WIRE_TAG_SECTION, h->section);
	wire_put_text(&out, WIRE_TAG_CONFIG_PATH, h->config_path);
	wire_put_u64(&out, WIRE_TAG_DEBUG, h->is_debug);
	wire_put_u64(&out, WIRE_TAG_FLAGS, h->flags);
	wire_put_u64(&out, WIRE_TAG_CAN_CONVERSE, h->can_converse);
	wire_put_text(&out, WIRE_TAG_USER, h->user);
	wire_put_text(&out, WIRE_TAG_ACCOUNT, h->account);
	if (h->has_uid)
		wire_put_u64(&out, WIRE_TAG_UID, h->uid);
	wire_put_u64(&out, WIRE_TAG_RUID, h->ruid);
	wire_put_text(&out, WIRE_TAG_RHOST, h->rhost);
	wire_put_text(&out, WIRE_TAG_TTY, h->tty);
	wire_put_u64(&out, WIRE_TAG_STARTED_NS, (uint64_t)h->started_ns);
	wire_put_text(&out, WIRE_TAG_AUTH_INFO, h->auth_info);
	wire_put_text(&out, WIRE_TAG_TICKET, h->ticket);
	wire_put_u64(&out, WIRE_TAG_IS_PRIOR_MODULE, h->has_prior_module);
	if (h->alarm_ns != 0)
		wire_put_u64(&out, WIRE_TAG_ALARM_NS, (uint64_t)h->alarm_ns);
	return wire_send(&s->wire, &out);
}

/*
 * Send what answers the helper. Where its deadline came first it has closed,
 * and its verdict is there to be read: no failure.
 */
static enum oauth2_err
send_answer(struct session *s, struct wire_out *out)
{
	enum oauth2_err err = wire_send(&s->wire, out);

	return err == OAUTH2_ERR_CLOSED ? OAUTH2_ERR_OK : err;
}

static enum oauth2_err
send_cancel(struct session *s, enum wire_cancel cause)
{
	struct wire_out out;

	s->is_cancelled = true;
	s->deadline_ns = clock_monotonic_ns() + DEADLINE_PLUS_NS;
	wire_begin(&out, WIRE_CANCEL);
	wire_put_u64(&out, WIRE_TAG_CAUSE, cause);
	return send_answer(s, &out);
}

/* The next message; while waiting, look up whether the person is gone. */
static enum oauth2_err
receive(struct session *s, struct wire_msg *ret)
{
	enum wire_cancel cause;
	enum oauth2_err err;
	int64_t look_up_ns;

	for (;;) {
		look_up_ns = clock_monotonic_ns() + LOOK_UP_NS;
		if (look_up_ns > s->deadline_ns)
			look_up_ns = s->deadline_ns;
		err = wire_recv(&s->wire, look_up_ns, ret);
		if (err != OAUTH2_ERR_TIMEOUT)
			return err;
		if (clock_monotonic_ns() >= s->deadline_ns)
			return OAUTH2_ERR_TIMEOUT;
		if (s->wire.state != WIRE_MODULE_OPEN ||
		    !s->cb->cancelled(s->cb->context, &cause))
			continue;
		err = send_cancel(s, cause);
		if (err != OAUTH2_ERR_OK)
			return err;
	}
}

/* A chatty helper is cut off, as a chatty provider would be. */
static enum oauth2_err
take_shown_text(struct session *s, const struct wire_msg *m, char **ret)
{
	enum oauth2_err err;

	err = wire_take_text(m, WIRE_TAG_TEXT, ret);
	if (err != OAUTH2_ERR_OK)
		return err;
	s->messages++;
	s->text_bytes += strlen(*ret);
	if (s->messages > MESSAGE_MAX || s->text_bytes > TEXT_MAX)
		return OAUTH2_ERR_PROTOCOL;
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
on_show(struct session *s, const struct wire_msg *m)
{
	AUTO(secret_text_free) char *text = NULL;
	enum oauth2_err err;

	err = take_shown_text(s, m, &text);
	if (err == OAUTH2_ERR_OK && s->wire.state == WIRE_MODULE_OPEN)
		s->cb->show(s->cb->context,
		    (enum wire_style)wire_get_u64(m, WIRE_TAG_STYLE), text);
	return err;
}

static enum oauth2_err
on_ask(struct session *s, const struct wire_msg *m)
{
	AUTO(secret_text_free) char *text = NULL;
	AUTO(secret_text_free) char *answer = NULL;
	enum wire_cancel cause = WIRE_CANCEL_CONVERSATION;
	struct wire_out out;
	enum oauth2_err err;

	err = take_shown_text(s, m, &text);
	if (err != OAUTH2_ERR_OK || s->wire.state != WIRE_MODULE_ASKED)
		return err;
	err = s->cb->ask(s->cb->context,
	    (enum wire_echo)wire_get_u64(m, WIRE_TAG_ECHO), text, &answer,
	    &cause);
	if (err != OAUTH2_ERR_OK && err != OAUTH2_ERR_LIMIT)
		return send_cancel(s, cause);
	wire_begin(&out, WIRE_REPLY);
	wire_put_text(&out, WIRE_TAG_TEXT, err == OAUTH2_ERR_OK ? answer : "");
	if (err == OAUTH2_ERR_LIMIT)
		wire_put_u64(&out, WIRE_TAG_IS_CUT, 1);
	return send_answer(s, &out);
}

/* An account that is none of our business is not checked, nor granted. */
static bool
is_consistent(enum wire_phase phase, const struct session_result *result)
{
	const enum reason_class class = reason_class(result->reason);

	if (result->ticket[0] != '\0' &&
	    (phase != WIRE_PHASE_AUTHENTICATE ||
		result->verdict != WIRE_VERDICT_GRANT))
		return false;
	if (phase == WIRE_PHASE_REVOKE)
		return (result->verdict == WIRE_VERDICT_GRANT) ==
		       (result->reason == REASON_token_revoked);
	if (phase != WIRE_PHASE_ACCOUNT)
		return (result->verdict == WIRE_VERDICT_GRANT) ==
		       (class == REASON_CLASS_GRANTED);
	if (result->verdict == WIRE_VERDICT_IGNORE)
		return result->reason == REASON_account_not_checked;
	return (result->verdict == WIRE_VERDICT_GRANT) ==
	       (class == REASON_CLASS_CONFIRMED);
}

/*
 * The verdict counts only with this phase and this user (the nonce was
 * checked with the header), and only when nothing follows it.
 */
static enum oauth2_err
on_result(struct session *s, const struct wire_msg *m)
{
	struct session_result result = { 0 };
	struct wire_msg more;
	char name[65];
	enum oauth2_err err;

	if (wire_get_u64(m, WIRE_TAG_PHASE) != s->hello->phase ||
	    !wire_text_is(m, WIRE_TAG_USER, s->hello->user))
		return OAUTH2_ERR_PROTOCOL;
	result.verdict = (enum wire_verdict)wire_get_u64(m, WIRE_TAG_VERDICT);
	err = wire_copy_text(m, WIRE_TAG_REASON, name, sizeof(name));
	if (err == OAUTH2_ERR_OK)
		err = reason_parse(name, &result.reason);
	if (err == OAUTH2_ERR_OK)
		err = wire_copy_text(
		    m, WIRE_TAG_TEXT, result.text, sizeof(result.text));
	if (err == OAUTH2_ERR_OK)
		err = wire_copy_text(
		    m, WIRE_TAG_TICKET, result.ticket, sizeof(result.ticket));
	if (err != OAUTH2_ERR_OK)
		return OAUTH2_ERR_PROTOCOL;
	if (!is_consistent(s->hello->phase, &result))
		return OAUTH2_ERR_PROTOCOL;
	if (s->is_cancelled && result.verdict != WIRE_VERDICT_DENY)
		return OAUTH2_ERR_PROTOCOL;
	/* Whoever stops us in between has not kept a verdict for later. */
	if (result.verdict != WIRE_VERDICT_DENY &&
	    clock_monotonic_ns() > s->deadline_ns)
		return OAUTH2_ERR_TIMEOUT;
	err = wire_recv(&s->wire, clock_monotonic_ns() + CLOSE_WAIT_NS, &more);
	if (err != OAUTH2_ERR_CLOSED)
		return OAUTH2_ERR_PROTOCOL;
	*s->ret = result;
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
on_message(struct session *s, const struct wire_msg *m)
{
	int64_t deadline_ns;

	switch (m->type) {
	case WIRE_READY:
		deadline_ns = (int64_t)wire_get_u64(m, WIRE_TAG_DEADLINE_NS);
		if (deadline_ns > INT64_MAX - DEADLINE_PLUS_NS)
			return OAUTH2_ERR_PROTOCOL;
		s->deadline_ns = deadline_ns + DEADLINE_PLUS_NS;
		return OAUTH2_ERR_OK;
	case WIRE_SHOW:
		return on_show(s, m);
	case WIRE_ASK:
		return on_ask(s, m);
	case WIRE_RESULT:
		return on_result(s, m);
	default:
		return OAUTH2_ERR_PROTOCOL;
	}
}

enum oauth2_err
session_run(int fd, const uint8_t *nonce, const struct session_hello *hello,
    const struct session_callbacks *cb, struct session_result *ret)
{
	struct session s = { .hello = hello, .cb = cb, .ret = ret };
	struct wire_msg m;
	enum oauth2_err err;

	memset(ret, 0, sizeof(*ret));
	ret->verdict = WIRE_VERDICT_DENY;
	ret->reason = REASON_helper_failed;
	wire_init(&s.wire, fd, &wire_module_leg, nonce);
	wire_accept(&s.wire, WIRE_FROM_MONITOR_TO_MODULE);
	s.deadline_ns = clock_monotonic_ns() + READY_WAIT_NS;
	err = send_hello(&s);
	while (err == OAUTH2_ERR_OK && s.wire.state != WIRE_MODULE_ENDED) {
		err = receive(&s, &m);
		if (err == OAUTH2_ERR_OK)
			err = on_message(&s, &m);
	}
	wire_free(&s.wire);
	return err;
}
