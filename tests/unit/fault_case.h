/*
 * Every call that changes the disk, counted: the n-th fails, or the process
 * is killed before or after it. The calls of the code under test come here
 * because the test's own functions stand before the C library's.
 */
#ifndef PAM_OAUTH2_TESTS_FAULT_CASE_H
#define PAM_OAUTH2_TESTS_FAULT_CASE_H

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "house_case.h"

enum fault_how {
	FAULT_ERROR,
	FAULT_KILL_BEFORE,
	FAULT_KILL_AFTER,
	FAULT_MEANWHILE,       /* another process does something before it */
	FAULT_MEANWHILE_ERROR, /* and it fails */
};

static struct fault {
	int n; /* the call that it happens to, from 1; 0: none */
	enum fault_how how;
	int error;
	void (*meanwhile)(void);
	int count;	  /* of calls so far */
	char trace[1024]; /* their names */
} fault;

/* Whether this call fails; its name goes into the trace. */
static inline bool
fault_comes(const char *name)
{
	size_t used = strlen(fault.trace);

	snprintf(fault.trace + used, sizeof(fault.trace) - used, "%s%s",
	    used == 0 ? "" : " ", name);
	if (++fault.count != fault.n)
		return false;
	if (fault.how == FAULT_KILL_BEFORE)
		kill(getpid(), SIGKILL);
	if (fault.meanwhile != NULL)
		fault.meanwhile();
	errno = fault.error;
	return fault.how == FAULT_ERROR || fault.how == FAULT_MEANWHILE_ERROR;
}

static inline long
fault_done(long result)
{
	if (fault.count == fault.n && fault.how == FAULT_KILL_AFTER)
		kill(getpid(), SIGKILL);
	return result;
}

#define FAULTY(name, ...) \
	(fault_comes(#name) ? -1 : fault_done(syscall(SYS_##name, __VA_ARGS__)))

int
openat(int dir, const char *path, int flags, ...)
{
	va_list ap;
	int mode;

	va_start(ap, flags);
	mode = (flags & O_CREAT) != 0 ? va_arg(ap, int) : 0;
	va_end(ap);
	if ((flags & O_CREAT) == 0)
		return (int)syscall(SYS_openat, dir, path, flags, 0);
	return (int)FAULTY(openat, dir, path, flags, mode);
}

int
mkdirat(int dir, const char *path, mode_t mode)
{
	return (int)FAULTY(mkdirat, dir, path, mode);
}

int
flock(int fd, int operation)
{
	return (int)FAULTY(flock, fd, operation);
}

int
posix_fallocate(int fd, off_t offset, off_t n)
{
	return FAULTY(fallocate, fd, 0, offset, n) == 0 ? 0 : errno;
}

ssize_t
pwrite(int fd, const void *data, size_t n, off_t offset)
{
	/* Half at a time: no write is sure to be whole. */
	return FAULTY(pwrite64, fd, data, n > 1 ? n / 2 : n, offset);
}

int
ftruncate(int fd, off_t n)
{
	return (int)FAULTY(ftruncate, fd, n);
}

/* Not for real: the kernel, which knows it all, outlives whom we kill. */
int
fsync(int fd)
{
	struct stat st;

	if (fault_comes(
		fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) ? "sync" : "fsync"))
		return -1;
	return (int)fault_done(0);
}

int
renameat2(
    int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	return (int)FAULTY(renameat2, from_dir, from, to_dir, to, flags);
}

int
unlinkat(int dir, const char *path, int flags)
{
	return (int)FAULTY(unlinkat, dir, path, flags);
}

/* How a child ended that ran into a fault. */
enum fault_end {
	FAULT_OK,     /* the operation says that it was done */
	FAULT_FAILED, /* it says that it was not */
	FAULT_KILLED,
	FAULT_NEVER, /* it needs fewer calls */
};

/*
 * Run an operation in a child, with the fault that `what` describes.
 *
 * operation  returns whether it was done.
 */
static inline enum fault_end
fault_run(struct fault what, bool (*operation)(void *), void *arg)
{
	pid_t pid = fork();
	bool done;
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		fault = what;
		done = operation(arg);
		if (fault.count < what.n)
			_exit(FAULT_NEVER);
		_exit(done ? FAULT_OK : FAULT_FAILED);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return FAULT_KILLED;
	assert_true(WIFEXITED(status));
	assert_in_range(WEXITSTATUS(status), FAULT_OK, FAULT_NEVER);
	return (enum fault_end)WEXITSTATUS(status);
}

/* Each of these at each call, and at one call more than there are. */
static const struct fault fault_kinds[] = {
	{ .how = FAULT_KILL_AFTER },
	{ .how = FAULT_ERROR, .error = ENOSPC },
	{ .how = FAULT_KILL_BEFORE },
	{ .how = FAULT_ERROR, .error = EROFS },
	{ .how = FAULT_ERROR, .error = EIO },
	{ .how = FAULT_ERROR, .error = EDQUOT },
	{ .how = FAULT_ERROR, .error = EFBIG },
};

#define FAULT_KILLS  2
#define FAULT_ERRORS 5
#define FAULT_FEW    2 /* where one is as good as another */

#endif
