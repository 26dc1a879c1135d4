#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <time.h>

static int64_t
now_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * CLOCK_NS_PER_S + t.tv_nsec;
}

int64_t
clock_monotonic_ns(void)
{
	return now_ns(CLOCK_MONOTONIC);
}

int64_t
clock_boottime_ns(void)
{
	return now_ns(CLOCK_BOOTTIME);
}

int64_t
clock_unix_s(void)
{
	return now_ns(CLOCK_REALTIME) / CLOCK_NS_PER_S;
}

int
clock_ms_until(int64_t deadline_ns)
{
	int64_t left = deadline_ns - clock_monotonic_ns();

	if (left <= 0)
		return 0;
	left = (left + CLOCK_NS_PER_MS - 1) / CLOCK_NS_PER_MS;
	return left > INT_MAX ? INT_MAX : (int)left;
}

void
clock_sleep_until(int64_t deadline_ns)
{
	struct timespec t = {
		.tv_sec = deadline_ns / CLOCK_NS_PER_S,
		.tv_nsec = deadline_ns % CLOCK_NS_PER_S,
	};

	while (
	    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		continue;
}
