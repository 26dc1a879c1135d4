/* One call of a host. */
#ifndef PAM_OAUTH2_MODULE_ATTEMPT_H
#define PAM_OAUTH2_MODULE_ATTEMPT_H

#include <stdbool.h>

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

/*
 * Change or forget a PIN; flags say which of PAM's two passes it is.
 *
 * Returns PAM_SUCCESS where it can be done, or is; PAM_IGNORE where there is
 * no PIN, and without privileges; PAM_AUTHTOK_RECOVERY_ERR where the old one
 * was not told, and else PAM_AUTHTOK_ERR.
 */
int attempt_change(pam_handle_t *pamh, int flags, int argc, const char **argv)
    __attribute__((warn_unused_result));

/*
 * Have the session noted down as one that was approved, if a ticket of such a
 * sign-in is in the PAM environment; it is not any more, then. Without one
 * nobody is asked. Returns whether it was noted: then it has to be closed.
 */
bool attempt_open_session(pam_handle_t *pamh, int argc, const char **argv);

/* Have such a session forgotten. */
void attempt_close_session(pam_handle_t *pamh, int argc, const char **argv);

#endif
