/* Time as the rest of the code takes it: an argument, never a guess. */
#ifndef PAM_OAUTH2_BASE_CLOCK_H
#define PAM_OAUTH2_BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_NS_PER_S	INT64_C(1000000000)
#define CLOCK_NS_PER_MS INT64_C(1000000)

/* CLOCK_MONOTONIC in nanoseconds: deadlines are points on this clock. */
int64_t clock_monotonic_ns(void);

/* CLOCK_BOOTTIME in nanoseconds: process start times are on this clock. */
int64_t clock_boottime_ns(void);

/* Unix seconds. */
int64_t clock_unix_s(void);

/*
 * Milliseconds until a point on the monotonic clock, rounded up, 0 when
 * past: what poll() takes.
 */
int clock_ms_until(int64_t deadline_ns);

/* Sleep until a point on the monotonic clock. */
void clock_sleep_until(int64_t deadline_ns);

#endif
