#include "login/store.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/secret.h"
#include "login/store_file.h"
#include "login/store_keys.h"
#include "login/store_pin.h"

#define TOKENS	  "tokens"
#define LOCKS	  "locks"
#define LOCK_SIZE (DIR_NAME_MAX + 6) /* ".lock" and NUL */

static enum oauth2_err
open_pair(const char *outer, const char *inner, enum dir_make how,
    struct dir **ret_outer, struct dir **ret_inner, struct detail *d)
{
	enum oauth2_err err = dir_open(outer, how, ret_outer, d);

	if (err != OAUTH2_ERR_OK)
		return err;
	return dir_open_in(*ret_outer, inner, how, ret_inner, d);
}

enum oauth2_err
store_open(
    const struct store_places *places, struct store **ret, struct detail *d)
{
	AUTO(store_free) struct store *store = secret_alloc(sizeof(*store));
	AUTO(dir_free) struct dir *state = NULL;
	AUTO(dir_free) struct dir *run = NULL;
	enum oauth2_err err;

	if (store == NULL)
		return OAUTH2_ERR_NOMEM;
	err = machine_id(places->machine_id, store->machine, d);
	if (err == OAUTH2_ERR_OK)
		err = open_pair(
		    places->state, TOKENS, DIR_MAKE, &state, &store->tokens, d);
	if (err == OAUTH2_ERR_OK)
		err = open_pair(
		    places->run, LOCKS, DIR_MAKE, &run, &store->locks, d);
	if (err == OAUTH2_ERR_OK)
		err = store_keys_load(store, TAKE(state), places->key_file, d);
	if (err == OAUTH2_ERR_OK)
		*ret = TAKE(store);
	return err;
}

enum oauth2_err
store_check(const struct store_places *places, struct detail *d)
{
	AUTO(dir_free) struct dir *state = NULL;
	AUTO(dir_free) struct dir *tokens = NULL;

	return open_pair(
	    places->state, TOKENS, DIR_EXISTING, &state, &tokens, d);
}

void
store_free(struct store *store)
{
	if (store == NULL)
		return;
	dir_free(store->state);
	dir_free(store->tokens);
	dir_free(store->locks);
	host_key_free(store->key);
	host_key_free(store->old);
	secret_free(store);
}

/* What is in an opened file that needs no PIN. */
static enum store_state
read_content(const struct store_file *file, const struct store_ref *ref,
    struct store_found *ret, struct detail *d)
{
	enum store_state state;
	enum oauth2_err err;

	if (file->is_tombstone) {
		state = STORE_TOMB;
		err = tombstone_read(&file->content, &ret->tombstone, d);
	} else if (ref->slot == STORE_PIN) {
		return STORE_SEALED;
	} else {
		state = STORE_RECORD;
		err = record_read(&file->content, &ret->record, d);
	}
	return err == OAUTH2_ERR_OK ? state : STORE_BROKEN;
}

enum store_state
store_read(const struct store *store, const struct store_ref *ref,
    struct store_found *ret, struct detail *d)
{
	AUTO(store_file_free) struct store_file file = STORE_FILE;
	enum store_state state = store_file_read(store, ref, &file, d);

	if (state != STORE_TOMB && state != STORE_SEALED)
		return state;
	return read_content(&file, ref, ret, d);
}

enum oauth2_err
store_lock_file(const struct store *store, const char *file,
    int64_t deadline_ns, int *ret_fd, struct detail *d)
{
	int64_t latest =
	    clock_monotonic_ns() + STORE_LOCK_WAIT_S * CLOCK_NS_PER_S;
	AUTO(file_close) int fd = -1;
	char lock[LOCK_SIZE];
	enum oauth2_err err;

	(void)snprintf(lock, sizeof(lock), "%s%s", file, STORE_LOCK_SUFFIX);
	err = dir_lock(store->locks, lock,
	    deadline_ns < latest ? deadline_ns : latest, &fd, d);
	/* Not before: who waits for us knows that we seal under this one. */
	if (err == OAUTH2_ERR_OK)
		err = store_keys_renew(store, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	*ret_fd = fd;
	fd = -1;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
store_lock(const struct store *store, const struct store_ref *ref,
    int64_t deadline_ns, int *ret_fd, struct detail *d)
{
	char name[STORE_FILE_NAME_SIZE];
	enum oauth2_err err = store_file_name(ref, name);

	if (err != OAUTH2_ERR_OK)
		return err;
	return store_lock_file(store, name, deadline_ns, ret_fd, d);
}

enum oauth2_err
store_reserve(const struct store *store, const struct store_ref *ref,
    struct dir_write **ret, struct detail *d)
{
	char name[STORE_FILE_NAME_SIZE];
	enum oauth2_err err = store_file_name(ref, name);

	if (err != OAUTH2_ERR_OK)
		return err;
	return dir_reserve(store->tokens, name, SEALED_FILE_MAX, ret, d);
}

/* What goes into the file, not sealed yet. */
static enum oauth2_err
write_content(const struct store *store, const struct store_ref *ref,
    const struct store_content *content, const struct buf *line,
    struct buf *ret)
{
	if (content->tombstone != NULL)
		return tombstone_write(content->tombstone, ret);
	if (content->record == NULL ||
	    (ref->slot == STORE_PIN) != (content->pin != NULL))
		return OAUTH2_ERR_INTERNAL;
	if (ref->slot == STORE_PIN)
		return store_pin_write(store, content, line, ret);
	return record_write(content->record, ret);
}

static enum oauth2_err
make_file(const struct store *store, const struct store_ref *ref,
    const struct store_content *content, struct buf *ret)
{
	AUTO(buf_free) struct buf line = BUF(SEALED_HEAD_MAX);
	AUTO(buf_free) struct buf plain = BUF(SEALED_CONTENT_MAX);
	enum oauth2_err err;

	err = store_file_line(store, ref, content->tombstone != NULL, &line);
	if (err == OAUTH2_ERR_OK)
		err = write_content(store, ref, content, &line, &plain);
	if (err == OAUTH2_ERR_OK)
		err = store_file_seal(store, store->key, &line, &plain, ret);
	return err;
}

enum oauth2_err
store_fill(const struct store *store, const struct store_ref *ref,
    const struct store_content *content, struct dir_write *w, struct detail *d)
{
	AUTO(buf_free) struct buf file = BUF(SEALED_FILE_MAX);
	enum oauth2_err err = make_file(store, ref, content, &file);

	if (err != OAUTH2_ERR_OK)
		return detail_fail(d, err, "record: %s", err_text(err));
	return dir_commit(w, file.data, file.len, DIR_REPLACE, d);
}

enum oauth2_err
store_write(const struct store *store, const struct store_ref *ref,
    const struct store_content *content, struct detail *d)
{
	AUTO(dir_write_free) struct dir_write *w = NULL;
	enum oauth2_err err = store_reserve(store, ref, &w, d);

	if (err != OAUTH2_ERR_OK)
		return err;
	return store_fill(store, ref, content, w, d);
}

enum oauth2_err
store_remove(
    const struct store *store, const struct store_ref *ref, struct detail *d)
{
	char name[STORE_FILE_NAME_SIZE];
	enum oauth2_err err = store_file_name(ref, name);

	return err != OAUTH2_ERR_OK ? err : dir_remove(store->tokens, name, d);
}

enum oauth2_err
store_remove_file(const struct store *store, const char *file, struct detail *d)
{
	return dir_remove(store->tokens, file, d);
}

enum oauth2_err
store_list(const struct store *store, struct strlist *ret, struct detail *d)
{
	enum oauth2_err err = dir_list(store->tokens, ".token", ret, d);

	return err != OAUTH2_ERR_OK ? err
				    : dir_list(store->tokens, ".pin", ret, d);
}

bool
store_is_named(const struct store_ref *ref, const char *file)
{
	char name[STORE_FILE_NAME_SIZE];

	return store_file_name(ref, name) == OAUTH2_ERR_OK &&
	       strcmp(name, file) == 0;
}

static enum oauth2_err
describe(const struct buf *raw, const char *name, struct sealed_head *ret_head,
    struct store_ref *ret, struct detail *d)
{
	enum oauth2_err err;
	size_t size;

	err = sealed_head_read(raw, ret_head, &size, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	ret->slot = strstr(name, ".pin") != NULL ? STORE_PIN : STORE_TOKEN;
	ret->issuer = ret_head->issuer;
	ret->client = ret_head->client;
	ret->user = ret_head->user;
	ret->uid = (uid_t)ret_head->uid;
	if (!store_is_named(ret, name))
		return detail_fail(
		    d, OAUTH2_ERR_SYNTAX, "it has the name of another");
	return OAUTH2_ERR_OK;
}

enum oauth2_err
store_describe(const struct store *store, const char *name,
    struct sealed_head *ret_head, struct store_ref *ret, struct detail *d)
{
	AUTO(buf_free) struct buf raw = BUF(SEALED_FILE_MAX);
	struct detail why = { .text = "" };
	enum oauth2_err err = dir_read(store->tokens, name, &raw, d);

	if (err != OAUTH2_ERR_OK)
		return err;
	err = describe(&raw, name, ret_head, ret, &why);
	if (err != OAUTH2_ERR_OK)
		return detail_fail(d, err, "%s: %.100s", name, why.text);
	return OAUTH2_ERR_OK;
}
