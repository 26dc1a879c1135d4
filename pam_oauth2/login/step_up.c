#include "login/step_up.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/paths.h"
#include "base/service.h"
#include "login/process.h"
#include "login/record_age.h"
#include "login/renewal.h"
#include "login/resume.h"
#include "login/session_record.h"
#include "login/session_rules.h"
#include "login/stored.h"

#define PURPOSE_SIZE 128

static bool
know_nothing(struct signin *s, const char *why)
{
	return signin_fail(s, REASON_session_unknown, "%s", why);
}

/* What the kernel says of who asks. */
static bool
meet(struct signin *s, struct session_asker *ret)
{
	const struct greeting *g = &s->greeting;

	ret->user = g->account;
	ret->has_uid = g->has_uid;
	ret->uid = g->uid;
	ret->ruid = g->ruid;
	ret->issuer = s->settings->provider.issuer;
	ret->max_age = s->settings->refresh_max_age;
	if (process_read_login(g->host, &ret->login) != OAUTH2_ERR_OK)
		return know_nothing(s, "the kernel has no audit");
	if (process_read(g->host, &ret->sudo) != OAUTH2_ERR_OK ||
	    process_read(ret->sudo.session, &ret->leader) != OAUTH2_ERR_OK ||
	    process_read(ret->leader.parent, &ret->parent) != OAUTH2_ERR_OK)
		return know_nothing(s, "this is no terminal of a login");
	return moment_now(&ret->now, &s->detail) == OAUTH2_ERR_OK ||
	       signin_fail(s, REASON_clock_suspect, NULL);
}

static bool
has_place(struct signin *s, struct dir **ret)
{
	return dir_open(PATH_SESSIONS, DIR_EXISTING, ret, &s->detail) ==
		   OAUTH2_ERR_OK ||
	       know_nothing(s, "no sessions are noted on this host");
}

/* As it was then: a later sign-in elsewhere may have been a better one. */
static bool
was_strong_enough(
    struct signin *s, const struct approval *session, const struct moment *now)
{
	const struct record claims = {
		.acr = session->acr,
		.amr = session->amr,
		.auth_time = session->auth_time,
	};

	return resume_is_strong_enough(s, &claims, now);
}

/* The one that is noted under that number, and that is still open. */
static struct approval *
read_session(struct signin *s, const struct session_asker *asker)
{
	AUTO(approval_free) struct approval *session = NULL;
	AUTO(dir_free) struct dir *dir = NULL;

	if (!has_place(s, &dir))
		return NULL;
	if (session_record_find(dir, asker->login.audit_session, &session,
		&s->detail) != OAUTH2_ERR_OK) {
		(void)know_nothing(
		    s, "this login session was not approved in the browser");
		return NULL;
	}
	if (!session_record_is_live(session, &asker->now)) {
		(void)know_nothing(s, "the login session is over");
		return NULL;
	}
	return TAKE(session);
}

/* The session that sudo is called in, if all of it holds; or NULL. */
static struct approval *
find_session(struct signin *s, struct session_asker *asker)
{
	AUTO(approval_free) struct approval *session = NULL;
	enum reason reason;

	if (!meet(s, asker))
		return NULL;
	if (!session_rules_is_own(asker, &s->detail)) {
		(void)signin_fail(s, REASON_session_unknown, NULL);
		return NULL;
	}
	session = read_session(s, asker);
	if (session == NULL)
		return NULL;
	reason = session_rules_judge(asker, session, &s->detail);
	if (reason != REASON_session) {
		(void)signin_fail(s, reason, NULL);
		return NULL;
	}
	return was_strong_enough(s, session, &asker->now) ? TAKE(session)
							  : NULL;
}

/* Under the lock: of two terminals that come at once, one is the first. */
static bool
is_noted_as_first(struct signin *s)
{
	struct session_asker asker;
	AUTO(approval_free) struct approval *session = find_session(s, &asker);
	AUTO(dir_free) struct dir *dir = NULL;

	if (session == NULL || !has_place(s, &dir))
		return false;
	if (session->kin != 0)
		return true;
	session->kin = asker.leader.pid;
	session->kin_started = asker.leader.started;
	return session_record_put(dir, session, &s->detail) == OAUTH2_ERR_OK ||
	       signin_fail(s, REASON_store_failed, NULL);
}

/* What is kept of the user; it may be of a later sign-in, of somebody else. */
static bool
is_usable(struct signin *s, const struct approval *session)
{
	struct moment now;

	if (strcmp(s->record->sub, session->sub) != 0)
		return signin_fail(s, REASON_token_binding,
		    "another account has signed in since");
	if (moment_now(&now, &s->detail) != OAUTH2_ERR_OK)
		return signin_fail(s, REASON_clock_suspect, NULL);
	return resume_is_young_enough(s, &now);
}

static bool
look(struct signin *s)
{
	struct session_asker asker;
	AUTO(approval_free) struct approval *session = find_session(s, &asker);

	return session != NULL && resume_has_record(s) && is_usable(s, session);
}

/* Who waits with the same words sits at the same terminal. */
static bool
put_purpose(struct signin *s, char ret[PURPOSE_SIZE])
{
	struct session_asker asker;

	if (!meet(s, &asker))
		return false;
	(void)snprintf(ret, PURPOSE_SIZE, "session %" PRIu32 " %ld",
	    asker.login.audit_session, (long)asker.leader.pid);
	return true;
}

static bool
ask_provider(struct signin *s)
{
	AUTO(file_close) int lock = -1;
	char purpose[PURPOSE_SIZE];
	const struct renewal_terms terms = { look, purpose };

	if (!put_purpose(s, purpose))
		return false;
	switch (renewal_run(s, &terms, &lock)) {
	case RENEWAL_GOOD:
		if (!resume_is_proven(s) || !renewal_decide(s) ||
		    !is_noted_as_first(s))
			return false;
		renewal_tell(s, &terms);
		break;
	case RENEWAL_SHARED:
		break;
	default:
		return false;
	}
	(void)signin_fail(s, REASON_session, "%s", "");
	return true;
}

/* Before the store is opened: where that is broken, this says more. */
static bool
has_session(struct signin *s)
{
	struct session_asker asker;
	AUTO(approval_free) struct approval *session = find_session(s, &asker);

	return session != NULL;
}

bool
step_up_signs_in(struct signin *s)
{
	/* At a login there is no session yet to step up in. */
	if (s->settings->refresh_use != SETTINGS_REFRESH_SESSION ||
	    !service_is_sudo(s->greeting.service))
		return false;
	if (has_session(s) && resume_opens(s) && look(s) && ask_provider(s))
		return true;
	resume_gives_up(s);
	return false;
}
