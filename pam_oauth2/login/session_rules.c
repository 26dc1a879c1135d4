#include "login/session_rules.h"

#include <string.h>

static enum reason
refuse(struct detail *d, enum reason reason, const char *why)
{
	(void)detail_fail(d, OAUTH2_ERR_NOT_FOUND, "%s", why);
	return reason;
}

static bool
deny(struct detail *d, const char *why)
{
	(void)refuse(d, REASON_session_unknown, why);
	return false;
}

bool
session_rules_is_own(const struct session_asker *asker, struct detail *d)
{
	if (!asker->has_uid || asker->uid != asker->ruid)
		return deny(d, "sudo asks for another user than who calls it");
	if (asker->login.audit_session == PROCESS_UNSET)
		return deny(d, "there is no audit session");
	if (asker->login.loginuid != asker->uid)
		return deny(d, "somebody else has logged in here");
	return true;
}

static bool
is_theirs(const struct session_asker *asker, const struct approval *session,
    struct detail *d)
{
	if (session->uid != asker->uid ||
	    strcmp(session->user, asker->user) != 0)
		return deny(d, "the session is another user's");
	if (strcmp(session->issuer, asker->issuer) != 0)
		return deny(d, "the session was approved at another provider");
	return true;
}

static bool
is_of_login(const struct session_asker *asker, pid_t opener)
{
	const struct process *leader = &asker->leader;

	if (asker->sudo.terminal == 0 ||
	    asker->sudo.terminal != leader->terminal)
		return false;
	if (leader->pid == opener || leader->parent == opener)
		return true;
	return asker->parent.terminal == 0 && asker->parent.parent == opener;
}

static bool
is_at_its_terminal(const struct session_asker *asker,
    const struct approval *session, struct detail *d)
{
	if (!is_of_login(asker, (pid_t)session->pid))
		return deny(d, "this is not the terminal of the login");
	if (session->kin != 0 &&
	    (session->kin != asker->leader.pid ||
		session->kin_started != asker->leader.started))
		return deny(
		    d, "another terminal of the login has stepped up before");
	return true;
}

enum reason
session_rules_judge(const struct session_asker *asker,
    const struct approval *session, struct detail *d)
{
	if (!is_theirs(asker, session, d) ||
	    !is_at_its_terminal(asker, session, d))
		return REASON_session_unknown;
	if (asker->now.boot_s < session->when.boot_s)
		return refuse(d, REASON_clock_suspect,
		    "the session was approved in the future");
	/* Whatever a refresh, or a sign-in elsewhere, has made young since. */
	if (moment_age(&session->when, &asker->now) >= asker->max_age)
		return refuse(d, REASON_token_expired,
		    "the session was approved refresh_max_age ago");
	return REASON_session;
}
