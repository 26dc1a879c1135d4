/*
 * The SSH keys that sshd has taken in this login, as it tells PAM modules in
 * SSH_AUTH_INFO_0: a line for each method that has succeeded.
 */
#ifndef PAM_OAUTH2_LOGIN_SSH_KEYS_H
#define PAM_OAUTH2_LOGIN_SSH_KEYS_H

#include "base/err.h"
#include "base/strlist.h"

#define SSH_KEYS_MAX 8

/*
 * Add a name for each key of a line "publickey TYPE BASE64": SHA-256 of the
 * key. Of a certificate, which is a new one every day, that of the key it
 * certifies and that of the authority's. Lines of other methods, such as
 * hostbased, are passed over.
 *
 * Errors: SYNTAX (a publickey line that cannot be read), LIMIT, NOMEM,
 * INTERNAL.
 */
enum oauth2_err ssh_keys_read(
    const char *auth_info, struct strlist *ret) MUST_CHECK;

#endif
