/* login/store: whose record it is, and that nothing else passes for it. */
#include "store_case.h"

#include "base/clock.h"

static void
what_is_kept_is_read_back_and_by_nobody_else(void **state)
{
	char token[64];
	struct store_ref other = alice;

	(void)state;
	assert_int_equal(state_of(&alice), STORE_NONE);
	assert_int_equal(keep(&alice, "token-1"), OAUTH2_ERR_OK);
	assert_int_equal(look_up(&alice, token), STORE_RECORD);
	assert_string_equal(token, "token-1");
	assert_int_equal(keep(&alice, "token-2"), OAUTH2_ERR_OK);
	assert_int_equal(look_up(&alice, token), STORE_RECORD);
	assert_string_equal(token, "token-2");
	other.user = "alic";
	assert_int_equal(state_of(&other), STORE_NONE);
	other = alice;
	other.issuer = "https://id.example/";
	assert_int_equal(state_of(&other), STORE_NONE);
	other = alice;
	other.slot = STORE_PIN;
	assert_int_equal(state_of(&other), STORE_NONE);
}

static enum store_state
words_of(const struct store_ref *ref, struct detail *ret)
{
	AUTO(store_free) struct store *store = open_store();
	struct store_found found = { .record = NULL };
	enum store_state state = store_read(store, ref, &found, ret);

	record_free(found.record);
	return state;
}

static void
another_uid_machine_or_key_is_foreign_and_another_client_none(void **state)
{
	struct store_ref other = alice;
	struct detail d = { .text = "" };

	(void)state;
	assert_int_equal(keep(&alice, "token-1"), OAUTH2_ERR_OK);
	other.uid = 1002;
	assert_int_equal(state_of(&other), STORE_FOREIGN);
	other = alice;
	other.client = "linux2"; /* it has a file of its own */
	assert_int_equal(state_of(&other), STORE_NONE);
	put("machine-id", "3d1219c7c4c5404aaa1f6d2a48adfda5\n", 0600);
	assert_int_equal(words_of(&alice, &d), STORE_FOREIGN);
	assert_non_null(strstr(d.text, "of another machine"));
	put("machine-id", MACHINE "\n", 0600);
	assert_int_equal(state_of(&alice), STORE_RECORD);
	assert_int_equal(unlink(at("state/host.key")), 0);
	assert_int_equal(words_of(&alice, &d), STORE_FOREIGN);
	assert_non_null(strstr(d.text, "under another key"));
}

static void
on_the_disk_nothing_shows_but_whose_it_is(void **state)
{
	static const char line[] =
	    "{\"form\":\"pam_oauth2 sealed 1\",\"kind\":\"token\",\"key\":\"";
	static const char rest[] =
	    "\",\"issuer\":\"https://id.example\",\"client\":\"linux\","
	    "\"user\":\"alice\",\"uid\":1001}\n";
	AUTO(buf_free) struct buf raw = BUF(SEALED_FILE_MAX);
	struct stat st;

	(void)state;
	assert_int_equal(keep(&alice, "token-1"), OAUTH2_ERR_OK);
	read_bytes(file_of(&alice), &raw);
	assert_memory_equal(raw.data, line, strlen(line));
	assert_memory_equal(raw.data + strlen(line) + 16, rest, strlen(rest));
	assert_null(memmem(raw.data, raw.len, "token-1", 7));
	assert_null(memmem(raw.data, raw.len, "corp.example", 12));
	assert_null(memmem(raw.data, raw.len, MACHINE, 32));
	assert_null(strstr(file_of(&alice), "alice"));
	assert_int_equal(stat(file_of(&alice), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(stat(at("state/tokens"), &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0700);
}

static void
no_two_files_are_alike(void **state)
{
	AUTO(buf_free) struct buf one = BUF(SEALED_FILE_MAX);
	AUTO(buf_free) struct buf two = BUF(SEALED_FILE_MAX);

	(void)state;
	assert_int_equal(keep(&alice, "token-1"), OAUTH2_ERR_OK);
	read_bytes(file_of(&alice), &one);
	assert_int_equal(keep(&alice, "token-1"), OAUTH2_ERR_OK);
	read_bytes(file_of(&alice), &two);
	assert_int_equal(one.len, two.len);
	assert_memory_not_equal(one.data, two.data, one.len);
}

static void
every_byte_counts_and_no_cut_passes(void **state)
{
	AUTO(buf_free) struct buf raw = BUF(SEALED_FILE_MAX);
	const char *path;

	(void)state;
	assert_int_equal(keep(&alice, "token-1"), OAUTH2_ERR_OK);
	path = file_of(&alice);
	read_bytes(path, &raw);
	for (size_t i = 0; i < raw.len; i++) {
		raw.data[i] ^= (uint8_t)(1 << i % 8);
		write_bytes(path, raw.data, raw.len);
		assert_in_range(state_of(&alice), STORE_BROKEN, STORE_FOREIGN);
		raw.data[i] ^= (uint8_t)(1 << i % 8);
		write_bytes(path, raw.data, i);
		assert_in_range(state_of(&alice), STORE_BROKEN, STORE_FOREIGN);
	}
	buf_putc(&raw, '\0');
	write_bytes(path, raw.data, raw.len);
	assert_int_equal(state_of(&alice), STORE_FOREIGN);
	write_bytes(path, raw.data, raw.len - 1);
	assert_int_equal(state_of(&alice), STORE_RECORD);
}

static void
what_is_too_long_is_broken(void **state)
{
	AUTO(buf_free) struct buf raw = BUF(SEALED_FILE_MAX + 1);

	(void)state;
	assert_int_equal(keep(&alice, "token-1"), OAUTH2_ERR_OK);
	read_bytes(file_of(&alice), &raw);
	while (buf_err(&raw) == OAUTH2_ERR_OK)
		buf_putc(&raw, 'x');
	write_bytes(file_of(&alice), raw.data, raw.len);
	assert_int_equal(state_of(&alice), STORE_BROKEN);
}

static void
swapped_files_are_foreign(void **state)
{
	struct store_ref bob = alice, pin = alice, elsewhere = alice;
	AUTO(buf_free) struct buf his = BUF(SEALED_FILE_MAX);
	AUTO(buf_free) struct buf hers = BUF(SEALED_FILE_MAX);
	char path[600];

	(void)state;
	bob.user = "bob";
	assert_int_equal(keep(&alice, "token-a"), OAUTH2_ERR_OK);
	assert_int_equal(keep(&bob, "token-b"), OAUTH2_ERR_OK);
	read_bytes(file_of(&alice), &hers);
	read_bytes(file_of(&bob), &his);
	snprintf(path, sizeof(path), "%s", file_of(&alice));
	write_bytes(file_of(&bob), hers.data, hers.len);
	write_bytes(path, his.data, his.len);
	assert_int_equal(state_of(&alice), STORE_FOREIGN);
	assert_int_equal(state_of(&bob), STORE_FOREIGN);
	/* Her own of another issuer. */
	write_bytes(path, hers.data, hers.len);
	assert_int_equal(state_of(&alice), STORE_RECORD);
	elsewhere.issuer = "https://other.example";
	assert_int_equal(keep(&elsewhere, "token-e"), OAUTH2_ERR_OK);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rename(file_of(&elsewhere), path), 0);
	assert_int_equal(state_of(&alice), STORE_FOREIGN);
	/* Her own, in the place of the one that wants a PIN. */
	strcpy(strstr(path, ".token"), ".pin");
	write_bytes(path, hers.data, hers.len);
	pin.slot = STORE_PIN;
	assert_int_equal(state_of(&pin), STORE_FOREIGN);
}

static void
a_tombstone_stands_until_there_is_a_record_again(void **state)
{
	AUTO(store_free) struct store *store = NULL;
	struct store_found found = { .record = NULL };

	(void)state;
	assert_int_equal(bury(&alice), OAUTH2_ERR_OK);
	assert_int_equal(keep(&alice, "token-1"), OAUTH2_ERR_OK);
	assert_int_equal(state_of(&alice), STORE_RECORD);
	assert_int_equal(bury(&alice), OAUTH2_ERR_OK);
	store = open_store();
	assert_int_equal(store_read(store, &alice, &found, NULL), STORE_TOMB);
	assert_string_equal(found.tombstone.because, "token_revoked");
	assert_int_equal(found.tombstone.time, 1700000000);
}

/* Put the content of one behind the line of the other. */
static void
forge(const char *to, const struct buf *line_of, const struct buf *content_of)
{
	AUTO(buf_free) struct buf forged = BUF(SEALED_FILE_MAX);
	const uint8_t *line = memchr(line_of->data, '\n', line_of->len);
	const uint8_t *content =
	    memchr(content_of->data, '\n', content_of->len);

	buf_put(&forged, line_of->data, (size_t)(line + 1 - line_of->data));
	buf_put(&forged, content + 1,
	    content_of->len - (size_t)(content + 1 - content_of->data));
	write_bytes(to, forged.data, forged.len);
}

static void
a_record_is_never_made_of_a_tombstone_nor_the_reverse(void **state)
{
	AUTO(buf_free) struct buf record = BUF(SEALED_FILE_MAX);
	AUTO(buf_free) struct buf stone = BUF(SEALED_FILE_MAX);
	const char *path;

	(void)state;
	assert_int_equal(keep(&alice, "token-1"), OAUTH2_ERR_OK);
	path = file_of(&alice);
	read_bytes(path, &record);
	assert_int_equal(bury(&alice), OAUTH2_ERR_OK);
	read_bytes(path, &stone);
	forge(path, &record, &stone);
	assert_int_equal(state_of(&alice), STORE_FOREIGN);
	forge(path, &stone, &record);
	assert_int_equal(state_of(&alice), STORE_FOREIGN);
	forge(path, &stone, &stone);
	assert_int_equal(state_of(&alice), STORE_TOMB);
}

static void
what_others_could_have_written_is_broken(void **state)
{
	(void)state;
	assert_int_equal(keep(&alice, "token-1"), OAUTH2_ERR_OK);
	assert_int_equal(chmod(file_of(&alice), 0640), 0);
	assert_int_equal(state_of(&alice), STORE_BROKEN);
	{
		AUTO(store_free) struct store *store = open_store();
		struct detail d = { .text = "" };

		assert_int_equal(
		    store_remove(store, &alice, &d), OAUTH2_ERR_OK);
		assert_int_equal(
		    store_remove(store, &alice, &d), OAUTH2_ERR_NOT_FOUND);
	}
	assert_int_equal(state_of(&alice), STORE_NONE);
}

static void
without_a_place_a_machine_or_a_key_there_is_no_store(void **state)
{
	AUTO(store_free) struct store *store = NULL;
	struct detail d = { .text = "" };

	assert_int_equal(
	    try_open_store("machine-id", &store, &d), OAUTH2_ERR_NOT_FOUND);
	put("machine-id", "uninitialized\n", 0600);
	assert_int_equal(
	    try_open_store("machine-id", &store, &d), OAUTH2_ERR_CONFIG);
	/* Nothing was made for it. */
	assert_int_not_equal(access(at("state"), F_OK), 0);
	put("machine-id", MACHINE "\n", 0600);
	assert_int_equal(mkdir(at("state"), 0700), 0);
	assert_int_equal(chmod(at("state"), 0755), 0);
	assert_int_equal(
	    try_open_store("machine-id", &store, &d), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(chmod(at("state"), 0700), 0);
	put("state/host.key", "short", 0600);
	assert_int_equal(
	    try_open_store("machine-id", &store, &d), OAUTH2_ERR_SYNTAX);
	assert_null(store);
	(void)state;
}

static void
a_lock_is_of_one_record_and_is_not_waited_for_long(void **state)
{
	AUTO(store_free) struct store *store = open_store();
	struct store_ref bob = alice, pin = alice;
	AUTO(file_close) int hers = -1;
	AUTO(file_close) int his = -1;
	AUTO(file_close) int second = -1;
	int64_t started;

	(void)state;
	bob.user = "bob";
	pin.slot = STORE_PIN;
	assert_int_equal(
	    store_lock(store, &alice, 0, &hers, NULL), OAUTH2_ERR_OK);
	assert_int_equal(store_lock(store, &bob, 0, &his, NULL), OAUTH2_ERR_OK);
	/* Who plays with PINs does not keep her account from being checked. */
	assert_int_equal(
	    store_lock(store, &pin, 0, &second, NULL), OAUTH2_ERR_OK);
	started = clock_monotonic_ns();
	assert_int_equal(store_lock(store, &alice, INT64_MAX, &second, NULL),
	    OAUTH2_ERR_TIMEOUT);
	assert_in_range(clock_monotonic_ns() - started, 3 * CLOCK_NS_PER_S,
	    10 * CLOCK_NS_PER_S);
	started = clock_monotonic_ns();
	assert_int_equal(
	    store_lock(store, &alice, 0, &second, NULL), OAUTH2_ERR_TIMEOUT);
	assert_in_range(clock_monotonic_ns() - started, 0, 2 * CLOCK_NS_PER_S);
}

static void
what_cannot_be_kept_is_not_kept(void **state)
{
	AUTO(store_free) struct store *store = open_store();
	AUTO(record_free) struct record *record = sample_record("token-1");
	const struct store_content none = { .record = NULL };
	struct store_content content = { .record = record };
	struct store_ref pin = alice;

	(void)state;
	pin.slot = STORE_PIN;
	assert_int_equal(
	    store_write(store, &alice, &none, NULL), OAUTH2_ERR_INTERNAL);
	assert_int_equal(
	    store_write(store, &pin, &content, NULL), OAUTH2_ERR_INTERNAL);
	record->intent = -1;
	assert_int_equal(
	    store_write(store, &alice, &content, NULL), OAUTH2_ERR_SYNTAX);
	assert_int_equal(state_of(&alice), STORE_NONE);
	assert_int_equal(state_of(&pin), STORE_NONE);
	assert_int_equal(count_temporaries(at("state/tokens")), 0);
}

static void
the_largest_record_fits_into_what_is_reserved(void **state)
{
	AUTO(store_free) struct store *store = open_store();
	AUTO(record_free) struct record *record = sample_record("");
	AUTO(secret_text_free) char *issuer = secret_alloc(2049);
	AUTO(secret_text_free) char *client = secret_alloc(4097);
	const struct store_content content = { .record = record };
	struct store_ref ref = alice;

	(void)state;
	/* Each of these bytes takes two as text. */
	memset(issuer, '"', 2048);
	memset(client, '"', 4096);
	secret_free(record->refresh_token);
	record->refresh_token = secret_alloc(16 * 1024 + 1);
	memset(record->refresh_token, '"', 16 * 1024);
	ref.issuer = issuer;
	ref.client = client;
	assert_int_equal(
	    store_write(store, &ref, &content, NULL), OAUTH2_ERR_OK);
	assert_int_equal(state_of(&ref), STORE_RECORD);
}

static void
files_are_listed_and_say_whose_they_are(void **state)
{
	AUTO(store_free) struct store *store = open_store();
	AUTO(strlist_free) struct strlist names = STRLIST(9);
	AUTO(sealed_head_free) struct sealed_head head = { .issuer = NULL };
	AUTO(sealed_head_free) struct sealed_head none = { .issuer = NULL };
	struct store_ref ref = { .user = NULL };
	struct detail d = { .text = "" };
	char path[600];

	(void)state;
	assert_int_equal(store_list(store, &names, NULL), OAUTH2_ERR_OK);
	assert_int_equal(names.count, 0);
	assert_int_equal(keep(&alice, "token-1"), OAUTH2_ERR_OK);
	assert_int_equal(store_list(store, &names, NULL), OAUTH2_ERR_OK);
	assert_int_equal(names.count, 1);
	assert_int_equal(store_describe(store, names.items[0], &head, &ref, &d),
	    OAUTH2_ERR_OK);
	assert_string_equal(head.kind, "token");
	assert_int_equal(ref.slot, STORE_TOKEN);
	assert_string_equal(ref.issuer, alice.issuer);
	assert_string_equal(ref.client, alice.client);
	assert_string_equal(ref.user, "alice");
	assert_int_equal(ref.uid, 1001);
	assert_int_equal(state_of(&ref), STORE_RECORD);
	snprintf(path, sizeof(path), "%s/state/tokens/1.token", house);
	assert_int_equal(rename(file_of(&alice), path), 0);
	assert_int_equal(store_describe(store, "1.token", &none, &ref, &d),
	    OAUTH2_ERR_SYNTAX);
	assert_non_null(strstr(d.text, "1.token"));
}

#define TEST(name) cmocka_unit_test_teardown(name, empty_house)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_kept_is_read_back_and_by_nobody_else),
		TEST(
		    another_uid_machine_or_key_is_foreign_and_another_client_none),
		TEST(on_the_disk_nothing_shows_but_whose_it_is),
		TEST(no_two_files_are_alike),
		TEST(every_byte_counts_and_no_cut_passes),
		TEST(what_is_too_long_is_broken),
		TEST(swapped_files_are_foreign),
		TEST(a_tombstone_stands_until_there_is_a_record_again),
		TEST(a_record_is_never_made_of_a_tombstone_nor_the_reverse),
		TEST(what_others_could_have_written_is_broken),
		TEST(without_a_place_a_machine_or_a_key_there_is_no_store),
		TEST(a_lock_is_of_one_record_and_is_not_waited_for_long),
		TEST(what_cannot_be_kept_is_not_kept),
		TEST(the_largest_record_fits_into_what_is_reserved),
		TEST(files_are_listed_and_say_whose_they_are),
	};

	return cmocka_run_group_tests(tests, build_house, pull_down_house);
}
