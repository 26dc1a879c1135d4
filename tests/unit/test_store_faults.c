/*
 * login/store when calls fail and processes are killed: the old record is
 * there, or the new one, whole. Runs as root.
 */
#include "store_case.h"

#include "base/clock.h"

#define OLD 'o' /* the old token, and no refresh under way */
#define ASK 'a' /* the old token, and a refresh that was sent */
#define NEW 'n'

static char
look(void)
{
	AUTO(store_free) struct store *store = open_store();
	struct store_found found = { .record = NULL };
	struct detail d = { .text = "" };
	enum store_state state = store_read(store, &alice, &found, &d);
	char ret;

	if (state == STORE_TOMB)
		return 't';
	if (state == STORE_NONE)
		return '-';
	if (state != STORE_RECORD)
		fail_msg("%s", d.text);
	ret = strcmp(found.record->refresh_token, "new") == 0 ? NEW
	      : found.record->intent != 0		      ? ASK
							      : OLD;
	record_free(found.record);
	return ret;
}

/* Lock, read, make room, note the intent, and (as if) send; then keep. */
static bool
refresh(void *arg)
{
	AUTO(store_free) struct store *store = open_store();
	AUTO(file_close) int lock = -1;
	AUTO(dir_write_free) struct dir_write *w = NULL;
	AUTO(record_free) struct record *record = sample_record("old");
	const struct store_content content = { .record = record };

	(void)arg;
	record->intent = 1700000000;
	if (store_lock(store, &alice, 0, &lock, NULL) != OAUTH2_ERR_OK ||
	    store_reserve(store, &alice, &w, NULL) != OAUTH2_ERR_OK ||
	    store_write(store, &alice, &content, NULL) != OAUTH2_ERR_OK)
		return false;
	secret_free(record->refresh_token);
	record->refresh_token = secret_strdup("new");
	record->intent = 0;
	return store_fill(store, &alice, &content, w, NULL) == OAUTH2_ERR_OK;
}

static void
a_refresh_leaves_the_old_the_new_or_the_asked_for(void **state)
{
	int calls;
	unsigned seen[128] = { 0 };

	(void)state;
	assert_int_equal(keep(&alice, "old"), OAUTH2_ERR_OK);
	fault = (struct fault){ 0 };
	assert_true(refresh(NULL));
	calls = fault.count;
	for (size_t i = 0; i < FAULT_FEW; i++) {
		for (int n = 1; n <= calls; n++) {
			struct fault what = fault_kinds[i];
			enum fault_end end;
			char now;

			what.n = n;
			assert_int_equal(keep(&alice, "old"), OAUTH2_ERR_OK);
			end = fault_run(what, refresh, NULL);
			now = look();
			seen[(unsigned char)now]++;
			if (end == FAULT_OK)
				assert_int_equal(now, NEW);
			assert_true(now == OLD || now == ASK || now == NEW);
			/* The next one finds nothing in its way. */
			assert_true(refresh(NULL));
			assert_int_equal(look(), NEW);
			assert_int_equal(
			    count_temporaries(at("state/tokens")), 0);
		}
	}
	assert_true(seen[OLD] > 0 && seen[ASK] > 0 && seen[NEW] > 0);
	printf("%d calls: %u old, %u asked, %u new\n", calls, seen[OLD],
	    seen[ASK], seen[NEW]);
}

static bool
bury_alice(void *arg)
{
	(void)arg;
	return bury(&alice) == OAUTH2_ERR_OK;
}

static void
what_is_buried_is_the_record_or_the_tombstone(void **state)
{
	(void)state;
	for (size_t i = 0; i < FAULT_FEW; i++) {
		struct fault what = fault_kinds[i];
		enum fault_end end = FAULT_OK;

		for (what.n = 1; end != FAULT_NEVER; what.n++) {
			char now;

			assert_int_equal(keep(&alice, "old"), OAUTH2_ERR_OK);
			end = fault_run(what, bury_alice, NULL);
			now = look();
			if (end == FAULT_OK || end == FAULT_NEVER)
				assert_int_equal(now, 't');
			assert_true(now == OLD || now == 't');
		}
		assert_true(what.n > 10);
	}
}

static bool
remove_alice(void *arg)
{
	AUTO(store_free) struct store *store = open_store();

	(void)arg;
	return store_remove(store, &alice, NULL) == OAUTH2_ERR_OK;
}

static void
what_is_removed_is_there_or_gone(void **state)
{
	(void)state;
	for (size_t i = 0; i < FAULT_FEW; i++) {
		struct fault what = fault_kinds[i];
		enum fault_end end = FAULT_OK;

		for (what.n = 1; end != FAULT_NEVER; what.n++) {
			char now;

			assert_int_equal(keep(&alice, "old"), OAUTH2_ERR_OK);
			end = fault_run(what, remove_alice, NULL);
			now = look();
			if (end == FAULT_OK || end == FAULT_NEVER)
				assert_int_equal(now, '-');
			assert_true(now == OLD || now == '-');
		}
		assert_true(what.n > 2);
	}
}

static bool
open_and_keep(void *arg)
{
	(void)arg;
	return keep(&alice, "old") == OAUTH2_ERR_OK;
}

static bool
open_alone(void *arg)
{
	struct store *store = NULL;

	(void)arg;
	put("machine-id", MACHINE "\n", 0600);
	if (try_open_store("machine-id", &store, NULL) != OAUTH2_ERR_OK)
		return false;
	store_free(store);
	return open_and_keep(NULL);
}

static void
a_store_that_was_being_made_is_made_by_the_next(void **state)
{
	for (size_t i = 0; i < FAULT_FEW; i++) {
		struct fault what = fault_kinds[i];
		enum fault_end end = FAULT_OK;

		for (what.n = 1; end != FAULT_NEVER; what.n++) {
			empty_house(state);
			end = fault_run(what, open_alone, NULL);
			assert_true(open_and_keep(NULL));
			assert_int_equal(look(), OLD);
		}
		assert_true(what.n > 25);
	}
}

/* Two sign in at once, again and again, and one looks. */
static void
of_two_who_write_one_is_read_whole(void **state)
{
	pid_t pids[2];
	int status;

	(void)state;
	assert_int_equal(keep(&alice, "old"), OAUTH2_ERR_OK);
	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		for (int n = 0; pids[i] == 0 && n < 100; n++)
			if (keep(&alice, i == 0 ? "old" : "new") !=
			    OAUTH2_ERR_OK)
				_exit(1);
		if (pids[i] == 0)
			_exit(0);
	}
	for (int n = 0; n < 300; n++) {
		char now = look();

		assert_true(now == OLD || now == NEW);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	assert_int_equal(count_temporaries(at("state/tokens")), 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, empty_house)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_refresh_leaves_the_old_the_new_or_the_asked_for),
		TEST(what_is_buried_is_the_record_or_the_tombstone),
		TEST(what_is_removed_is_there_or_gone),
		TEST(a_store_that_was_being_made_is_made_by_the_next),
		TEST(of_two_who_write_one_is_read_whole),
	};

	return cmocka_run_group_tests(tests, build_house, pull_down_house);
}
