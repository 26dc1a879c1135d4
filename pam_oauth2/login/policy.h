/* The decision: pure, starts denied, and has one line that allows. */
#ifndef PAM_OAUTH2_LOGIN_POLICY_H
#define PAM_OAUTH2_LOGIN_POLICY_H

#include "base/err.h"
#include "base/identity.h"
#include "base/reason.h"
#include "login/allowlist.h"
#include "login/settings.h"
#include "login/user.h"

/* All borrowed for the call. */
struct policy_input {
	const struct settings *settings;
	const struct user *user;
	const struct allowlist *allowlist; /* the user's alternatives */
	const struct identity *identity;
	/* What stands against an email rule (binding_check()), or approved. */
	enum reason binding;
};

/*
 * May this identity sign in as this user?
 *
 * ret_line  the allowlist line that allowed, borrowed from the allowlist;
 *           NULL when denied. Its text may hold an email address.
 * d->text   when denied: the reason in more words, without an address.
 *
 * Returns REASON_approved, or the first that applies of
 *   user_unknown, user_forbidden   the local user (user_check)
 *   user_not_listed                no line for the user, nor for `*`
 *   user_forbidden                 uid 0, and none of its lines has sub:
 *   identity_invalid               a sub or issuer that cannot be right
 *   tenant_not_allowed             hd or tid are not what the settings say
 *   email_missing, email_invalid,  a line failed in this alone: every other
 *   email_unverified               rule of it held
 *   identity_not_allowed           no line comes that close
 * The email reasons come before identity_not_allowed, because they name the
 * one thing that someone has to mend. No two of them can apply at once.
 */
enum reason policy_decide(const struct policy_input *input,
    const struct allowlist_line **ret_line, struct detail *d) MUST_CHECK;

/* Whether an email decided: no sub: rule of the line names the account. */
bool policy_rests_on_email(const struct allowlist_line *line);

#endif
