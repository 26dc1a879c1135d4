#include "login/sealed.h"

#include <stddef.h>
#include <string.h>

#include "codec/json_table.h"

#define AT(member) offsetof(struct sealed_head, member)
static const struct json_table_row rows[] = {
	{ "kind", JSON_TABLE_INLINE, AT(kind), SEALED_KIND_MAX, 0 },
	{ "key", JSON_TABLE_INLINE, AT(key), HOST_KEY_ID_SIZE - 1, 0 },
	{ "issuer", JSON_TABLE_TEXT, AT(issuer), 2048, 0 },
	{ "client", JSON_TABLE_TEXT, AT(client), 4096, 0 },
	{ "user", JSON_TABLE_TEXT, AT(user), 255, 0 },
	{ "uid", JSON_TABLE_INT64, AT(uid), 0, 0 },
};
static const struct json_table table = { "pam_oauth2 sealed 1", rows,
	sizeof(rows) / sizeof(*rows) };

void
sealed_head_free(struct sealed_head *head)
{
	json_table_free(&table, head);
}

enum oauth2_err
sealed_head_write(const struct sealed_head *head, struct buf *ret)
{
	enum oauth2_err err = json_table_write(&table, head, ret);

	buf_putc(ret, '\n');
	return err != OAUTH2_ERR_OK ? err : buf_err(ret);
}

enum oauth2_err
sealed_head_read(const struct buf *file, struct sealed_head *ret,
    size_t *ret_size, struct detail *d)
{
	AUTO(buf_free) struct buf line = BUF(SEALED_HEAD_MAX);
	const uint8_t *end =
	    file->len == 0 ? NULL : memchr(file->data, '\n', file->len);
	enum oauth2_err err;

	if (end == NULL || end - file->data > SEALED_HEAD_MAX)
		return detail_fail(d, OAUTH2_ERR_SYNTAX, "no first line");
	buf_put(&line, file->data, (size_t)(end - file->data));
	err = buf_err(&line);
	if (err == OAUTH2_ERR_OK)
		err = json_table_read(&table, &line, ret, d);
	if (err == OAUTH2_ERR_OK)
		*ret_size = line.len + 1;
	return err;
}

/* No two contexts give the same bytes: the line ends where it ends. */
static enum oauth2_err
put_context(const struct sealed_context *context, struct buf *ret)
{
	buf_puts(ret, context->layer);
	buf_putc(ret, '\n');
	buf_put(ret, context->head, context->head_size);
	buf_puts(ret, context->machine);
	return buf_err(ret);
}

enum oauth2_err
sealed_close(const uint8_t key[CRYPTO_KEY_SIZE],
    const struct sealed_context *context, struct crypto_bytes content,
    struct buf *ret)
{
	AUTO(buf_free) struct buf bytes = BUF(SEALED_HEAD_MAX + 256);
	enum oauth2_err err = put_context(context, &bytes);

	if (err != OAUTH2_ERR_OK)
		return err;
	return crypto_seal(
	    key, (struct crypto_bytes){ bytes.data, bytes.len }, content, ret);
}

enum oauth2_err
sealed_open(const uint8_t key[CRYPTO_KEY_SIZE],
    const struct sealed_context *context, struct crypto_bytes sealed,
    struct buf *ret)
{
	AUTO(buf_free) struct buf bytes = BUF(SEALED_HEAD_MAX + 256);
	enum oauth2_err err = put_context(context, &bytes);

	if (err != OAUTH2_ERR_OK)
		return err;
	return crypto_open(
	    key, (struct crypto_bytes){ bytes.data, bytes.len }, sealed, ret);
}
