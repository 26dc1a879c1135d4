/*
 * Memory that runs out: of the allocations that we and libcurl make during a
 * command, the one numbered fail_at fails. The linker puts these in front of
 * ours (--wrap).
 */
#ifndef PAM_OAUTH2_TESTS_DRIVER_FAIL_H
#define PAM_OAUTH2_TESTS_DRIVER_FAIL_H

#include "base/secret.h"
#include "driver.h"

static long fail_at, allocations;

void *__real_secret_alloc(size_t n);
void *__wrap_secret_alloc(size_t n);
char *__real_secret_strdup(const char *text);
char *__wrap_secret_strdup(const char *text);

void *
__wrap_secret_alloc(size_t n)
{
	return ++allocations == fail_at ? NULL : __real_secret_alloc(n);
}

char *
__wrap_secret_strdup(const char *text)
{
	if (text != NULL && ++allocations == fail_at)
		return NULL;
	return __real_secret_strdup(text);
}

/* What is told about a command is not the command: its room is there. */
static inline void
begin_to_fail(struct driver *d)
{
	static const char room[1 << 14];

	buf_put(&d->out, room, sizeof(room));
	buf_reset(&d->out);
	allocations = 0;
	fail_at = number(d, "fail_at", 0);
}

static inline void
end_to_fail(struct driver *d)
{
	fail_at = 0;
	if (option(d, "fail_at") != NULL)
		put_number(d, "allocations", allocations);
}

#endif
