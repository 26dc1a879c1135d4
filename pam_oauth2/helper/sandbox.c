#include "helper/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define COUNT(list)    (sizeof(list) / sizeof((list)[0]))
#define WRITING_FLAGS  (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_TMPFILE)
#define SOCK_TYPE_MASK 0xf

/* The first error sticks. */
#define DO(call) (rc = rc == 0 ? (call) : rc)

/* What the C library needs, and who has a leg to talk over. */
static const int bare_calls[] = {
	/* memory */
	SCMP_SYS(brk),
	SCMP_SYS(madvise),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	/* descriptors */
	SCMP_SYS(close),
	SCMP_SYS(lseek),
	SCMP_SYS(pipe),
	SCMP_SYS(pipe2),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(pread64),
	SCMP_SYS(pselect6),
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(select),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	/* connected sockets */
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockname),
	SCMP_SYS(getsockopt),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(setsockopt),
	SCMP_SYS(shutdown),
	/* time, threads, itself */
	SCMP_SYS(clock_getres),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(futex),
	SCMP_SYS(getegid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getpid),
	SCMP_SYS(getppid),
	SCMP_SYS(getrandom),
	SCMP_SYS(getrlimit),
	SCMP_SYS(gettid),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(getuid),
	SCMP_SYS(membarrier),
	SCMP_SYS(nanosleep),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rseq),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_yield),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(set_tid_address),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(sysinfo),
	SCMP_SYS(time),
	SCMP_SYS(uname),
};

/* And who looks at files, and connects. */
static const int common_calls[] = {
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(fstat),
	SCMP_SYS(fstatfs),
	SCMP_SYS(getcwd),
	SCMP_SYS(getdents64),
	SCMP_SYS(lstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(stat),
	SCMP_SYS(statx),
	SCMP_SYS(connect),
};

/* And what libcurl and the resolver need. Not bind(): it makes files. */
static const int worker_calls[] = {
	SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(eventfd2),
	SCMP_SYS(recvmmsg),
	SCMP_SYS(sendmmsg),
};

/*
 * What the monitor writes: new files, which then take the place of others. It
 * never opens one that is there for writing; where it may make them is
 * confine_writing()'s.
 */
static const int writing_calls[] = {
	SCMP_SYS(fallocate),
	SCMP_SYS(fdatasync),
	SCMP_SYS(flock),
	SCMP_SYS(fsync),
	SCMP_SYS(ftruncate),
	SCMP_SYS(pwrite64),
	SCMP_SYS(renameat),
	SCMP_SYS(renameat2),
	SCMP_SYS(unlinkat),
};

/* Nobody asks for these by mistake: the process ends. */
static const int deadly_calls[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(pidfd_open),
	SCMP_SYS(pidfd_send_signal),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(ptrace),
	SCMP_SYS(rt_sigqueueinfo),
	SCMP_SYS(rt_tgsigqueueinfo),
	SCMP_SYS(tkill),
};

static int
add_all(scmp_filter_ctx ctx, uint32_t action, const int *calls, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		DO(seccomp_rule_add(ctx, action, calls[i], 0));
	return rc;
}

/* getaddrinfo also tries AF_UNIX (nscd) and AF_NETLINK, and copes. */
static int
add_worker_sockets(scmp_filter_ctx ctx)
{
	const uint32_t refuse = SCMP_ACT_ERRNO(EAFNOSUPPORT);
	int rc = 0;

	DO(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
	    SCMP_A0(SCMP_CMP_EQ, AF_INET, 0)));
	DO(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
	    SCMP_A0(SCMP_CMP_EQ, AF_INET6, 0)));
	for (scmp_datum_t family = 0; family < AF_MAX; family++)
		if (family != AF_INET && family != AF_INET6)
			DO(seccomp_rule_add(ctx, refuse, SCMP_SYS(socket), 1,
			    SCMP_A0(SCMP_CMP_EQ, family, 0)));
	return rc;
}

/*
 * libcurl wakes itself over a pair. A datagram socket could be sent to a
 * name, /dev/log for one: only streams.
 */
static int
add_worker_pairs(scmp_filter_ctx ctx)
{
	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socketpair), 2,
	    SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0),
	    SCMP_A1(SCMP_CMP_MASKED_EQ, SOCK_TYPE_MASK, SOCK_STREAM));
}

/* Not F_SETOWN and FIOSETOWN: they send signals to whom they like. */
static int
add_controls(scmp_filter_ctx ctx)
{
	static const int fcntls[] = { F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD,
		F_SETFD, F_GETFL };
	static const unsigned long ioctls[] = { FIONBIO, FIONREAD, TCGETS };
	int rc = 0;

	for (size_t i = 0; i < COUNT(fcntls); i++)
		DO(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
		    SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)fcntls[i], 0)));
	DO(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 2,
	    SCMP_A1(SCMP_CMP_EQ, F_SETFL, 0),
	    SCMP_A2(SCMP_CMP_MASKED_EQ, O_ASYNC, 0)));
	for (size_t i = 0; i < COUNT(ioctls); i++)
		DO(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
		    SCMP_A1(SCMP_CMP_EQ, ioctls[i], 0)));
	return rc;
}

/* Memory that can be written, or run, and never both. */
static int
add_memory(scmp_filter_ctx ctx)
{
	static const int calls[] = { SCMP_SYS(mmap), SCMP_SYS(mprotect) };
	int rc = 0;

	for (size_t i = 0; i < COUNT(calls); i++) {
		DO(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 1,
		    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)));
		DO(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 1,
		    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE,
			PROT_EXEC)));
	}
	return rc;
}

/* Files are opened to be read, or not at all. */
static int
add_reading(scmp_filter_ctx ctx)
{
	int rc = 0;

	DO(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, WRITING_FLAGS & ~O_DIRECTORY, 0)));
	DO(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
	    SCMP_A1(SCMP_CMP_MASKED_EQ, WRITING_FLAGS & ~O_DIRECTORY, 0)));
	return rc;
}

/* abort() signals itself; a thread looks at a limit, and sets none. */
static int
add_itself(scmp_filter_ctx ctx)
{
	int rc = 0;

	DO(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
	    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0)));
	DO(seccomp_rule_add(ctx, SCMP_ACT_KILL_PROCESS, SCMP_SYS(tgkill), 1,
	    SCMP_A0(SCMP_CMP_NE, (scmp_datum_t)getpid(), 0)));
	DO(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
	    SCMP_A2(SCMP_CMP_EQ, 0, 0)));
	return rc;
}

/* The rules of all: what is not named here or by the caller is not there. */
static int
add_bare(scmp_filter_ctx ctx)
{
	int rc = 0;

	DO(seccomp_attr_set(
	    ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
	DO(add_all(ctx, SCMP_ACT_ALLOW, bare_calls, COUNT(bare_calls)));
	DO(add_all(
	    ctx, SCMP_ACT_KILL_PROCESS, deadly_calls, COUNT(deadly_calls)));
	DO(add_controls(ctx));
	DO(add_memory(ctx));
	DO(add_itself(ctx));
	return rc;
}

static int
add_common(scmp_filter_ctx ctx)
{
	int rc = 0;

	DO(add_bare(ctx));
	DO(add_all(ctx, SCMP_ACT_ALLOW, common_calls, COUNT(common_calls)));
	DO(add_reading(ctx));
	return rc;
}

/*
 * The resolver runs in a thread. clone3 hides its flags from the filter: not
 * there (ENOSYS), and the C library falls back to clone.
 */
static int
add_worker(scmp_filter_ctx ctx)
{
	int rc = 0;

	DO(add_all(ctx, SCMP_ACT_ALLOW, worker_calls, COUNT(worker_calls)));
	DO(add_worker_sockets(ctx));
	DO(add_worker_pairs(ctx));
	DO(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
	    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)));
	DO(seccomp_rule_add(ctx, SCMP_ACT_KILL_PROCESS, SCMP_SYS(kill), 0));
	return rc;
}

/*
 * O_EXCL: a file to write is of its own making, whoever has put a link there.
 * A lock may be there already, and is not written to.
 */
static int
add_writing(scmp_filter_ctx ctx)
{
	const scmp_datum_t looked_at = O_ACCMODE | O_CREAT | O_EXCL | O_TRUNC |
				       O_NOFOLLOW | (O_TMPFILE & ~O_DIRECTORY);
	const scmp_datum_t wanted[] = {
		O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW,
		O_RDONLY | O_CREAT | O_NOFOLLOW,
	};
	int rc = 0;

	DO(add_all(ctx, SCMP_ACT_ALLOW, writing_calls, COUNT(writing_calls)));
	for (size_t i = 0; i < COUNT(wanted); i++)
		DO(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
		    SCMP_A2(SCMP_CMP_MASKED_EQ, looked_at, wanted[i])));
	return rc;
}

/* Its children it may end, and to the log it may have to connect again. */
static int
add_monitor(scmp_filter_ctx ctx, const pid_t *children, size_t count)
{
	int rc = 0;

	for (size_t i = 0; i < count; i++)
		DO(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(kill), 2,
		    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)children[i], 0),
		    SCMP_A1(SCMP_CMP_EQ, SIGKILL, 0)));
	DO(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(wait4), 0));
	DO(add_writing(ctx));
	DO(seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2,
	    SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0),
	    SCMP_A1(SCMP_CMP_MASKED_EQ, SOCK_TYPE_MASK, SOCK_DGRAM)));
	DO(seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket),
	    1, SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0)));
	return rc;
}

/* ENOSYS: what a C library meets on an older kernel, and copes with. */
static scmp_filter_ctx
begin(void)
{
	return seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
}

static enum oauth2_err
finish(scmp_filter_ctx ctx, int rc)
{
	DO(seccomp_load(ctx));
	seccomp_release(ctx);
	return rc == 0 ? OAUTH2_ERR_OK : OAUTH2_ERR_SANDBOX;
}

enum oauth2_err
sandbox_worker(void)
{
	scmp_filter_ctx ctx = begin();
	int rc = 0;

	if (ctx == NULL)
		return OAUTH2_ERR_SANDBOX;
	DO(add_common(ctx));
	DO(add_worker(ctx));
	return finish(ctx, rc);
}

enum oauth2_err
sandbox_judge(void)
{
	scmp_filter_ctx ctx = begin();
	int rc = 0;

	if (ctx == NULL)
		return OAUTH2_ERR_SANDBOX;
	DO(add_bare(ctx));
	DO(seccomp_rule_add(ctx, SCMP_ACT_KILL_PROCESS, SCMP_SYS(kill), 0));
	return finish(ctx, rc);
}

enum oauth2_err
sandbox_monitor(const pid_t *children, size_t count)
{
	scmp_filter_ctx ctx = begin();
	int rc = 0;

	if (ctx == NULL)
		return OAUTH2_ERR_SANDBOX;
	DO(add_common(ctx));
	DO(add_monitor(ctx, children, count));
	return finish(ctx, rc);
}
