/*
 * codec/session: the client's side against a scripted helper. Whatever the
 * helper does, GRANT comes out only for the one right sequence.
 */
#include "session_case.h"

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

#define TICKET "00112233445566778899aabbccddeeff"

static void
a_ticket_comes_with_a_sign_in_alone(void **state)
{
	static const struct grant rows[] = {
		{ .what = "with a sign-in", .ticket = TICKET, .is_good = true },
		{ .what = "none", .is_good = true },
		{ .what = "a session, without",
		    .reason = "session",
		    .phase = WIRE_PHASE_OPEN_SESSION,
		    .is_good = true },
		{ .what = "a session, with",
		    .reason = "session",
		    .phase = WIRE_PHASE_OPEN_SESSION,
		    .ticket = TICKET },
		{ .what = "the account phase",
		    .reason = "account_active",
		    .phase = WIRE_PHASE_ACCOUNT,
		    .ticket = TICKET },
		{ .what = "a denial",
		    .reason = "access_denied",
		    .verdict = WIRE_VERDICT_DENY,
		    .ticket = TICKET },
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
		assert_string_equal(s.result.ticket,
		    rows[i].ticket != NULL ? rows[i].ticket : "");
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
an_answer_that_is_too_long_is_no_end(void **state)
{
	struct scene s = { .script = grant_after_a_question,
		.ask_err = OAUTH2_ERR_LIMIT };

	(void)state;
	assert_int_equal(play(&s), OAUTH2_ERR_OK);
	assert_int_equal(s.asked, 2);
	assert_string_equal(s.heard, "LL");
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verdict_counts_only_when_all_of_it_is_right),
		cmocka_unit_test(a_ticket_comes_with_a_sign_in_alone),
		cmocka_unit_test(every_reason_comes_home),
		cmocka_unit_test(a_person_is_shown_and_asked),
		cmocka_unit_test(an_answer_that_is_too_long_is_no_end),
		cmocka_unit_test(a_verdict_that_is_not_the_last_word_is_none),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
