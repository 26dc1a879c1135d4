#include "login/settings_entries.h"

#include <stdlib.h>

#include "base/secret.h"

static enum oauth2_err
make_room(struct settings_entries *entries)
{
	size_t room = entries->room == 0 ? 32 : entries->room * 2;
	struct settings_entry *items;

	if (entries->count < entries->room)
		return OAUTH2_ERR_OK;
	if (entries->count >= SETTINGS_ENTRIES_MAX)
		return OAUTH2_ERR_LIMIT;
	items = reallocarray(entries->items, room, sizeof(*items));
	if (items == NULL)
		return OAUTH2_ERR_NOMEM;
	entries->items = items;
	entries->room = room;
	return OAUTH2_ERR_OK;
}

/* The list owns the copies of section, key and value, whatever happens. */
enum oauth2_err
settings_entries_add(struct settings_entries *entries,
    const struct settings_entry *entry, struct detail *d)
{
	struct settings_entry *copy;
	enum oauth2_err err;

	err = make_room(entries);
	if (err == OAUTH2_ERR_LIMIT)
		return detail_fail(d, err,
		    "%s:%u: more than %d sections and keys", entry->file,
		    entry->line, SETTINGS_ENTRIES_MAX);
	if (err != OAUTH2_ERR_OK)
		return err;
	copy = &entries->items[entries->count++];
	*copy = *entry;
	copy->section = secret_strdup(entry->section);
	copy->key = secret_strdup(entry->key);
	copy->value = secret_strdup(entry->value);
	if (copy->section == NULL ||
	    (entry->key != NULL && copy->key == NULL) ||
	    (entry->value != NULL && copy->value == NULL))
		return OAUTH2_ERR_NOMEM;
	return OAUTH2_ERR_OK;
}

void
settings_entries_free(struct settings_entries *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		secret_free(entries->items[i].section);
		secret_free(entries->items[i].key);
		secret_free(entries->items[i].value);
	}
	free(entries->items);
	*entries = (struct settings_entries){ .items = NULL };
}
