/*
 * Who may step up in a login session that was approved in the browser. Only
 * judges what the kernel says and what is noted; reads nothing.
 */
#ifndef PAM_OAUTH2_LOGIN_SESSION_RULES_H
#define PAM_OAUTH2_LOGIN_SESSION_RULES_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/reason.h"
#include "login/approval.h"
#include "login/process.h"

/* Who asks; all borrowed. */
struct session_asker {
	const char *user; /* whom sudo asks for, PAM_USER */
	bool has_uid;
	uid_t uid;
	uid_t ruid; /* who calls sudo */
	struct process_login login;
	struct process sudo;
	struct process leader; /* of sudo's terminal session; often a shell */
	struct process parent; /* the leader's */
	const char *issuer;
	struct moment now;
	int64_t max_age; /* seconds */
};

/*
 * Is it their own account, in a login session of their own? With rootpw,
 * targetpw or runaspw sudo asks for somebody else than who calls it; su has
 * changed who calls it, and not who logged in.
 *
 * d->text  why not.
 */
bool session_rules_is_own(
    const struct session_asker *asker, struct detail *d) MUST_CHECK;

/*
 * Do they sit in the session that was approved, at its own terminal, soon
 * enough?
 *
 * Nothing but the terminal that the login opened will do: one that a program
 * has made in the session (tmux, screen, script) outlives the connection, and
 * can be attached to from a session that nobody has approved. sshd's shell is
 * a child of its child, which has no terminal; login's shell is its own child,
 * or in its own terminal session. Over one connection ssh can open several,
 * and tells PAM of none: the first to step up is the one (session->kin).
 *
 * Returns REASON_session, or why not: session_unknown, token_expired,
 * clock_suspect. d->text says the same in words.
 */
enum reason session_rules_judge(const struct session_asker *asker,
    const struct approval *session, struct detail *d) MUST_CHECK;

#endif
