#include "login/pattern.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

static bool
is_in_range(char c, char first, char last)
{
	return c >= first && c <= last;
}

/* Both ends within the lower or the upper case letters or the digits. */
static bool
is_range(char first, char last)
{
	if (first > last)
		return false;
	return (is_in_range(first, 'a', 'z') && is_in_range(last, 'a', 'z')) ||
	       (is_in_range(first, 'A', 'Z') && is_in_range(last, 'A', 'Z')) ||
	       (is_in_range(first, '0', '9') && is_in_range(last, '0', '9'));
}

/* Read "[...]" at *p and step over it. */
static enum oauth2_err
parse_class(const char **p, bool set[128])
{
	const char *c = *p;

	if (*c++ != '[' || *c == ']')
		return OAUTH2_ERR_SYNTAX;
	while (*c != ']') {
		char start = *c++, last = start;

		if (start == '\0' || strchr(PATTERN_CHARACTERS, start) == NULL)
			return OAUTH2_ERR_SYNTAX;
		if (start == '-' && *c != ']')
			return OAUTH2_ERR_SYNTAX;
		if (start != '-' && *c == '-' && c[1] != ']') {
			last = c[1];
			if (!is_range(start, last))
				return OAUTH2_ERR_SYNTAX;
			c += 2;
		}
		for (int i = start; i <= last; i++)
			set[i] = true;
	}
	*p = c + 1;
	return OAUTH2_ERR_OK;
}

/* Read "{MIN,MAX}", which ends the text. */
static enum oauth2_err
parse_bounds(const char *text, struct pattern *ret)
{
	char copy[sizeof("{255,255}")], *comma;
	size_t n = strlen(text);
	uint64_t min, max;
	enum oauth2_err err;

	if (n < 2 || text[0] != '{' || text[n - 1] != '}')
		return OAUTH2_ERR_SYNTAX;
	if (n >= sizeof(copy))
		return OAUTH2_ERR_LIMIT;
	memcpy(copy, text + 1, n - 2);
	copy[n - 2] = '\0';
	comma = strchr(copy, ',');
	if (comma == NULL)
		return OAUTH2_ERR_SYNTAX;
	*comma = '\0';
	err = text_parse_u64(copy, PATTERN_MAX, &min);
	if (err == OAUTH2_ERR_OK)
		err = text_parse_u64(comma + 1, PATTERN_MAX, &max);
	if (err != OAUTH2_ERR_OK)
		return err;
	ret->min = (size_t)min;
	ret->max = (size_t)max;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
pattern_parse(const char *text, struct pattern *ret)
{
	struct pattern pattern = { .has_first = false };
	size_t extra;
	enum oauth2_err err;

	err = parse_class(&text, pattern.rest);
	if (err == OAUTH2_ERR_OK && *text == '[') {
		pattern.has_first = true;
		memcpy(pattern.first, pattern.rest, sizeof(pattern.first));
		memset(pattern.rest, 0, sizeof(pattern.rest));
		err = parse_class(&text, pattern.rest);
	}
	if (err == OAUTH2_ERR_OK)
		err = parse_bounds(text, &pattern);
	if (err != OAUTH2_ERR_OK)
		return err;
	extra = pattern.has_first ? 1 : 0;
	if (pattern.min > pattern.max || pattern.min + extra < 1)
		return OAUTH2_ERR_SYNTAX;
	if (pattern.max + extra > PATTERN_MAX)
		return OAUTH2_ERR_LIMIT;
	*ret = pattern;
	return OAUTH2_ERR_OK;
}

static bool
has_only(const char *text, const bool set[128])
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text > 127 || !set[(unsigned char)*text])
			return false;
	return true;
}

bool
pattern_matches(const struct pattern *pattern, const char *name)
{
	unsigned char first = (unsigned char)name[0];
	size_t n;

	if (first == '\0' || first == '-')
		return false;
	if (pattern->has_first) {
		if (first > 127 || !pattern->first[first])
			return false;
		name++;
	}
	n = strlen(name);
	return n >= pattern->min && n <= pattern->max &&
	       has_only(name, pattern->rest);
}
