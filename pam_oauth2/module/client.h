/* Is the SSH client still there? Nobody tells a module after Enter. */
#ifndef PAM_OAUTH2_MODULE_CLIENT_H
#define PAM_OAUTH2_MODULE_CLIENT_H

#include <stdbool.h>

#include <security/pam_modules.h>

/*
 * The descriptor of the client's TCP socket, which sshd's PAM process
 * inherits: the one whose peer is that of SSH_CONNECTION. Borrowed: it is
 * looked at with poll(), never read, written or closed.
 *
 * Returns -1 where there is none, as in every other host.
 */
int client_find_socket(pam_handle_t *pamh);

/* Whether the client hung up; false for -1. */
bool client_is_gone(int fd);

#endif
