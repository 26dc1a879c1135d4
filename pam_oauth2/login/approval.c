#include "login/approval.h"

#include <stddef.h>

#include "base/secret.h"
#include "codec/json_table.h"

#define TEXT_MAX    320
#define ISSUER_MAX  2048
#define BOOT_ID_MAX (MACHINE_BOOT_ID_SIZE - 1)

#define AT(member) offsetof(struct approval, member)

static const struct json_table_row rows[] = {
	{ "wall", JSON_TABLE_INT64, AT(when.wall), 0, 0 },
	{ "boot_s", JSON_TABLE_INT64, AT(when.boot_s), 0, 0 },
	{ "boot_id", JSON_TABLE_INLINE, AT(when.boot_id), BOOT_ID_MAX, 0 },
	{ "user", JSON_TABLE_TEXT, AT(user), 255, 0 },
	{ "uid", JSON_TABLE_INT64, AT(uid), 0, 0 },
	{ "service", JSON_TABLE_TEXT, AT(service), 64, 0 },
	{ "rhost", JSON_TABLE_OPTIONAL, AT(rhost), 255, 0 },
	{ "tty", JSON_TABLE_OPTIONAL, AT(tty), 255, 0 },
	{ "issuer", JSON_TABLE_TEXT, AT(issuer), ISSUER_MAX, 0 },
	{ "sub", JSON_TABLE_TEXT, AT(sub), 255, 0 },
	{ "acr", JSON_TABLE_OPTIONAL, AT(acr), TEXT_MAX, 0 },
	{ "amr", JSON_TABLE_TEXTS, AT(amr), 64, RECORD_AMR_MAX },
	{ "auth_time", JSON_TABLE_INT64, AT(auth_time), 0, 0 },
	{ "audit_session", JSON_TABLE_INT64, AT(audit_session), 0, 0 },
	{ "pid", JSON_TABLE_INT64, AT(pid), 0, 0 },
	{ "started", JSON_TABLE_INT64, AT(started), 0, 0 },
	{ "kin", JSON_TABLE_INT64, AT(kin), 0, 0 },
	{ "kin_started", JSON_TABLE_INT64, AT(kin_started), 0, 0 },
};

/* The form says which it is: a pending one is no session. */
static const struct json_table tables[] = {
	[APPROVAL_PENDING] = { "pam_oauth2 pending 1", rows,
	    sizeof(rows) / sizeof(*rows) },
	[APPROVAL_SESSION] = { "pam_oauth2 session 1", rows,
	    sizeof(rows) / sizeof(*rows) },
};

struct approval *
approval_new(void)
{
	struct approval *approval = secret_alloc(sizeof(*approval));

	if (approval != NULL)
		approval->amr.max = RECORD_AMR_MAX;
	return approval;
}

void
approval_free(struct approval *approval)
{
	if (approval == NULL)
		return;
	json_table_free(&tables[APPROVAL_PENDING], approval);
	secret_free(approval);
}

enum oauth2_err
approval_write(
    const struct approval *approval, enum approval_kind kind, struct buf *ret)
{
	return json_table_write(&tables[kind], approval, ret);
}

enum oauth2_err
approval_read(const struct buf *text, enum approval_kind kind,
    struct approval **ret, struct detail *d)
{
	AUTO(approval_free) struct approval *approval = approval_new();
	enum oauth2_err err;

	if (approval == NULL)
		return OAUTH2_ERR_NOMEM;
	err = json_table_read(&tables[kind], text, approval, d);
	if (err == OAUTH2_ERR_OK)
		*ret = TAKE(approval);
	return err;
}
