#include "oauth2/parameters.h"

#include <string.h>

#include "base/text.h"
#include "codec/uri.h"

#define NAME_MAX_BYTES 64

static bool
is_name(const char *name)
{
	return text_is_visible_ascii(name) && strlen(name) <= NAME_MAX_BYTES;
}

enum oauth2_err
oauth2_parameter_cut(char *text, struct oauth2_parameter *ret)
{
	char *equal = strchr(text, '=');

	if (equal == NULL)
		return OAUTH2_ERR_SYNTAX;
	*equal = '\0';
	if (!is_name(text) || !text_is_printable(equal + 1))
		return OAUTH2_ERR_SYNTAX;
	*ret = (struct oauth2_parameter){ text, equal + 1 };
	return OAUTH2_ERR_OK;
}

static bool
is_taken(
    const struct oauth2_parameters *p, size_t at, const char *const *reserved)
{
	const char *name = p->items[at].name;

	for (; *reserved != NULL; reserved++)
		if (strcmp(name, *reserved) == 0)
			return true;
	for (size_t i = 0; i < at; i++)
		if (strcmp(name, p->items[i].name) == 0)
			return true;
	return false;
}

enum oauth2_err
parameters_add(const struct oauth2_parameters *p, const char *const *reserved,
    struct buf *b, struct detail *d)
{
	for (size_t i = 0; i < p->count; i++) {
		const char *name = p->items[i].name, *value = p->items[i].value;

		if (!is_name(name))
			return detail_fail(d, OAUTH2_ERR_CONFIG,
			    "an extra parameter has no valid name");
		if (is_taken(p, i, reserved))
			return detail_fail(d, OAUTH2_ERR_CONFIG,
			    "extra parameter %s: set elsewhere, or twice",
			    name);
		if (!text_is_printable(value))
			return detail_fail(d, OAUTH2_ERR_CONFIG,
			    "extra parameter %s: its value is not valid", name);
		uri_form_add(b, name, value);
	}
	return OAUTH2_ERR_OK;
}
