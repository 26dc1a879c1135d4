/* Is this a local user who may sign in at all? */
#ifndef PAM_OAUTH2_LOGIN_USER_H
#define PAM_OAUTH2_LOGIN_USER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/reason.h"
#include "login/settings.h"

/* As the host sees the user; we resolve nobody ourselves. */
struct user {
	const char *name; /* PAM_USER */
	bool has_uid;	  /* false: this host knows no such user */
	uid_t uid;
};

/*
 * Judge name and uid alone. True allows nobody: it only lets policy_decide()
 * go on.
 *
 * ret_reason  where false: user_unknown (no uid), or user_forbidden: a name
 *             that user_pattern does not cover, uid 0 without allow_root,
 *             another uid below min_uid, 61184-65519 (systemd's dynamic
 *             users), 65534 (nobody), 65535 and 4294967295 (no uid at all).
 * d->text     the same in words.
 */
bool user_check(const struct settings *settings, const struct user *user,
    enum reason *ret_reason, struct detail *d) MUST_CHECK;

/* Root, or one of the other uids that user_check() refuses. */
bool user_is_system(const struct settings *settings, uid_t uid);

#endif
