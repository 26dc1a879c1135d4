/* login/machine: which machine, which boot. Runs as root. */
#include "house_case.h"

#include "base/paths.h"
#include "login/machine.h"

#define ID "3d1219c7c4c5404aaa1f6d2a48adfda4"

static void
a_machine_id_is_32_digits_and_set(void **state)
{
	static const struct {
		const char *content;
		enum oauth2_err err;
		const char *words;
	} rows[] = {
		{ ID "\n", OAUTH2_ERR_OK, "" },
		{ ID, OAUTH2_ERR_OK, "" },
		{ "", OAUTH2_ERR_CONFIG, "not set yet" },
		{ "\n", OAUTH2_ERR_CONFIG, "not set yet" },
		{ "uninitialized\n", OAUTH2_ERR_CONFIG, "not set yet" },
		{ "00000000000000000000000000000000\n", OAUTH2_ERR_CONFIG,
		    "32 hex" },
		{ ID "0\n", OAUTH2_ERR_CONFIG, "32 hex" },
		{ ID "\n\n", OAUTH2_ERR_CONFIG, "32 hex" },
		{ ID " \n", OAUTH2_ERR_CONFIG, "32 hex" },
		{ "3D1219C7C4C5404AAA1F6D2A48ADFDA4\n", OAUTH2_ERR_CONFIG,
		    "32 hex" },
		{ "3d1219c7c4c5404aaa1f6d2a48adfda\n", OAUTH2_ERR_CONFIG,
		    "32 hex" },
		{ ID ID ID ID ID "\n", OAUTH2_ERR_LIMIT, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char id[MACHINE_ID_SIZE] = "untouched";
		struct detail d = { .text = "" };

		put("id", rows[i].content, 0444);
		assert_int_equal(machine_id(at("id"), id, &d), rows[i].err);
		assert_string_equal(
		    id, rows[i].err == OAUTH2_ERR_OK ? ID : "untouched");
		assert_non_null(strstr(d.text, rows[i].words));
		assert_int_equal(unlink(at("id")), 0);
	}
}

static void
a_machine_id_that_is_missing_or_not_roots_is_none(void **state)
{
	char id[MACHINE_ID_SIZE];

	(void)state;
	assert_int_equal(machine_id(at("id"), id, NULL), OAUTH2_ERR_NOT_FOUND);
	put("id", ID "\n", 0666);
	assert_int_equal(machine_id(at("id"), id, NULL), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(symlink("id", at("link")), 0);
	assert_int_equal(
	    machine_id(at("link"), id, NULL), OAUTH2_ERR_UNTRUSTED);
}

static void
a_nul_byte_is_no_end(void **state)
{
	static const char content[] = "3d1219c7\0" /* 32 bytes in all */
				      "c5404aaa1f6d2a48adfda41";
	char id[MACHINE_ID_SIZE];
	int fd = open(at("id"), O_WRONLY | O_CREAT, 0600);

	(void)state;
	assert_int_equal(write(fd, content, 32), 32);
	close(fd);
	assert_int_equal(machine_id(at("id"), id, NULL), OAUTH2_ERR_CONFIG);
}

static void
this_kernel_has_a_boot_id(void **state)
{
	char one[MACHINE_BOOT_ID_SIZE], two[MACHINE_BOOT_ID_SIZE];

	(void)state;
	assert_int_equal(
	    machine_boot_id(PATH_BOOT_ID, one, NULL), OAUTH2_ERR_OK);
	assert_int_equal(
	    machine_boot_id(PATH_BOOT_ID, two, NULL), OAUTH2_ERR_OK);
	assert_int_equal(strlen(one), MACHINE_BOOT_ID_SIZE - 1);
	assert_string_equal(one, two);
}

static void
a_boot_id_is_a_uuid(void **state)
{
	static const char *const bad[] = { "", "\n", ID "\n",
		"6e8f157b-dcdc-4105-9286-ed8886f2937g\n",
		"6e8f157b-dcdc-4105-9286-ed8886f293777\n" };
	char id[MACHINE_BOOT_ID_SIZE];

	for (size_t i = 0; i < COUNT(bad); i++) {
		put("id", bad[i], 0444);
		assert_int_equal(
		    machine_boot_id(at("id"), id, NULL), OAUTH2_ERR_CONFIG);
		empty_house(state);
	}
}

#define TEST(name) cmocka_unit_test_teardown(name, empty_house)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_machine_id_is_32_digits_and_set),
		TEST(a_machine_id_that_is_missing_or_not_roots_is_none),
		TEST(a_nul_byte_is_no_end),
		TEST(this_kernel_has_a_boot_id),
		TEST(a_boot_id_is_a_uuid),
	};

	return cmocka_run_group_tests(tests, build_house, pull_down_house);
}
