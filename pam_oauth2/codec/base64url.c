#include "codec/base64url.h"

#include <string.h>

#define COMMON "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* pad is what fills up the last group; '\0' for nothing. */
static void
encode(
    struct buf *b, const uint8_t *p, size_t n, const char *alphabet, char pad)
{
	for (; n > 0; p += 3) {
		size_t take = n < 3 ? n : 3;
		uint32_t bits = (uint32_t)p[0] << 16;

		if (take > 1)
			bits |= (uint32_t)p[1] << 8;
		if (take > 2)
			bits |= p[2];
		for (size_t i = 0; i < 4; i++) {
			if (i <= take)
				buf_putc(
				    b, alphabet[bits >> (18 - 6 * i) & 63]);
			else if (pad != '\0')
				buf_putc(b, pad);
		}
		n -= take;
	}
}

void
base64_encode(struct buf *b, const void *data, size_t n)
{
	encode(b, data, n, COMMON "+/", '=');
}

void
base64url_encode(struct buf *b, const void *data, size_t n)
{
	encode(b, data, n, COMMON "-_", '\0');
}

/* The six bits of a character, 64 for one that has none. */
static uint32_t
bits_of(char c)
{
	static const char alphabet[] = COMMON "-_";
	const char *found = memchr(alphabet, c, 64);

	return found != NULL ? (uint32_t)(found - alphabet) : 64;
}

/* The group of 2 to 4 characters: its bytes, 0 where it is not canonical. */
static size_t
decode_group(const char *text, size_t n, uint8_t *ret)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < 4; i++) {
		uint32_t six = i < n ? bits_of(text[i]) : 0;

		if (six == 64)
			return 0;
		bits = bits << 6 | six;
	}
	if (n < 2 || (n == 2 && (bits & 0xffff) != 0) ||
	    (n == 3 && (bits & 0xff) != 0))
		return 0;
	ret[0] = (uint8_t)(bits >> 16);
	ret[1] = (uint8_t)(bits >> 8);
	ret[2] = (uint8_t)bits;
	return n - 1;
}

static bool
is_canonical(const char *text, size_t n)
{
	uint8_t group[3];

	for (size_t i = 0; i < n; i += 4)
		if (decode_group(text + i, n - i < 4 ? n - i : 4, group) == 0)
			return false;
	return true;
}

enum oauth2_err
base64url_decode(struct buf *b, const char *text, size_t n)
{
	uint8_t group[3];

	if (!is_canonical(text, n))
		return OAUTH2_ERR_SYNTAX;
	for (size_t i = 0; i < n; i += 4)
		buf_put(b, group,
		    decode_group(text + i, n - i < 4 ? n - i : 4, group));
	return buf_err(b);
}
