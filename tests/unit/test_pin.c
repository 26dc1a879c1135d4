/* login/pin, login/pin_choice: who is asked for a PIN, and how often. */
#include "pin_person_case.h"

static const struct row {
	const char *name;
	const char *answers[ANSWERS_MAX];
	bool ends;
	enum reason reason;
	int tries;
	const char *did;
} rows[] = {
	{ "the right one", { "", GOOD }, true, REASON_pin, 1, "look pin" },
	{ "at the third time", { "", BAD, BAD, GOOD }, true, REASON_pin, 3,
	    "look pin" },
	{ "never", { "", BAD, BAD, BAD, GOOD }, true, REASON_pin_wrong, 3, "" },
	{ "Enter alone", { "", "" }, false, REASON_internal_error, 0,
	    "factor_missing" },
	{ "Enter alone after a wrong one", { "", BAD, "" }, false,
	    REASON_internal_error, 1, "factor_missing" },
	{ "too long is a wrong one", { "", TOO_LONG, "" }, false,
	    REASON_internal_error, 1, "factor_missing" },
	{ "a host that answers by itself", { LEAVES, GOOD }, true,
	    REASON_password_conversation, 0, "" },
	{ "they leave", { "", BAD, LEAVES, GOOD }, true,
	    REASON_password_conversation, 1, "" },
};

static void
a_pin_is_asked_for_three_times(void **state)
{
	struct scene s;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		set(&s, rows[i].answers);
		fake.reads[0] = STORE_SEALED;
		if (pin_decides(&s.signin) != rows[i].ends)
			fail_msg("%s", rows[i].name);
		assert_int_equal(s.signin.reason, rows[i].reason);
		assert_int_equal(fake.tries, rows[i].tries);
		assert_string_equal(fake.did, rows[i].did);
		unset(&s);
		assert_int_equal(s.echos[0], WIRE_ECHO_PROBE);
		for (int n = 1; n < s.asked; n++)
			assert_int_equal(s.echos[n], WIRE_ECHO_OFF);
	}
}

static void
where_no_pin_can_be_used_none_is_asked_for(void **state)
{
	static const struct {
		enum store_state found;
		const char *did;
	} found[] = {
		{ STORE_NONE, "token_missing" },
		{ STORE_TOMB, "token_revoked" },
		{ STORE_FOREIGN, "token_binding" },
		{ STORE_BROKEN, "store_failed" },
	};
	static const char *const answers[] = { "", GOOD, NULL };
	struct scene s;

	(void)state;
	for (size_t i = 0; i < COUNT(found); i++) {
		set(&s, answers);
		fake.reads[0] = found[i].found;
		assert_false(pin_decides(&s.signin));
		assert_string_equal(fake.did, found[i].did);
		assert_int_equal(s.signin.slot, STORE_TOKEN);
		unset(&s);
		assert_int_equal(s.asked, 0);
	}
}

static void
other_uses_and_hosts_that_cannot_ask_know_no_pin(void **state)
{
	static const char *const answers[] = { "", GOOD, NULL };
	struct scene s;

	(void)state;
	for (int i = 0; i < 6; i++) {
		set(&s, answers);
		fake.reads[0] = STORE_SEALED;
		if (i < 4)
			s.settings.refresh_use =
			    (enum settings_refresh_use[]){ SETTINGS_REFRESH_OFF,
				    SETTINGS_REFRESH_ACCOUNT_CHECK,
				    SETTINGS_REFRESH_SECOND_FACTOR,
				    SETTINGS_REFRESH_SESSION }[i];
		if (i == 4)
			s.signin.greeting.flags = 0x8000;
		if (i == 5)
			s.signin.greeting.can_converse = false;
		assert_false(pin_decides(&s.signin));
		assert_int_equal(fake.tries, 0);
		assert_string_equal(fake.did, "");
		unset(&s);
		assert_int_equal(s.asked, 0);
	}
}

static void
what_ends_a_pin_leads_to_the_browser(void **state)
{
	static const struct {
		enum store_pin_verdict verdict;
		const char *did;
	} ends[] = {
		{ STORE_PIN_LOCKED, "pin_locked" },
		{ STORE_PIN_NONE, "token_missing" },
		{ STORE_PIN_FAILED, "store_failed" },
	};
	static const char *const answers[] = { "", BAD, GOOD, NULL };
	struct scene s;

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		set(&s, answers);
		fake.reads[0] = STORE_SEALED;
		fake.wrong = ends[i].verdict;
		assert_false(pin_decides(&s.signin));
		assert_int_equal(fake.tries, 1);
		assert_string_equal(fake.did, ends[i].did);
		unset(&s);
	}
}

static void
the_provider_has_the_last_word(void **state)
{
	static const char *const answers[] = { "", GOOD, NULL };
	struct scene s;

	(void)state;
	set(&s, answers);
	fake.reads[0] = STORE_SEALED;
	fake.renews = false;
	assert_false(pin_decides(&s.signin));
	assert_string_equal(fake.did, "look pin token_revoked");
	assert_non_null(s.signin.pin_key);
	unset(&s);
}

static const struct {
	const char *name;
	const char *answers[ANSWERS_MAX];
	const char *pin; /* it is kept under; NULL: none */
	enum reason reason;
	const char *shown;
} choices[] = {
	{ "chosen", { "", GOOD, GOOD }, GOOD, REASON_approved,
	    "Choose a PIN that spares" },
	{ "not wanted", { "", "" }, NULL, REASON_approved, "Enter alone" },
	{ "not wanted after all", { "", "short", "" }, NULL, REASON_approved,
	    "has 6 to 64" },
	{ "short, then not", { "", "12 45", GOOD, GOOD }, GOOD, REASON_approved,
	    "has 6 to 64" },
	{ "short twice, then not", { "", "12 45", "12 45", GOOD, GOOD }, GOOD,
	    REASON_approved, "has 6 to 64" },
	{ "short for ever", { "", "1", "2", "3", GOOD, GOOD }, NULL,
	    REASON_approved, "has 6 to 64" },
	{ "too long", { "", TOO_LONG, GOOD, GOOD }, GOOD, REASON_approved,
	    "has 6 to 64" },
	{ "obvious", { "", "123456", GOOD, GOOD }, GOOD, REASON_approved,
	    "first to be guessed" },
	{ "a slip", { "", GOOD, BAD, GOOD, GOOD }, GOOD, REASON_approved,
	    "These were two." },
	{ "a slip that is too long", { "", GOOD, TOO_LONG, GOOD, GOOD }, GOOD,
	    REASON_approved, "These were two." },
	{ "only slips", { "", GOOD, BAD, GOOD, BAD, GOOD, BAD, GOOD, GOOD },
	    NULL, REASON_approved, "These were two." },
	{ "a host that answers by itself", { LEAVES }, NULL,
	    REASON_password_conversation, "" },
	{ "they leave", { "", GOOD, LEAVES }, NULL,
	    REASON_password_conversation, "The same PIN again" },
};

static void
choosing_a_pin_is_never_a_denial(void **state)
{
	struct scene s;

	(void)state;
	for (size_t i = 0; i < COUNT(choices); i++) {
		const bool is_made = choices[i].pin != NULL;

		set(&s, choices[i].answers);
		s.signin.reason = REASON_approved;
		if (pin_choice_is_made(&s.signin) != is_made)
			fail_msg("%s", choices[i].name);
		if (is_made)
			assert_string_equal(
			    s.signin.pin_key->key, choices[i].pin);
		assert_int_equal(s.signin.reason, choices[i].reason);
		unset(&s);
		if (strstr(s.shown, choices[i].shown) == NULL)
			fail_msg("%s: %s", choices[i].name, s.shown);
		for (int n = 1; n < s.asked; n++)
			assert_int_equal(s.echos[n], WIRE_ECHO_OFFER);
	}
}

static void
who_is_gone_is_not_let_in(void **state)
{
	static const char *const answers[] = { "", NULL };
	struct scene s;

	(void)state;
	set(&s, answers);
	s.signin.reason = REASON_approved;
	close(s.person);
	assert_false(pin_choice_is_made(&s.signin));
	assert_int_equal(s.signin.reason, REASON_client_gone);
	s.person = -1;
	unset(&s);
}

static void
nothing_is_asked_where_there_is_no_use_or_no_time(void **state)
{
	static const char *const answers[] = { "", GOOD, GOOD, NULL };
	struct scene s;

	(void)state;
	set(&s, answers);
	s.record.refresh_token = NULL;
	assert_false(pin_choice_is_made(&s.signin));
	unset(&s);
	assert_int_equal(s.asked, 0);
	set(&s, answers);
	s.signin.deadline_ns = clock_monotonic_ns() + 14 * CLOCK_NS_PER_S;
	assert_false(pin_choice_is_made(&s.signin));
	unset(&s);
	assert_int_equal(s.asked, 0);
	set(&s, answers);
	fake.makes = false;
	s.signin.reason = REASON_approved;
	assert_false(pin_choice_is_made(&s.signin));
	assert_int_equal(s.signin.reason, REASON_approved);
	unset(&s);
}

static void
a_pin_that_was_told_stays_with_the_same_person(void **state)
{
	static const char *const answers[] = { "", "", NULL };
	struct scene s;

	(void)state;
	set(&s, answers);
	assert_int_equal(
	    __wrap_stored_try_pin(&s.signin, GOOD), STORE_PIN_RIGHT);
	assert_true(pin_choice_is_made(&s.signin));
	s.identity.sub = (char *)"sub-2";
	assert_false(pin_choice_is_made(&s.signin));
	unset(&s);
	assert_int_equal(s.asked, 2);
}

static void
what_would_be_tried_first_is_no_pin(void **state)
{
	static const struct {
		const char *pin;
		bool is_obvious;
	} pins[] = {
		{ "123456", true },
		{ "987654", true },
		{ "000000", true },
		{ "abcdefgh", true },
		{ "alice1", true },
		{ "ALICE1", true },
		{ "alice2", false },
		{ "123457", false },
		{ "112345", false },
		{ "135791", false },
		{ GOOD, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(pins); i++)
		if (pin_is_obvious(pins[i].pin, "alice1") != pins[i].is_obvious)
			fail_msg("%s", pins[i].pin);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pin_is_asked_for_three_times),
		cmocka_unit_test(where_no_pin_can_be_used_none_is_asked_for),
		cmocka_unit_test(
		    other_uses_and_hosts_that_cannot_ask_know_no_pin),
		cmocka_unit_test(what_ends_a_pin_leads_to_the_browser),
		cmocka_unit_test(the_provider_has_the_last_word),
		cmocka_unit_test(choosing_a_pin_is_never_a_denial),
		cmocka_unit_test(who_is_gone_is_not_let_in),
		cmocka_unit_test(
		    nothing_is_asked_where_there_is_no_use_or_no_time),
		cmocka_unit_test(
		    a_pin_that_was_told_stays_with_the_same_person),
		cmocka_unit_test(what_would_be_tried_first_is_no_pin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
