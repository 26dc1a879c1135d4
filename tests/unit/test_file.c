/* base/file: only what root alone could have written. Runs as root. */
#include "house_case.h"

#include "base/file.h"

static enum oauth2_err
get(const char *path, enum file_trust trust, struct detail *d)
{
	AUTO(buf_free) struct buf content = BUF(100);

	d->text[0] = '\0';
	return file_read_trusted(path, trust, &content, d);
}

static void
modes_decide(void **state)
{
	static const struct {
		mode_t mode;
		enum oauth2_err root;
		enum oauth2_err secret;
	} rows[] = {
		{ 0600, OAUTH2_ERR_OK, OAUTH2_ERR_OK },
		{ 0400, OAUTH2_ERR_OK, OAUTH2_ERR_OK },
		{ 0640, OAUTH2_ERR_OK, OAUTH2_ERR_UNTRUSTED },
		{ 0644, OAUTH2_ERR_OK, OAUTH2_ERR_UNTRUSTED },
		{ 0601, OAUTH2_ERR_OK, OAUTH2_ERR_UNTRUSTED },
		{ 0620, OAUTH2_ERR_UNTRUSTED, OAUTH2_ERR_UNTRUSTED },
		{ 0602, OAUTH2_ERR_UNTRUSTED, OAUTH2_ERR_UNTRUSTED },
		{ 0666, OAUTH2_ERR_UNTRUSTED, OAUTH2_ERR_UNTRUSTED },
	};
	struct detail d;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		put("modes", "x", rows[i].mode);
		assert_int_equal(
		    get(at("modes"), FILE_TRUST_ROOT, &d), rows[i].root);
		assert_int_equal(
		    get(at("modes"), FILE_TRUST_SECRET, &d), rows[i].secret);
	}
}

static void
the_content_is_appended_whole(void **state)
{
	AUTO(buf_free) struct buf content = BUF(100);

	(void)state;
	put("whole", "two\nlines", 0600);
	buf_puts(&content, "> ");
	assert_int_equal(
	    file_read_trusted(at("whole"), FILE_TRUST_ROOT, &content, NULL),
	    OAUTH2_ERR_OK);
	assert_string_equal(buf_text(&content), "> two\nlines");
}

static void
the_buffers_maximum_is_the_files(void **state)
{
	char text[102];
	struct detail d;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[100] = '\0';
	put("size", text, 0600);
	assert_int_equal(get(at("size"), FILE_TRUST_ROOT, &d), OAUTH2_ERR_OK);
	text[100] = 'x';
	text[101] = '\0';
	put("size", text, 0600);
	assert_int_equal(
	    get(at("size"), FILE_TRUST_ROOT, &d), OAUTH2_ERR_LIMIT);
	assert_non_null(strstr(d.text, "size"));
}

static void
another_owner_is_refused(void **state)
{
	struct detail d;

	(void)state;
	put("owner", "x", 0600);
	assert_int_equal(chown(at("owner"), 65534, 0), 0);
	assert_int_equal(
	    get(at("owner"), FILE_TRUST_ROOT, &d), OAUTH2_ERR_UNTRUSTED);
	assert_non_null(strstr(d.text, "owner: owned by uid 65534"));
}

static void
links_are_refused_at_the_end_and_on_the_way(void **state)
{
	struct detail d;

	(void)state;
	put("real", "x", 0600);
	assert_int_equal(symlink("real", at("link")), 0);
	assert_int_equal(
	    get(at("link"), FILE_TRUST_ROOT, &d), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(symlink(".", at("way")), 0);
	assert_int_equal(
	    get(at("way/real"), FILE_TRUST_ROOT, &d), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(symlink("nowhere", at("dangling")), 0);
	assert_int_equal(
	    get(at("dangling"), FILE_TRUST_ROOT, &d), OAUTH2_ERR_UNTRUSTED);
}

static void
every_directory_above_counts(void **state)
{
	struct detail d;

	(void)state;
	assert_int_equal(mkdir(at("open"), 0700), 0);
	assert_int_equal(mkdir(at("open/inner"), 0700), 0);
	put("open/inner/file", "x", 0600);
	assert_int_equal(
	    get(at("open/inner/file"), FILE_TRUST_ROOT, &d), OAUTH2_ERR_OK);
	assert_int_equal(chmod(at("open"), 01777), 0);
	assert_int_equal(get(at("open/inner/file"), FILE_TRUST_ROOT, &d),
	    OAUTH2_ERR_UNTRUSTED);
	assert_non_null(strstr(d.text, "/open: mode 1777"));
	assert_int_equal(chmod(at("open"), 0700), 0);
	assert_int_equal(chown(at("open"), 65534, 0), 0);
	assert_int_equal(get(at("open/inner/file"), FILE_TRUST_ROOT, &d),
	    OAUTH2_ERR_UNTRUSTED);
}

static void
only_regular_files_are_read(void **state)
{
	struct detail d;

	(void)state;
	assert_int_equal(mkdir(at("directory"), 0700), 0);
	assert_int_equal(
	    get(at("directory"), FILE_TRUST_ROOT, &d), OAUTH2_ERR_UNTRUSTED);
	/* Nobody writes to it: a blocking open would stay here for ever. */
	assert_int_equal(mkfifo(at("fifo"), 0600), 0);
	assert_int_equal(
	    get(at("fifo"), FILE_TRUST_ROOT, &d), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(
	    get("/dev/null", FILE_TRUST_ROOT, &d), OAUTH2_ERR_UNTRUSTED);
}

static void
paths_are_absolute_and_straight(void **state)
{
	struct detail d;
	char longest[5000];

	(void)state;
	put("straight", "x", 0600);
	assert_int_equal(
	    get("straight", FILE_TRUST_ROOT, &d), OAUTH2_ERR_CONFIG);
	assert_int_equal(get("", FILE_TRUST_ROOT, &d), OAUTH2_ERR_CONFIG);
	assert_int_equal(get("/", FILE_TRUST_ROOT, &d), OAUTH2_ERR_CONFIG);
	assert_int_equal(
	    get("/run/../etc/passwd", FILE_TRUST_ROOT, &d), OAUTH2_ERR_CONFIG);
	assert_int_equal(
	    get("/run/..", FILE_TRUST_ROOT, &d), OAUTH2_ERR_CONFIG);
	memset(longest, '/', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(get(longest, FILE_TRUST_ROOT, &d), OAUTH2_ERR_LIMIT);
}

static void
a_missing_file_says_so(void **state)
{
	struct detail d;

	(void)state;
	assert_int_equal(
	    get(at("missing"), FILE_TRUST_ROOT, &d), OAUTH2_ERR_NOT_FOUND);
	assert_non_null(strstr(d.text, "missing: no such file"));
	assert_int_equal(
	    get(at("missing/file"), FILE_TRUST_ROOT, &d), OAUTH2_ERR_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modes_decide),
		cmocka_unit_test(the_content_is_appended_whole),
		cmocka_unit_test(the_buffers_maximum_is_the_files),
		cmocka_unit_test(another_owner_is_refused),
		cmocka_unit_test(links_are_refused_at_the_end_and_on_the_way),
		cmocka_unit_test(every_directory_above_counts),
		cmocka_unit_test(only_regular_files_are_read),
		cmocka_unit_test(paths_are_absolute_and_straight),
		cmocka_unit_test(a_missing_file_says_so),
	};

	return cmocka_run_group_tests(tests, build_house, pull_down_house);
}
