/*
 * What the monitor does once its sandbox is closed, for peers that a test
 * plays: the code of login/ as it is, under ASan and UBSan.
 *
 * Standard input is a SOCK_SEQPACKET socket. A packet is one command, with
 * descriptors:
 *
 *	s  four: our ends of the legs to person, worker, judge, key-fetcher.
 *	   Sign somebody in; the answer is what the log would have got.
 *	w, f, j  one: be that child over this leg, until its other end is
 *	   closed. Not in a sandbox: what it does is what the real one does.
 *
 * State and nonce are the same in every login, so that what was recorded in
 * one can be played in another.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/audit.h"
#include "base/clock.h"
#include "helper/fetcher.h"
#include "helper/judge.h"
#include "helper/worker.h"
#include "login/greeting.h"
#include "login/signin.h"

#define CONTROL	   STDIN_FILENO
#define LEGS	   4
#define CHILD_FD   3
#define RECORD_MAX 65536
#define END_NS	   (5 * CLOCK_NS_PER_S) /* for judges to notice theirs */

static const uint8_t nonce[WIRE_NONCE_SIZE] = "0123456789abcdef";
static struct buf record = BUF(RECORD_MAX);
static unsigned char random_byte;
static atomic_int judges;

/* In place of the functions without __wrap_, see the Makefile. */
void __wrap_audit_write(const struct audit_event *event);
ssize_t __wrap_getrandom(void *buf, size_t n, unsigned flags);

void
__wrap_audit_write(const struct audit_event *event)
{
	audit_format(event, &record);
	buf_putc(&record, '\n');
}

ssize_t
__wrap_getrandom(void *buf, size_t n, unsigned flags)
{
	unsigned char *bytes = buf;

	(void)flags;
	for (size_t i = 0; i < n; i++)
		bytes[i] = random_byte++;
	return (ssize_t)n;
}

static void
die(const char *what)
{
	fprintf(stderr, "signin_driver: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
sign_in(const int fds[LEGS])
{
	static const struct {
		const struct wire_leg *leg;
		enum wire_sender sender;
	} kinds[LEGS] = {
		{ &wire_module_leg, WIRE_FROM_MODULE },
		{ &wire_worker_leg, WIRE_FROM_WORKER },
		{ &wire_judge_leg, WIRE_FROM_JUDGE },
		{ &wire_fetcher_leg, WIRE_FROM_FETCHER },
	};
	struct wire wires[LEGS];
	const struct greeting_host host = { .pid = getpid() };
	const struct signin_legs legs = { &host, &wires[0], &wires[1],
		&wires[2], &wires[3] };

	for (size_t i = 0; i < LEGS; i++) {
		wire_init(
		    &wires[i], fds[i], kinds[i].leg, i == 0 ? NULL : nonce);
		wire_accept(&wires[i], kinds[i].sender);
	}
	random_byte = 0;
	signin_run(&legs);
	for (size_t i = 0; i < LEGS; i++) {
		wire_free(&wires[i]);
		close(fds[i]);
	}
	if (send(CONTROL, buf_text(&record), record.len, MSG_NOSIGNAL) < 0)
		die("record");
	buf_free(&record);
	record = (struct buf)BUF(RECORD_MAX);
}

static void
be(const struct child_kind *kind, int fd)
{
	struct wire leg;

	wire_init(&leg, fd, kind->leg, nonce);
	wire_accept(&leg, kind->asker);
	kind->run(&leg);
	wire_free(&leg);
	close(fd);
}

static void
be_in_a_process(const struct child_kind *kind, int fd)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		close(CONTROL);
		if (dup2(fd, CHILD_FD) != CHILD_FD ||
		    close_range(CHILD_FD + 1, ~0U, 0) != 0)
			_exit(1);
		be(kind, CHILD_FD);
		_exit(0);
	}
	close(fd);
}

static void *
judge_thread(void *fd)
{
	be(&judge_kind, *(int *)fd);
	free(fd);
	atomic_fetch_sub(&judges, 1);
	return NULL;
}

/* There is one for every login: a process would take too long. */
static void
be_a_judge(int fd)
{
	pthread_attr_t detached;
	pthread_t thread;
	int *copy = malloc(sizeof(*copy));

	if (copy == NULL || pthread_attr_init(&detached) != 0 ||
	    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED) !=
		0)
		die("judge");
	*copy = fd;
	atomic_fetch_add(&judges, 1);
	if (pthread_create(&thread, &detached, judge_thread, copy) != 0)
		die("judge");
	pthread_attr_destroy(&detached);
}

static void
run(char command, const int *fds, size_t count)
{
	switch (command) {
	case 's':
		if (count != LEGS)
			die("legs");
		sign_in(fds);
		return;
	case 'w':
		be_in_a_process(&worker_kind, fds[0]);
		return;
	case 'f':
		be_in_a_process(&fetcher_kind, fds[0]);
		return;
	case 'j':
		be_a_judge(fds[0]);
		return;
	default:
		die("unknown command");
	}
}

/* One command; false at the end. */
static bool
receive(void)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(LEGS * sizeof(int))];
	} control;
	char command = 0;
	struct iovec iov = { &command, 1 };
	struct msghdr mh = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *rights;
	int fds[LEGS];
	size_t size;

	if (recvmsg(CONTROL, &mh, MSG_CMSG_CLOEXEC) <= 0)
		return false;
	rights = CMSG_FIRSTHDR(&mh);
	if (rights == NULL || rights->cmsg_type != SCM_RIGHTS ||
	    (mh.msg_flags & MSG_CTRUNC) != 0)
		die("descriptors");
	size = rights->cmsg_len - CMSG_LEN(0);
	memcpy(fds, CMSG_DATA(rights), size);
	run(command, fds, size / sizeof(int));
	return true;
}

int
main(void)
{
	int64_t patience;

	signal(SIGCHLD, SIG_IGN);
	while (receive())
		continue;
	patience = clock_monotonic_ns() + END_NS;
	while (atomic_load(&judges) > 0) {
		if (clock_monotonic_ns() > patience)
			die("a judge does not end");
		clock_sleep_until(clock_monotonic_ns() + CLOCK_NS_PER_MS);
	}
	return 0;
}
