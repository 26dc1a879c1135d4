/*
 * codec/session: the client's side against a scripted helper. Whatever the
 * helper does, GRANT comes out only for the one right sequence.
 */
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
	char heard[64]; /* what the helper got: R reply, C1-C4 cancel */
	struct session_result result;
};

static void
on_show(void *context, enum wire_style style, const char *text)
{
	struct scene *s = context;

	assert_true(style == WIRE_STYLE_INFO || style == WIRE_STYLE_ERROR);
	assert_non_null(text);
	s->shown++;
}

static enum oauth2_err
on_ask(void *context, enum wire_echo echo, const char *text, char **ret,
    enum wire_cancel *ret_cause)
{
	struct scene *s = context;

	assert_int_equal(echo, WIRE_ECHO_ON);
	assert_string_equal(text, "well?");
	s->asked++;
	if (s->ask_err != OAUTH2_ERR_OK) {
		*ret_cause = s->cause;
		return s->ask_err;
	}
	*ret = secret_strdup(s->answer);
	return OAUTH2_ERR_OK;
}

static bool
on_cancelled(void *context, enum wire_cancel *ret_cause)
{
	struct scene *s = context;

	*ret_cause = s->cause;
	return s->is_cancelled;
}

static void *
run_script(void *arg)
{
	struct scene *s = arg;

	s->script(s);
	if (s->fds[1] >= 0)
		close(s->fds[1]);
	return NULL;
}

/* Play a scene; what session_run() made of it. */
static enum oauth2_err
play(struct scene *s)
{
	const struct session_hello hello = {
		.phase = WIRE_PHASE_AUTHENTICATE,
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

static void
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
static void
put(struct scene *s, struct wire_out *out)
{
	(void)!wire_send(&s->helper, out);
}

static void
greet(struct scene *s)
{
	struct wire_msg m;

	if (wire_recv(&s->helper, clock_monotonic_ns() + FAR_NS, &m) !=
	    OAUTH2_ERR_OK)
		snprintf(s->heard, sizeof(s->heard), "no HELLO");
}

static void
ready_until(struct scene *s, int64_t deadline_ns)
{
	struct wire_out out;

	wire_begin(&out, WIRE_READY);
	wire_put_u64(&out, WIRE_TAG_DEADLINE_NS, (uint64_t)deadline_ns);
	put(s, &out);
}

static void
begin(struct scene *s)
{
	greet(s);
	ready_until(s, clock_monotonic_ns() + FAR_NS);
}

static void
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

static void
ask(struct scene *s)
{
	struct wire_out out;

	wire_begin(&out, WIRE_ASK);
	wire_put_u64(&out, WIRE_TAG_ECHO, WIRE_ECHO_ON);
	wire_put_text(&out, WIRE_TAG_TEXT, "well?");
	put(s, &out);
}

/* Hear a REPLY or a CANCEL. */
static void
hear(struct scene *s)
{
	struct wire_msg m;
	size_t n = strlen(s->heard);

	if (wire_recv(&s->helper, clock_monotonic_ns() + FAR_NS, &m) !=
	    OAUTH2_ERR_OK)
		snprintf(s->heard + n, sizeof(s->heard) - n, "-");
	else if (m.type == WIRE_REPLY)
		snprintf(s->heard + n, sizeof(s->heard) - n, "R");
	else
		snprintf(s->heard + n, sizeof(s->heard) - n, "C%d",
		    (int)wire_get_u64(&m, WIRE_TAG_CAUSE));
}

static void
result(struct scene *s, const struct grant *g)
{
	struct wire_out out;

	wire_begin(&out, WIRE_RESULT);
	wire_put_u64(&out, WIRE_TAG_VERDICT,
	    g->verdict != 0 ? g->verdict : (uint64_t)WIRE_VERDICT_GRANT);
	wire_put_text(
	    &out, WIRE_TAG_REASON, g->reason != NULL ? g->reason : "approved");
	wire_put_u64(&out, WIRE_TAG_PHASE, WIRE_PHASE_AUTHENTICATE);
	wire_put_text(&out, WIRE_TAG_USER, g->user != NULL ? g->user : "alice");
	wire_put_text(&out, WIRE_TAG_TEXT, "");
	s->helper.nonce[15] ^= g->has_other_nonce;
	put(s, &out);
}

static void
grant(struct scene *s)
{
	static const struct grant right = { .is_good = true };

	result(s, &right);
}

static void
deny(struct scene *s)
{
	static const struct grant declined = {
		.reason = "access_denied",
		.verdict = WIRE_VERDICT_DENY,
	};

	result(s, &declined);
}

static void
grant_as_the_row_says(struct scene *s)
{
	begin(s);
	result(s, s->grant);
}

static void
a_verdict_counts_only_when_all_of_it_is_right(void **state)
{
	static const struct grant rows[] = {
		{ .what = "right", .is_good = true },
		{ .what = "another user", .user = "bob" },
		{ .what = "the user's beginning", .user = "alic" },
		{ .what = "the user and more", .user = "alice2" },
		{ .what = "in capitals", .user = "ALICE" },
		{ .what = "nobody", .user = "" },
		{ .what = "another nonce", .has_other_nonce = true },
		{ .what = "an unknown reason", .reason = "because" },
		{ .what = "no reason", .reason = "" },
		{ .what = "a denial's reason", .reason = "access_denied" },
		{ .what = "the zero reason", .reason = "internal_error" },
		{ .what = "a denial for a grant's reason",
		    .verdict = WIRE_VERDICT_DENY },
		{ .what = "unavailable for a grant's reason",
		    .verdict = WIRE_VERDICT_UNAVAILABLE },
		{ .what = "ignore for a grant's reason",
		    .verdict = WIRE_VERDICT_IGNORE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scene s = { .script = grant_as_the_row_says,
			.grant = &rows[i] };

		if (!rows[i].is_good) {
			demand_denied(&s, OAUTH2_ERR_PROTOCOL, rows[i].what);
			continue;
		}
		assert_int_equal(play(&s), OAUTH2_ERR_OK);
		assert_int_equal(s.result.verdict, WIRE_VERDICT_GRANT);
		assert_int_equal(s.result.reason, REASON_approved);
	}
}

static void
every_reason_comes_home(void **state)
{
	(void)state;
	for (unsigned i = 0; i < REASON_COUNT; i++) {
		const enum reason reason = (enum reason)i;
		struct grant g = { .reason = reason_name(reason),
			.verdict = WIRE_VERDICT_DENY };
		struct scene s = { .script = grant_as_the_row_says,
			.grant = &g };

		if (reason_class(reason) == REASON_CLASS_GRANTED) {
			demand_denied(&s, OAUTH2_ERR_PROTOCOL, g.reason);
			continue;
		}
		assert_int_equal(play(&s), OAUTH2_ERR_OK);
		assert_int_equal(s.result.verdict, WIRE_VERDICT_DENY);
		assert_int_equal(s.result.reason, reason);
		g.verdict = WIRE_VERDICT_GRANT;
		demand_denied(&s, OAUTH2_ERR_PROTOCOL, g.reason);
	}
}

static void
grant_after_a_question(struct scene *s)
{
	begin(s);
	show(s, 10);
	ask(s);
	hear(s);
	ask(s);
	hear(s);
	grant(s);
}

static void
a_person_is_shown_and_asked(void **state)
{
	struct scene s = { .script = grant_after_a_question };

	(void)state;
	assert_int_equal(play(&s), OAUTH2_ERR_OK);
	assert_int_equal(s.result.verdict, WIRE_VERDICT_GRANT);
	assert_int_equal(s.shown, 1);
	assert_int_equal(s.asked, 2);
	assert_string_equal(s.heard, "RR");
}

static void
then_grant_again(struct scene *s)
{
	begin(s);
	grant(s);
	s->helper.state = WIRE_MODULE_OPEN;
	grant(s);
}

static void
then_deny(struct scene *s)
{
	begin(s);
	grant(s);
	s->helper.state = WIRE_MODULE_OPEN;
	deny(s);
}

static void
then_show(struct scene *s)
{
	begin(s);
	grant(s);
	s->helper.state = WIRE_MODULE_OPEN;
	show(s, 1);
}

static void
then_send_nothing_at_all(struct scene *s)
{
	begin(s);
	grant(s);
	(void)!send(s->fds[1], "", 0, MSG_NOSIGNAL);
}

static void
then_send_garbage(struct scene *s)
{
	begin(s);
	grant(s);
	(void)!send(s->fds[1], "x", 1, MSG_NOSIGNAL);
}

static void
then_stay(struct scene *s)
{
	char byte;

	begin(s);
	grant(s);
	(void)!recv(s->fds[1], &byte, 1, 0);
}

static void
a_verdict_that_is_not_the_last_word_is_none(void **state)
{
	static const struct {
		const char *what;
		void (*script)(struct scene *s);
	} rows[] = {
		{ "another grant", then_grant_again },
		{ "a denial", then_deny },
		{ "a text", then_show },
		{ "an empty packet", then_send_nothing_at_all },
		{ "garbage", then_send_garbage },
		{ "an open descriptor", then_stay },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scene s = { .script = rows[i].script };

		demand_denied(&s, OAUTH2_ERR_PROTOCOL, rows[i].what);
	}
}

static void
show_32(struct scene *s)
{
	begin(s);
	for (int i = 0; i < 32; i++)
		show(s, 10);
	grant(s);
}

static void
show_33(struct scene *s)
{
	begin(s);
	for (int i = 0; i < 33; i++)
		show(s, 10);
	grant(s);
}

static void
ask_33(struct scene *s)
{
	begin(s);
	for (int i = 0; i < 33; i++) {
		ask(s);
		hear(s);
	}
	grant(s);
}

static void
show_65536_bytes(struct scene *s)
{
	begin(s);
	for (int i = 0; i < 4; i++)
		show(s, 16000);
	show(s, 1536);
	grant(s);
}

static void
show_65537_bytes(struct scene *s)
{
	begin(s);
	for (int i = 0; i < 4; i++)
		show(s, 16000);
	show(s, 1537);
	grant(s);
}

static void
a_chatty_helper_is_cut_off(void **state)
{
	struct scene few = { .script = show_32 };
	struct scene many = { .script = show_33 };
	struct scene questions = { .script = ask_33 };
	struct scene much = { .script = show_65536_bytes };
	struct scene more = { .script = show_65537_bytes };

	(void)state;
	assert_int_equal(play(&few), OAUTH2_ERR_OK);
	assert_int_equal(few.shown, 32);
	demand_denied(&many, OAUTH2_ERR_PROTOCOL, "33 texts");
	assert_int_equal(many.shown, 32);
	demand_denied(&questions, OAUTH2_ERR_PROTOCOL, "33 questions");
	assert_int_equal(questions.asked, 32);
	assert_int_equal(play(&much), OAUTH2_ERR_OK);
	demand_denied(&more, OAUTH2_ERR_PROTOCOL, "65537 bytes");
	assert_int_equal(more.shown, 4);
}

static void
deny_after_a_question(struct scene *s)
{
	begin(s);
	ask(s);
	hear(s);
	deny(s);
}

static void
a_question_without_an_answer_is_cancelled(void **state)
{
	static const struct {
		enum wire_cancel cause;
		const char *heard;
	} rows[] = {
		{ WIRE_CANCEL_CONVERSATION, "C1" },
		{ WIRE_CANCEL_PASSWORD, "C2" },
		{ WIRE_CANCEL_SIGNAL, "C3" },
		{ WIRE_CANCEL_GONE, "C4" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scene s = { .script = deny_after_a_question,
			.ask_err = OAUTH2_ERR_CLOSED,
			.cause = rows[i].cause };

		assert_int_equal(play(&s), OAUTH2_ERR_OK);
		assert_string_equal(s.heard, rows[i].heard);
		assert_int_equal(s.result.verdict, WIRE_VERDICT_DENY);
		assert_int_equal(s.result.reason, REASON_access_denied);
	}
}

static void
an_answer_that_cannot_travel_is_a_denial(void **state)
{
	static char too_long[4098];
	struct scene bytes = { .script = deny_after_a_question,
		.answer = "\xff" };
	struct scene much = { .script = deny_after_a_question,
		.answer = too_long };

	(void)state;
	memset(too_long, 'x', sizeof(too_long) - 1);
	demand_denied(&bytes, OAUTH2_ERR_PROTOCOL, "no UTF-8");
	demand_denied(&much, OAUTH2_ERR_PROTOCOL, "4097 bytes");
}

static void
wait_for_the_cancel(struct scene *s)
{
	begin(s);
	hear(s);
	deny(s);
}

static void
a_person_who_goes_while_we_wait_is_reported(void **state)
{
	struct scene s = { .script = wait_for_the_cancel,
		.is_cancelled = true,
		.cause = WIRE_CANCEL_SIGNAL };
	int64_t start = clock_monotonic_ns();

	(void)state;
	assert_int_equal(play(&s), OAUTH2_ERR_OK);
	assert_string_equal(s.heard, "C3");
	assert_int_equal(s.result.verdict, WIRE_VERDICT_DENY);
	assert_true(clock_monotonic_ns() - start < CLOCK_NS_PER_S);
}

static void
cross_the_cancel(struct scene *s)
{
	begin(s);
	hear(s);
	show(s, 1);
	ask(s);
	deny(s);
}

static void
what_crosses_a_cancel_is_not_shown(void **state)
{
	struct scene s = { .script = cross_the_cancel,
		.is_cancelled = true,
		.cause = WIRE_CANCEL_SIGNAL };

	(void)state;
	assert_int_equal(play(&s), OAUTH2_ERR_OK);
	assert_int_equal(s.shown, 0);
	assert_int_equal(s.asked, 0);
	assert_int_equal(s.result.reason, REASON_access_denied);
}

static void
grant_after_the_cancel(struct scene *s)
{
	begin(s);
	ask(s);
	hear(s);
	grant(s);
}

static void
unavailable_after_the_cancel(struct scene *s)
{
	static const struct grant unavailable = {
		.reason = "provider_unreachable",
		.verdict = WIRE_VERDICT_UNAVAILABLE,
	};

	begin(s);
	ask(s);
	hear(s);
	result(s, &unavailable);
}

static void
who_has_given_up_is_not_let_in(void **state)
{
	void (*const scripts[])(struct scene *) = { grant_after_the_cancel,
		unavailable_after_the_cancel };

	(void)state;
	for (size_t i = 0; i < COUNT(scripts); i++) {
		struct scene s = { .script = scripts[i],
			.ask_err = OAUTH2_ERR_CLOSED,
			.cause = WIRE_CANCEL_PASSWORD };

		demand_denied(&s, OAUTH2_ERR_PROTOCOL, "given up");
		assert_string_equal(s.heard, "C2");
	}
}

static void
deny_without_listening(struct scene *s)
{
	begin(s);
	ask(s);
	deny(s);
}

static void
a_verdict_that_crosses_the_answer_comes_home(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++) {
		struct scene s = { .script = deny_without_listening };
		struct scene cancelled = { .script = deny_without_listening,
			.ask_err = OAUTH2_ERR_CLOSED,
			.cause = WIRE_CANCEL_SIGNAL };

		assert_int_equal(play(&s), OAUTH2_ERR_OK);
		assert_int_equal(s.result.reason, REASON_access_denied);
		assert_int_equal(play(&cancelled), OAUTH2_ERR_OK);
		assert_int_equal(cancelled.result.reason, REASON_access_denied);
	}
}

static void
deny_then_leave_the_answer_unread(struct scene *s)
{
	begin(s);
	ask(s);
	deny(s);
	/* The other side has answered by now, and waits for the verdict. */
	clock_sleep_until(clock_monotonic_ns() + PAUSE_NS);
}

static void
a_verdict_before_an_unread_answer_comes_home(void **state)
{
	struct scene s = { .script = deny_then_leave_the_answer_unread };

	(void)state;
	assert_int_equal(play(&s), OAUTH2_ERR_OK);
	assert_int_equal(s.result.reason, REASON_access_denied);
}

static void
leave(struct scene *s)
{
	(void)s;
}

static void
greet_and_leave(struct scene *s)
{
	greet(s);
}

static void
ready_and_leave(struct scene *s)
{
	begin(s);
}

static void
ask_and_leave(struct scene *s)
{
	begin(s);
	ask(s);
	hear(s);
}

static void
a_helper_that_leaves_is_a_denial(void **state)
{
	void (*const scripts[])(struct scene *) = { leave, greet_and_leave,
		ready_and_leave, ask_and_leave };

	(void)state;
	for (size_t i = 0; i < COUNT(scripts); i++) {
		struct scene s = { .script = scripts[i] };

		demand_denied(&s, OAUTH2_ERR_CLOSED, "leaves");
	}
}

static void
be_late(struct scene *s)
{
	char byte;

	greet(s);
	/* What the client waits for beyond the deadline, all but a little. */
	ready_until(s, clock_monotonic_ns() - 5 * CLOCK_NS_PER_S + PAUSE_NS);
	(void)!recv(s->fds[1], &byte, 1, 0);
}

static void
the_deadline_and_five_seconds_end_it(void **state)
{
	struct scene s = { .script = be_late };
	int64_t start = clock_monotonic_ns();

	(void)state;
	demand_denied(&s, OAUTH2_ERR_TIMEOUT, "late");
	assert_true(clock_monotonic_ns() - start >= PAUSE_NS);
	assert_true(clock_monotonic_ns() - start < CLOCK_NS_PER_S);
}

static void
name_an_endless_deadline(struct scene *s)
{
	greet(s);
	ready_until(s, INT64_MAX);
	grant(s);
}

static void
an_endless_deadline_is_refused(void **state)
{
	struct scene s = { .script = name_an_endless_deadline };

	(void)state;
	demand_denied(&s, OAUTH2_ERR_PROTOCOL, "endless");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verdict_counts_only_when_all_of_it_is_right),
		cmocka_unit_test(every_reason_comes_home),
		cmocka_unit_test(a_person_is_shown_and_asked),
		cmocka_unit_test(a_verdict_that_is_not_the_last_word_is_none),
		cmocka_unit_test(a_chatty_helper_is_cut_off),
		cmocka_unit_test(a_question_without_an_answer_is_cancelled),
		cmocka_unit_test(an_answer_that_cannot_travel_is_a_denial),
		cmocka_unit_test(a_person_who_goes_while_we_wait_is_reported),
		cmocka_unit_test(what_crosses_a_cancel_is_not_shown),
		cmocka_unit_test(who_has_given_up_is_not_let_in),
		cmocka_unit_test(a_verdict_that_crosses_the_answer_comes_home),
		cmocka_unit_test(a_verdict_before_an_unread_answer_comes_home),
		cmocka_unit_test(a_helper_that_leaves_is_a_denial),
		cmocka_unit_test(the_deadline_and_five_seconds_end_it),
		cmocka_unit_test(an_endless_deadline_is_refused),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
