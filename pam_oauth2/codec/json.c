#include "codec/json.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "base/secret.h"
#include "codec/json_scan.h"

#define EXACT_MAX 9007199254740992.0 /* 2^53 */

/* struct json is a name for cJSON that keeps its header in here. */
static const cJSON *
node(const struct json *json)
{
	return (const cJSON *)(const void *)json;
}

static const struct json *
branch(const cJSON *item)
{
	return (const struct json *)(const void *)item;
}

/* cJSON lets the first of two equal keys win; others the last. */
static bool
has_duplicates(const cJSON *object)
{
	const cJSON *a, *b;

	cJSON_ArrayForEach(a, object)
	{
		for (b = a->next; cJSON_IsObject(object) && b; b = b->next)
			if (strcmp(a->string, b->string) == 0)
				return true;
		if (a->child != NULL && has_duplicates(a))
			return true;
	}
	return false;
}

enum oauth2_err
json_parse(const void *text, size_t n, struct json **ret, struct detail *d)
{
	cJSON_Hooks hooks = { secret_alloc, secret_free };
	const char *wrong;
	size_t at;
	cJSON *root;

	wrong = json_scan(text, n, &at);
	if (wrong != NULL)
		return detail_fail(d, OAUTH2_ERR_JSON,
		    "not acceptable JSON: %s at byte %zu", wrong, at);
	cJSON_InitHooks(&hooks);
	/* What passed the scan is JSON: only memory can be missing. */
	root = cJSON_ParseWithLength(text, n);
	if (root == NULL)
		return OAUTH2_ERR_NOMEM;
	if (has_duplicates(root)) {
		cJSON_Delete(root);
		return detail_fail(d, OAUTH2_ERR_JSON,
		    "not acceptable JSON: a key occurs twice");
	}
	*ret = (struct json *)(void *)root;
	return OAUTH2_ERR_OK;
}

void
json_free(struct json *json)
{
	cJSON_Delete((cJSON *)(void *)json);
}

bool
json_is_object(const struct json *json)
{
	return cJSON_IsObject(node(json));
}

bool
json_is_array(const struct json *json)
{
	return cJSON_IsArray(node(json));
}

static enum json_found
find(const struct json *json, const char *name, const cJSON **ret)
{
	const cJSON *item = NULL;

	if (json_is_object(json))
		item = cJSON_GetObjectItemCaseSensitive(node(json), name);
	if (item == NULL)
		return JSON_ABSENT;
	*ret = item;
	return cJSON_IsNull(item) ? JSON_NULL : JSON_FOUND;
}

bool
json_has(const struct json *json, const char *name)
{
	const cJSON *item;

	return find(json, name, &item) != JSON_ABSENT;
}

static enum json_found
find_branch(const struct json *json, const char *name,
    cJSON_bool (*is_of_type)(const cJSON *), const struct json **ret)
{
	const cJSON *item;
	enum json_found found = find(json, name, &item);

	if (found != JSON_FOUND)
		return found;
	if (!is_of_type(item))
		return JSON_WRONG_TYPE;
	*ret = branch(item);
	return JSON_FOUND;
}

enum json_found
json_get_object(
    const struct json *json, const char *name, const struct json **ret)
{
	return find_branch(json, name, cJSON_IsObject, ret);
}

enum json_found
json_get_array(
    const struct json *json, const char *name, const struct json **ret)
{
	return find_branch(json, name, cJSON_IsArray, ret);
}

const struct json *
json_first(const struct json *array)
{
	return branch(node(array)->child);
}

const struct json *
json_next(const struct json *element)
{
	return branch(node(element)->next);
}

static enum json_found
text_of(const cJSON *item, size_t max, const char **ret)
{
	if (!cJSON_IsString(item))
		return JSON_WRONG_TYPE;
	if (strlen(item->valuestring) > max)
		return JSON_TOO_LONG;
	*ret = item->valuestring;
	return JSON_FOUND;
}

enum json_found
json_get_text(
    const struct json *json, const char *name, size_t max, const char **ret)
{
	const cJSON *item;
	enum json_found found = find(json, name, &item);

	return found == JSON_FOUND ? text_of(item, max, ret) : found;
}

enum json_found
json_get_bool(const struct json *json, const char *name, bool *ret)
{
	const cJSON *item;
	enum json_found found = find(json, name, &item);

	if (found != JSON_FOUND)
		return found;
	if (!cJSON_IsBool(item))
		return JSON_WRONG_TYPE;
	*ret = cJSON_IsTrue(item);
	return JSON_FOUND;
}

enum json_found
json_get_number(const struct json *json, const char *name, double *ret)
{
	const cJSON *item;
	enum json_found found = find(json, name, &item);

	if (found != JSON_FOUND)
		return found;
	if (!cJSON_IsNumber(item))
		return JSON_WRONG_TYPE;
	*ret = item->valuedouble;
	return JSON_FOUND;
}

enum json_found
json_get_int64(const struct json *json, const char *name, int64_t *ret)
{
	double value = 0;
	enum json_found found = json_get_number(json, name, &value);

	if (found != JSON_FOUND)
		return found;
	if (value <= -EXACT_MAX || value >= EXACT_MAX ||
	    (double)(int64_t)value != value)
		return JSON_WRONG_TYPE;
	*ret = (int64_t)value;
	return JSON_FOUND;
}

static enum json_found
add_text(const cJSON *item, size_t max, struct strlist *ret)
{
	const char *text;
	enum json_found found = text_of(item, max, &text);

	if (found != JSON_FOUND)
		return found;
	switch (strlist_add(ret, text)) {
	case OAUTH2_ERR_OK:
		return JSON_FOUND;
	case OAUTH2_ERR_LIMIT:
		return JSON_TOO_LONG;
	default:
		return JSON_NOMEM;
	}
}

enum json_found
json_get_texts(
    const struct json *json, const char *name, size_t max, struct strlist *ret)
{
	const cJSON *item, *element;
	enum json_found found = find(json, name, &item);

	if (found != JSON_FOUND)
		return found;
	if (!cJSON_IsArray(item))
		return add_text(item, max, ret);
	cJSON_ArrayForEach(element, item)
	{
		found = add_text(element, max, ret);
		if (found != JSON_FOUND)
			return found;
	}
	return JSON_FOUND;
}
