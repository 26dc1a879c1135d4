#include "login/store_keys.h"

#include <string.h>

#include "base/secret.h"

static enum oauth2_err
load_old(const struct dir *state, struct host_key *ret, struct detail *d)
{
	AUTO(host_key_free) struct host_key *old = NULL;
	enum oauth2_err err = host_key_load_old(state, &old, d);

	if (err == OAUTH2_ERR_OK)
		*ret = *old;
	else if (err == OAUTH2_ERR_NOT_FOUND)
		secret_wipe(ret, sizeof(*ret));
	return err == OAUTH2_ERR_NOT_FOUND ? OAUTH2_ERR_OK : err;
}

enum oauth2_err
store_keys_load(struct store *store, struct dir *state, const char *key_file,
    struct detail *d)
{
	enum oauth2_err err;

	store->state = state;
	store->old = secret_alloc(sizeof(*store->old));
	if (store->old == NULL)
		return OAUTH2_ERR_NOMEM;
	err = host_key_load(state, key_file, &store->key, d);
	if (err == OAUTH2_ERR_OK && key_file == NULL)
		return load_old(state, store->old, d);
	dir_free(TAKE(store->state));
	return err;
}

/*
 * The new one first: where both are replaced in between, an old one is read
 * that is not needed any more, and what is unknown is looked for once more.
 */
enum oauth2_err
store_keys_renew(const struct store *store, struct detail *d)
{
	AUTO(host_key_free) struct host_key *key = NULL;
	enum oauth2_err err;

	if (store->state == NULL)
		return OAUTH2_ERR_OK;
	err = host_key_load(store->state, NULL, &key, d);
	if (err == OAUTH2_ERR_OK)
		err = load_old(store->state, store->old, d);
	if (err == OAUTH2_ERR_OK)
		*store->key = *key;
	return err;
}

bool
store_keys_find(const struct store *store, const char *id, struct host_key *ret)
{
	const struct host_key *known[] = { store->key, store->old };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (known[i]->id[0] == '\0' || strcmp(known[i]->id, id) != 0)
			continue;
		*ret = *known[i];
		return true;
	}
	return false;
}
