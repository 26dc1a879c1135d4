#include "cli/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

static void
row_free(struct row *row)
{
	secret_free(row->file);
	secret_free(row->user);
	secret_free(row->issuer);
	secret_free(row->client);
	secret_free(row->email);
}

void
rows_free(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		row_free(&rows->items[i]);
	secret_free(rows->items);
}

/* A row of zeroes at the end, or NULL. */
static struct row *
add_row(struct rows *rows)
{
	size_t room = rows->room == 0 ? 16 : 2 * rows->room;
	struct row *items;

	if (rows->count == rows->room) {
		items = secret_alloc(room * sizeof(*items));
		if (items == NULL)
			return NULL;
		if (rows->count > 0)
			memcpy(
			    items, rows->items, rows->count * sizeof(*items));
		secret_free(rows->items);
		rows->items = items;
		rows->room = room;
	}
	return &rows->items[rows->count++];
}

static int64_t
min_i64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static enum oauth2_err
take_record(const struct record *record, const struct rows_query *query,
    struct row *ret)
{
	const struct record_limits *limits = query->limits;

	ret->kind = ROW_TOKEN;
	ret->signed_in_s = moment_age(&record->interactive, &query->now);
	ret->is_refused = moment_is_never(&record->success);
	ret->success_s = moment_age(&record->success, &query->now);
	if (limits != NULL) {
		ret->has_expiry = true;
		ret->age = record_age(record, &query->now, limits);
		ret->expires_s = min_i64(limits->max_age - ret->signed_in_s,
		    limits->idle - ret->success_s);
	}
	if (record->email == NULL)
		return OAUTH2_ERR_OK;
	ret->email = secret_strdup(record->email);
	return ret->email != NULL ? OAUTH2_ERR_OK : OAUTH2_ERR_NOMEM;
}

/* What stands behind the name of the file in a message. */
static void
take_reason(const struct detail *d, struct row *ret)
{
	const char *colon = strstr(d->text, ": ");
	const char *reason = colon != NULL ? colon + 2 : d->text;

	(void)snprintf(ret->why, sizeof(ret->why), "%.150s", reason);
}

static enum oauth2_err
take_content(const struct store *store, const struct store_ref *ref,
    const struct rows_query *query, struct row *ret)
{
	struct store_found found = { .record = NULL };
	struct detail d = { .text = "" };
	enum oauth2_err err = OAUTH2_ERR_OK;

	switch (store_read(store, ref, &found, &d)) {
	case STORE_RECORD:
		err = take_record(found.record, query, ret);
		record_free(found.record);
		return err;
	case STORE_TOMB:
		ret->kind = ROW_TOMBSTONE;
		ret->tombstone = found.tombstone;
		return err;
	case STORE_SEALED:
		ret->kind = ROW_PIN;
		return err;
	case STORE_FOREIGN:
		ret->kind = ROW_FOREIGN;
		break;
	case STORE_NONE:
		return OAUTH2_ERR_NOT_FOUND;
	default:
		ret->kind = ROW_BROKEN;
	}
	take_reason(&d, ret);
	return err;
}

static enum oauth2_err
take_owner(const struct store_ref *ref, struct row *ret)
{
	ret->user = secret_strdup(ref->user);
	ret->issuer = secret_strdup(ref->issuer);
	ret->client = secret_strdup(ref->client);
	ret->uid = (int64_t)ref->uid;
	return ret->user != NULL && ret->issuer != NULL && ret->client != NULL
		   ? OAUTH2_ERR_OK
		   : OAUTH2_ERR_NOMEM;
}

/* NOT_FOUND: it has gone meanwhile. */
static enum oauth2_err
read_row(const struct store *store, const char *file,
    const struct rows_query *query, struct row *ret)
{
	AUTO(sealed_head_free) struct sealed_head head = { .issuer = NULL };
	struct store_ref ref = { .user = NULL };
	struct detail d = { .text = "" };
	enum oauth2_err err;

	ret->file = secret_strdup(file);
	if (ret->file == NULL)
		return OAUTH2_ERR_NOMEM;
	err = store_describe(store, file, &head, &ref, &d);
	if (err == OAUTH2_ERR_OK)
		err = take_owner(&ref, ret);
	else if (err != OAUTH2_ERR_NOT_FOUND && err != OAUTH2_ERR_NOMEM) {
		ret->kind = ROW_BROKEN;
		take_reason(&d, ret);
		return OAUTH2_ERR_OK;
	}
	return err == OAUTH2_ERR_OK ? take_content(store, &ref, query, ret)
				    : err;
}

static enum oauth2_err
read_all(const struct store *store, const struct strlist *files,
    const struct rows_query *query, struct rows *ret)
{
	for (size_t i = 0; i < files->count; i++) {
		struct row *row = add_row(ret);
		enum oauth2_err err;

		if (row == NULL)
			return OAUTH2_ERR_NOMEM;
		err = read_row(store, files->items[i], query, row);
		if (err == OAUTH2_ERR_NOT_FOUND) {
			row_free(row);
			memset(row, 0, sizeof(*row));
			ret->count--;
		} else if (err != OAUTH2_ERR_OK) {
			return err;
		}
	}
	return OAUTH2_ERR_OK;
}

/* Whether a file that does not say it has the user's name for a client. */
static bool
has_name_for(const struct row *row, const char *user, const char *issuer,
    const char *client)
{
	for (int slot = 0; slot < STORE_SLOT_COUNT; slot++) {
		const struct store_ref ref = { (enum store_slot)slot, issuer,
			client, user, 0 };

		if (store_is_named(&ref, row->file))
			return true;
	}
	return false;
}

static bool
is_users(const struct rows *rows, const struct row *row,
    const struct rows_query *query, const char *user)
{
	const struct row *last = NULL;

	if (row->user != NULL)
		return strcmp(row->user, user) == 0;
	if (query->issuer != NULL &&
	    has_name_for(row, user, query->issuer, query->client))
		return true;
	/* They are in order: each client once. */
	for (size_t i = 0; i < rows->count; i++) {
		const struct row *other = &rows->items[i];

		if (other->issuer == NULL ||
		    (last != NULL && strcmp(other->issuer, last->issuer) == 0 &&
			strcmp(other->client, last->client) == 0))
			continue;
		last = other;
		if (has_name_for(row, user, other->issuer, other->client))
			return true;
	}
	return false;
}

static bool
is_of(const struct rows *rows, const struct row *row,
    const struct rows_query *query)
{
	return is_users(rows, row, query, query->user) ||
	       (query->account != NULL &&
		   is_users(rows, row, query, query->account));
}

static int
compare_texts(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a == NULL) - (b == NULL);
	return strcmp(a, b);
}

static int
compare(const void *one, const void *other)
{
	const struct row *a = one, *b = other;
	int order = compare_texts(a->issuer, b->issuer);

	if (order == 0)
		order = compare_texts(a->client, b->client);
	if (order == 0)
		order = compare_texts(a->user, b->user);
	return order != 0 ? order : strcmp(a->file, b->file);
}

/* Keep the rows of one user, in their order. */
static enum oauth2_err
keep_user(const struct rows_query *query, struct rows *rows)
{
	struct rows kept = { rows->items, 0, rows->room };
	bool *is_kept = secret_alloc(rows->count * sizeof(*is_kept) + 1);

	if (is_kept == NULL)
		return OAUTH2_ERR_NOMEM;
	for (size_t i = 0; i < rows->count; i++)
		is_kept[i] = is_of(rows, &rows->items[i], query);
	for (size_t i = 0; i < rows->count; i++) {
		if (is_kept[i])
			kept.items[kept.count++] = rows->items[i];
		else
			row_free(&rows->items[i]);
	}
	secret_free(is_kept);
	*rows = kept;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
rows_read(const struct store *store, const struct rows_query *query,
    struct rows *ret, struct detail *d)
{
	AUTO(strlist_free) struct strlist files = STRLIST(STORE_FILES_MAX);
	enum oauth2_err err = store_list(store, &files, d);

	if (err == OAUTH2_ERR_OK)
		err = read_all(store, &files, query, ret);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (ret->count > 0)
		qsort(ret->items, ret->count, sizeof(*ret->items), compare);
	return query->user != NULL ? keep_user(query, ret) : OAUTH2_ERR_OK;
}
