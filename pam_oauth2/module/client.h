/* Is the person still there? Nobody tells a module after Enter. */
#ifndef PAM_OAUTH2_MODULE_CLIENT_H
#define PAM_OAUTH2_MODULE_CLIENT_H

#include <stdbool.h>

#include <security/pam_modules.h>

/*
 * The descriptor that hangs up when the person does: under sshd the client's
 * TCP socket, which its PAM process inherits (the one whose peer is that of
 * SSH_CONNECTION); elsewhere the terminal among 0-2, because sudo catches
 * SIGHUP and goes on. Borrowed: it is looked at with poll(), never read,
 * written or closed.
 *
 * Returns -1 where there is none.
 */
int client_find(pam_handle_t *pamh);

/* Whether it hung up; false for -1. */
bool client_is_gone(int fd);

#endif
