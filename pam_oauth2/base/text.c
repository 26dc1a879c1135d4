#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* Length and code point of the UTF-8 sequence at p, 0 when malformed. */
static size_t
utf8_decode(const uint8_t *p, size_t n, uint32_t *ret)
{
	uint32_t code;
	size_t length;

	if (p[0] < 0x80) {
		*ret = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		length = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		length = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		length = 4;
	else
		return 0;
	if (length > n)
		return 0;
	code = p[0] & (0xffu >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3fu);
	}
	if (length == 3 && (code < 0x800 || (code >= 0xd800 && code < 0xe000)))
		return 0;
	if (length == 4 && (code < 0x10000 || code > 0x10ffff))
		return 0;
	*ret = code;
	return length;
}

bool
text_is_utf8(const void *text, size_t n)
{
	const uint8_t *p = text;
	uint32_t code;

	while (n > 0) {
		size_t length = utf8_decode(p, n, &code);

		if (length == 0)
			return false;
		p += length;
		n -= length;
	}
	return true;
}

bool
text_is_visible_ascii(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (*text < 0x21 || *text > 0x7e)
			return false;
	return true;
}

bool
text_is_printable_ascii(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

/* Code points that are well-formed UTF-8 and yet not for a terminal. */
static const struct {
	uint32_t first;
	uint32_t last;
} unprintable[] = {
	{ 0x00, 0x1f },	      /* C0 */
	{ 0x7f, 0x9f },	      /* DEL, C1 */
	{ 0xad, 0xad },	      /* soft hyphen */
	{ 0x61c, 0x61c },     /* Arabic letter mark */
	{ 0x200b, 0x200f },   /* zero width, directional marks */
	{ 0x2028, 0x202e },   /* line separators, embeddings, overrides */
	{ 0x2060, 0x206f },   /* joiners, isolates */
	{ 0xfeff, 0xfeff },   /* byte order mark */
	{ 0xfff9, 0xfffb },   /* interlinear annotation */
	{ 0xe0000, 0xe007f }, /* tags */
};

static bool
is_unprintable(uint32_t code)
{
	for (size_t i = 0; i < sizeof(unprintable) / sizeof(*unprintable); i++)
		if (code >= unprintable[i].first && code <= unprintable[i].last)
			return true;
	return false;
}

bool
text_is_printable(const char *text)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t n = strlen(text), length;
	uint32_t code;

	for (; n > 0; p += length, n -= length) {
		length = utf8_decode(p, n, &code);
		if (length == 0 || is_unprintable(code))
			return false;
	}
	return true;
}

bool
text_is_domain(const char *text)
{
	size_t label = 0;

	if (strlen(text) > TEXT_DOMAIN_MAX)
		return false;
	for (; *text != '\0'; text++) {
		bool is_letter = (*text >= 'a' && *text <= 'z') ||
				 (*text >= 'A' && *text <= 'Z');
		bool is_digit = *text >= '0' && *text <= '9';

		if (*text == '.' && label > 0) {
			label = 0;
			continue;
		}
		if (!is_letter && !is_digit && *text != '-')
			return false;
		if (++label > 63)
			return false;
	}
	return label > 0;
}

bool
text_is_uuid(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (strlen(text) != TEXT_UUID_SIZE)
		return false;
	for (size_t i = 0; i < TEXT_UUID_SIZE; i++)
		if (form[i] == '-'
			? text[i] != '-'
			: strchr("0123456789abcdef", text[i]) == NULL)
			return false;
	return true;
}

bool
text_has_only(const char *text, const char *characters)
{
	return *text != '\0' && text[strspn(text, characters)] == '\0';
}

enum oauth2_err
text_parse_u64(const char *text, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (*text == '\0')
		return OAUTH2_ERR_SYNTAX;
	for (; *text != '\0'; text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		if (*text < '0' || *text > '9')
			return OAUTH2_ERR_SYNTAX;
		if (digit > max || value > (max - digit) / 10)
			return OAUTH2_ERR_LIMIT;
		value = value * 10 + digit;
	}
	*ret = value;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
text_copy(char *dst, size_t size, const char *text)
{
	size_t n = strlen(text);

	if (n >= size)
		return OAUTH2_ERR_LIMIT;
	memcpy(dst, text, n + 1);
	return OAUTH2_ERR_OK;
}

void
text_fold(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
}

static bool
is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* An escape that text_clean() made before. */
static bool
is_escape(const uint8_t *p, size_t n)
{
	return n >= 4 && p[0] == '\\' && p[1] == 'x' && is_hex(p[2]) &&
	       is_hex(p[3]);
}

void
text_clean(char *dst, size_t size, const void *text, size_t n)
{
	const uint8_t *p = text;
	size_t used = 0, taken;
	char out[5];

	for (size_t i = 0; i < n; i += taken) {
		taken = 1;
		if (p[i] >= 0x20 && p[i] <= 0x7e && p[i] != '"' &&
		    p[i] != '\\') {
			(void)snprintf(out, sizeof(out), "%c", p[i]);
		} else if (is_escape(p + i, n - i)) {
			taken = 4;
			(void)snprintf(
			    out, sizeof(out), "\\x%c%c", p[i + 2], p[i + 3]);
		} else {
			(void)snprintf(
			    out, sizeof(out), "\\x%02x", (unsigned)p[i]);
		}
		if (used + strlen(out) >= size)
			break;
		memcpy(dst + used, out, strlen(out));
		used += strlen(out);
	}
	dst[used] = '\0';
}

char *
text_next_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");
	char *end = word + strcspn(word, " \t");

	if (*word == '\0') {
		*rest = word;
		return NULL;
	}
	*rest = *end == '\0' ? end : end + 1;
	*end = '\0';
	return word;
}
