#include "oauth2/field.h"

#include "base/secret.h"
#include "base/text.h"

static enum oauth2_err
refuse(enum json_found found, const char *name, struct detail *d)
{
	because(d, OAUTH2_CAUSE_PROTOCOL);
	switch (found) {
	case JSON_ABSENT:
	case JSON_NULL:
		return detail_fail(
		    d, OAUTH2_ERR_NOT_FOUND, "%.64s is missing", name);
	case JSON_TOO_LONG:
		return detail_fail(
		    d, OAUTH2_ERR_SYNTAX, "%.64s is too long", name);
	default:
		return detail_fail(d, OAUTH2_ERR_SYNTAX,
		    "%.64s is not what it should be", name);
	}
}

enum oauth2_err
field_text(const struct json *json, const char *name, size_t max, char **ret,
    struct detail *d)
{
	const char *text = "";
	enum json_found found = json_get_text(json, name, max, &text);
	char *copy;

	if (found == JSON_FOUND && text[0] == '\0')
		found = JSON_WRONG_TYPE;
	if (found != JSON_FOUND)
		return refuse(found, name, d);
	copy = secret_strdup(text);
	if (copy == NULL)
		return OAUTH2_ERR_NOMEM;
	*ret = copy;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
field_token(const struct json *json, const char *name, size_t max, char **ret,
    struct detail *d)
{
	AUTO(secret_text_free) char *text = NULL;
	enum oauth2_err err = field_text(json, name, max, &text, d);

	if (err != OAUTH2_ERR_OK)
		return err;
	if (!text_is_visible_ascii(text))
		return refuse(JSON_WRONG_TYPE, name, d);
	*ret = TAKE(text);
	return OAUTH2_ERR_OK;
}

/* Digits alone, any number of them. */
static enum json_found
integer_of_text(const char *text, int64_t max, int64_t *ret)
{
	uint64_t value;

	switch (text_parse_u64(text, (uint64_t)max, &value)) {
	case OAUTH2_ERR_OK:
		*ret = (int64_t)value;
		return JSON_FOUND;
	case OAUTH2_ERR_LIMIT:
		*ret = max;
		return text_has_only(text, "0123456789") ? JSON_FOUND
							 : JSON_WRONG_TYPE;
	default:
		return JSON_WRONG_TYPE;
	}
}

static enum json_found
integer_of_number(double number, int64_t max, int64_t *ret)
{
	if (number >= (double)max || number <= -(double)max) {
		*ret = number > 0 ? max : -max;
		return JSON_FOUND;
	}
	*ret = (int64_t)number;
	return (double)*ret == number ? JSON_FOUND : JSON_WRONG_TYPE;
}

enum oauth2_err
field_integer(const struct json *json, const char *name, int64_t max,
    int64_t *ret, struct detail *d)
{
	const char *text;
	int64_t value;
	double number;
	enum json_found found;

	found = json_get_number(json, name, &number);
	if (found == JSON_FOUND)
		found = integer_of_number(number, max, &value);
	else if (found == JSON_WRONG_TYPE &&
		 json_get_text(json, name, 64, &text) == JSON_FOUND)
		found = integer_of_text(text, max, &value);
	if (found != JSON_FOUND)
		return refuse(found, name, d);
	*ret = value;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
field_optional(enum oauth2_err err, struct detail *d)
{
	if (err != OAUTH2_ERR_NOT_FOUND)
		return err;
	return detail_fail(
	    because(d, OAUTH2_CAUSE_NONE), OAUTH2_ERR_OK, "%s", "");
}
