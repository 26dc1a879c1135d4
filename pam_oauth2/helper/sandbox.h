/*
 * What our processes may ask of the kernel (seccomp). What each could still
 * do if it were taken over stands in pam_oauth2(8).
 */
#ifndef PAM_OAUTH2_HELPER_SANDBOX_H
#define PAM_OAUTH2_HELPER_SANDBOX_H

#include <sys/types.h>

#include "base/err.h"

/*
 * Both may do what is listed and nothing else: no file is opened for
 * writing, no program started; exec, ptrace and signals to others end the
 * process.
 */

/*
 * The worker: what TLS and name resolution need. No socket but IPv4 and IPv6.
 *
 * Errors: SANDBOX. The process must end then.
 */
enum oauth2_err sandbox_worker(void) MUST_CHECK;

/*
 * The monitor, once its worker runs: no network, no child, none of root's
 * calls that change the machine. It may kill this worker, and send to local
 * datagram sockets, of which the log is one.
 *
 * Errors: SANDBOX. The process must end then.
 */
enum oauth2_err sandbox_monitor(pid_t worker) MUST_CHECK;

#endif
