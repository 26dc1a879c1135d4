/* codec/qr: whole or not at all, with a border, the same in both styles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "codec/qr.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define URL	     "https://id.example.com/device?user_code=ABCD-EFGH"
#define CODE_MAX     200000
#define SIDE_MAX     181
#define BORDER	     2

static const struct qr_size large = { 1000, 1000 };

/* A code as modules; light is true. */
struct modules {
	size_t side;
	bool is_light[SIDE_MAX][SIDE_MAX];
};

static size_t
count_lines(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void
render(const char *text, enum qr_style style, struct buf *ret)
{
	assert_int_equal(qr_render(text, style, &large, ret), OAUTH2_ERR_OK);
	assert_int_equal(buf_text(ret)[ret->len - 1], '\n');
}

/* Two characters a module. */
static void
read_ascii(const char *text, struct modules *ret)
{
	ret->side = count_lines(text);
	for (size_t row = 0; row < ret->side; row++) {
		for (size_t column = 0; column < ret->side; column++) {
			assert_true(memcmp(text, "##", 2) == 0 ||
				    memcmp(text, "  ", 2) == 0);
			ret->is_light[row][column] = text[0] == '#';
			text += 2;
		}
		assert_int_equal(*text++, '\n');
	}
}

/* One character for two modules; returns how many bytes it has. */
static size_t
read_block(const char *text, bool *ret_upper, bool *ret_lower)
{
	static const struct {
		const char *block;
		bool upper, lower;
	} blocks[] = { { " ", false, false }, { "▀", true, false },
		{ "▄", false, true }, { "█", true, true } };

	for (size_t i = 0; i < COUNT(blocks); i++) {
		size_t n = strlen(blocks[i].block);

		if (strncmp(text, blocks[i].block, n) != 0)
			continue;
		*ret_upper = blocks[i].upper;
		*ret_lower = blocks[i].lower;
		return n;
	}
	fail_msg("not a block: %.8s", text);
	return 0;
}

static void
read_utf8(const char *text, size_t side, struct modules *ret)
{
	ret->side = side;
	for (size_t row = 0; row < side; row += 2) {
		for (size_t column = 0; column < side; column++) {
			bool lower;

			text += read_block(
			    text, &ret->is_light[row][column], &lower);
			if (row + 1 < side)
				ret->is_light[row + 1][column] = lower;
			else
				assert_false(lower);
		}
		assert_int_equal(*text++, '\n');
	}
	assert_int_equal(*text, '\0');
}

static void
both_styles_show_the_same_modules(void **state)
{
	static const char *const texts[] = { "a", URL,
		"https://a.example/d?c=1234567890123456789012345678901234567" };
	static struct modules ascii, utf8;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO(buf_free) struct buf a = BUF(CODE_MAX);
		AUTO(buf_free) struct buf u = BUF(CODE_MAX);

		memset(&ascii, 0, sizeof(ascii));
		memset(&utf8, 0, sizeof(utf8));
		render(texts[i], QR_ASCII, &a);
		render(texts[i], QR_UTF8, &u);
		read_ascii(buf_text(&a), &ascii);
		assert_int_equal(
		    count_lines(buf_text(&u)), (ascii.side + 1) / 2);
		read_utf8(buf_text(&u), ascii.side, &utf8);
		assert_memory_equal(&ascii, &utf8, sizeof(ascii));
	}
}

static void
a_light_border_of_two_surrounds_it(void **state)
{
	AUTO(buf_free) struct buf code = BUF(CODE_MAX);
	static struct modules m;

	(void)state;
	render(URL, QR_ASCII, &code);
	read_ascii(buf_text(&code), &m);
	for (size_t i = 0; i < m.side; i++) {
		for (size_t j = 0; j < BORDER; j++) {
			assert_true(m.is_light[i][j]);
			assert_true(m.is_light[j][i]);
			assert_true(m.is_light[i][m.side - 1 - j]);
			assert_true(m.is_light[m.side - 1 - j][i]);
		}
	}
	/* The finder's corner is dark, and the ring within it light. */
	for (size_t i = 0; i < 7; i++)
		assert_false(m.is_light[BORDER][BORDER + i]);
	for (size_t i = 1; i < 6; i++)
		assert_true(m.is_light[BORDER + 1][BORDER + i]);
}

static void
the_size_is_that_of_correction_level_l(void **state)
{
	AUTO(buf_free) struct buf code = BUF(CODE_MAX);

	(void)state;
	/* 49 bytes: version 3, 29 modules, and the border twice. */
	render(URL, QR_UTF8, &code);
	assert_int_equal(strlen(URL), 49);
	assert_int_equal(count_lines(buf_text(&code)), 17);
}

static void
what_does_not_fit_is_left_out_whole(void **state)
{
	static const struct {
		enum qr_style style;
		struct qr_size size;
		enum oauth2_err err;
	} rows[] = {
		{ QR_UTF8, { 17, 33 }, OAUTH2_ERR_OK },
		{ QR_UTF8, { 16, 33 }, OAUTH2_ERR_LIMIT },
		{ QR_UTF8, { 17, 32 }, OAUTH2_ERR_LIMIT },
		{ QR_ASCII, { 33, 66 }, OAUTH2_ERR_OK },
		{ QR_ASCII, { 32, 66 }, OAUTH2_ERR_LIMIT },
		{ QR_ASCII, { 33, 65 }, OAUTH2_ERR_LIMIT },
		{ QR_UTF8, { 0, 0 }, OAUTH2_ERR_LIMIT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(buf_free) struct buf code = BUF(CODE_MAX);

		assert_int_equal(
		    qr_render(URL, rows[i].style, &rows[i].size, &code),
		    rows[i].err);
		assert_int_equal(code.len > 0, rows[i].err == OAUTH2_ERR_OK);
	}
}

static void
a_text_too_long_for_any_code_is_refused(void **state)
{
	AUTO(buf_free) struct buf code = BUF(CODE_MAX);
	static char text[3001];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(
	    qr_render(text, QR_UTF8, &large, &code), OAUTH2_ERR_LIMIT);
	assert_int_equal(
	    qr_render("", QR_UTF8, &large, &code), OAUTH2_ERR_LIMIT);
	assert_int_equal(code.len, 0);
}

static void
a_buffer_too_small_is_an_error(void **state)
{
	AUTO(buf_free) struct buf code = BUF(100);

	(void)state;
	assert_int_equal(
	    qr_render(URL, QR_UTF8, &large, &code), OAUTH2_ERR_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_styles_show_the_same_modules),
		cmocka_unit_test(a_light_border_of_two_surrounds_it),
		cmocka_unit_test(the_size_is_that_of_correction_level_l),
		cmocka_unit_test(what_does_not_fit_is_left_out_whole),
		cmocka_unit_test(a_text_too_long_for_any_code_is_refused),
		cmocka_unit_test(a_buffer_too_small_is_an_error),
	};

	return cmocka_run_group_tests_name("qr", tests, NULL, NULL);
}
