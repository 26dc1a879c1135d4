/* The one line that every decision leaves in the system log. */
#ifndef PAM_OAUTH2_BASE_AUDIT_H
#define PAM_OAUTH2_BASE_AUDIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/reason.h"

#define AUDIT_LINE_MAX	8192
#define AUDIT_VALUE_MAX 128 /* bytes of a value, escapes included */

/* Texts are borrowed and may be NULL: then the value is empty. */
struct audit_event {
	int64_t time;	    /* Unix seconds */
	const char *id;	    /* 7K3M-9QXD */
	const char *phase;  /* authenticate */
	const char *result; /* NULL: granted or denied, as the reason says */
	enum reason reason;
	const char *host;
	const char *service;
	const char *user;
	bool has_uid;
	uid_t uid;
	const char *rhost;
	const char *tty;
	const char *flow; /* device */
	const char *iss;
	const char *sub;
	const char *rule;    /* written only when granted */
	int64_t duration_ms; /* below 0: unknown, left empty */
	const char *detail;
};

/*
 * Append exactly one line, without newline: event=decision, then
 * time id phase result reason host service user uid rhost tty flow iss sub
 * rule duration_ms detail, each NAME="VALUE" with bytes outside 0x20-0x7e,
 * quotes and backslashes as \xNN, cut at AUDIT_VALUE_MAX.
 *
 * Of someone who is denied no email address is written: rule stays empty,
 * and so does a sub that is an address. In detail (which may quote the
 * provider) every word with an `@` becomes [address], granted or not.
 */
void audit_format(const struct audit_event *event, struct buf *ret);

/* Format and log, with the priority of the reason. */
void audit_write(const struct audit_event *event);

#endif
