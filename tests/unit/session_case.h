/* What the tests of a session share: a helper that plays a script. */
#ifndef PAM_OAUTH2_TESTS_SESSION_CASE_H
#define PAM_OAUTH2_TESTS_SESSION_CASE_H

#include <setjmp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/secret.h"
#include "codec/session.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define FAR_NS	     (60 * CLOCK_NS_PER_S)
#define PAUSE_NS     (300 * CLOCK_NS_PER_MS)

static const uint8_t nonce[WIRE_NONCE_SIZE] = "0123456789abcdef";

/* What the helper grants with, in a table row: the zero row is right. */
struct grant {
	const char *what;
	const char *user;   /* NULL: alice */
	const char *reason; /* NULL: approved */
	uint64_t verdict;   /* 0: GRANT */
	uint64_t phase;	    /* 0: authenticate */
	const char *ticket; /* NULL: none */
	bool has_other_nonce;
	bool is_good;
};

/* One session: the helper's script, and what the callbacks saw. */
struct scene {
	void (*script)(struct scene *s);
	const struct grant *grant;
	struct wire helper;
	int fds[2];
	pthread_t thread;
	size_t shown;
	size_t asked;
	enum oauth2_err ask_err;
	enum wire_cancel cause;
	bool is_cancelled;
	const char *answer;
	int64_t thinks_ns; /* before the answer */
	char heard[64];	   /* what it got: R reply, L cut, C1-C4 cancel */
	struct session_result result;
};

static inline void
on_show(void *context, enum wire_style style, const char *text)
{
	struct scene *s = context;

	assert_true(style == WIRE_STYLE_INFO || style == WIRE_STYLE_ERROR);
	assert_non_null(text);
	s->shown++;
}

static inline enum oauth2_err
on_ask(void *context, enum wire_echo echo, const char *text, char **ret,
    enum wire_cancel *ret_cause)
{
	struct scene *s = context;

	assert_int_equal(echo, WIRE_ECHO_ON);
	assert_string_equal(text, "well?");
	s->asked++;
	clock_sleep_until(clock_monotonic_ns() + s->thinks_ns);
	if (s->ask_err != OAUTH2_ERR_OK) {
		*ret_cause = s->cause;
		return s->ask_err;
	}
	*ret = secret_strdup(s->answer);
	return OAUTH2_ERR_OK;
}

static inline bool
on_cancelled(void *context, enum wire_cancel *ret_cause)
{
	struct scene *s = context;

	*ret_cause = s->cause;
	return s->is_cancelled;
}

static inline void *
run_script(void *arg)
{
	struct scene *s = arg;

	s->script(s);
	if (s->fds[1] >= 0)
		close(s->fds[1]);
	return NULL;
}

/* Play a scene; what session_run() made of it. */
static inline enum oauth2_err
play(struct scene *s)
{
	const struct session_hello hello = {
		.phase = s->grant != NULL && s->grant->phase != 0
			     ? (enum wire_phase)s->grant->phase
			     : WIRE_PHASE_AUTHENTICATE,
		.id = "TEST-1234",
		.service = "test",
		.user = "alice",
		.ruid = 0,
		.can_converse = true,
		.started_ns = clock_monotonic_ns(),
	};
	const struct session_callbacks cb = { s, on_show, on_ask,
		on_cancelled };
	enum oauth2_err err;

	if (s->answer == NULL)
		s->answer = "";
	assert_int_equal(wire_pair(s->fds), OAUTH2_ERR_OK);
	wire_init(&s->helper, s->fds[1], &wire_module_leg, NULL);
	assert_int_equal(pthread_create(&s->thread, NULL, run_script, s), 0);
	memset(&s->result, 0xff, sizeof(s->result));
	err = session_run(s->fds[0], nonce, &hello, &cb, &s->result);
	close(s->fds[0]);
	pthread_join(s->thread, NULL);
	wire_free(&s->helper);
	return err;
}

static inline void
demand_denied(struct scene *s, enum oauth2_err expected, const char *what)
{
	enum oauth2_err err = play(s);

	if (err != expected || s->result.verdict != WIRE_VERDICT_DENY ||
	    s->result.reason != REASON_helper_failed)
		fail_msg("%s: %s, verdict %d", what, err_name(err),
		    (int)s->result.verdict);
	assert_string_equal(s->result.text, "");
}

/* The steps of a script. The other end may be gone: that is no failure. */
static inline void
put(struct scene *s, struct wire_out *out)
{
	(void)!wire_send(&s->helper, out);
}

static inline void
greet(struct scene *s)
{
	struct wire_msg m;

	if (wire_recv(&s->helper, clock_monotonic_ns() + FAR_NS, &m) !=
	    OAUTH2_ERR_OK)
		snprintf(s->heard, sizeof(s->heard), "no HELLO");
}

static inline void
ready_until(struct scene *s, int64_t deadline_ns)
{
	struct wire_out out;

	wire_begin(&out, WIRE_READY);
	wire_put_u64(&out, WIRE_TAG_DEADLINE_NS, (uint64_t)deadline_ns);
	put(s, &out);
}

static inline void
begin(struct scene *s)
{
	greet(s);
	ready_until(s, clock_monotonic_ns() + FAR_NS);
}

static inline void
show(struct scene *s, size_t size)
{
	char text[16001];
	struct wire_out out;

	memset(text, 'x', size);
	text[size] = '\0';
	wire_begin(&out, WIRE_SHOW);
	wire_put_u64(&out, WIRE_TAG_STYLE, WIRE_STYLE_INFO);
	wire_put_text(&out, WIRE_TAG_TEXT, text);
	put(s, &out);
}

static inline void
ask(struct scene *s)
{
	struct wire_out out;

	wire_begin(&out, WIRE_ASK);
	wire_put_u64(&out, WIRE_TAG_ECHO, WIRE_ECHO_ON);
	wire_put_text(&out, WIRE_TAG_TEXT, "well?");
	put(s, &out);
}

/* Hear a REPLY or a CANCEL. */
static inline void
hear(struct scene *s)
{
	struct wire_msg m;
	size_t n = strlen(s->heard);

	if (wire_recv(&s->helper, clock_monotonic_ns() + FAR_NS, &m) !=
	    OAUTH2_ERR_OK)
		snprintf(s->heard + n, sizeof(s->heard) - n, "-");
	else if (m.type == WIRE_REPLY)
		snprintf(s->heard + n, sizeof(s->heard) - n,
		    wire_get_u64(&m, WIRE_TAG_IS_CUT) == 1 ? "L" : "R");
	else
		snprintf(s->heard + n, sizeof(s->heard) - n, "C%d",
		    (int)wire_get_u64(&m, WIRE_TAG_CAUSE));
}

static inline void
result(struct scene *s, const struct grant *g)
{
	struct wire_out out;

	wire_begin(&out, WIRE_RESULT);
	wire_put_u64(&out, WIRE_TAG_VERDICT,
	    g->verdict != 0 ? g->verdict : (uint64_t)WIRE_VERDICT_GRANT);
	wire_put_text(
	    &out, WIRE_TAG_REASON, g->reason != NULL ? g->reason : "approved");
	wire_put_u64(&out, WIRE_TAG_PHASE,
	    g->phase != 0 ? g->phase : (uint64_t)WIRE_PHASE_AUTHENTICATE);
	wire_put_text(&out, WIRE_TAG_USER, g->user != NULL ? g->user : "alice");
	wire_put_text(&out, WIRE_TAG_TEXT, "");
	wire_put_text(&out, WIRE_TAG_TICKET, g->ticket);
	s->helper.nonce[15] ^= g->has_other_nonce;
	put(s, &out);
}

static inline void
grant(struct scene *s)
{
	static const struct grant right = { .is_good = true };

	result(s, &right);
}

static inline void
deny(struct scene *s)
{
	static const struct grant declined = {
		.reason = "access_denied",
		.verdict = WIRE_VERDICT_DENY,
	};

	result(s, &declined);
}

#endif
