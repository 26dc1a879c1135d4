/*
 * Make a running process perform one system call, and say what came of it:
 * what could this process do if it were taken over?
 *
 *	inject [-r TIMES] PID CALL [ARGUMENT ...]
 *
 * CALL is a name or a number. An argument is a number, `s:TEXT` (the address
 * of a string), `@N` (the address of N zero bytes) or `x:HEX` (the address of
 * these bytes). The process has to be waiting in a system call, which it goes
 * on with afterwards. With -r it performs the call so often, and nothing else
 * in between.
 *
 * Prints, for the last one, `= N`, `= -1 ENAME` or `killed by SIGNAME`.
 */
#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
#error "inject knows the registers of x86_64 only: teach it this machine's"
#endif

#define ARGUMENTS_MAX 6
#define SCRATCH_SIZE  4096
#define RED_ZONE      128
#define SYSCALL_SIZE  2 /* of the instruction, 0f 05 */
#define ERRNO_MAX     4095
#define RESTART_FIRST 512 /* ERESTARTSYS, the kernel's own */
#define RESTART_LAST  516 /* ERESTART_RESTARTBLOCK */
#define ATTEMPTS_MAX  1000
#define ATTEMPT_US    1000

struct call {
	long number;
	unsigned long long arguments[ARGUMENTS_MAX];
	uint8_t scratch[SCRATCH_SIZE];
	size_t used; /* of scratch */
};

static void
die(const char *what)
{
	fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void
refuse(const char *what)
{
	fprintf(stderr, "inject: %s\n", what);
	exit(2);
}

/* Room in the scratch space; *ret_at is where, relative to its start. */
static uint8_t *
reserve(struct call *call, size_t n, size_t *ret_at)
{
	uint8_t *room = call->scratch + call->used;

	if (n > SCRATCH_SIZE - call->used)
		refuse("arguments too long");
	*ret_at = call->used;
	call->used += (n + 15) & ~(size_t)15;
	return room;
}

static void
put_hex(uint8_t *to, const char *hex, size_t n)
{
	unsigned value;

	for (size_t i = 0; i < n; i++) {
		if (sscanf(hex + 2 * i, "%2x", &value) != 1)
			refuse("not hexadecimal");
		to[i] = (uint8_t)value;
	}
}

/* One argument; addresses count from base. */
static unsigned long long
parse_argument(struct call *call, const char *text, unsigned long long base)
{
	size_t n, at = 0;
	char *end;
	unsigned long long value;

	if (strncmp(text, "s:", 2) == 0) {
		n = strlen(text + 2) + 1;
		memcpy(reserve(call, n, &at), text + 2, n);
		return base + at;
	}
	if (strncmp(text, "x:", 2) == 0) {
		n = strlen(text + 2) / 2;
		put_hex(reserve(call, n, &at), text + 2, n);
		return base + at;
	}
	if (text[0] == '@') {
		(void)reserve(call, strtoul(text + 1, NULL, 10), &at);
		return base + at;
	}
	value = strtoull(text, &end, 0);
	if (end == text || *end != '\0')
		refuse("not a number");
	return value;
}

static void
parse_call(struct call *call, int argc, char **argv, unsigned long long base)
{
	char *end;

	call->number = strtol(argv[0], &end, 0);
	if (*end != '\0')
		call->number = seccomp_syscall_resolve_name(argv[0]);
	if (call->number < 0)
		refuse("unknown call");
	for (int i = 1; i < argc; i++)
		call->arguments[i - 1] = parse_argument(call, argv[i], base);
}

/* Wait for the next stop; false when the process has ended instead. */
static bool
wait_stop(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, __WALL) != pid)
		die("waitpid");
	if (WIFSTOPPED(status))
		return true;
	if (WIFSIGNALED(status))
		printf("killed by SIG%s\n", sigabbrev_np(WTERMSIG(status)));
	else
		printf("exited with %d\n", WEXITSTATUS(status));
	return false;
}

/* Whether the process stands behind a syscall instruction, or in it. */
static bool
is_in_call(pid_t pid, const struct user_regs_struct *regs)
{
	long code;

	errno = 0;
	code = ptrace(PTRACE_PEEKTEXT, pid, regs->rip - SYSCALL_SIZE, NULL);
	if (errno != 0)
		die("code");
	return (code & 0xffff) == 0x050f;
}

static void
attach(pid_t pid, struct user_regs_struct *ret)
{
	long options = PTRACE_O_TRACESYSGOOD;

	for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
		if (ptrace(PTRACE_SEIZE, pid, NULL, options) != 0 ||
		    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) != 0)
			die("attach");
		if (!wait_stop(pid))
			exit(2);
		if (ptrace(PTRACE_GETREGS, pid, NULL, ret) != 0)
			die("registers");
		if (is_in_call(pid, ret))
			return;
		if (ptrace(PTRACE_DETACH, pid, NULL, NULL) != 0)
			die("detach");
		usleep(ATTEMPT_US);
	}
	refuse("the process does not wait in a system call");
}

static void
write_scratch(pid_t pid, struct call *call, unsigned long long base)
{
	struct iovec from = { call->scratch, SCRATCH_SIZE };
	struct iovec to = { (void *)(uintptr_t)base, SCRATCH_SIZE };

	if (process_vm_writev(pid, &from, 1, &to, 1, 0) != SCRATCH_SIZE)
		die("scratch space");
}

/* A request to the stopped process. False when somebody has killed it. */
static bool
ask(pid_t pid, enum __ptrace_request request, void *data)
{
	if (ptrace(request, pid, NULL, data) == 0)
		return true;
	if (errno != ESRCH)
		die("request");
	if (wait_stop(pid))
		refuse("the process stops and cannot be asked");
	return false;
}

static bool
enter(pid_t pid, const struct call *call, const struct user_regs_struct *saved)
{
	struct user_regs_struct regs = *saved;

	regs.rip -= SYSCALL_SIZE;
	regs.orig_rax = (unsigned long long)-1; /* nothing to restart */
	regs.rax = (unsigned long long)call->number;
	regs.rdi = call->arguments[0];
	regs.rsi = call->arguments[1];
	regs.rdx = call->arguments[2];
	regs.r10 = call->arguments[3];
	regs.r8 = call->arguments[4];
	regs.r9 = call->arguments[5];
	return ask(pid, PTRACE_SETREGS, &regs);
}

/* Run to the end of the call. False when the process has ended instead. */
static bool
run(pid_t pid, long long *ret)
{
	struct user_regs_struct regs;

	for (int stops = 0; stops < 2; stops++) {
		if (!ask(pid, PTRACE_SYSCALL, NULL) || !wait_stop(pid))
			return false;
	}
	if (!ask(pid, PTRACE_GETREGS, &regs))
		return false;
	*ret = (long long)regs.rax;
	return true;
}

/*
 * Back into the call that was interrupted, from its start. False when the
 * process gets no further: seccomp kills after the call.
 */
static bool
leave(pid_t pid, const struct user_regs_struct *saved)
{
	struct user_regs_struct regs = *saved;
	long long result = (long long)saved->rax;

	if (result <= -RESTART_FIRST && result >= -RESTART_LAST) {
		regs.rax = saved->orig_rax;
		regs.rip -= SYSCALL_SIZE;
	}
	regs.orig_rax = (unsigned long long)-1;
	return ask(pid, PTRACE_SETREGS, &regs) &&
	       ask(pid, PTRACE_SYSCALL, NULL) && wait_stop(pid) &&
	       ask(pid, PTRACE_DETACH, NULL);
}

int
main(int argc, char **argv)
{
	static struct call call;
	struct user_regs_struct saved;
	unsigned long long base;
	long long result = 0;
	long times = 1;
	pid_t pid;

	if (argc > 3 && strcmp(argv[1], "-r") == 0) {
		times = strtol(argv[2], NULL, 10);
		argc -= 2;
		argv += 2;
	}
	if (argc < 3 || argc > 3 + ARGUMENTS_MAX) {
		fprintf(stderr,
		    "usage: inject [-r TIMES] PID CALL [ARGUMENT ...]\n");
		return 2;
	}
	pid = (pid_t)strtol(argv[1], NULL, 10);
	attach(pid, &saved);
	base = (saved.rsp - RED_ZONE - SCRATCH_SIZE) & ~15ULL;
	parse_call(&call, argc - 2, argv + 2, base);
	write_scratch(pid, &call, base);
	while (times-- > 0) {
		if (!enter(pid, &call, &saved) || !run(pid, &result))
			return 0;
	}
	if (!leave(pid, &saved))
		return 0;
	if (result < 0 && result >= -ERRNO_MAX)
		printf("= -1 %s\n", strerrorname_np((int)-result));
	else
		printf("= %lld\n", result);
	return 0;
}
