/* A store in the house, and what can be asked of it in a line. */
#ifndef PAM_OAUTH2_TESTS_STORE_CASE_H
#define PAM_OAUTH2_TESTS_STORE_CASE_H

#include "fault_case.h"
#include "record_case.h"

#include "base/file.h"
#include "login/store.h"

#define MACHINE "3d1219c7c4c5404aaa1f6d2a48adfda4"

static const struct store_ref alice = { STORE_TOKEN, "https://id.example",
	"linux", "alice", 1001 };

static inline enum oauth2_err
try_open_store(const char *machine, struct store **ret, struct detail *d)
{
	char path[4][512];
	const struct store_places places = { path[0], path[1], path[2], NULL };

	snprintf(path[0], sizeof(path[0]), "%s/state", house);
	snprintf(path[1], sizeof(path[1]), "%s/run", house);
	snprintf(path[2], sizeof(path[2]), "%s/%s", house, machine);
	return store_open(&places, ret, d);
}

static inline struct store *
open_store(void)
{
	struct store *store = NULL;
	struct detail d = { .text = "" };

	if (access(at("machine-id"), F_OK) != 0)
		put("machine-id", MACHINE "\n", 0600);
	if (try_open_store("machine-id", &store, &d) != OAUTH2_ERR_OK)
		fail_msg("%s", d.text);
	return store;
}

static inline enum oauth2_err
keep(const struct store_ref *ref, const char *token)
{
	AUTO(store_free) struct store *store = open_store();
	AUTO(record_free) struct record *record = sample_record(token);
	const struct store_content content = { .record = record };

	return store_write(store, ref, &content, NULL);
}

static inline enum oauth2_err
bury(const struct store_ref *ref)
{
	AUTO(store_free) struct store *store = open_store();
	const struct tombstone stone = { "token_revoked", 1700000000 };
	const struct store_content content = { .tombstone = &stone };

	return store_write(store, ref, &content, NULL);
}

/* What there is, and the token of a record in 64 bytes. */
static inline enum store_state
look_up(const struct store_ref *ref, char *ret_token)
{
	AUTO(store_free) struct store *store = open_store();
	struct store_found found = { .record = NULL };
	struct detail d = { .text = "" };
	enum store_state state = store_read(store, ref, &found, &d);

	assert_int_equal(state == STORE_RECORD, found.record != NULL);
	assert_int_equal(
	    d.text[0] != '\0', state == STORE_BROKEN || state == STORE_FOREIGN);
	ret_token[0] = '\0';
	if (found.record != NULL)
		snprintf(ret_token, 64, "%s", found.record->refresh_token);
	record_free(found.record);
	return state;
}

static inline enum store_state
state_of(const struct store_ref *ref)
{
	char token[64];

	return look_up(ref, token);
}

/* The path of the file of a record, whichever hash it is named by. */
static inline const char *
file_of(const struct store_ref *ref)
{
	static char path[2][600];
	static unsigned next;
	AUTO(store_free) struct store *store = open_store();
	AUTO(strlist_free) struct strlist names = STRLIST(20);
	char *ret = path[next++ % 2];

	assert_int_equal(store_list(store, &names, NULL), OAUTH2_ERR_OK);
	for (size_t i = 0; i < names.count; i++) {
		AUTO(sealed_head_free)
		struct sealed_head head = { .issuer = NULL };
		struct store_ref its = { .user = "" };

		if (store_describe(store, names.items[i], &head, &its, NULL) !=
			OAUTH2_ERR_OK ||
		    its.slot != ref->slot || strcmp(its.user, ref->user) != 0 ||
		    strcmp(its.issuer, ref->issuer) != 0)
			continue;
		snprintf(ret, sizeof(path[0]), "%s/state/tokens/%s", house,
		    names.items[i]);
		return ret;
	}
	fail_msg("no file of %s", ref->user);
	return NULL;
}

static inline void
read_bytes(const char *path, struct buf *ret)
{
	AUTO(file_close) int fd = open(path, O_RDONLY);

	assert_int_equal(file_read(fd, ret), OAUTH2_ERR_OK);
}

static inline void
write_bytes(const char *path, const void *data, size_t n)
{
	AUTO(file_close)
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, data, n), n);
}

#endif
