/* login/record_age, login/moment: two clocks, and which one counts. */
#include "record_case.h"

#include <stdio.h>

#include "login/record_age.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define T     INT64_C(1700000000) /* the sign-in, by the wall clock */
#define B     INT64_C(1000)	  /* and since boot */
#define HOUR  INT64_C(3600)
#define YEARS (10 * 365 * 24 * HOUR)
#define NONE  RECORD_AGE_NO_LIMIT

/*
 * The sign-in at T in boot A; the last success some time later, in boot A or
 * B; now; the limits; what comes of it.
 */
struct row {
	const char *what;
	struct moment success;
	struct moment now;
	int64_t max_age, idle;
	enum record_age expected;
};

static const struct row rows[] = {
	/* one boot: the time since then counts, the wall clock does not */
	{ "at once", { T, B, BOOT_A }, { T, B, BOOT_A }, 12 * HOUR, 8 * HOUR,
	    RECORD_AGE_GOOD },
	{ "a second before its limit", { T, B, BOOT_A },
	    { T, B + 12 * HOUR - 1, BOOT_A }, 12 * HOUR, NONE,
	    RECORD_AGE_GOOD },
	{ "at its limit", { T, B, BOOT_A }, { T, B + 12 * HOUR, BOOT_A },
	    12 * HOUR, NONE, RECORD_AGE_EXPIRED },
	{ "a refresh adds nothing to the age",
	    { T + 11 * HOUR, B + 11 * HOUR, BOOT_A },
	    { T + 12 * HOUR, B + 12 * HOUR, BOOT_A }, 12 * HOUR, 8 * HOUR,
	    RECORD_AGE_EXPIRED },
	{ "a second before it is idle", { T, B, BOOT_A },
	    { T, B + 8 * HOUR - 1, BOOT_A }, 12 * HOUR, 8 * HOUR,
	    RECORD_AGE_GOOD },
	{ "idle", { T, B, BOOT_A }, { T, B + 8 * HOUR, BOOT_A }, 12 * HOUR,
	    8 * HOUR, RECORD_AGE_IDLE },
	{ "a refresh makes it less idle",
	    { T + 4 * HOUR, B + 4 * HOUR, BOOT_A },
	    { T + 9 * HOUR, B + 9 * HOUR, BOOT_A }, 12 * HOUR, 8 * HOUR,
	    RECORD_AGE_GOOD },
	{ "the clock set back ten years within a boot", { T, B, BOOT_A },
	    { T - YEARS, B + HOUR, BOOT_A }, 12 * HOUR, 8 * HOUR,
	    RECORD_AGE_GOOD },
	{ "set back ten years, and expired all the same", { T, B, BOOT_A },
	    { T - YEARS, B + 13 * HOUR, BOOT_A }, 12 * HOUR, 8 * HOUR,
	    RECORD_AGE_EXPIRED },
	{ "set forward ten years within a boot", { T, B, BOOT_A },
	    { T + YEARS, B + HOUR, BOOT_A }, 12 * HOUR, 8 * HOUR,
	    RECORD_AGE_GOOD },
	{ "less time since the same boot", { T, B, BOOT_A },
	    { T + HOUR, B - 1, BOOT_A }, 12 * HOUR, 8 * HOUR,
	    RECORD_AGE_CLOCK },
	{ "less time since the success", { T + HOUR, B + HOUR, BOOT_A },
	    { T + HOUR, B + 1, BOOT_A }, 12 * HOUR, 8 * HOUR,
	    RECORD_AGE_CLOCK },
	/* another boot: the wall clock counts */
	{ "after a boot, a second before its limit", { T, B, BOOT_A },
	    { T + 12 * HOUR - 1, 5, BOOT_B }, 12 * HOUR, NONE,
	    RECORD_AGE_GOOD },
	{ "after a boot, at its limit", { T, B, BOOT_A },
	    { T + 12 * HOUR, 5, BOOT_B }, 12 * HOUR, NONE, RECORD_AGE_EXPIRED },
	{ "after a boot, idle", { T, B, BOOT_A }, { T + 8 * HOUR, 5, BOOT_B },
	    12 * HOUR, 8 * HOUR, RECORD_AGE_IDLE },
	{ "after a boot, set forward ten years", { T, B, BOOT_A },
	    { T + YEARS, 5, BOOT_B }, 12 * HOUR, 8 * HOUR, RECORD_AGE_EXPIRED },
	{ "after a boot, a minute back", { T, B, BOOT_A },
	    { T - 60, 5, BOOT_B }, 12 * HOUR, 8 * HOUR, RECORD_AGE_GOOD },
	{ "after a boot, more than a minute back", { T, B, BOOT_A },
	    { T - 61, 5, BOOT_B }, 12 * HOUR, 8 * HOUR, RECORD_AGE_CLOCK },
	{ "after a boot, set back ten years", { T, B, BOOT_A },
	    { T - YEARS, 5, BOOT_B }, 12 * HOUR, 8 * HOUR, RECORD_AGE_CLOCK },
	{ "after a boot, set back behind the success",
	    { T + 5 * HOUR, B + 5 * HOUR, BOOT_A }, { T + HOUR, 5, BOOT_B },
	    12 * HOUR, 8 * HOUR, RECORD_AGE_CLOCK },
	{ "without a limit, and ten years old", { T, B, BOOT_A },
	    { T + YEARS, 5, BOOT_B }, NONE, NONE, RECORD_AGE_GOOD },
	{ "without a limit, and of the future", { T, B, BOOT_A },
	    { T - 61, 5, BOOT_B }, NONE, NONE, RECORD_AGE_CLOCK },
	/* the success in this boot is a witness of the wall clock */
	{ "this boot's success agrees", { T + 2 * HOUR, 5, BOOT_B },
	    { T + 3 * HOUR, 5 + HOUR, BOOT_B }, 12 * HOUR, 8 * HOUR,
	    RECORD_AGE_GOOD },
	{ "set back a minute since it", { T + 2 * HOUR, 5, BOOT_B },
	    { T + 3 * HOUR - 60, 5 + HOUR, BOOT_B }, 12 * HOUR, 8 * HOUR,
	    RECORD_AGE_GOOD },
	{ "set back more than a minute since it", { T + 2 * HOUR, 5, BOOT_B },
	    { T + 3 * HOUR - 61, 5 + HOUR, BOOT_B }, 12 * HOUR, 8 * HOUR,
	    RECORD_AGE_CLOCK },
	{ "set back to the sign-in, hours after it",
	    { T + 10 * HOUR, 5, BOOT_B },
	    { T + 11 * HOUR, 5 + 6 * HOUR, BOOT_B }, 12 * HOUR, 8 * HOUR,
	    RECORD_AGE_CLOCK },
	{ "less time since this boot's success", { T + HOUR, 500, BOOT_B },
	    { T + 2 * HOUR, 100, BOOT_B }, 12 * HOUR, 8 * HOUR,
	    RECORD_AGE_CLOCK },
	/* a success before the sign-in cannot be; neither is believed */
	{ "a sign-in of the future", { T - 2 * HOUR, 5, BOOT_B },
	    { T - HOUR, 5 + HOUR, BOOT_B }, 12 * HOUR, 8 * HOUR,
	    RECORD_AGE_CLOCK },
	{ "a sign-in of the future, within a boot", { T, B - 500, BOOT_A },
	    { T, B - 100, BOOT_A }, 12 * HOUR, 8 * HOUR, RECORD_AGE_CLOCK },
	/* limits at their ends */
	{ "no age at all is allowed", { T, B, BOOT_A }, { T, B, BOOT_A }, 0,
	    NONE, RECORD_AGE_EXPIRED },
	{ "no idle time is allowed", { T, B, BOOT_A }, { T, B, BOOT_A }, NONE,
	    0, RECORD_AGE_IDLE },
};

static void
every_row_of_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct record record = {
			.interactive = { T, B, BOOT_A },
			.success = rows[i].success,
		};
		const struct record_limits limits = { rows[i].max_age,
			rows[i].idle };

		if (record_age(&record, &rows[i].now, &limits) !=
		    rows[i].expected)
			fail_msg("%s", rows[i].what);
	}
}

static void
grace_counts_from_the_last_success_and_wants_a_clock(void **state)
{
	static const struct {
		const char *what;
		struct moment success, now;
		bool expected;
	} cases[] = {
		{ "at once", { T, B, BOOT_A }, { T, B, BOOT_A }, true },
		{ "a second left", { T + HOUR, B + HOUR, BOOT_A },
		    { T, B + 5 * HOUR - 1, BOOT_A }, true },
		{ "over", { T + HOUR, B + HOUR, BOOT_A },
		    { T, B + 5 * HOUR, BOOT_A }, false },
		{ "after a boot", { T, B, BOOT_A },
		    { T + 4 * HOUR - 1, 5, BOOT_B }, true },
		{ "after a boot, over", { T, B, BOOT_A },
		    { T + 4 * HOUR, 5, BOOT_B }, false },
		{ "after a boot, set back", { T, B, BOOT_A },
		    { T - 61, 5, BOOT_B }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct record record = {
			.interactive = { T, B, BOOT_A },
			.success = cases[i].success,
		};

		if (record_is_in_grace(&record, &cases[i].now, 4 * HOUR) !=
		    cases[i].expected)
			fail_msg("%s", cases[i].what);
		assert_false(record_is_in_grace(&record, &cases[i].now, 0));
	}
}

static void
an_empty_record_is_of_no_time(void **state)
{
	const struct record record = { .sub = NULL };
	const struct moment now = { T, B, BOOT_A };
	const struct record_limits limits = { 12 * HOUR, 8 * HOUR };

	(void)state;
	assert_int_equal(
	    record_age(&record, &now, &limits), RECORD_AGE_EXPIRED);
}

static void
now_is_now(void **state)
{
	struct moment before, after;

	(void)state;
	assert_int_equal(moment_now(&before, NULL), OAUTH2_ERR_OK);
	assert_int_equal(moment_now(&after, NULL), OAUTH2_ERR_OK);
	assert_true(before.wall > T);
	assert_true(before.boot_s > 0);
	assert_true(moment_is_same_boot(&before, &after));
	assert_true(moment_is_plausible(&before, &after));
	assert_in_range(moment_age(&before, &after), 0, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_of_the_table),
		cmocka_unit_test(
		    grace_counts_from_the_last_success_and_wants_a_clock),
		cmocka_unit_test(an_empty_record_is_of_no_time),
		cmocka_unit_test(now_is_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
