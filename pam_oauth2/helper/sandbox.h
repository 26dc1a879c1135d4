/*
 * What our processes may ask of the kernel (seccomp). What each could still
 * do if it were taken over stands in pam_oauth2(8).
 */
#ifndef PAM_OAUTH2_HELPER_SANDBOX_H
#define PAM_OAUTH2_HELPER_SANDBOX_H

#include "base/err.h"

/*
 * The worker: what TLS and name resolution need, and nothing else. No file
 * is opened for writing, no socket but IPv4 and IPv6; exec, ptrace and
 * signals to others end the process.
 *
 * Errors: SANDBOX. The process must end then.
 */
enum oauth2_err sandbox_worker(void) MUST_CHECK;

/*
 * The monitor, once its worker runs: no network, no exec, no ptrace, no
 * child, no file opened for writing, none of root's calls that change the
 * machine.
 *
 * Errors: SANDBOX. The process must end then.
 */
enum oauth2_err sandbox_monitor(void) MUST_CHECK;

#endif
