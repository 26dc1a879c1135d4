#include "login/moment.h"

#include <string.h>

#include "base/clock.h"
#include "base/paths.h"

enum oauth2_err
moment_now(struct moment *ret, struct detail *d)
{
	struct moment now = {
		.wall = clock_unix_s(),
		.boot_s = clock_boottime_ns() / CLOCK_NS_PER_S,
	};
	enum oauth2_err err = machine_boot_id(PATH_BOOT_ID, now.boot_id, d);

	if (err == OAUTH2_ERR_OK)
		*ret = now;
	return err;
}

const struct moment moment_never = {
	.boot_id = "00000000-0000-0000-0000-000000000000",
};

bool
moment_is_never(const struct moment *m)
{
	return moment_is_same_boot(m, &moment_never);
}

bool
moment_is_same_boot(const struct moment *a, const struct moment *b)
{
	return strcmp(a->boot_id, b->boot_id) == 0;
}

bool
moment_is_plausible(const struct moment *then, const struct moment *now)
{
	int64_t expected = then->wall; /* of the wall clock, at least */

	if (moment_is_same_boot(then, now)) {
		if (now->boot_s < then->boot_s)
			return false;
		expected += now->boot_s - then->boot_s;
	}
	return now->wall >= expected - MOMENT_STEP_MAX;
}

int64_t
moment_age(const struct moment *then, const struct moment *now)
{
	int64_t age = moment_is_same_boot(then, now)
			  ? now->boot_s - then->boot_s
			  : now->wall - then->wall;

	return age > 0 ? age : 0;
}
