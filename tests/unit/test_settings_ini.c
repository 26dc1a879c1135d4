/* login/settings_ini: what is a line, a section, a value; and what is not. */
#include "settings_case.h"

#include "login/settings_ini.h"

static void
comments_and_blank_lines_are_skipped(void **state)
{
	AUTO(settings_free)
	struct settings *s = good("# one\n; two\n\n   \n\t\n[pam_oauth2]\n"
				  "# x = 1\nqr = ascii\n  \n;y\n\n"
				  "login_timeout = 20\n \n" PROVIDER,
	    "sshd");

	(void)state;
	assert_int_equal(s->qr, SETTINGS_QR_ASCII);
	assert_int_equal(s->login_timeout, 20);
}

static void
there_are_no_comments_behind_a_value(void **state)
{
	AUTO(settings_free)
	struct settings *s = good("[pam_oauth2]\nsupport = a ; b # c\n"
				  "banner_before = \"quoted\" /* d */\n"
				  "banner_after=%(x)s $y \\\n" PROVIDER,
	    "sshd");

	(void)state;
	assert_string_equal(s->support, "a ; b # c");
	assert_string_equal(s->banner_before, "\"quoted\" /* d */");
	assert_string_equal(s->banner_after, "%(x)s $y \\");
	bad("[pam_oauth2]\nlogin_timeout = 50 ; seconds\n" PROVIDER,
	    "conf:2: login_timeout must be", "seconds from 10 to 900");
}

static void
lists_may_go_on_in_the_next_line_and_nothing_else_may(void **state)
{
	AUTO(settings_free)
	struct settings *s =
	    good(PROVIDER "scopes = openid\n\temail\n  x\n"
			  "endpoint_hosts =\n  a.example\n b.example\n"
			  "verification_hosts = c.example\n",
		"sshd");

	(void)state;
	assert_int_equal(s->provider.scopes.count, 3);
	assert_string_equal(s->provider.scopes.items[2], "x");
	assert_int_equal(s->provider.endpoint_hosts.count, 2);
	assert_string_equal(s->provider.endpoint_hosts.items[1], "b.example");
	assert_int_equal(s->provider.verification_hosts.count, 1);
	settings_free(TAKE(s));
	s = good(PROVIDER "scopes = a\n  /* b\n  */\n", "sshd");
	assert_int_equal(s->provider.scopes.count, 4);
	bad("[pam_oauth2]\nsupport = one\n two\n" PROVIDER,
	    "conf:2: support must stand in one line", "");
	bad("[pam_oauth2]\nqr = off\n login_timeout = 50\n" PROVIDER,
	    "conf:2: qr must stand in one line", "");
	bad("[pam_oauth2]\nqr = off\n\t# comment\n" PROVIDER,
	    "conf:2: qr must stand in one line", "");
	bad(PROVIDER "scopes = openid\n \n  email\n", "conf:6: starts with",
	    "");
	bad(PROVIDER "scopes = openid\n# x\n  email\n", "conf:6: starts with",
	    "");
	bad(PROVIDER "scopes = openid\n\n  email\n", "conf:6: starts with", "");
}

static void
lines_that_are_neither_section_nor_setting_are_refused(void **state)
{
	static const struct {
		const char *text;
		const char *start;
		const char *contained;
	} rows[] = {
		{ "qr = off\n" PROVIDER, "conf:1: stands before", "" },
		{ "  qr = off\n" PROVIDER, "conf:1: stands before", "" },
		{ "\n\nx\n" PROVIDER, "conf:3: stands before", "" },
		{ "[pam_oauth2]\nqr\n" PROVIDER, "conf:2: neither", "" },
		{ "[pam_oauth2]\nqr off\n" PROVIDER, "conf:2: neither", "" },
		{ "[pam_oauth2]\nqr: off\n" PROVIDER, "conf:2: neither", "" },
		{ "[pam_oauth2]\n= off\n" PROVIDER, "conf:2: neither", "" },
		{ "[pam_oauth2]\n/* x */\n" PROVIDER, "conf:2: neither", "" },
		{ "[pam_oauth2]\n/* = */\n" PROVIDER, "conf:2: neither", "" },
		{ "[pam_oauth2]\n// x\n" PROVIDER, "conf:2: neither", "" },
		{ "[pam_oauth2]\nq!r = off\n" PROVIDER, "conf:2: neither", "" },
		{ "[pam_oauth2]\n\xc3\xa4 = off\n" PROVIDER, "conf:2: neither",
		    "" },
		{ "[pam_oauth2]\n\xc2\xa0qr = off\n" PROVIDER,
		    "conf:2: neither", "" },
		{ "[pam_oauth2]\n  qr = off\n" PROVIDER, "conf:2: starts with",
		    "" },
		{ "[pam_oauth2] junk\n" PROVIDER, "conf:1: a section line",
		    "" },
		{ "[pam_oauth2] # x\n" PROVIDER, "conf:1: a section line", "" },
		{ "[pam_oauth2\n" PROVIDER, "conf:1: a section line", "" },
		{ "[pam_oauth2]]\n" PROVIDER, "conf:1: a section line", "" },
		{ "[]\n" PROVIDER, "conf:1: not a name", "" },
		{ "[ pam_oauth2]\n" PROVIDER, "conf:1: not a name", "" },
		{ "[pam_oauth2 ]\n" PROVIDER, "conf:1: not a name", "" },
		{ "[service  sshd]\n" PROVIDER, "conf:1: not a name", "" },
		{ "[service\tsshd]\n" PROVIDER, "conf:1: not a name", "" },
		{ "[service a b]\n" PROVIDER, "conf:1: not a name", "" },
		{ "[service a!b]\n" PROVIDER, "conf:1: not a name", "" },
		{ "[service \xc3\xa4]\n" PROVIDER, "conf:1: not a name", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		bad(rows[i].text, rows[i].start, rows[i].contained);
}

static void
nothing_stands_twice(void **state)
{
	static const struct {
		const char *text;
		const char *start;
	} rows[] = {
		{ "[pam_oauth2]\nqr = off\nqr = off\n" PROVIDER, "conf:3:" },
		{ "[pam_oauth2]\nqr = off\nQR = ascii\n" PROVIDER, "conf:3:" },
		{ "[pam_oauth2]\n[pam_oauth2]\n" PROVIDER, "conf:2:" },
		{ "[pam_oauth2]\nqr=off\n[Pam_oauth2]\n" PROVIDER, "conf:3:" },
		{ PROVIDER "[service a]\n" PROVIDER, "conf:5:" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		bad(rows[i].text, rows[i].start, "");
}

static void
bytes_that_are_no_text_are_refused(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *fault;
	} rows[] = {
#define BYTES(text, fault) { text, sizeof(text) - 1, fault }
		BYTES(PROVIDER "# caf\xe9\n", "conf:4: not UTF-8"),
		BYTES(PROVIDER "# \xed\xa0\x80\n", "conf:4: not UTF-8"),
		BYTES("[pam_oauth2]\r\n" PROVIDER, "conf:1: a CR byte"),
		BYTES(PROVIDER "#\0\n", "conf:4: a NUL byte"),
		BYTES(PROVIDER "\0", "conf:4: a NUL byte"),
		BYTES(PROVIDER "# \x1b[2J\n", "conf:4: a control character"),
		BYTES(PROVIDER "# \x7f\n", "conf:4: a control character"),
		BYTES(PROVIDER "\f\n", "conf:4: a control character"),
		BYTES("\xef\xbb\xbf" PROVIDER, "conf:1: a byte order mark"),
		BYTES("\xff\xfe[\0p\0", "conf:1: not UTF-8"),
	};
	struct settings *settings = NULL;
	struct detail d;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(
		    parse_n(rows[i].text, rows[i].n, "sshd", &settings, &d),
		    OAUTH2_ERR_CONFIG);
		if (strstr(d.text, rows[i].fault) != d.text)
			fail_msg("%s, not %s", d.text, rows[i].fault);
	}
}

static void
a_line_has_4096_bytes(void **state)
{
	char text[5000];

	(void)state;
	memset(text, '#', sizeof(text));
	text[4096] = '\n';
	strcpy(text + 4097, PROVIDER);
	settings_free(good(text, "sshd"));
	text[4096] = '#';
	text[4097] = '\n';
	strcpy(text + 4098, PROVIDER);
	bad(text, "conf:1: longer than 4096 bytes", "");
}

/* The longest values arrive whole: no library limit cuts them. */
static void
long_values_arrive_whole(void **state)
{
	AUTO(buf_free) struct buf text = BUF(20000);
	AUTO(settings_free) struct settings *s = NULL;
	char id[256], path[1025];

	(void)state;
	memset(id, 'i', 255);
	id[255] = '\0';
	memset(path, 'p', 1024);
	path[0] = '/';
	path[1024] = '\0';
	buf_printf(&text,
	    "[pam_oauth2]\nallowlist = %s\n[provider corp]\n"
	    "issuer = https://id.example\nclient_id = %s\nscopes =",
	    path, id);
	for (int i = 0; i < 32; i++)
		buf_printf(&text, "%s%0100d", i % 8 == 7 ? "\n  " : " ", i);
	buf_putc(&text, '\n');
	s = good(buf_text(&text), "sshd");
	assert_string_equal(s->allowlist, path);
	assert_string_equal(s->provider.client_id, id);
	assert_int_equal(s->provider.scopes.count, 32);
	assert_int_equal(strlen(s->provider.scopes.items[31]), 100);
}

static void
the_entries_of_all_files_are_counted(void **state)
{
	AUTO(buf_free) struct buf text = BUF(200000);
	struct settings *settings = NULL;
	struct detail d;

	(void)state;
	buf_puts(&text, PROVIDER);
	for (int i = 0; i < SETTINGS_ENTRIES_MAX; i++)
		buf_printf(&text, "[service s%d]\n", i);
	assert_int_equal(
	    parse(buf_text(&text), "sshd", &settings, &d), OAUTH2_ERR_LIMIT);
	assert_string_equal(
	    d.text, "conf:4099: more than 4096 sections and keys");
	buf_reset(&text);
	buf_puts(&text, PROVIDER);
	for (int i = 0; i < SETTINGS_ENTRIES_MAX; i++)
		buf_printf(&text, "k%d = 1\n", i);
	assert_int_equal(
	    parse(buf_text(&text), "sshd", &settings, &d), OAUTH2_ERR_LIMIT);
	assert_non_null(strstr(d.text, "more than 4096 sections and keys"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_and_blank_lines_are_skipped),
		cmocka_unit_test(there_are_no_comments_behind_a_value),
		cmocka_unit_test(
		    lists_may_go_on_in_the_next_line_and_nothing_else_may),
		cmocka_unit_test(
		    lines_that_are_neither_section_nor_setting_are_refused),
		cmocka_unit_test(nothing_stands_twice),
		cmocka_unit_test(bytes_that_are_no_text_are_refused),
		cmocka_unit_test(a_line_has_4096_bytes),
		cmocka_unit_test(long_values_arrive_whole),
		cmocka_unit_test(the_entries_of_all_files_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
