/*
 * That a person approved a login in the browser, noted down under /run until
 * the login session is opened (login/ticket), and then for as long as it
 * lasts (login/session_record). Only plain data.
 */
#ifndef PAM_OAUTH2_LOGIN_APPROVAL_H
#define PAM_OAUTH2_LOGIN_APPROVAL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"
#include "login/moment.h"
#include "login/record.h"

#define APPROVAL_MAX (24 * 1024) /* bytes as text */

enum approval_kind {
	APPROVAL_PENDING, /* the session is not open yet */
	APPROVAL_SESSION,
};

struct approval {
	struct moment when; /* the person approved */
	char *user;
	int64_t uid;
	char *service;
	char *rhost; /* or NULL */
	char *tty;   /* as the host called it, for people; or NULL */
	char *issuer;
	char *sub;
	char *acr;	    /* claims of the sign-in, NULL: none */
	struct strlist amr; /* likewise */
	int64_t auth_time;  /* likewise; 0: none */
	/* While pending: which one it was that asked. Then: this one. */
	int64_t audit_session;
	/*
	 * The process that asked, and its parent. Then: the one that opened
	 * the session, and the leader of the terminal session that was first
	 * to step up (0: none yet). With their start times.
	 */
	int64_t pid;
	int64_t started;
	int64_t kin;
	int64_t kin_started;
};

/* One without content, or NULL when out of memory. */
struct approval *approval_new(void);

/* Wipe and free. NULL is fine. */
void approval_free(struct approval *approval);
AUTO_DEFINE(struct approval, approval_free)

/* Append as text. Errors: SYNTAX (a value that cannot be kept), LIMIT, NOMEM.
 */
enum oauth2_err approval_write(const struct approval *approval,
    enum approval_kind kind, struct buf *ret) MUST_CHECK;

/* Errors: SYNTAX (any other text, or another kind), NOMEM. */
enum oauth2_err approval_read(const struct buf *text, enum approval_kind kind,
    struct approval **ret, struct detail *d) MUST_CHECK;

#endif
