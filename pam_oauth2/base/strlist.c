#include "base/strlist.h"

#include <string.h>

#include "base/secret.h"
#include "base/text.h"

/* Room for one more item: the array doubles. */
static enum oauth2_err
make_room(struct strlist *l)
{
	char **items;

	if (l->count >= l->max)
		return OAUTH2_ERR_LIMIT;
	if (l->count > 0 && (l->count & (l->count - 1)) != 0)
		return OAUTH2_ERR_OK;
	items =
	    secret_alloc((l->count == 0 ? 1 : l->count * 2) * sizeof(*items));
	if (items == NULL)
		return OAUTH2_ERR_NOMEM;
	if (l->count > 0)
		memcpy(items, l->items, l->count * sizeof(*items));
	secret_free(l->items);
	l->items = items;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
strlist_add(struct strlist *l, const char *text)
{
	enum oauth2_err err;
	char *copy;

	err = make_room(l);
	if (err != OAUTH2_ERR_OK)
		return err;
	copy = secret_strdup(text);
	if (copy == NULL)
		return OAUTH2_ERR_NOMEM;
	l->items[l->count++] = copy;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
strlist_add_words(struct strlist *l, const char *text)
{
	AUTO(secret_text_free) char *copy = secret_strdup(text);
	char *rest = copy, *word;
	enum oauth2_err err;

	if (copy == NULL)
		return OAUTH2_ERR_NOMEM;
	while ((word = text_next_word(&rest)) != NULL) {
		err = strlist_add(l, word);
		if (err != OAUTH2_ERR_OK)
			return err;
	}
	return OAUTH2_ERR_OK;
}

bool
strlist_has(const struct strlist *l, const char *text)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->items[i], text) == 0)
			return true;
	return false;
}

void
strlist_free(struct strlist *l)
{
	for (size_t i = 0; i < l->count; i++)
		secret_free(l->items[i]);
	secret_free(l->items);
	l->items = NULL;
	l->count = 0;
}
