#include "codec/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <stdbool.h>

#define BORDER 2

/* Whether the module at this place, border included, is light. */
static bool
is_light(const QRcode *code, int row, int column)
{
	row -= BORDER;
	column -= BORDER;
	if (row < 0 || column < 0 || row >= code->width ||
	    column >= code->width)
		return true;
	return (code->data[row * code->width + column] & 1) == 0;
}

static void
put_half_blocks(const QRcode *code, int side, struct buf *ret)
{
	/* upper half light, lower half light */
	static const char *const blocks[2][2] = { { " ", "▄" }, { "▀", "█" } };

	for (int row = 0; row < side; row += 2) {
		for (int column = 0; column < side; column++)
			buf_puts(ret,
			    blocks[is_light(code, row, column)]
				  [row + 1 < side &&
				      is_light(code, row + 1, column)]);
		buf_putc(ret, '\n');
	}
}

static void
put_ascii(const QRcode *code, int side, struct buf *ret)
{
	for (int row = 0; row < side; row++) {
		for (int column = 0; column < side; column++)
			buf_puts(
			    ret, is_light(code, row, column) ? "##" : "  ");
		buf_putc(ret, '\n');
	}
}

enum oauth2_err
qr_render(const char *text, enum qr_style style, const struct qr_size *size,
    struct buf *ret)
{
	QRcode *code;
	size_t side, rows, columns;

	code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	if (code == NULL)
		return errno == ENOMEM ? OAUTH2_ERR_NOMEM : OAUTH2_ERR_LIMIT;
	side = (size_t)code->width + 2 * BORDER;
	rows = style == QR_UTF8 ? (side + 1) / 2 : side;
	columns = style == QR_UTF8 ? side : 2 * side;
	if (rows > size->max_rows || columns > size->max_columns) {
		QRcode_free(code);
		return OAUTH2_ERR_LIMIT;
	}
	if (style == QR_UTF8)
		put_half_blocks(code, (int)side, ret);
	else
		put_ascii(code, (int)side, ret);
	QRcode_free(code);
	return buf_err(ret);
}
