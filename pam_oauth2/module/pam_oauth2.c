/*
 * The six doors through which a host enters. This code runs inside sshd,
 * sudo, su and login: no network, no settings, no secrets, no libraries but
 * libpam and libc. It asks the helper and believes nothing but a GRANT.
 */
#include <stdlib.h>
#include <string.h>

#include <security/pam_modules.h>

#include "module/attempt.h"

#define EXPORT	      __attribute__((visibility("default")))
#define DATA_APPROVED "pam_oauth2.approved"
#define DATA_CHANGING "pam_oauth2.changing"
#define DATA_SESSION  "pam_oauth2.session"

static void
free_data(pam_handle_t *pamh, void *data, int status)
{
	(void)pamh;
	(void)status;
	free(data);
}

/* Let the account phase on this handle know who was just approved. */
static void
remember_approval(pam_handle_t *pamh)
{
	const void *user = NULL;
	char *copy;

	if (pam_get_item(pamh, PAM_USER, &user) != PAM_SUCCESS || user == NULL)
		return;
	copy = strdup(user);
	if (copy != NULL &&
	    pam_set_data(pamh, DATA_APPROVED, copy, free_data) != PAM_SUCCESS)
		free(copy);
}

EXPORT int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	int rc;

	(void)pam_set_data(pamh, DATA_APPROVED, NULL, NULL);
	rc = attempt_authenticate(pamh, flags, argc, argv);
	if (rc == PAM_SUCCESS)
		remember_approval(pamh);
	return rc;
}

/*
 * Who was just approved on this handle has an account that is alive. Others
 * have come by other means: the helper asks the provider.
 */
EXPORT int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const void *user = NULL, *approved = NULL;

	if (pam_get_item(pamh, PAM_USER, &user) == PAM_SUCCESS &&
	    user != NULL &&
	    pam_get_data(pamh, DATA_APPROVED, &approved) == PAM_SUCCESS &&
	    approved != NULL && strcmp(approved, user) == 0)
		return PAM_SUCCESS;
	return attempt_account(pamh, flags, argc, argv);
}

/* Alone in a stack PAM_IGNORE would be a failure. */
EXPORT int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

/*
 * Who is in is in, whatever becomes of this. That there will be something to
 * close is known by the handle, which no user can write to: hosts close a
 * session in the process in which they opened it.
 */
EXPORT int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	static char is_noted[] = "noted";

	(void)flags;
	if (attempt_open_session(pamh, argc, argv))
		(void)pam_set_data(pamh, DATA_SESSION, is_noted, NULL);
	return PAM_SUCCESS;
}

EXPORT int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const void *is_noted = NULL;

	(void)flags;
	if (pam_get_data(pamh, DATA_SESSION, &is_noted) != PAM_SUCCESS ||
	    is_noted == NULL)
		return PAM_SUCCESS;
	(void)pam_set_data(pamh, DATA_SESSION, NULL, NULL);
	attempt_close_session(pamh, argc, argv);
	return PAM_SUCCESS;
}

/*
 * Where there is no PIN, or nobody can say, it is left to the others, and then
 * both times: a broken setting of ours keeps nobody from a new password. Nor
 * does a PIN expire.
 */
EXPORT int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	static char changing[] = "yes";
	const void *data = NULL;

	if ((flags & (int)PAM_CHANGE_EXPIRED_AUTHTOK) != 0)
		return PAM_IGNORE;
	if ((flags & PAM_PRELIM_CHECK) == 0)
		return pam_get_data(pamh, DATA_CHANGING, &data) ==
				   PAM_SUCCESS &&
			       data != NULL
			   ? attempt_change(pamh, flags, argc, argv)
			   : PAM_IGNORE;
	(void)pam_set_data(pamh, DATA_CHANGING, NULL, NULL);
	if (attempt_change(pamh, flags, argc, argv) != PAM_SUCCESS ||
	    pam_set_data(pamh, DATA_CHANGING, changing, NULL) != PAM_SUCCESS)
		return PAM_IGNORE;
	return PAM_SUCCESS;
}
