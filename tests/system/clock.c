/*
 * Preloaded into every program of the house: the helper's wall clock is off by
 * as many seconds as a file says. Its other clocks, and all others', are right.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#ifndef OFFSET_FILE
#define OFFSET_FILE "/run/house/offset"
#endif

static long long offset_s;

__attribute__((constructor)) static void
read_offset(void)
{
	FILE *f;

	if (strcmp(program_invocation_short_name, "pam_oauth2_helper") != 0)
		return;
	f = fopen(OFFSET_FILE, "re");
	if (f == NULL)
		return;
	if (fscanf(f, "%lld", &offset_s) != 1)
		offset_s = 0;
	(void)fclose(f);
}

int
clock_gettime(clockid_t id, struct timespec *ret)
{
	static int (*real)(clockid_t, struct timespec *);
	int rc;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	rc = real(id, ret);
	if (rc == 0 && id == CLOCK_REALTIME)
		ret->tv_sec += offset_s;
	return rc;
}
