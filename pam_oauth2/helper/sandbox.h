/*
 * What our processes may ask of the kernel (seccomp). What each could still
 * do if it were taken over stands in pam_oauth2(8).
 */
#ifndef PAM_OAUTH2_HELPER_SANDBOX_H
#define PAM_OAUTH2_HELPER_SANDBOX_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * All may do what is listed and nothing else: no program is started; exec,
 * ptrace and signals to others end the process, or are not there.
 */

/*
 * Worker and key-fetcher: what TLS and name resolution need. No socket but
 * IPv4 and IPv6, no file opened for writing.
 *
 * Errors: SANDBOX. The process must end then.
 */
enum oauth2_err sandbox_worker(void) MUST_CHECK;

/* The judge: it talks over its leg, and that is all. Errors: SANDBOX. */
enum oauth2_err sandbox_judge(void) MUST_CHECK;

/*
 * The monitor, once its children run: no network, no further child, none of
 * root's calls that change the machine. It may kill these children, make
 * files where confine_writing() lets it, and send to local datagram sockets,
 * of which the log is one.
 *
 * Errors: SANDBOX. The process must end then.
 */
enum oauth2_err sandbox_monitor(const pid_t *children, size_t count) MUST_CHECK;

#endif
