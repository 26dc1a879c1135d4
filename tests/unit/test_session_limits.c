/*
 * codec/session: what a helper may say and how long it may take, and a
 * person who gives up.
 */
#include "session_case.h"

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

/* Ask, and say the verdict while the client is not looking. */
static void
decide_meanwhile(struct scene *s)
{
	greet(s);
	ready_until(
	    s, clock_monotonic_ns() - 5 * CLOCK_NS_PER_S + 2 * PAUSE_NS);
	ask(s);
	result(s, s->grant);
}

static void
only_a_denial_may_be_read_late(void **state)
{
	static const struct {
		struct grant said;
		bool is_heard;
	} rows[] = {
		{ { .what = "granted" }, false },
		{ { .what = "unavailable",
		      .reason = "provider_unreachable",
		      .verdict = WIRE_VERDICT_UNAVAILABLE },
		    false },
		{ { .what = "ignored",
		      .reason = "no_conversation",
		      .verdict = WIRE_VERDICT_IGNORE },
		    false },
		{ { .what = "denied",
		      .reason = "access_denied",
		      .verdict = WIRE_VERDICT_DENY },
		    true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scene s = { .script = decide_meanwhile,
			.grant = &rows[i].said };

		assert_int_equal(play(&s), OAUTH2_ERR_OK);
		s = (struct scene){ .script = decide_meanwhile,
			.grant = &rows[i].said,
			.thinks_ns = 3 * PAUSE_NS };
		if (!rows[i].is_heard) {
			demand_denied(
			    &s, OAUTH2_ERR_TIMEOUT, rows[i].said.what);
			continue;
		}
		assert_int_equal(play(&s), OAUTH2_ERR_OK);
		assert_int_equal(s.result.reason, REASON_access_denied);
	}
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
		cmocka_unit_test(only_a_denial_may_be_read_late),
		cmocka_unit_test(an_endless_deadline_is_refused),
	};

	return cmocka_run_group_tests_name("session_limits", tests, NULL, NULL);
}
