#include "login/record.h"

#include <stddef.h>

#include "base/secret.h"
#include "codec/json_table.h"

#define TOKEN_MAX (16 * 1024)
#define TEXT_MAX  320
#define WORD_MAX  255
/* Two hashes of 43 characters, of a key and its authority. */
#define KEY_NAME_MAX 87
#define BOOT_ID_MAX  (MACHINE_BOOT_ID_SIZE - 1)

#define AT(member) offsetof(struct record, member)

static const struct json_table_row rows[] = {
	{ "sub", JSON_TABLE_TEXT, AT(sub), 255, 0 },
	{ "name", JSON_TABLE_TEXT, AT(name), TEXT_MAX, 0 },
	{ "refresh_token", JSON_TABLE_TEXT, AT(refresh_token), TOKEN_MAX, 0 },
	{ "email", JSON_TABLE_OPTIONAL, AT(email), TEXT_MAX, 0 },
	{ "interactive_wall", JSON_TABLE_INT64, AT(interactive.wall), 0, 0 },
	{ "interactive_boot_s", JSON_TABLE_INT64, AT(interactive.boot_s), 0,
	    0 },
	{ "interactive_boot_id", JSON_TABLE_INLINE, AT(interactive.boot_id),
	    BOOT_ID_MAX, 0 },
	{ "success_wall", JSON_TABLE_INT64, AT(success.wall), 0, 0 },
	{ "success_boot_s", JSON_TABLE_INT64, AT(success.boot_s), 0, 0 },
	{ "success_boot_id", JSON_TABLE_INLINE, AT(success.boot_id),
	    BOOT_ID_MAX, 0 },
	{ "intent", JSON_TABLE_INT64, AT(intent), 0, 0 },
	{ "keys", JSON_TABLE_TEXTS, AT(keys), KEY_NAME_MAX, RECORD_KEYS_MAX },
	{ "network", JSON_TABLE_OPTIONAL, AT(network), 64, 0 },
	{ "acr", JSON_TABLE_OPTIONAL, AT(acr), TEXT_MAX, 0 },
	{ "nonce", JSON_TABLE_OPTIONAL, AT(nonce), TEXT_MAX, 0 },
	{ "amr", JSON_TABLE_TEXTS, AT(amr), WORD_MAX, RECORD_AMR_MAX },
	{ "aud", JSON_TABLE_TEXTS, AT(aud), TEXT_MAX, RECORD_AUD_MAX },
	{ "auth_time", JSON_TABLE_INT64, AT(auth_time), 0, 0 },
};
static const struct json_table table = { "pam_oauth2 record 1", rows,
	sizeof(rows) / sizeof(*rows) };

static const struct json_table_row tombstone_rows[] = {
	{ "because", JSON_TABLE_INLINE, offsetof(struct tombstone, because),
	    RECORD_BECAUSE_SIZE - 1, 0 },
	{ "time", JSON_TABLE_INT64, offsetof(struct tombstone, time), 0, 0 },
};
static const struct json_table tombstone_table = { "pam_oauth2 tombstone 1",
	tombstone_rows, sizeof(tombstone_rows) / sizeof(*tombstone_rows) };

struct record *
record_new(void)
{
	struct record *record = secret_alloc(sizeof(*record));

	if (record == NULL)
		return NULL;
	record->keys.max = RECORD_KEYS_MAX;
	record->amr.max = RECORD_AMR_MAX;
	record->aud.max = RECORD_AUD_MAX;
	return record;
}

void
record_free(struct record *record)
{
	if (record == NULL)
		return;
	json_table_free(&table, record);
	secret_free(record);
}

enum oauth2_err
record_write(const struct record *record, struct buf *ret)
{
	return json_table_write(&table, record, ret);
}

enum oauth2_err
record_read(const struct buf *text, struct record **ret, struct detail *d)
{
	AUTO(record_free) struct record *record = record_new();
	enum oauth2_err err;

	if (record == NULL)
		return OAUTH2_ERR_NOMEM;
	err = json_table_read(&table, text, record, d);
	if (err == OAUTH2_ERR_OK)
		*ret = TAKE(record);
	return err;
}

enum oauth2_err
tombstone_write(const struct tombstone *tombstone, struct buf *ret)
{
	return json_table_write(&tombstone_table, tombstone, ret);
}

enum oauth2_err
tombstone_read(const struct buf *text, struct tombstone *ret, struct detail *d)
{
	struct tombstone read = { .time = 0 };
	enum oauth2_err err = json_table_read(&tombstone_table, text, &read, d);

	if (err == OAUTH2_ERR_OK)
		*ret = read;
	return err;
}
