#include "login/login_defs.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"

/* "UID_MIN 1000": 0 and above are values; other lines leave *ret alone. */
static enum oauth2_err
parse_line(char *line, uint32_t *ret)
{
	char *rest = line, *key = text_next_word(&rest), *value;
	uint64_t number;

	if (key == NULL || strcmp(key, "UID_MIN") != 0)
		return OAUTH2_ERR_OK;
	value = text_next_word(&rest);
	if (value == NULL || text_next_word(&rest) != NULL ||
	    text_parse_u64(value, UINT32_MAX - 2, &number) != OAUTH2_ERR_OK ||
	    number == 0)
		return OAUTH2_ERR_CONFIG;
	*ret = (uint32_t)number;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
login_defs_parse(
    const struct source *source, uint32_t *ret_uid_min, struct detail *d)
{
	struct source_cursor cursor = SOURCE_CURSOR;
	uint32_t uid_min = LOGIN_DEFS_UID_MIN;
	char line[SOURCE_LINE_MAX + 1];
	enum oauth2_err err;

	while (source_copy_line(source, &cursor, line)) {
		err = parse_line(line, &uid_min);
		if (err != OAUTH2_ERR_OK)
			return detail_fail(d, err,
			    "%s:%u: UID_MIN must be a decimal number above 0; "
			    "or set min_uid",
			    source->name, cursor.number);
	}
	*ret_uid_min = uid_min;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
login_defs_load(const char *path, uint32_t *ret_uid_min, struct detail *d)
{
	AUTO(buf_free) struct buf content = BUF(LOGIN_DEFS_FILE_MAX);
	struct source source = { .name = path };
	struct detail why = { .text = "" };
	enum oauth2_err err;

	err = file_read_trusted(path, FILE_TRUST_ROOT, &content, &why);
	if (err == OAUTH2_ERR_NOT_FOUND) {
		*ret_uid_min = LOGIN_DEFS_UID_MIN;
		return OAUTH2_ERR_OK;
	}
	if (err != OAUTH2_ERR_OK)
		return detail_fail(d, err, "%.200s; or set min_uid", why.text);
	source.data = buf_text(&content);
	source.len = content.len;
	return login_defs_parse(&source, ret_uid_min, d);
}
