#include "codec/json_table.h"

#include <string.h>

#include "base/secret.h"
#include "base/strlist.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"

#define FORM "form"

/* A member of a struct, whatever it is. */
#define MEMBER(type, values, row) \
	((type *)(void *)((char *)(values) + (row)->offset))
#define CONST_MEMBER(type, values, row) \
	((const type *)(const void *)((const char *)(values) + (row)->offset))

static bool
is_text(const struct json_table_row *row, const char *text)
{
	size_t n = strlen(text);

	return n > 0 && n <= row->max && text_is_utf8(text, n);
}

static bool
write_text(const struct json_table_row *row, const char *text, struct buf *ret)
{
	if (text == NULL)
		return row->kind == JSON_TABLE_OPTIONAL;
	if (!is_text(row, text))
		return false;
	json_write_text(ret, row->name, text);
	return true;
}

static bool
write_texts(const struct json_table_row *row, const struct strlist *list,
    struct buf *ret)
{
	if (list->count > row->items)
		return false;
	for (size_t i = 0; i < list->count; i++)
		if (!is_text(row, list->items[i]))
			return false;
	json_write_texts(ret, row->name, list);
	return true;
}

static bool
write_int64(const struct json_table_row *row, int64_t value, struct buf *ret)
{
	if (value < 0 || value > JSON_TABLE_INT64_MAX)
		return false;
	json_write_int64(ret, row->name, value);
	return true;
}

static bool
write_row(const struct json_table_row *row, const void *values, struct buf *ret)
{
	switch (row->kind) {
	case JSON_TABLE_TEXT:
	case JSON_TABLE_OPTIONAL:
		return write_text(row, *CONST_MEMBER(char *, values, row), ret);
	case JSON_TABLE_INLINE:
		return write_text(row, CONST_MEMBER(char, values, row), ret);
	case JSON_TABLE_TEXTS:
		return write_texts(
		    row, CONST_MEMBER(struct strlist, values, row), ret);
	case JSON_TABLE_INT64:
		return write_int64(
		    row, *CONST_MEMBER(int64_t, values, row), ret);
	}
	return false;
}

enum oauth2_err
json_table_write(
    const struct json_table *table, const void *values, struct buf *ret)
{
	json_write_begin(ret);
	json_write_text(ret, FORM, table->form);
	for (size_t i = 0; i < table->count; i++)
		if (!write_row(&table->rows[i], values, ret))
			return OAUTH2_ERR_SYNTAX;
	json_write_end(ret);
	return buf_err(ret);
}

static enum json_found
read_text(const struct json *json, const struct json_table_row *row, char **ret)
{
	const char *text;
	enum json_found found = json_get_text(json, row->name, row->max, &text);

	if (found == JSON_ABSENT && row->kind == JSON_TABLE_OPTIONAL)
		return JSON_FOUND;
	if (found != JSON_FOUND)
		return found;
	*ret = secret_strdup(text);
	return *ret != NULL ? JSON_FOUND : JSON_NOMEM;
}

static enum json_found
read_inline(
    const struct json *json, const struct json_table_row *row, char *ret)
{
	const char *text;
	enum json_found found = json_get_text(json, row->name, row->max, &text);

	if (found == JSON_FOUND)
		memcpy(ret, text, strlen(text) + 1);
	return found;
}

static enum json_found
read_row(const struct json *json, const struct json_table_row *row, void *ret)
{
	switch (row->kind) {
	case JSON_TABLE_TEXT:
	case JSON_TABLE_OPTIONAL:
		return read_text(json, row, MEMBER(char *, ret, row));
	case JSON_TABLE_INLINE:
		return read_inline(json, row, MEMBER(char, ret, row));
	case JSON_TABLE_TEXTS:
		MEMBER(struct strlist, ret, row)->max = row->items;
		return json_get_texts(json, row->name, row->max,
		    MEMBER(struct strlist, ret, row));
	case JSON_TABLE_INT64:
		return json_get_int64(
		    json, row->name, MEMBER(int64_t, ret, row));
	}
	return JSON_WRONG_TYPE;
}

/* Another form, unknown members, another order, a blank: the text would be
 * another. */
static enum oauth2_err
check_text(const struct json_table *table, const void *values,
    const struct buf *text, struct detail *d)
{
	AUTO(buf_free) struct buf again = BUF(text->len);
	enum oauth2_err err = json_table_write(table, values, &again);

	if (err == OAUTH2_ERR_NOMEM)
		return err;
	if (err == OAUTH2_ERR_OK && again.len == text->len &&
	    memcmp(again.data, text->data, text->len) == 0)
		return OAUTH2_ERR_OK;
	return detail_fail(
	    d, OAUTH2_ERR_SYNTAX, "not as we write a \"%s\"", table->form);
}

enum oauth2_err
json_table_read(const struct json_table *table, const struct buf *text,
    void *ret, struct detail *d)
{
	AUTO(json_free) struct json *json = NULL;
	enum oauth2_err err;

	err = json_parse(text->data, text->len, &json, d);
	if (err == OAUTH2_ERR_NOMEM)
		return err;
	if (err != OAUTH2_ERR_OK)
		return OAUTH2_ERR_SYNTAX;
	for (size_t i = 0; i < table->count; i++) {
		const struct json_table_row *row = &table->rows[i];
		enum json_found found = read_row(json, row, ret);

		if (found == JSON_NOMEM)
			return OAUTH2_ERR_NOMEM;
		if (found != JSON_FOUND)
			return detail_fail(d, OAUTH2_ERR_SYNTAX,
			    "%s is not what it should be", row->name);
	}
	return check_text(table, ret, text, d);
}

void
json_table_free(const struct json_table *table, void *values)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct json_table_row *row = &table->rows[i];

		switch (row->kind) {
		case JSON_TABLE_TEXT:
		case JSON_TABLE_OPTIONAL:
			secret_free(*MEMBER(char *, values, row));
			*MEMBER(char *, values, row) = NULL;
			break;
		case JSON_TABLE_INLINE:
			secret_wipe(MEMBER(char, values, row), row->max + 1);
			break;
		case JSON_TABLE_TEXTS:
			strlist_free(MEMBER(struct strlist, values, row));
			break;
		case JSON_TABLE_INT64:
			*MEMBER(int64_t, values, row) = 0;
			break;
		}
	}
}
