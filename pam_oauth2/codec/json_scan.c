#include "codec/json_scan.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "codec/json.h"

/* cJSON cuts longer numbers to 63 characters and reads on behind them. */
#define NUMBER_MAX 63

struct scan {
	const char *p; /* the next byte */
	const char *end;
	unsigned depth;
	unsigned nodes;
	const char *wrong;
};

static bool
fail(struct scan *s, const char *wrong)
{
	s->wrong = wrong;
	return false;
}

/* The next byte, or NUL at the end (a NUL in the text fails everywhere). */
static char
peek(const struct scan *s)
{
	return s->p < s->end ? *s->p : '\0';
}

static bool
take(struct scan *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static void
skip_blanks(struct scan *s)
{
	while (s->p < s->end && *s->p != '\0' && strchr(" \t\r\n", *s->p))
		s->p++;
}

/* Four hex digits after \u. */
static bool
scan_hex4(struct scan *s, uint32_t *ret)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++) {
		char c = peek(s);
		uint32_t digit;

		if (c >= '0' && c <= '9')
			digit = (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			digit = (uint32_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			digit = (uint32_t)(c - 'A' + 10);
		else
			return fail(s, "a bad escape");
		value = value << 4 | digit;
		s->p++;
	}
	*ret = value;
	return true;
}

/* Behind a backslash. */
static bool
scan_escape(struct scan *s)
{
	uint32_t code, low;

	if (!take(s, 'u')) {
		if (peek(s) == '\0' || strchr("\"\\/bfnrt", *s->p) == NULL)
			return fail(s, "a bad escape");
		s->p++;
		return true;
	}
	if (!scan_hex4(s, &code))
		return false;
	if (code == 0)
		return fail(s, "an escaped NUL");
	if (code < 0xd800 || code > 0xdfff)
		return true;
	if (code > 0xdbff || !take(s, '\\') || !take(s, 'u'))
		return fail(s, "a lone surrogate");
	if (!scan_hex4(s, &low))
		return false;
	if (low < 0xdc00 || low > 0xdfff)
		return fail(s, "a lone surrogate");
	return true;
}

static bool
scan_string(struct scan *s)
{
	if (!take(s, '"'))
		return fail(s, "a string is missing");
	while (s->p < s->end) {
		if (take(s, '"'))
			return true;
		if (take(s, '\\')) {
			if (!scan_escape(s))
				return false;
			continue;
		}
		if ((unsigned char)*s->p < 0x20)
			return fail(s, "a control character");
		s->p++;
	}
	return fail(s, "it is cut short");
}

static bool
scan_digits(struct scan *s)
{
	if (peek(s) < '0' || peek(s) > '9')
		return fail(s, "not a number");
	while (peek(s) >= '0' && peek(s) <= '9')
		s->p++;
	return true;
}

static bool
scan_number(struct scan *s)
{
	const char *start = s->p;
	char copy[NUMBER_MAX + 1];
	size_t n;

	(void)take(s, '-');
	if (!take(s, '0') && !scan_digits(s))
		return false;
	if (take(s, '.') && !scan_digits(s))
		return false;
	if (take(s, 'e') || take(s, 'E')) {
		if (!take(s, '+'))
			(void)take(s, '-');
		if (!scan_digits(s))
			return false;
	}
	n = (size_t)(s->p - start);
	if (n > NUMBER_MAX)
		return fail(s, "a number too long");
	memcpy(copy, start, n);
	copy[n] = '\0';
	if (!isfinite(strtod(copy, NULL)))
		return fail(s, "a number too large");
	return true;
}

static bool
scan_word(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
		return fail(s, "not a JSON value");
	s->p += n;
	return true;
}

static bool scan_value(struct scan *s);

/* The inside of an array or object, up to its closing bracket. */
static bool
scan_members(struct scan *s, char close)
{
	s->p++;
	skip_blanks(s);
	if (take(s, close))
		return true;
	for (;;) {
		if (close == '}') {
			skip_blanks(s);
			if (!scan_string(s))
				return false;
			skip_blanks(s);
			if (!take(s, ':'))
				return fail(s, "a colon is missing");
		}
		if (!scan_value(s))
			return false;
		if (take(s, close))
			return true;
		if (!take(s, ','))
			return fail(s, "a comma or bracket is missing");
	}
}

/* One value and the blanks around it; recursion ends at JSON_DEPTH_MAX. */
static bool
scan_value(struct scan *s)
{
	bool ok;

	skip_blanks(s);
	if (++s->nodes > JSON_NODES_MAX)
		return fail(s, "too many values");
	switch (peek(s)) {
	case '{':
	case '[':
		if (++s->depth > JSON_DEPTH_MAX)
			return fail(s, "nested too deeply");
		ok = scan_members(s, peek(s) == '{' ? '}' : ']');
		s->depth--;
		break;
	case '"':
		ok = scan_string(s);
		break;
	case 't':
		ok = scan_word(s, "true");
		break;
	case 'f':
		ok = scan_word(s, "false");
		break;
	case 'n':
		ok = scan_word(s, "null");
		break;
	default:
		ok = scan_number(s);
	}
	skip_blanks(s);
	return ok;
}

const char *
json_scan(const void *text, size_t n, size_t *ret_at)
{
	struct scan s = { .p = text };

	*ret_at = 0;
	if (n == 0)
		return "it is empty";
	s.end = s.p + n;
	if (memchr(text, '\0', n) != NULL)
		return "a NUL byte";
	if (!text_is_utf8(text, n))
		return "not UTF-8";
	if (scan_value(&s) && s.p != s.end)
		fail(&s, "something follows the value");
	*ret_at = (size_t)(s.p - (const char *)text);
	return s.wrong;
}
