/* Whether what was kept may still be used. */
#ifndef PAM_OAUTH2_LOGIN_RECORD_AGE_H
#define PAM_OAUTH2_LOGIN_RECORD_AGE_H

#include <stdbool.h>
#include <stdint.h>

#include "login/record.h"

#define RECORD_AGE_NO_LIMIT INT64_MAX

/* Seconds; what is as old as its limit is too old. */
struct record_limits {
	int64_t max_age; /* since a person signed in: refreshing adds nothing */
	int64_t idle;	 /* since the provider last said that all is well */
};

/* All but the last are as good as no record; zero is one of them. */
enum record_age {
	RECORD_AGE_CLOCK, /* set back, or the record is of the future */
	RECORD_AGE_EXPIRED,
	RECORD_AGE_IDLE,
	RECORD_AGE_GOOD,
};

enum record_age record_age(const struct record *record,
    const struct moment *now, const struct record_limits *limits) MUST_CHECK;

/*
 * Whether less than grace seconds have gone by since the provider last said
 * that all is well, and the clock can be believed.
 */
bool record_is_in_grace(const struct record *record, const struct moment *now,
    int64_t grace) MUST_CHECK;

#endif
