#include "login/session_record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/dir_write.h"
#include "base/text.h"

#define NAME_SIZE (sizeof("4294967295") + sizeof(SESSION_RECORD_SUFFIX))

static void
name_session(uint32_t audit_session, char ret[NAME_SIZE])
{
	(void)snprintf(
	    ret, NAME_SIZE, "%" PRIu32 SESSION_RECORD_SUFFIX, audit_session);
}

bool
session_record_id(const char *file, uint32_t *ret)
{
	char digits[sizeof("4294967295")];
	const size_t n = strcspn(file, ".");
	uint64_t id;

	if (n >= sizeof(digits) || strcmp(file + n, SESSION_RECORD_SUFFIX) != 0)
		return false;
	memcpy(digits, file, n);
	digits[n] = '\0';
	if (text_parse_u64(digits, UINT32_MAX, &id) != OAUTH2_ERR_OK)
		return false;
	*ret = (uint32_t)id;
	return true;
}

static enum oauth2_err
read_named(const struct dir *dir, const char *name, struct approval **ret,
    struct detail *d)
{
	AUTO(buf_free) struct buf text = BUF(APPROVAL_MAX);
	enum oauth2_err err = dir_read(dir, name, &text, d);

	if (err == OAUTH2_ERR_OK)
		err = approval_read(&text, APPROVAL_SESSION, ret, d);
	return err;
}

enum oauth2_err
session_record_put(
    const struct dir *dir, const struct approval *session, struct detail *d)
{
	AUTO(buf_free) struct buf text = BUF(APPROVAL_MAX);
	char name[NAME_SIZE];
	enum oauth2_err err = approval_write(session, APPROVAL_SESSION, &text);

	if (err != OAUTH2_ERR_OK)
		return detail_fail(d, err, "a session: %s", err_text(err));
	name_session((uint32_t)session->audit_session, name);
	return dir_replace(dir, name, &text, d);
}

enum oauth2_err
session_record_find(const struct dir *dir, uint32_t audit_session,
    struct approval **ret, struct detail *d)
{
	AUTO(approval_free) struct approval *session = NULL;
	char name[NAME_SIZE];
	enum oauth2_err err;

	name_session(audit_session, name);
	err = read_named(dir, name, &session, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (session->audit_session != audit_session)
		return detail_fail(d, OAUTH2_ERR_SYNTAX,
		    "%s/%s: is of another session", dir->path, name);
	*ret = TAKE(session);
	return OAUTH2_ERR_OK;
}

enum oauth2_err
session_record_remove(
    const struct dir *dir, uint32_t audit_session, struct detail *d)
{
	char name[NAME_SIZE];

	name_session(audit_session, name);
	return dir_remove(dir, name, d);
}

bool
session_record_is_live(const struct approval *session, const struct moment *now)
{
	return moment_is_same_boot(&session->when, now) &&
	       process_is_alive((pid_t)session->pid, session->started);
}

void
session_record_sweep(const struct dir *dir, const struct moment *now)
{
	AUTO(strlist_free) struct strlist names = STRLIST(SESSION_RECORDS_MAX);

	if (dir_list(dir, SESSION_RECORD_SUFFIX, &names, NULL) != OAUTH2_ERR_OK)
		return;
	for (size_t i = 0; i < names.count; i++) {
		AUTO(approval_free) struct approval *session = NULL;

		if (read_named(dir, names.items[i], &session, NULL) !=
			OAUTH2_ERR_OK ||
		    !session_record_is_live(session, now))
			(void)!dir_remove(dir, names.items[i], NULL);
	}
}
