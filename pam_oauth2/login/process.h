/* Processes of this host, as the kernel knows them: nobody can lie here. */
#ifndef PAM_OAUTH2_LOGIN_PROCESS_H
#define PAM_OAUTH2_LOGIN_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* What the kernel says of an audit session, or a loginuid, never set. */
#define PROCESS_UNSET UINT32_MAX

struct process {
	pid_t pid;
	pid_t parent;
	pid_t session;	  /* the process that leads its terminal session */
	int64_t terminal; /* number of its controlling terminal; 0: none */
	int64_t started;  /* ticks since boot: with the pid, which one it is */
	bool is_over;	  /* it has ended, and waits to be collected */
};

/* Who logged in, which stays with all they start; su and sudo change neither.
 */
struct process_login {
	uint32_t audit_session; /* or PROCESS_UNSET */
	uint32_t loginuid;	/* or PROCESS_UNSET */
};

/* Take a line of /proc/PID/stat apart. Errors: SYNTAX. */
enum oauth2_err process_parse(const char *stat, struct process *ret) MUST_CHECK;

/* Errors: NOT_FOUND, SYNTAX. */
enum oauth2_err process_read(pid_t pid, struct process *ret) MUST_CHECK;

/*
 * Errors: NOT_FOUND (also of a kernel without audit), SYNTAX.
 */
enum oauth2_err process_read_login(
    pid_t pid, struct process_login *ret) MUST_CHECK;

/* Whether this very process still runs, and not another with its number. */
bool process_is_alive(pid_t pid, int64_t started);

#endif
