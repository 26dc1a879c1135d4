#include "login/store_rekey.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "login/store_file.h"
#include "login/store_keys.h"

#define OURS "rekey" /* the lock: one at a time */

/* Whether an earlier one has changed the key, and got no further. */
static bool
is_under_way(const struct store *store)
{
	return store->old->id[0] != '\0' &&
	       strcmp(store->old->id, store->key->id) != 0;
}

static enum oauth2_err
change_key(const struct store *store, bool *ret_is_resumed, struct detail *d)
{
	enum oauth2_err err = store_keys_renew(store, d);

	if (err != OAUTH2_ERR_OK)
		return err;
	*ret_is_resumed = is_under_way(store);
	if (*ret_is_resumed)
		return OAUTH2_ERR_OK;
	err = host_key_change(store->state, d);
	return err != OAUTH2_ERR_OK ? err : store_keys_renew(store, d);
}

/* Who holds a lock may have looked at the key before it was changed. */
static enum oauth2_err
wait_for_writers(const struct store *store, struct detail *d)
{
	AUTO(strlist_free) struct strlist locks = STRLIST(STORE_FILES_MAX);
	enum oauth2_err err =
	    dir_list(store->locks, STORE_LOCK_SUFFIX, &locks, d);

	for (size_t i = 0; i < locks.count && err == OAUTH2_ERR_OK; i++) {
		AUTO(file_close) int lock = -1;

		err = dir_lock(store->locks, locks.items[i],
		    clock_monotonic_ns() + STORE_LOCK_WAIT_S * CLOCK_NS_PER_S,
		    &lock, d);
	}
	return err;
}

static enum oauth2_err
seal_anew(const struct store *store, const struct store_ref *ref,
    const char *name, const struct store_file *file, struct detail *d)
{
	AUTO(buf_free) struct buf line = BUF(SEALED_HEAD_MAX);
	AUTO(buf_free) struct buf raw = BUF(SEALED_FILE_MAX);
	enum oauth2_err err;

	err = store_file_line(store, ref, file->is_tombstone, &line);
	if (err == OAUTH2_ERR_OK)
		err = store_file_seal(
		    store, store->key, &line, &file->content, &raw);
	if (err != OAUTH2_ERR_OK)
		return detail_fail(d, err, "%s: %s", name, err_text(err));
	return dir_replace(store->tokens, name, &raw, d);
}

/* What becomes of a file that says whose it is; its lock is ours. */
static enum oauth2_err
renew(const struct store *store, const struct store_ref *ref, const char *name,
    enum store_rekey_fate *ret, struct detail *d)
{
	AUTO(store_file_free) struct store_file file = STORE_FILE;
	enum store_state state = store_file_read(store, ref, &file, d);

	*ret = STORE_REKEY_LEFT;
	if (state == STORE_FOREIGN || state == STORE_NONE)
		return OAUTH2_ERR_OK;
	*ret = STORE_REKEY_FAILED;
	if (state != STORE_TOMB && state != STORE_SEALED)
		return OAUTH2_ERR_IO;
	*ret = STORE_REKEY_SEALED;
	if (strcmp(file.key.id, store->key->id) == 0)
		return OAUTH2_ERR_OK;
	if (ref->slot != STORE_PIN || state == STORE_TOMB)
		return seal_anew(store, ref, name, &file, d);
	*ret = STORE_REKEY_REMOVED;
	return dir_remove(store->tokens, name, d);
}

/* Nobody will ever open what is no file of ours, or has another's name. */
static bool
is_beyond_repair(enum oauth2_err err)
{
	return err == OAUTH2_ERR_SYNTAX || err == OAUTH2_ERR_LIMIT;
}

static enum oauth2_err
visit(const struct store *store, const char *name,
    const struct store_rekey *rekey, struct detail *d)
{
	AUTO(sealed_head_free) struct sealed_head head = { .issuer = NULL };
	AUTO(file_close) int lock = -1;
	enum store_rekey_fate fate = STORE_REKEY_FAILED;
	struct store_ref ref = { .user = NULL };
	struct detail why = { .text = "" };
	enum oauth2_err err =
	    store_lock_file(store, name, INT64_MAX, &lock, &why);

	if (err == OAUTH2_ERR_OK)
		err = store_describe(store, name, &head, &ref, &why);
	/* Somebody has removed it meanwhile. */
	if (err == OAUTH2_ERR_NOT_FOUND)
		return OAUTH2_ERR_OK;
	if (err == OAUTH2_ERR_OK) {
		err = renew(store, &ref, name, &fate, &why);
	} else if (is_beyond_repair(err)) {
		fate = STORE_REKEY_LEFT;
		err = OAUTH2_ERR_OK;
	}
	if (err != OAUTH2_ERR_OK) {
		fate = STORE_REKEY_FAILED;
		(void)detail_fail(d, err, "%s", why.text);
	}
	rekey->tell(rekey->arg, name, ref.user, fate, why.text);
	return err;
}

/* All of them, whatever becomes of one. */
static enum oauth2_err
visit_all(const struct store *store, const struct store_rekey *rekey,
    struct detail *d)
{
	AUTO(strlist_free) struct strlist names = STRLIST(STORE_FILES_MAX);
	enum oauth2_err err, worst = store_list(store, &names, d);

	for (size_t i = 0; i < names.count; i++) {
		err = visit(store, names.items[i], rekey, d);
		if (err != OAUTH2_ERR_OK)
			worst = err;
	}
	return worst;
}

enum oauth2_err
store_rekey(
    const struct store *store, struct store_rekey *rekey, struct detail *d)
{
	AUTO(file_close) int lock = -1;
	enum oauth2_err err, visited;

	if (store->state == NULL)
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "the key is in a file that is not written here");
	err = dir_lock(store->locks, OURS, 0, &lock, d);
	if (err == OAUTH2_ERR_OK)
		err = change_key(store, &rekey->is_resumed, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	err = wait_for_writers(store, d);
	visited = visit_all(store, rekey, d);
	if (err == OAUTH2_ERR_OK)
		err = visited;
	if (err == OAUTH2_ERR_OK)
		err = host_key_drop_old(store->state, d);
	return err == OAUTH2_ERR_OK ? store_keys_renew(store, d) : err;
}
