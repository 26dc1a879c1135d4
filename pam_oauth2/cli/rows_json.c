#include "cli/rows.h"
#include "codec/json_write.h"

static const char *const kinds[ROW_KINDS] = { "token", "pin", "tombstone",
	"broken", "foreign" };

static const char *const ages[] = {
	[RECORD_AGE_CLOCK] = "clock",
	[RECORD_AGE_EXPIRED] = "expired",
	[RECORD_AGE_IDLE] = "idle",
	[RECORD_AGE_GOOD] = "good",
};

const char *
row_kind_name(enum row_kind kind)
{
	return kinds[kind];
}

static void
put_token(const struct row *row, struct buf *ret)
{
	if (row->email != NULL)
		json_write_text(ret, "email", row->email);
	json_write_int64(ret, "signed_in_s", row->signed_in_s);
	if (!row->is_refused)
		json_write_int64(ret, "success_s", row->success_s);
	if (!row->has_expiry)
		return;
	json_write_text(ret, "age", ages[row->age]);
	if (row->age == RECORD_AGE_GOOD)
		json_write_int64(ret, "expires_s", row->expires_s);
}

void
row_json(const struct row *row, struct buf *ret)
{
	json_write_text(ret, "file", row->file);
	json_write_text(ret, "kind", row_kind_name(row->kind));
	if (row->user != NULL) {
		json_write_text(ret, "user", row->user);
		json_write_int64(ret, "uid", row->uid);
		json_write_text(ret, "issuer", row->issuer);
		json_write_text(ret, "client", row->client);
	}
	if (row->kind == ROW_TOKEN)
		put_token(row, ret);
	if (row->kind == ROW_TOMBSTONE) {
		json_write_text(ret, "because", row->tombstone.because);
		json_write_int64(ret, "time", row->tombstone.time);
	}
	if (row->kind == ROW_BROKEN || row->kind == ROW_FOREIGN)
		json_write_text(ret, "why", row->why);
}
