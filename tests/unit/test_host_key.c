/* login/host_key: one key for a host, made once. Runs as root. */
#include "fault_case.h"

#include "base/dir.h"
#include "login/host_key.h"

#define KEY \
	"000102030405060708090a0b0c0d0e0f" \
	"101112131415161718191a1b1c1d1e1f"
#define RACERS 20

static enum oauth2_err
load(const char *path, struct host_key **ret, struct detail *d)
{
	AUTO(dir_free) struct dir *dir = NULL;

	assert_int_equal(
	    dir_open(house, DIR_EXISTING, &dir, NULL), OAUTH2_ERR_OK);
	return host_key_load(dir, path, ret, d);
}

static void
it_is_made_at_first_use_and_stays(void **state)
{
	AUTO(host_key_free) struct host_key *first = NULL;
	AUTO(host_key_free) struct host_key *second = NULL;
	struct stat st;

	(void)state;
	assert_int_not_equal(access(at("host.key"), F_OK), 0);
	assert_int_equal(load(NULL, &first, NULL), OAUTH2_ERR_OK);
	assert_int_equal(stat(at("host.key"), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(st.st_size, 65);
	assert_int_equal(load(NULL, &second, NULL), OAUTH2_ERR_OK);
	assert_memory_equal(first, second, sizeof(*first));
}

static void
two_hosts_have_two_keys(void **state)
{
	AUTO(host_key_free) struct host_key *first = NULL;
	AUTO(host_key_free) struct host_key *second = NULL;

	(void)state;
	assert_int_equal(load(NULL, &first, NULL), OAUTH2_ERR_OK);
	assert_int_equal(unlink(at("host.key")), 0);
	assert_int_equal(load(NULL, &second, NULL), OAUTH2_ERR_OK);
	assert_memory_not_equal(first->seal, second->seal, 32);
	assert_memory_not_equal(first->pin, second->pin, 32);
	assert_string_not_equal(first->id, second->id);
}

/* python3: hmac.new(bytes(range(32)), b"pam_oauth2 ... 1\0", "sha256") */
static void
each_purpose_has_a_key_of_its_own(void **state)
{
	AUTO(host_key_free) struct host_key *key = NULL;
	static const uint8_t seal[] = { 0xa0, 0xe5, 0x00, 0x14, 0xb3, 0x3e,
		0xb6, 0x69, 0x39, 0x1b, 0xec, 0xc0, 0xac, 0x98, 0x85, 0x91,
		0x5d, 0xe7, 0x64, 0x08, 0x58, 0x04, 0x2a, 0x86, 0x8b, 0xe5,
		0x2d, 0x46, 0x75, 0xe7, 0xe1, 0x14 };
	static const uint8_t pin[] = { 0x16, 0xb0, 0xff, 0x71, 0x2d, 0xd2, 0xe5,
		0xed, 0x53, 0x57, 0x3b, 0x44, 0x7f, 0xca, 0x61, 0xcb, 0xee,
		0xfb, 0x24, 0x26, 0x2a, 0x37, 0xb2, 0x65, 0x0b, 0x44, 0x6c,
		0xa4, 0x95, 0x7c, 0x7d, 0xee };

	(void)state;
	put("host.key", KEY "\n", 0600);
	assert_int_equal(load(NULL, &key, NULL), OAUTH2_ERR_OK);
	assert_memory_equal(key->seal, seal, sizeof(seal));
	assert_memory_equal(key->pin, pin, sizeof(pin));
	assert_string_equal(key->id, "edb0152d5eb998cb");
}

static void
what_is_no_key_is_refused_and_never_replaced(void **state)
{
	static const struct {
		const char *content;
		enum oauth2_err err;
	} rows[] = {
		{ KEY "\n", OAUTH2_ERR_OK },
		{ KEY, OAUTH2_ERR_OK },
		{ "", OAUTH2_ERR_SYNTAX },
		{ "\n", OAUTH2_ERR_SYNTAX },
		{ KEY "\n\n", OAUTH2_ERR_LIMIT },
		{ KEY "0", OAUTH2_ERR_SYNTAX },
		{ KEY " ", OAUTH2_ERR_SYNTAX },
		{ "00010203", OAUTH2_ERR_SYNTAX },
		{ "g00102030405060708090a0b0c0d0e0f"
		  "101112131415161718191a1b1c1d1e1f",
		    OAUTH2_ERR_SYNTAX },
		{ "000102030405060708090A0B0C0D0E0F"
		  "101112131415161718191A1B1C1D1E1F",
		    OAUTH2_ERR_SYNTAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(host_key_free) struct host_key *key = NULL;
		AUTO(host_key_free) struct host_key *other = NULL;
		struct detail d = { .text = "" };
		struct stat st;

		put("host.key", rows[i].content, 0600);
		put("other", rows[i].content, 0400);
		assert_int_equal(load(NULL, &key, &d), rows[i].err);
		assert_int_equal(load(at("other"), &other, &d), rows[i].err);
		assert_int_equal(key != NULL, rows[i].err == OAUTH2_ERR_OK);
		assert_int_equal(
		    d.text[0] != '\0', rows[i].err != OAUTH2_ERR_OK);
		/* No message quotes what might be most of a key. */
		assert_null(strstr(d.text, "0001020304"));
		assert_int_equal(stat(at("host.key"), &st), 0);
		assert_int_equal(st.st_size, strlen(rows[i].content));
		assert_int_equal(unlink(at("other")), 0);
	}
}

static void
another_file_is_read_and_never_made(void **state)
{
	AUTO(host_key_free) struct host_key *key = NULL;
	AUTO(host_key_free) struct host_key *same = NULL;
	struct detail d;

	(void)state;
	assert_int_equal(load(at("cred"), &key, &d), OAUTH2_ERR_NOT_FOUND);
	assert_int_not_equal(access(at("cred"), F_OK), 0);
	put("cred", KEY, 0440);
	assert_int_equal(load(at("cred"), &key, &d), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(chmod(at("cred"), 0400), 0);
	assert_int_equal(load(at("cred"), &key, &d), OAUTH2_ERR_OK);
	assert_int_not_equal(access(at("host.key"), F_OK), 0);
	put("host.key", KEY "\n", 0600);
	assert_int_equal(load(NULL, &same, &d), OAUTH2_ERR_OK);
	assert_memory_equal(key, same, sizeof(*key));
}

static void
a_key_that_others_can_read_is_refused(void **state)
{
	AUTO(host_key_free) struct host_key *key = NULL;

	(void)state;
	put("host.key", KEY "\n", 0640);
	assert_int_equal(load(NULL, &key, NULL), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(chmod(at("host.key"), 0600), 0);
	assert_int_equal(chown(at("host.key"), 65534, 0), 0);
	assert_int_equal(load(NULL, &key, NULL), OAUTH2_ERR_UNTRUSTED);
	assert_null(key);
}

/* Two digits of the id of the key, as a child and its parent see them. */
static int
summary(const struct host_key *key)
{
	return key->id[0] ^ key->id[1] << 1;
}

static int
load_in_child(void)
{
	AUTO(host_key_free) struct host_key *key = NULL;

	usleep(10000);
	return load(NULL, &key, NULL) == OAUTH2_ERR_OK ? summary(key) : -1;
}

static void
of_those_who_make_it_at_once_all_get_the_same(void **state)
{
	for (int round = 0; round < 10; round++) {
		AUTO(host_key_free) struct host_key *key = NULL;
		int status;

		for (int i = 0; i < RACERS; i++)
			if (fork() == 0)
				_exit(load_in_child());
		assert_int_equal(load(NULL, &key, NULL), OAUTH2_ERR_OK);
		for (int i = 0; i < RACERS; i++) {
			assert_true(waitpid(-1, &status, 0) > 0);
			assert_true(WIFEXITED(status));
			assert_int_equal(WEXITSTATUS(status), summary(key));
		}
		empty_house(state);
	}
}

static bool
load_once(void *arg)
{
	AUTO(host_key_free) struct host_key *key = NULL;

	(void)arg;
	return load(NULL, &key, NULL) == OAUTH2_ERR_OK;
}

static void
whatever_fails_there_is_one_key_or_none(void **state)
{
	struct stat st;

	for (size_t i = 0; i < FAULT_FEW; i++) {
		struct fault what = fault_kinds[i];
		enum fault_end end = FAULT_OK;

		for (what.n = 1; end != FAULT_NEVER; what.n++) {
			empty_house(state);
			end = fault_run(what, load_once, NULL);
			if (stat(at("host.key"), &st) == 0)
				assert_int_equal(st.st_size, 65);
			else
				assert_int_not_equal(end, FAULT_OK);
			assert_true(load_once(NULL));
			assert_int_not_equal(
			    access(at(".host.key.0"), F_OK), 0);
		}
		assert_true(what.n > 9);
	}
}

static void
a_key_is_given_once_it_is_on_the_disk(void **state)
{
	(void)state;
	fault = (struct fault){ 0 };
	assert_true(load_once(NULL));
	assert_non_null(strstr(fault.trace, "fsync renameat2 sync"));
	fault = (struct fault){ 0 };
}

#define TEST(name) cmocka_unit_test_teardown(name, empty_house)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_made_at_first_use_and_stays),
		TEST(two_hosts_have_two_keys),
		TEST(each_purpose_has_a_key_of_its_own),
		TEST(what_is_no_key_is_refused_and_never_replaced),
		TEST(another_file_is_read_and_never_made),
		TEST(a_key_that_others_can_read_is_refused),
		TEST(of_those_who_make_it_at_once_all_get_the_same),
		TEST(whatever_fails_there_is_one_key_or_none),
		TEST(a_key_is_given_once_it_is_on_the_disk),
	};

	return cmocka_run_group_tests(tests, build_house, pull_down_house);
}
