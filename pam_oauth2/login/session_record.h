/*
 * The login sessions of this host that were approved in the browser: a file
 * for each, named by its audit session id, which the kernel gives out once in
 * a boot and which nobody can choose.
 */
#ifndef PAM_OAUTH2_LOGIN_SESSION_RECORD_H
#define PAM_OAUTH2_LOGIN_SESSION_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/dir.h"
#include "login/approval.h"
#include "login/process.h"

#define SESSION_RECORD_SUFFIX ".session"
#define SESSION_RECORDS_MAX   65536

/* The audit session id that a file of that name is of; false: of none. */
bool session_record_id(const char *file, uint32_t *ret) MUST_CHECK;

/* Errors: those of approval_write() and dir_replace(). */
enum oauth2_err session_record_put(const struct dir *dir,
    const struct approval *session, struct detail *d) MUST_CHECK;

/*
 * Read the one of that id; what is in it is not proved yet.
 *
 * Errors: those of dir_read(), SYNTAX (also: it is of another id), NOMEM.
 */
enum oauth2_err session_record_find(const struct dir *dir,
    uint32_t audit_session, struct approval **ret, struct detail *d) MUST_CHECK;

/* Errors: NOT_FOUND, IO. */
enum oauth2_err session_record_remove(
    const struct dir *dir, uint32_t audit_session, struct detail *d) MUST_CHECK;

/*
 * Whether the session may still be open: this boot's, and the process that
 * opened it runs.
 */
bool session_record_is_live(
    const struct approval *session, const struct moment *now) MUST_CHECK;

/* Remove those of sessions that are over, and were never closed. */
void session_record_sweep(const struct dir *dir, const struct moment *now);

#endif
