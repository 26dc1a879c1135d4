/* login/pin_change: what passwd asks for, in PAM's two passes. */
#include "pin_person_case.h"

#define PRELIM 0x4000
#define UPDATE 0x2000
#define SILENT 0x8000

enum {
	IGNORED = -1
};

static const struct {
	const char *name;
	uint32_t flags;
	uid_t by; /* who runs passwd, for uid 1001 */
	const char *answers[ANSWERS_MAX];
	enum store_state reads[3];
	int reason; /* enum reason, or IGNORED */
	const char *did;
	const char *shown;
} rows[] = {
	{ "there is one", PRELIM, 1001, { NULL }, { STORE_SEALED }, REASON_pin,
	    "", "" },
	{ "there is none", PRELIM, 1001, { NULL }, { STORE_NONE }, IGNORED, "",
	    "" },
	{ "there was one", PRELIM, 1001, { NULL }, { STORE_TOMB }, IGNORED, "",
	    "" },
	{ "nobody knows", PRELIM, 1001, { NULL }, { STORE_BROKEN }, IGNORED, "",
	    "" },
	{ "of another machine", PRELIM, 1001, { NULL }, { STORE_FOREIGN },
	    IGNORED, "", "" },
	{ "nobody can be asked", PRELIM | SILENT, 1001, { NULL },
	    { STORE_SEALED }, IGNORED, "", "" },
	{ "changed", UPDATE, 1001, { "", GOOD, OTHER, OTHER },
	    { STORE_SEALED, STORE_RECORD }, REASON_pin, "lock keep " OTHER,
	    "PIN changed." },
	{ "changed in between", UPDATE, 1001, { "", GOOD, OTHER, OTHER },
	    { STORE_SEALED, STORE_FOREIGN }, REASON_token_binding, "lock", "" },
	{ "ended in between", UPDATE, 1001, { "", GOOD, OTHER, OTHER },
	    { STORE_SEALED, STORE_TOMB }, REASON_token_binding, "lock", "" },
	{ "gone in between", UPDATE, 1001, { NULL }, { STORE_NONE }, IGNORED,
	    "", "" },
	{ "forgotten", UPDATE, 1001, { "", GOOD, "", "yes" },
	    { STORE_SEALED, STORE_RECORD }, REASON_pin, "lock remove",
	    "PIN forgotten." },
	{ "not forgotten", UPDATE, 1001, { "", GOOD, "", "Yes" },
	    { STORE_SEALED, STORE_RECORD }, REASON_cancelled, "", "" },
	{ "of another by now", UPDATE, 1001, { "", GOOD, "", "yes" },
	    { STORE_SEALED, STORE_FOREIGN }, REASON_token_binding, "lock", "" },
	{ "no new one", UPDATE, 1001, { "", GOOD, "1", "2", "3" },
	    { STORE_SEALED, STORE_RECORD }, REASON_pin_wrong, "", "" },
	{ "the old one is wrong", UPDATE, 1001, { "", BAD, BAD, BAD },
	    { STORE_SEALED }, REASON_pin_wrong, "", "" },
	{ "left as it is", UPDATE, 1001, { "", "" }, { STORE_SEALED },
	    REASON_cancelled, "", "Enter alone: leave it" },
	{ "a host that answers by itself", UPDATE, 1001, { LEAVES },
	    { STORE_SEALED }, REASON_password_conversation, "", "" },
	{ "by another user", UPDATE, 1002, { "", BAD, BAD, BAD },
	    { STORE_SEALED }, REASON_pin_wrong, "", "" },
	{ "root says yes", PRELIM, 0, { "yes" }, { STORE_SEALED }, REASON_pin,
	    "", "alice has a PIN." },
	{ "root says no", PRELIM, 0, { "" }, { STORE_SEALED }, IGNORED, "",
	    "alice has a PIN." },
	{ "root has nothing to say", PRELIM, 0, { NULL }, { STORE_NONE },
	    IGNORED, "", "" },
	{ "root removes it", UPDATE, 0, { NULL }, { STORE_SEALED }, REASON_pin,
	    "lock remove", "PIN removed." },
};

static void
what_is_done_with_a_pin(void **state)
{
	struct scene s;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		set(&s, rows[i].answers);
		memcpy(fake.reads, rows[i].reads, sizeof(rows[i].reads));
		s.signin.greeting.phase = WIRE_PHASE_CHANGE_PIN;
		s.signin.greeting.flags = rows[i].flags;
		s.signin.greeting.ruid = rows[i].by;
		pin_change(&s.signin);
		if (s.signin.is_exempt != (rows[i].reason == IGNORED) ||
		    (rows[i].reason != IGNORED &&
			(int)s.signin.reason != rows[i].reason) ||
		    strcmp(fake.did, rows[i].did) != 0)
			fail_msg("%s: %s, %s", rows[i].name,
			    reason_name(s.signin.reason), fake.did);
		assert_int_equal(
		    s.signin.is_preliminary, (rows[i].flags & PRELIM) != 0);
		unset(&s);
		if (strstr(s.shown, rows[i].shown) == NULL)
			fail_msg("%s: %s", rows[i].name, s.shown);
	}
}

static void
roots_own_pin_is_like_that_of_others(void **state)
{
	static const char *const answers[] = { "", BAD, BAD, BAD, NULL };
	struct scene s;

	(void)state;
	set(&s, answers);
	fake.reads[0] = STORE_SEALED;
	s.signin.greeting.flags = UPDATE;
	s.signin.greeting.uid = s.signin.greeting.ruid = 0;
	pin_change(&s.signin);
	assert_int_equal(s.signin.reason, REASON_pin_wrong);
	assert_string_equal(fake.did, "");
	unset(&s);
}

static void
where_no_key_can_be_made_the_old_pin_stays(void **state)
{
	static const char *const answers[] = { "", GOOD, OTHER, OTHER, NULL };
	struct scene s;

	(void)state;
	set(&s, answers);
	fake.reads[0] = STORE_SEALED;
	fake.makes = false;
	s.signin.greeting.flags = UPDATE;
	pin_change(&s.signin);
	assert_int_equal(s.signin.reason, REASON_store_failed);
	assert_string_equal(fake.did, "");
	unset(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_done_with_a_pin),
		cmocka_unit_test(roots_own_pin_is_like_that_of_others),
		cmocka_unit_test(where_no_key_can_be_made_the_old_pin_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
