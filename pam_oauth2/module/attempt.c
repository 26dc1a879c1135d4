/* One call of a host: ask the helper, deny whatever goes wrong. */
#include "module/attempt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/time.h>
#include <unistd.h>

#include <security/pam_ext.h>
#include <security/pam_modutil.h>

#include "base/audit.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/paths.h"
#include "base/service.h"
#include "base/spawn.h"
#include "base/text.h"
#include "codec/session.h"
#include "module/arguments.h"
#include "module/client.h"
#include "module/conversation.h"
#include "module/session_ticket.h"

#define REAP_NS	      (2 * CLOCK_NS_PER_S)
#define AUTH_INFO_MAX 8192 /* bytes that HELLO takes */

/* One call, from its first line to its last. */
struct attempt {
	pam_handle_t *pamh;
	char id[10]; /* correlation id */
	/* What the host says, which may hold anything, made fit to be sent. */
	char service[65];
	char rhost[256];
	char tty[256];
	struct arguments arguments;
	struct session_hello hello;
	struct session_result result;
};

static void
get_text_item(pam_handle_t *pamh, int item, char *ret, size_t size)
{
	const void *text = NULL;

	if (pam_get_item(pamh, item, &text) != PAM_SUCCESS || text == NULL)
		text = "";
	text_clean(ret, size, text, strlen(text));
}

/* When the alarm of the host ends us: login sets one when it starts. */
static int64_t
get_alarm_ns(void)
{
	struct itimerval timer;

	if (getitimer(ITIMER_REAL, &timer) != 0 ||
	    (timer.it_value.tv_sec == 0 && timer.it_value.tv_usec == 0))
		return 0;
	return clock_monotonic_ns() + timer.it_value.tv_sec * CLOCK_NS_PER_S +
	       timer.it_value.tv_usec * 1000;
}

/* getrandom() in one piece: up to 256 bytes never come short. */
static bool
get_random(void *ret, size_t n)
{
	return getrandom(ret, n, 0) == (ssize_t)n;
}

/* Eight characters that survive being read out over the telephone. */
static bool
make_id(char ret[10])
{
	static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	unsigned char random[8];

	if (!get_random(random, sizeof(random)))
		return false;
	for (int i = 0, at = 0; i < 8; i++) {
		if (i == 4)
			ret[at++] = '-';
		ret[at++] = crockford[random[i] & 31];
	}
	ret[9] = '\0';
	return true;
}

/* A denial that no helper knows of: told and logged here. */
static void
deny(struct attempt *a, enum reason reason, const char *why)
{
	const struct session_hello *h = &a->hello;
	AUTO(buf_free) struct buf line = BUF(AUDIT_LINE_MAX);
	char host[65] = "", user[129] = "";
	const struct audit_event event = {
		.time = clock_unix_s(),
		.id = a->id,
		.phase = wire_phase_name(h->phase),
		.reason = reason,
		.host = host,
		.service = h->service,
		.user = h->user,
		.has_uid = h->has_uid,
		.uid = h->uid,
		.rhost = h->rhost,
		.tty = h->tty,
		.duration_ms =
		    (clock_monotonic_ns() - h->started_ns) / CLOCK_NS_PER_MS,
		.detail = why,
	};

	a->result.verdict = WIRE_VERDICT_DENY;
	a->result.reason = reason;
	if (h->user != NULL)
		text_clean(user, sizeof(user), h->user, strlen(h->user));
	reason_text(reason, user, a->result.text, 512);
	if (a->result.text[0] != '\0')
		(void)snprintf(a->result.text + strlen(a->result.text), 16,
		    " (%s)", a->id);
	if (gethostname(host, sizeof(host)) != 0)
		host[0] = '\0';
	audit_format(&event, &line);
	pam_syslog(a->pamh, reason_priority(reason), "%s", buf_text(&line));
}

/*
 * What sshd tells of the methods that have succeeded in this login. What is
 * too long is nothing: then a factor is missing.
 */
static const char *
get_auth_info(pam_handle_t *pamh)
{
	const char *info = pam_getenv(pamh, "SSH_AUTH_INFO_0");

	return info != NULL && strlen(info) <= AUTH_INFO_MAX &&
		       text_is_utf8(info, strlen(info))
		   ? info
		   : NULL;
}

/* An account may be known by several names: it is kept by its own. */
static void
find_account(struct attempt *a)
{
	struct session_hello *h = &a->hello;
	const struct passwd *pw = pam_modutil_getpwnam(a->pamh, h->user);

	if (pw != NULL)
		pw = pam_modutil_getpwuid(a->pamh, pw->pw_uid);
	h->has_uid = pw != NULL;
	if (pw == NULL)
		return;
	h->uid = pw->pw_uid;
	h->account = pw->pw_name;
}

/* What the host knows about who is asking. False: denied, and said so. */
static bool
greet(struct attempt *a, int flags)
{
	struct session_hello *h = &a->hello;
	const void *user;

	h->started_ns = clock_monotonic_ns();
	h->id = a->id;
	h->alarm_ns = get_alarm_ns();
	get_text_item(a->pamh, PAM_SERVICE, a->service, sizeof(a->service));
	get_text_item(a->pamh, PAM_RHOST, a->rhost, sizeof(a->rhost));
	get_text_item(a->pamh, PAM_TTY, a->tty, sizeof(a->tty));
	h->service = a->service;
	h->rhost = a->rhost;
	h->tty = a->tty;
	if (h->phase == WIRE_PHASE_AUTHENTICATE)
		h->auth_info = get_auth_info(a->pamh);
	h->section = a->arguments.section;
	h->config_path = a->arguments.config_path;
	h->is_debug = a->arguments.is_debug;
	h->has_prior_module = a->arguments.has_prior_module;
	h->flags = (uint32_t)flags;
	h->can_converse = conversation_is_there(a->pamh);
	h->ruid = getuid();
	if (pam_get_item(a->pamh, PAM_USER, &user) == PAM_SUCCESS)
		h->user = user; /* known or not: for the log */
	if (geteuid() != 0) {
		deny(a, REASON_not_root, "");
		return false;
	}
	if (pam_get_user(a->pamh, &h->user, NULL) != PAM_SUCCESS ||
	    h->user == NULL || strlen(h->user) > 255 ||
	    !text_is_utf8(h->user, strlen(h->user))) {
		deny(a, REASON_user_unknown, "no user name");
		return false;
	}
	find_account(a);
	return true;
}

/* Start the helper, hold the session, and see that nothing is left. */
static enum oauth2_err
ask_helper(struct attempt *a)
{
	struct conversation conversation = {
		.pamh = a->pamh,
		.client = client_find(a->pamh),
		.is_sudo = service_is_sudo(a->hello.service),
		.is_su = service_is_su(a->hello.service),
	};
	const struct session_callbacks cb =
	    conversation_callbacks(&conversation);
	AUTO(file_close) int ours = -1;
	uint8_t nonce[WIRE_NONCE_SIZE];
	enum oauth2_err err;
	int fds[2];
	pid_t pid;

	if (!get_random(nonce, sizeof(nonce)))
		return OAUTH2_ERR_IO;
	err = wire_pair(fds);
	if (err != OAUTH2_ERR_OK)
		return err;
	ours = fds[0];
	err = spawn_helper(PATH_HELPER, fds[1], &pid);
	close(fds[1]);
	if (err != OAUTH2_ERR_OK)
		return err;
	err = session_run(ours, nonce, &a->hello, &cb, &a->result);
	file_close(ours);
	ours = -1;
	spawn_reap(pid, clock_monotonic_ns() + REAP_NS);
	return err;
}

static int
authenticate_code(const struct attempt *a)
{
	switch (a->result.verdict) {
	case WIRE_VERDICT_GRANT:
		return PAM_SUCCESS;
	case WIRE_VERDICT_UNAVAILABLE:
		return PAM_AUTHINFO_UNAVAIL;
	case WIRE_VERDICT_IGNORE:
		return PAM_IGNORE;
	case WIRE_VERDICT_DENY:
		break;
	}
	/* sudo asks again after AUTH_ERR, even those who gave up or left. */
	if (reason_class(a->result.reason) == REASON_CLASS_GONE &&
	    service_is_sudo(a->hello.service))
		return PAM_ABORT;
	return PAM_AUTH_ERR;
}

static int
account_code(const struct attempt *a)
{
	if (a->result.verdict == WIRE_VERDICT_GRANT)
		return PAM_SUCCESS;
	if (a->result.verdict == WIRE_VERDICT_IGNORE)
		return PAM_IGNORE;
	return a->result.reason == REASON_account_expired ? PAM_ACCT_EXPIRED
							  : PAM_PERM_DENIED;
}

/* Ask, unless there is a reason to deny at once. */
static void
run(struct attempt *a, int flags, int argc, const char **argv)
{
	const char *unknown = arguments_parse(argc, argv, &a->arguments);
	enum oauth2_err err;

	if (!greet(a, flags))
		return;
	if (unknown != NULL) {
		deny(a, REASON_settings_invalid, unknown);
		return;
	}
	err = ask_helper(a);
	if (err != OAUTH2_ERR_OK)
		deny(a,
		    err == OAUTH2_ERR_PROTOCOL ? REASON_protocol_error
					       : REASON_helper_failed,
		    err_text(err));
}

/* False: not even an id could be made. */
static bool
ask_and_tell(struct attempt *a, int flags, int argc, const char **argv)
{
	if (!make_id(a->id))
		return false;
	run(a, flags, argc, argv);
	if (a->result.text[0] != '\0' && ((flags & (int)PAM_SILENT) == 0 ||
					     service_is_sudo(a->hello.service)))
		conversation_show(a->pamh, WIRE_STYLE_ERROR, a->result.text);
	return true;
}

int
attempt_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct attempt a = {
		.pamh = pamh,
		.hello = { .phase = WIRE_PHASE_AUTHENTICATE },
		.result = { .verdict = WIRE_VERDICT_DENY },
	};

	char of_before[SESSION_TICKET_SIZE];

	(void)session_ticket_take(pamh, of_before);
	if (!ask_and_tell(&a, flags, argc, argv))
		return PAM_AUTH_ERR;
	if (a.result.ticket[0] != '\0')
		session_ticket_put(pamh, a.result.ticket);
	return authenticate_code(&a);
}

/*
 * Cron jobs of root go on, whatever has become of us; and a host that is not
 * root lets nobody in, such as a screen locker.
 */
static bool
is_none_of_ours(pam_handle_t *pamh)
{
	const void *user = NULL;
	const struct passwd *pw;

	if (geteuid() != 0)
		return true;
	if (pam_get_item(pamh, PAM_USER, &user) != PAM_SUCCESS || user == NULL)
		return false;
	pw = pam_modutil_getpwnam(pamh, user);
	return pw != NULL && pw->pw_uid == 0;
}

int
attempt_account(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct attempt a = {
		.pamh = pamh,
		.hello = { .phase = WIRE_PHASE_ACCOUNT },
		.result = { .verdict = WIRE_VERDICT_DENY },
	};

	if (is_none_of_ours(pamh))
		return PAM_IGNORE;
	if (!ask_and_tell(&a, flags, argc, argv))
		return PAM_PERM_DENIED;
	return account_code(&a);
}

static int
change_code(const struct attempt *a)
{
	if (a->result.verdict == WIRE_VERDICT_GRANT)
		return PAM_SUCCESS;
	if (a->result.verdict == WIRE_VERDICT_IGNORE)
		return PAM_IGNORE;
	return reason_class(a->result.reason) == REASON_CLASS_PIN
		   ? PAM_AUTHTOK_RECOVERY_ERR
		   : PAM_AUTHTOK_ERR;
}

int
attempt_change(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct attempt a = {
		.pamh = pamh,
		.hello = { .phase = WIRE_PHASE_CHANGE_PIN },
		.result = { .verdict = WIRE_VERDICT_DENY },
	};

	/* Who may not even read the PIN's file has none to change. */
	if (geteuid() != 0)
		return PAM_IGNORE;
	if (!ask_and_tell(&a, flags, argc, argv))
		return PAM_AUTHTOK_ERR;
	return change_code(&a);
}

/* Without a word to anybody: a session is no reason to disturb a login. */
static bool
tell_helper(struct attempt *a, int argc, const char **argv)
{
	if (geteuid() != 0 || !make_id(a->id))
		return false;
	run(a, 0, argc, argv);
	return a->result.verdict == WIRE_VERDICT_GRANT;
}

bool
attempt_open_session(pam_handle_t *pamh, int argc, const char **argv)
{
	char ticket[SESSION_TICKET_SIZE];
	struct attempt a = {
		.pamh = pamh,
		.hello = { .phase = WIRE_PHASE_OPEN_SESSION, .ticket = ticket },
		.result = { .verdict = WIRE_VERDICT_DENY },
	};

	return session_ticket_take(pamh, ticket) && tell_helper(&a, argc, argv);
}

void
attempt_close_session(pam_handle_t *pamh, int argc, const char **argv)
{
	struct attempt a = {
		.pamh = pamh,
		.hello = { .phase = WIRE_PHASE_CLOSE_SESSION },
		.result = { .verdict = WIRE_VERDICT_DENY },
	};

	(void)tell_helper(&a, argc, argv);
}
