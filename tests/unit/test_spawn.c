/*
 * base/spawn: what the child is given, and that it does not stay. The child
 * is this program again: under the helper's name it reports on descriptor 3.
 * What cannot be started is in tests/pam: valgrind hides that error.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/spawn.h"

#define REPORT_FD 3
#define SHORT_NS  (100 * CLOCK_NS_PER_MS)
#define LONG_NS	  (10 * CLOCK_NS_PER_S)

static char self[PATH_MAX];
static char **environment;

/* What the child finds. */
struct report {
	int arguments;
	int variables;
	int descriptors;
	int null_descriptors; /* of 0-2 */
	int ignored;	      /* signals that a program can set */
	int blocked;
	bool leads_session;
};

static bool
is_null(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	       st.st_rdev == makedev(1, 3);
}

static int
count_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void
look_at_signals(struct report *r)
{
	struct sigaction action;
	sigset_t blocked;

	sigprocmask(SIG_SETMASK, NULL, &blocked);
	for (int i = 1; i < NSIG; i++) {
		if (sigaction(i, NULL, &action) == 0)
			r->ignored += action.sa_handler == SIG_IGN;
		r->blocked += sigismember(&blocked, i) == 1;
	}
}

/* The child: reports, then does as it is told. */
static int
be_helper(int argc)
{
	struct report r = { .arguments = argc,
		.leads_session = getsid(0) == getpid() };
	char command = 'x';

	while (environment[r.variables] != NULL)
		r.variables++;
	for (int fd = 0; fd < 3; fd++)
		r.null_descriptors += is_null(fd);
	r.descriptors = count_descriptors();
	look_at_signals(&r);
	if (send(REPORT_FD, &r, sizeof(r), MSG_NOSIGNAL) < 0 ||
	    recv(REPORT_FD, &command, 1, 0) < 0)
		return 1;
	while (command == 'h')
		pause();
	return 0;
}

/* Start the child over a pair of descriptors; ours is left in ret_fd. */
static pid_t
start(int *ret_fd)
{
	int fds[2];
	pid_t pid = -1;

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	assert_int_equal(spawn_helper(self, fds[1], &pid), OAUTH2_ERR_OK);
	close(fds[1]);
	*ret_fd = fds[0];
	return pid;
}

static void
hear(int fd, struct report *ret)
{
	memset(ret, 0xff, sizeof(*ret));
	assert_int_equal(recv(fd, ret, sizeof(*ret), 0), sizeof(*ret));
}

/* Start a child, hear it, let it end. */
static void
hear_child(struct report *ret)
{
	int fd;
	pid_t pid = start(&fd);

	hear(fd, ret);
	close(fd);
	spawn_reap(pid, clock_monotonic_ns() + LONG_NS);
}

static void
demand_clean(const struct report *r)
{
	assert_int_equal(r->arguments, 1);
	assert_int_equal(r->variables, 0);
	assert_int_equal(r->descriptors, 4);
	assert_int_equal(r->null_descriptors, 3);
	assert_int_equal(r->ignored, 0);
	assert_int_equal(r->blocked, 0);
	assert_true(r->leads_session);
}

static void
a_child_is_given_one_descriptor_and_nothing_else(void **state)
{
	struct report r;
	int leaked[3];

	(void)state;
	assert_int_equal(setenv("SSLKEYLOGFILE", "/tmp/x", 1), 0);
	for (int i = 0; i < 3; i++)
		leaked[i] = fcntl(0, F_DUPFD, 50 + 100 * i);
	hear_child(&r);
	demand_clean(&r);
	for (int i = 0; i < 3; i++)
		close(leaked[i]);
	unsetenv("SSLKEYLOGFILE");
}

static void
a_child_inherits_no_signal(void **state)
{
	static const int ignored[] = { SIGCHLD, SIGINT, SIGTERM, SIGPIPE };
	struct sigaction before[4];
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t all, mask;
	struct report r;

	(void)state;
	for (int i = 0; i < 4; i++)
		sigaction(ignored[i], &ignore, &before[i]);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &mask);
	hear_child(&r);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	for (int i = 0; i < 4; i++)
		sigaction(ignored[i], &before[i], NULL);
	demand_clean(&r);
}

/* Hear a child while the first descriptors are closed. */
static void
hear_child_with_closed(int count, struct report *ret)
{
	int aside[3];

	for (int fd = 0; fd < count; fd++) {
		aside[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 100);
		close(fd);
	}
	hear_child(ret);
	for (int fd = 0; fd < count; fd++) {
		dup2(aside[fd], fd);
		close(aside[fd]);
	}
}

static void
a_host_may_have_closed_its_standard_descriptors(void **state)
{
	struct report r;

	(void)state;
	for (int count = 0; count <= 3; count++) {
		hear_child_with_closed(count, &r);
		demand_clean(&r);
	}
}

static void
a_child_that_ends_is_waited_for(void **state)
{
	int64_t begin = clock_monotonic_ns();
	struct report r;
	int fd;
	pid_t pid = start(&fd);

	(void)state;
	hear(fd, &r);
	close(fd);
	spawn_reap(pid, begin + LONG_NS);
	assert_true(clock_monotonic_ns() < begin + LONG_NS / 2);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void
a_child_that_hangs_is_killed_at_the_deadline(void **state)
{
	struct report r;
	int64_t begin;
	int fd;
	pid_t pid = start(&fd);

	(void)state;
	hear(fd, &r);
	assert_int_equal(send(fd, "h", 1, 0), 1);
	begin = clock_monotonic_ns();
	spawn_reap(pid, begin + SHORT_NS);
	assert_true(clock_monotonic_ns() >= begin + SHORT_NS);
	assert_true(clock_monotonic_ns() < begin + LONG_NS / 2);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(recv(fd, &r, sizeof(r), 0), 0);
	close(fd);
}

static void
a_deadline_long_past_kills_at_once(void **state)
{
	struct report r;
	int fd;
	pid_t pid = start(&fd);

	(void)state;
	hear(fd, &r);
	spawn_reap(pid, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	close(fd);
}

static void
a_host_that_ignores_its_children_does_not_wait(void **state)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	int64_t begin = clock_monotonic_ns();
	struct sigaction before;
	struct report r;

	(void)state;
	sigaction(SIGCHLD, &ignore, &before);
	hear_child(&r);
	sigaction(SIGCHLD, &before, NULL);
	assert_true(clock_monotonic_ns() < begin + LONG_NS / 2);
}

static void
a_host_may_have_waited_itself(void **state)
{
	int64_t begin = clock_monotonic_ns();
	struct report r;
	int fd;
	pid_t pid = start(&fd);

	(void)state;
	hear(fd, &r);
	close(fd);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	spawn_reap(pid, begin + LONG_NS);
	assert_true(clock_monotonic_ns() < begin + LONG_NS / 2);
}

int
main(int argc, char **argv, char **envp)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_child_is_given_one_descriptor_and_nothing_else),
		cmocka_unit_test(a_child_inherits_no_signal),
		cmocka_unit_test(
		    a_host_may_have_closed_its_standard_descriptors),
		cmocka_unit_test(a_child_that_ends_is_waited_for),
		cmocka_unit_test(a_child_that_hangs_is_killed_at_the_deadline),
		cmocka_unit_test(a_deadline_long_past_kills_at_once),
		cmocka_unit_test(
		    a_host_that_ignores_its_children_does_not_wait),
		cmocka_unit_test(a_host_may_have_waited_itself),
	};

	environment = envp;
	if (strcmp(argv[0], "pam_oauth2_helper") == 0)
		return be_helper(argc);
	if (realpath(argv[0], self) == NULL)
		return 1;
	return cmocka_run_group_tests_name("spawn", tests, NULL, NULL);
}
