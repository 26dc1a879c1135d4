#include "login/store_file.h"

#include <string.h>

#include "base/secret.h"
#include "login/hash_name.h"
#include "login/store_keys.h"

#define WHOSE_MAX 16384 /* client_id and user */

static const struct {
	const char *suffix;
	const char *kind;
	const char *tombstone; /* the kind of one */
} slots[STORE_SLOT_COUNT] = {
	[STORE_TOKEN] = { ".token", "token", "token tombstone" },
	[STORE_PIN] = { ".pin", "pin", "pin tombstone" },
};

void
store_file_free(struct store_file *file)
{
	secret_wipe(&file->key, sizeof(file->key));
	buf_free(&file->line);
	buf_free(&file->content);
}

enum oauth2_err
store_file_name(const struct store_ref *ref, char ret[STORE_FILE_NAME_SIZE])
{
	AUTO(buf_free) struct buf whose = BUF(WHOSE_MAX);
	struct hash_name what = { .purpose = "record", .issuer = ref->issuer };

	/* A client_id is one line. */
	buf_printf(&whose, "%s\n%s", ref->client, ref->user);
	if (buf_err(&whose) != OAUTH2_ERR_OK)
		return buf_err(&whose);
	what.who = buf_text(&whose);
	return hash_name(
	    &what, slots[ref->slot].suffix, ret, STORE_FILE_NAME_SIZE);
}

/* What of a head is not as it should be, or NULL. */
static const char *
find_difference(const struct store_ref *ref, const struct sealed_head *head)
{
	if (strcmp(head->kind, slots[ref->slot].kind) != 0 &&
	    strcmp(head->kind, slots[ref->slot].tombstone) != 0)
		return "it is of another kind";
	if (strcmp(head->issuer, ref->issuer) != 0)
		return "it is of another issuer";
	if (strcmp(head->client, ref->client) != 0)
		return "it is of another client_id";
	if (strcmp(head->user, ref->user) != 0)
		return "it is of another user";
	if (head->uid != (int64_t)ref->uid)
		return "its user had another uid";
	return NULL;
}

static enum oauth2_err
open_content(
    const struct store *store, const struct buf *raw, struct store_file *ret)
{
	const struct sealed_context context = { "file", ret->line.data,
		ret->line.len, store->machine };
	const struct crypto_bytes sealed = { raw->data + ret->line.len,
		raw->len - ret->line.len };

	return sealed_open(ret->key.seal, &context, sealed, &ret->content);
}

/* OK, SEAL (another's), or something is broken. */
static enum oauth2_err
open_file(const struct store *store, const struct store_ref *ref,
    const struct buf *raw, struct store_file *ret, struct detail *d)
{
	AUTO(sealed_head_free) struct sealed_head head = { .issuer = NULL };
	const char *difference;
	enum oauth2_err err;
	size_t size;

	err = sealed_head_read(raw, &head, &size, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	difference = find_difference(ref, &head);
	if (difference != NULL)
		return detail_fail(d, OAUTH2_ERR_SEAL, "%s", difference);
	ret->is_key_unknown = !store_keys_find(store, head.key, &ret->key);
	if (ret->is_key_unknown)
		return detail_fail(
		    d, OAUTH2_ERR_SEAL, "it is sealed under another key");
	ret->is_tombstone = strcmp(head.kind, slots[ref->slot].tombstone) == 0;
	buf_put(&ret->line, raw->data, size);
	err = buf_err(&ret->line);
	if (err == OAUTH2_ERR_OK)
		err = open_content(store, raw, ret);
	if (err == OAUTH2_ERR_SEAL)
		return detail_fail(
		    d, err, "it is damaged, or of another machine");
	return err;
}

static enum oauth2_err
read_and_open(const struct store *store, const struct store_ref *ref,
    const char *name, struct store_file *ret, struct detail *d)
{
	AUTO(buf_free) struct buf raw = BUF(SEALED_FILE_MAX);
	struct detail why = { .text = "" };
	enum oauth2_err err;

	err = dir_read(store->tokens, name, &raw, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	err = open_file(store, ref, &raw, ret, &why);
	if (err != OAUTH2_ERR_OK)
		return detail_fail(d, err, "%s: %.100s", name,
		    why.text[0] != '\0' ? why.text : err_text(err));
	return OAUTH2_ERR_OK;
}

enum store_state
store_file_read(const struct store *store, const struct store_ref *ref,
    struct store_file *ret, struct detail *d)
{
	char name[STORE_FILE_NAME_SIZE];
	struct detail why = { .text = "" };
	enum oauth2_err err = store_file_name(ref, name);

	if (err == OAUTH2_ERR_OK)
		err = read_and_open(store, ref, name, ret, &why);
	/* Where the host has a new key meanwhile, its file is another too. */
	if (err == OAUTH2_ERR_SEAL && ret->is_key_unknown &&
	    store_keys_renew(store, NULL) == OAUTH2_ERR_OK)
		err = read_and_open(store, ref, name, ret, &why);
	if (err == OAUTH2_ERR_OK)
		return ret->is_tombstone ? STORE_TOMB : STORE_SEALED;
	if (err == OAUTH2_ERR_NOT_FOUND)
		return STORE_NONE;
	(void)detail_fail(d, err, "%s", why.text);
	return err == OAUTH2_ERR_SEAL ? STORE_FOREIGN : STORE_BROKEN;
}

/* OK only where every text was copied. */
static enum oauth2_err
make_head(const struct store *store, const struct store_ref *ref,
    const char *kind, struct sealed_head *ret)
{
	memcpy(ret->kind, kind, strlen(kind) + 1);
	memcpy(ret->key, store->key->id, sizeof(ret->key));
	ret->issuer = secret_strdup(ref->issuer);
	ret->client = secret_strdup(ref->client);
	ret->user = secret_strdup(ref->user);
	ret->uid = (int64_t)ref->uid;
	if (ret->issuer == NULL || ret->client == NULL || ret->user == NULL)
		return OAUTH2_ERR_NOMEM;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
store_file_line(const struct store *store, const struct store_ref *ref,
    bool is_tombstone, struct buf *ret)
{
	AUTO(sealed_head_free) struct sealed_head head = { .issuer = NULL };
	const char *kind =
	    is_tombstone ? slots[ref->slot].tombstone : slots[ref->slot].kind;
	enum oauth2_err err = make_head(store, ref, kind, &head);

	return err != OAUTH2_ERR_OK ? err : sealed_head_write(&head, ret);
}

enum oauth2_err
store_file_seal(const struct store *store, const struct host_key *key,
    const struct buf *line, const struct buf *content, struct buf *ret)
{
	const struct sealed_context context = { "file", line->data, line->len,
		store->machine };

	buf_put(ret, line->data, line->len);
	return sealed_close(key->seal, &context,
	    (struct crypto_bytes){ content->data, content->len }, ret);
}
