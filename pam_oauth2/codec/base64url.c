#include "codec/base64url.h"

void
base64_encode(struct buf *b, const void *data, size_t n)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *p = data;

	for (; n > 0; p += 3) {
		size_t take = n < 3 ? n : 3;
		uint32_t bits = (uint32_t)p[0] << 16;

		if (take > 1)
			bits |= (uint32_t)p[1] << 8;
		if (take > 2)
			bits |= p[2];
		for (size_t i = 0; i < 4; i++)
			buf_putc(b, i <= take
					? alphabet[bits >> (18 - 6 * i) & 63]
					: '=');
		n -= take;
	}
}
