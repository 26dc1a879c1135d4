/* base/clock: deadlines are points in time, rounded so that none comes early.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <limits.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <cmocka.h>

#include "base/clock.h"

#define STEP_NS (30 * CLOCK_NS_PER_MS)
#define FAR_MS	1000000

static void
a_deadline_in_the_past_is_now(void **state)
{
	int64_t now = clock_monotonic_ns();

	(void)state;
	assert_int_equal(clock_ms_until(0), 0);
	assert_int_equal(clock_ms_until(-CLOCK_NS_PER_S), 0);
	assert_int_equal(clock_ms_until(now), 0);
	assert_int_equal(clock_ms_until(now - 1), 0);
}

static void
a_deadline_is_rounded_up(void **state)
{
	int64_t base = clock_monotonic_ns() + FAR_MS * CLOCK_NS_PER_MS;
	int left = clock_ms_until(base);

	(void)state;
	assert_true(left > FAR_MS - 1000 && left <= FAR_MS);
	/* Never 0 while there is something left: poll() would spin. */
	for (int i = 0; i < 1000; i++) {
		int64_t soon = clock_monotonic_ns() + 200000;
		int ms = clock_ms_until(soon);

		assert_true(ms == 1 || clock_monotonic_ns() >= soon);
	}
}

static void
a_deadline_far_away_is_cut(void **state)
{
	(void)state;
	assert_int_equal(clock_ms_until(INT64_MAX), INT_MAX);
}

static void
sleeping_ends_when_it_should(void **state)
{
	int64_t begin = clock_monotonic_ns();

	(void)state;
	clock_sleep_until(begin + STEP_NS);
	assert_true(clock_monotonic_ns() >= begin + STEP_NS);
	assert_true(clock_monotonic_ns() < begin + CLOCK_NS_PER_S);
	begin = clock_monotonic_ns();
	clock_sleep_until(0);
	clock_sleep_until(begin - 1);
	assert_true(clock_monotonic_ns() < begin + STEP_NS);
}

static void
on_alarm(int number)
{
	(void)number;
}

static void
a_signal_does_not_wake_us(void **state)
{
	const struct sigaction action = { .sa_handler = on_alarm };
	const struct itimerval ticks = { { 0, 2000 }, { 0, 2000 } };
	const struct itimerval off = { 0 };
	struct sigaction before;
	int64_t begin = clock_monotonic_ns();

	(void)state;
	sigaction(SIGALRM, &action, &before);
	setitimer(ITIMER_REAL, &ticks, NULL);
	clock_sleep_until(begin + STEP_NS);
	setitimer(ITIMER_REAL, &off, NULL);
	sigaction(SIGALRM, &before, NULL);
	assert_true(clock_monotonic_ns() >= begin + STEP_NS);
}

static void
clocks_agree_with_the_system(void **state)
{
	int64_t before = clock_monotonic_ns();
	int64_t boot = clock_boottime_ns();
	int64_t unix_s = clock_unix_s();

	(void)state;
	assert_true(before > 0);
	assert_true(boot >= before); /* it counts sleep too */
	assert_true(clock_monotonic_ns() >= before);
	assert_true(clock_boottime_ns() >= boot);
	assert_true(unix_s >= (int64_t)time(NULL) - 1);
	assert_true(unix_s <= (int64_t)time(NULL) + 1 /* time() lags a tick */);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deadline_in_the_past_is_now),
		cmocka_unit_test(a_deadline_is_rounded_up),
		cmocka_unit_test(a_deadline_far_away_is_cut),
		cmocka_unit_test(sleeping_ends_when_it_should),
		cmocka_unit_test(a_signal_does_not_wake_us),
		cmocka_unit_test(clocks_agree_with_the_system),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
