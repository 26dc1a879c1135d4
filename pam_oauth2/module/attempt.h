/* One call of authenticate, or of the account phase. */
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
int attempt_authenticate(pam_handle_t *pamh, int flags, int argc,
    const char **argv) __attribute__((warn_unused_result));

/*
 * Is the account still good? For who has logged in by other means, such as
 * an SSH key.
 *
 * Returns PAM_SUCCESS for a GRANT, PAM_IGNORE for root and where the settings
 * say that the account is none of our business, PAM_ACCT_EXPIRED where people
 * have to sign in again, and else PAM_PERM_DENIED.
 */
int attempt_account(pam_handle_t *pamh, int flags, int argc, const char **argv)
    __attribute__((warn_unused_result));

#endif
