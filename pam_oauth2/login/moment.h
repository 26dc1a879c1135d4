/*
 * A point in time on two clocks. Anybody's clock can be set back, and with it
 * the age of what has expired; the time since boot cannot.
 */
#ifndef PAM_OAUTH2_LOGIN_MOMENT_H
#define PAM_OAUTH2_LOGIN_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "login/machine.h"

#define MOMENT_STEP_MAX 60 /* seconds that a wall clock may be set back */

struct moment {
	int64_t wall;			    /* Unix seconds */
	int64_t boot_s;			    /* seconds since boot */
	char boot_id[MACHINE_BOOT_ID_SIZE]; /* which boot */
};

/* Errors: as machine_boot_id(). */
enum oauth2_err moment_now(struct moment *ret, struct detail *d) MUST_CHECK;

/* Before anything; no boot has it. */
extern const struct moment moment_never;
bool moment_is_never(const struct moment *m);

/* Whether both are of the same boot. */
bool moment_is_same_boot(const struct moment *a, const struct moment *b);

/*
 * Whether now can be after then: not less time since the same boot, and the
 * wall clock at most MOMENT_STEP_MAX behind of what it has to show.
 */
bool moment_is_plausible(const struct moment *then, const struct moment *now);

/*
 * Seconds from then to now, never negative: since boot where it is the same
 * boot, else by the wall clock.
 */
int64_t moment_age(const struct moment *then, const struct moment *now);

#endif
