/*
 * The system log (syslog, AUTHPRIV) of our own processes. Never used inside
 * a host process: openlog would change its identity.
 */
#ifndef PAM_OAUTH2_BASE_LOG_H
#define PAM_OAUTH2_BASE_LOG_H

#include <stdbool.h>
#include <syslog.h>

#include "base/err.h"

/* Connect to /dev/log; call before the sandbox closes. */
void log_open(const char *ident);

/* Whether log_debug() writes anything; off until told. */
void log_set_debug(bool on);

/* One line. Never a secret: see the list in pam_oauth2(8). */
void log_line(int priority, const char *fmt, ...) PRINTF(2, 3);
void log_debug(const char *fmt, ...) PRINTF(1, 2);

#endif
