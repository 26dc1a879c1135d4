#include "login/machine.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"

#define FILE_MAX 128
#define HEX	 "0123456789abcdef"
#define NONE	 "00000000000000000000000000000000"

/* The only line of a file, without its newline. */
static enum oauth2_err
read_line(const char *path, struct buf *ret, struct detail *d)
{
	enum oauth2_err err = file_read_trusted(path, FILE_TRUST_ROOT, ret, d);

	if (err != OAUTH2_ERR_OK)
		return err;
	if (ret->len > 0 && ret->data[ret->len - 1] == '\n')
		ret->len--;
	if (memchr(buf_text(ret), '\0', ret->len) != NULL)
		return detail_fail(
		    d, OAUTH2_ERR_CONFIG, "%s: holds a NUL byte", path);
	return buf_err(ret);
}

enum oauth2_err
machine_id(const char *path, char ret[MACHINE_ID_SIZE], struct detail *d)
{
	AUTO(buf_free) struct buf line = BUF(FILE_MAX);
	enum oauth2_err err = read_line(path, &line, d);
	const char *text = buf_text(&line);

	if (err != OAUTH2_ERR_OK)
		return err;
	if (text[0] == '\0' || strcmp(text, "uninitialized") == 0)
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s: not set yet; systemd-machine-id-setup sets it", path);
	if (line.len != MACHINE_ID_SIZE - 1 || !text_has_only(text, HEX) ||
	    strcmp(text, NONE) == 0)
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s: not 32 hexadecimal digits", path);
	memcpy(ret, text, MACHINE_ID_SIZE);
	return OAUTH2_ERR_OK;
}

enum oauth2_err
machine_boot_id(
    const char *path, char ret[MACHINE_BOOT_ID_SIZE], struct detail *d)
{
	AUTO(buf_free) struct buf line = BUF(FILE_MAX);
	enum oauth2_err err = read_line(path, &line, d);
	const char *text = buf_text(&line);

	if (err != OAUTH2_ERR_OK)
		return err;
	if (line.len != MACHINE_BOOT_ID_SIZE - 1 ||
	    !text_has_only(text, HEX "-"))
		return detail_fail(
		    d, OAUTH2_ERR_CONFIG, "%s: not a boot id", path);
	memcpy(ret, text, MACHINE_BOOT_ID_SIZE);
	return OAUTH2_ERR_OK;
}
