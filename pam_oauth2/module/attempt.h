/* One call of authenticate. */
#ifndef PAM_OAUTH2_MODULE_ATTEMPT_H
#define PAM_OAUTH2_MODULE_ATTEMPT_H

#include <security/pam_modules.h>

/*
 * Sign the person in through the helper; tell and log a denial.
 *
 * Returns PAM_SUCCESS only for a GRANT (see session_run()), PAM_IGNORE and
 * PAM_AUTHINFO_UNAVAIL only where the settings ask for them, PAM_ABORT under
 * sudo for those who gave up or left, and else PAM_AUTH_ERR.
 */
int attempt_run(pam_handle_t *pamh, int flags, int argc, const char **argv)
    __attribute__((warn_unused_result));

#endif
