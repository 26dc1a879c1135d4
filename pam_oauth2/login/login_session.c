#include "login/login_session.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/paths.h"
#include "base/secret.h"
#include "base/service.h"
#include "base/text.h"
#include "login/process.h"
#include "login/session_record.h"
#include "login/ticket.h"

/* What is done in a session, by whom it is already, opens none. */
static bool
is_promising(const struct signin *s)
{
	const struct settings *settings = s->settings;
	const char *service = s->greeting.service;

	return (settings->has_sessions ||
		   settings->revoke_on == SETTINGS_REVOKE_CLOSE) &&
	       settings->refresh_use != SETTINGS_REFRESH_OFF &&
	       !service_is_sudo(service) && !service_is_su(service) &&
	       s->record != NULL && s->record->refresh_token != NULL;
}

static enum oauth2_err
copy(const char *text, char **ret)
{
	if (text == NULL || text[0] == '\0')
		return OAUTH2_ERR_OK;
	*ret = secret_strdup(text);
	return *ret != NULL ? OAUTH2_ERR_OK : OAUTH2_ERR_NOMEM;
}

/* The first error sticks. */
#define COPY(text, field) \
	(err = err == OAUTH2_ERR_OK ? copy((text), (field)) : err)

static enum oauth2_err
note_person(const struct signin *s, struct approval *a)
{
	const struct greeting *g = &s->greeting;
	const struct record *record = s->record;
	enum oauth2_err err = OAUTH2_ERR_OK;

	a->uid = g->uid;
	a->auth_time = record->auth_time;
	COPY(g->account, &a->user);
	COPY(g->service, &a->service);
	COPY(g->rhost, &a->rhost);
	COPY(g->tty, &a->tty);
	COPY(s->settings->provider.issuer, &a->issuer);
	COPY(s->identity->sub, &a->sub);
	COPY(record->acr, &a->acr);
	for (size_t i = 0; err == OAUTH2_ERR_OK && i < record->amr.count; i++)
		err = strlist_add(&a->amr, record->amr.items[i]);
	return err;
}

static enum oauth2_err
note_process(const struct signin *s, struct approval *a)
{
	struct process host, parent;
	struct process_login login;
	enum oauth2_err err = process_read(s->greeting.host, &host);

	if (err == OAUTH2_ERR_OK)
		err = process_read(host.parent, &parent);
	if (err == OAUTH2_ERR_OK)
		err = process_read_login(host.pid, &login);
	if (err != OAUTH2_ERR_OK)
		return err;
	a->audit_session = login.audit_session;
	a->pid = host.pid;
	a->started = host.started;
	a->kin = parent.pid;
	a->kin_started = parent.started;
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
promise(struct signin *s)
{
	AUTO(approval_free) struct approval *approval = approval_new();
	AUTO(dir_free) struct dir *dir = NULL;
	enum oauth2_err err;

	if (approval == NULL)
		return OAUTH2_ERR_NOMEM;
	err = note_process(s, approval);
	if (err == OAUTH2_ERR_OK)
		err = note_person(s, approval);
	if (err == OAUTH2_ERR_OK)
		err = moment_now(&approval->when, &s->detail);
	if (err == OAUTH2_ERR_OK)
		err = dir_open(PATH_PENDING, DIR_EXISTING, &dir, &s->detail);
	if (err == OAUTH2_ERR_OK)
		err = ticket_issue(dir, approval, s->ticket, &s->detail);
	return err;
}

void
login_session_promise(struct signin *s)
{
	const struct detail before = s->detail;
	enum oauth2_err err;

	if (!is_promising(s))
		return;
	err = promise(s);
	if (err != OAUTH2_ERR_OK)
		log_line(LOG_WARNING,
		    "event=store id=\"%s\" the session will have to ask the "
		    "browser: %s",
		    s->greeting.id,
		    s->detail.text[0] != '\0' ? s->detail.text : err_text(err));
	s->detail = before;
}

/* What the kernel says of who opens or closes a session. */
struct visit {
	struct process host;
	struct process_login login;
	struct moment now;
	struct dir *sessions;
};

static bool
begin(struct signin *s, struct visit *ret)
{
	if (process_read(s->greeting.host, &ret->host) != OAUTH2_ERR_OK ||
	    process_read_login(s->greeting.host, &ret->login) != OAUTH2_ERR_OK)
		return signin_fail(
		    s, REASON_session_unknown, "the kernel has no audit");
	if (moment_now(&ret->now, &s->detail) != OAUTH2_ERR_OK ||
	    dir_open(PATH_SESSIONS, DIR_EXISTING, &ret->sessions, &s->detail) !=
		OAUTH2_ERR_OK)
		return signin_fail(s, REASON_session_unknown, NULL);
	return true;
}

/* NULL: there is nothing to redeem, or it is not theirs. */
static struct approval *
redeem(struct signin *s, const struct visit *v)
{
	AUTO(approval_free) struct approval *approval = NULL;
	AUTO(dir_free) struct dir *pending = NULL;
	const struct greeting *g = &s->greeting;
	const struct ticket_holder holder = {
		.user = g->account,
		.uid = g->uid,
		.service = g->service,
		.rhost = g->rhost,
		.host = &v->host,
		.login = &v->login,
		.now = &v->now,
	};

	if (dir_open(PATH_PENDING, DIR_EXISTING, &pending, &s->detail) !=
		OAUTH2_ERR_OK ||
	    ticket_redeem(pending, g->ticket, &approval, &s->detail) !=
		OAUTH2_ERR_OK ||
	    !g->has_uid || !ticket_fits(approval, &holder, &s->detail))
		return NULL;
	return TAKE(approval);
}

static bool
record(struct signin *s, const struct visit *v)
{
	AUTO(approval_free) struct approval *session = redeem(s, v);

	if (session == NULL)
		return signin_fail(s, REASON_session_unknown, NULL);
	session->audit_session = v->login.audit_session;
	session->pid = v->host.pid;
	session->started = v->host.started;
	session->kin = 0;
	session->kin_started = 0;
	return session_record_put(v->sessions, session, &s->detail) ==
		   OAUTH2_ERR_OK ||
	       signin_fail(s, REASON_session_unknown, NULL);
}

/* Whether a file is of another session of the same person's, still open. */
static bool
is_another(
    const struct visit *v, const char *file, const struct approval *closed)
{
	AUTO(approval_free) struct approval *session = NULL;
	uint32_t id;

	return session_record_id(file, &id) &&
	       session_record_find(v->sessions, id, &session, NULL) ==
		   OAUTH2_ERR_OK &&
	       session->uid == closed->uid &&
	       strcmp(session->issuer, closed->issuer) == 0 &&
	       session_record_is_live(session, &v->now);
}

/* What cannot be read keeps nothing alive. */
static bool
is_last(const struct visit *v, const struct approval *closed)
{
	AUTO(strlist_free) struct strlist files = STRLIST(SESSION_RECORDS_MAX);

	if (dir_list(v->sessions, SESSION_RECORD_SUFFIX, &files, NULL) !=
	    OAUTH2_ERR_OK)
		return true;
	for (size_t i = 0; i < files.count; i++)
		if (is_another(v, files.items[i], closed))
			return false;
	return true;
}

/*
 * Only who opened a session closes it: sudo has sessions of its own in the
 * same audit session.
 */
static bool
forget(struct signin *s, const struct visit *v)
{
	AUTO(approval_free) struct approval *session = NULL;
	const uint32_t id = v->login.audit_session;

	if (session_record_find(v->sessions, id, &session, &s->detail) !=
	    OAUTH2_ERR_OK)
		return signin_fail(s, REASON_session_unknown, NULL);
	if (session->pid != v->host.pid || session->started != v->host.started)
		return signin_fail(s, REASON_session_unknown,
		    "another process has opened this session");
	if (session_record_remove(v->sessions, id, &s->detail) != OAUTH2_ERR_OK)
		return signin_fail(s, REASON_session_unknown, NULL);
	s->is_last_session = s->greeting.has_uid &&
			     s->greeting.uid == session->uid &&
			     is_last(v, session);
	return true;
}

static void
tell(const struct signin *s, const struct visit *v)
{
	const struct greeting *g = &s->greeting;
	char id[40], user[256], detail[256];

	text_clean(id, sizeof(id), g->id, strlen(g->id));
	text_clean(user, sizeof(user), g->user, strlen(g->user));
	text_clean(
	    detail, sizeof(detail), s->detail.text, strlen(s->detail.text));
	log_line(LOG_INFO,
	    "event=session id=\"%s\" phase=\"%s\" user=\"%s\" session=%" PRIu32
	    " reason=\"%s\" detail=\"%s\"",
	    id, wire_phase_name(g->phase), user, v->login.audit_session,
	    reason_name(s->reason), detail);
}

void
login_session_serve(struct signin *s)
{
	const bool is_opening = s->greeting.phase == WIRE_PHASE_OPEN_SESSION;
	struct visit v = { .login = { PROCESS_UNSET, PROCESS_UNSET } };

	if (begin(s, &v) && (is_opening ? record(s, &v) : forget(s, &v)))
		s->reason = REASON_session;
	if (v.sessions != NULL && is_opening)
		session_record_sweep(v.sessions, &v.now);
	tell(s, &v);
	dir_free(v.sessions);
}
