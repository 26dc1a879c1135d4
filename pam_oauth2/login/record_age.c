#include "login/record_age.h"

/*
 * Within one boot the time since boot says everything, and people may set
 * their clock as they like. Once the wall clock counts, both points that are
 * known are its witnesses.
 */
static bool
is_clock_good(const struct record *record, const struct moment *now)
{
	const struct moment *known[] = { &record->interactive,
		&record->success };

	if (moment_is_same_boot(known[0], now) &&
	    moment_is_same_boot(known[1], now))
		return known[0]->boot_s <= now->boot_s &&
		       known[1]->boot_s <= now->boot_s;
	return moment_is_plausible(known[0], now) &&
	       moment_is_plausible(known[1], now);
}

enum record_age
record_age(const struct record *record, const struct moment *now,
    const struct record_limits *limits)
{
	if (!is_clock_good(record, now))
		return RECORD_AGE_CLOCK;
	if (moment_age(&record->interactive, now) >= limits->max_age)
		return RECORD_AGE_EXPIRED;
	if (moment_age(&record->success, now) >= limits->idle)
		return RECORD_AGE_IDLE;
	return RECORD_AGE_GOOD;
}

bool
record_is_in_grace(
    const struct record *record, const struct moment *now, int64_t grace)
{
	return is_clock_good(record, now) &&
	       moment_age(&record->success, now) < grace;
}
