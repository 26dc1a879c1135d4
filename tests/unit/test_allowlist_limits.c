/* login/allowlist: bytes, lengths, sizes and the file. Runs as root. */
#include "allowlist_case.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static void
bytes_that_are_no_text_are_refused(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *fault;
	} rows[] = {
		{ "bob email:b@c\n# caf\xe9\n", 21, "allow:2: not UTF-8" },
		{ "bob email:b@c\r\n", 15, "allow:1: a CR byte" },
		{ "bob email:b@c\n\0\n", 16, "allow:2: a NUL byte" },
		{ "bob email:b@c\n\x1b[2J\n", 19,
		    "allow:2: a control character" },
		{ "bob email:b@c\x7f\n", 15, "allow:1: a control character" },
		{ "\xef\xbb\xbf"
		  "bob email:b@c\n",
		    17, "allow:1: a byte order mark" },
	};
	struct allowlist *allowlist = NULL;
	struct detail d;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(
		    parse_n(rows[i].text, rows[i].n, "bob", &allowlist, &d),
		    OAUTH2_ERR_CONFIG);
		if (strstr(d.text, rows[i].fault) != d.text)
			fail_msg("%s: %s", rows[i].fault, d.text);
	}
}

static void
a_line_has_4096_bytes(void **state)
{
	AUTO(allowlist_free) struct allowlist *allowlist = NULL;
	char text[5000] = "bob email:b@c";
	struct detail d;

	(void)state;
	memset(text + strlen(text), ' ', sizeof(text) - strlen(text));
	text[4096] = '\0';
	assert_int_equal(parse(text, "bob", &allowlist, &d), OAUTH2_ERR_OK);
	assert_int_equal(allowlist->count, 1);
	text[4096] = ' ';
	text[4097] = '\0';
	allowlist_free(allowlist);
	allowlist = NULL;
	assert_int_equal(parse(text, "bob", &allowlist, &d), OAUTH2_ERR_CONFIG);
	assert_string_equal(d.text, "allow:1: longer than 4096 bytes");
}

static void
subs_and_values_have_255_bytes(void **state)
{
	static const struct {
		const char *prefix;
		const char *suffix;
	} rows[] = {
		{ "bob sub:https://i.example|", "" },
		{ "bob claim:oid=", "" },
		{ "bob email:b@c group:", "" },
		{ "", " email:b@c" },
	};
	char text[512], value[257];
	struct detail d;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t n = 255; n <= 256; n++) {
			AUTO(allowlist_free) struct allowlist *a = NULL;

			memset(value, 'x', n);
			value[n] = '\0';
			snprintf(text, sizeof(text), "%s%s%s", rows[i].prefix,
			    value, rows[i].suffix);
			assert_int_equal(parse(text, "bob", &a, &d),
			    n == 255 ? OAUTH2_ERR_OK : OAUTH2_ERR_CONFIG);
		}
	}
}

static void
a_line_has_32_rules(void **state)
{
	AUTO(allowlist_free) struct allowlist *allowlist = NULL;
	struct detail d;
	char text[1000] = "bob email:b@c";

	(void)state;
	for (int i = 1; i < 32; i++)
		strcat(text, " group:g");
	assert_int_equal(parse(text, "bob", &allowlist, &d), OAUTH2_ERR_OK);
	assert_int_equal(allowlist->lines[0]->count, 32);
	strcat(text, " group:g");
	assert_int_equal(parse(text, "bob", &allowlist, &d), OAUTH2_ERR_CONFIG);
	assert_non_null(strstr(d.text, "more than 32 rules"));
}

static void
a_user_has_256_lines(void **state)
{
	AUTO(allowlist_free) struct allowlist *allowlist = NULL;
	AUTO(buf_free) struct buf text = BUF(100000);
	struct detail d;

	(void)state;
	for (int i = 0; i < 256; i++)
		buf_printf(&text, "bob email:b%d@c\n", i);
	assert_int_equal(
	    parse(buf_text(&text), "bob", &allowlist, &d), OAUTH2_ERR_OK);
	assert_int_equal(allowlist->count, 256);
	buf_puts(&text, "bob email:b@c\n");
	allowlist_free(allowlist);
	allowlist = NULL;
	assert_int_equal(
	    parse(buf_text(&text), "bob", &allowlist, &d), OAUTH2_ERR_LIMIT);
	assert_non_null(strstr(d.text, "allow:257: "));
}

static void
a_file_without_a_line_for_anybody_is_refused(void **state)
{
	static const char *const rows[] = { "", "\n\n", "# only this\n",
		"   \n\t" };
	struct allowlist *allowlist = NULL;
	struct detail d;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(
		    parse(rows[i], "bob", &allowlist, &d), OAUTH2_ERR_CONFIG);
		assert_non_null(strstr(d.text, "allow: has no line"));
	}
}

static void
the_file_is_for_roots_eyes_only(void **state)
{
	char house[] = "/run/pam_oauth2_test_allow.XXXXXX", path[128];
	struct allowlist *allowlist = NULL;
	struct detail d = { .text = "" };
	int fd;

	(void)state;
	assert_non_null(mkdtemp(house));
	snprintf(path, sizeof(path), "%s/allowlist", house);
	assert_int_equal(allowlist_load(path, "bob", true, &allowlist, &d),
	    OAUTH2_ERR_NOT_FOUND);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "bob email:b@c\n", 14), 14);
	assert_int_equal(
	    allowlist_load(path, "bob", true, &allowlist, &d), OAUTH2_ERR_OK);
	assert_int_equal(allowlist->count, 1);
	allowlist_free(allowlist);
	allowlist = NULL;
	assert_int_equal(fchmod(fd, 0640), 0);
	assert_int_equal(allowlist_load(path, "bob", true, &allowlist, &d),
	    OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(fchmod(fd, 0600), 0);
	assert_int_equal(ftruncate(fd, 8 * 1024 * 1024 + 1), 0);
	assert_int_equal(allowlist_load(path, "bob", true, &allowlist, &d),
	    OAUTH2_ERR_LIMIT);
	assert_null(allowlist);
	close(fd);
	unlink(path);
	rmdir(house);
}

static void
eight_mebibytes_are_read_in_a_moment(void **state)
{
	AUTO(buf_free) struct buf text = BUF(ALLOWLIST_FILE_MAX);
	AUTO(allowlist_free) struct allowlist *allowlist = NULL;
	struct detail d;

	(void)state;
	for (unsigned i = 0; text.len + 100 < ALLOWLIST_FILE_MAX; i++)
		buf_printf(&text, "u%07u email:u%07u@corp.example\n", i, i);
	assert_int_equal(parse_n((const char *)text.data, text.len, "u0100000",
			     &allowlist, &d),
	    OAUTH2_ERR_OK);
	assert_int_equal(allowlist->lines[0]->number, 100001);
}

static void
every_line_of_the_example_is_right(void **state)
{
	AUTO(buf_free) struct buf text = BUF(100000), all = BUF(100000);
	AUTO(allowlist_free) struct allowlist *allowlist = NULL;
	AUTO(file_close)
	int fd = open("conf/allowlist.example", O_RDONLY | O_CLOEXEC);
	struct source_cursor cursor = SOURCE_CURSOR;
	struct source source = { .name = "example" };
	struct detail d;

	(void)state;
	assert_int_equal(file_read(fd, &text), OAUTH2_ERR_OK);
	source.data = buf_text(&text);
	source.len = text.len;
	while (source_next_line(&source, &cursor)) {
		bool is_rule = cursor.len > 1 && cursor.line[0] == '#' &&
			       cursor.line[1] != ' ';

		buf_put(&all, cursor.line + is_rule, cursor.len - is_rule);
		buf_putc(&all, '\n');
	}
	if (parse(buf_text(&all), "nobody", &allowlist, &d) != OAUTH2_ERR_OK)
		fail_msg("%s", d.text);
	assert_int_equal(allowlist->count, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_that_are_no_text_are_refused),
		cmocka_unit_test(a_line_has_4096_bytes),
		cmocka_unit_test(subs_and_values_have_255_bytes),
		cmocka_unit_test(a_line_has_32_rules),
		cmocka_unit_test(a_user_has_256_lines),
		cmocka_unit_test(a_file_without_a_line_for_anybody_is_refused),
		cmocka_unit_test(the_file_is_for_roots_eyes_only),
		cmocka_unit_test(eight_mebibytes_are_read_in_a_moment),
		cmocka_unit_test(every_line_of_the_example_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
