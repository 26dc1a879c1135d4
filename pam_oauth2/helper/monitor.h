/* The process that knows the rules and decides; it has no network. */
#ifndef PAM_OAUTH2_HELPER_MONITOR_H
#define PAM_OAUTH2_HELPER_MONITOR_H

#include "base/err.h"

/*
 * Hold one login over a connected SOCK_SEQPACKET descriptor: start the
 * worker, close the sandbox, sign in, and leave nothing running.
 *
 * Errors: SANDBOX, IO, NOT_FOUND (no user _pam_oauth2). The module then
 * hears nothing and denies.
 */
enum oauth2_err monitor_run(int fd) MUST_CHECK;

#endif
