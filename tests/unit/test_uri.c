/* codec/uri: https and nothing odd, and the encoding of forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "codec/uri.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void
an_uri_is_https_with_host_and_port(void **state)
{
	static const struct {
		const char *text, *host;
		unsigned port;
	} rows[] = {
		{ "https://id.example", "id.example", 443 },
		{ "https://id.example/", "id.example", 443 },
		{ "HTTPS://ID.Example/Path", "id.example", 443 },
		{ "https://id.example:8443/a/b", "id.example", 8443 },
		{ "https://id.example:65535", "id.example", 65535 },
		{ "https://127.0.0.1:1/", "127.0.0.1", 1 },
		{ "https://[2001:DB8::1]/x", "[2001:db8::1]", 443 },
		{ "https://[::1]:99/x", "[::1]", 99 },
		{ "https://localhost/a@b:c\\d", "localhost", 443 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct uri uri = { 0 };

		if (uri_parse(rows[i].text, 0, &uri, NULL) != OAUTH2_ERR_OK)
			fail_msg("refused: %s", rows[i].text);
		assert_string_equal(uri.host, rows[i].host);
		assert_int_equal(uri.port, rows[i].port);
	}
}

static void
anything_else_is_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"id.example",
		"http://id.example/",
		"httpss://id.example/",
		"https:/id.example/",
		"https:id.example",
		"https://",
		"https:///token",
		"https://?x",
		"https://:443/",
		"https://user@id.example/",
		"https://u:p@id.example/",
		"https://id.example@evil.example/",
		"https://id.example:@evil.example/",
		"https://id.example\\@evil.example/",
		"https://id.example\\.evil.example/",
		"https://id.example#@evil.example/",
		"https://id.example/#f",
		"https://id.example/a b",
		"https://id.example/\r\nX: 1",
		"https://id.example/\x1b[2J",
		"https://id.example/\x7f",
		"https://id.example/\xc3\xa9",
		"https://\xc3\xa9.example/",
		"https://id..example/",
		"https://.example/",
		"https://id.example./",
		"https://id%2eexample/",
		"https://id_1.example/",
		"https://id.example:/",
		"https://id.example:0/",
		"https://id.example:65536/",
		"https://id.example:+1/",
		"https://id.example:1:2/",
		"https://[::1/",
		"https://[]/",
		"https://[::1]x/",
		"https://[::1%25eth0]/",
		"https://::1/",
		" https://id.example/",
		"javascript:alert(1)",
		"javascript://id.example/%0aalert(1)",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct uri uri = { .port = 7 };
		struct detail d = { 0 };

		if (uri_parse(rows[i], URI_ALLOW_QUERY, &uri, &d) ==
		    OAUTH2_ERR_OK)
			fail_msg("not refused: %s", rows[i]);
		assert_int_equal(uri.port, 7);
		assert_int_not_equal(d.text[0], '\0');
	}
}

static void
query_and_fragment_are_taken_where_allowed(void **state)
{
	struct uri uri;

	(void)state;
	assert_int_equal(
	    uri_parse("https://h.example?a=https://x/", 0, &uri, NULL),
	    OAUTH2_ERR_SYNTAX);
	assert_int_equal(uri_parse("https://h.example?a=https://x/",
			     URI_ALLOW_QUERY, &uri, NULL),
	    OAUTH2_ERR_OK);
	assert_string_equal(uri.host, "h.example");
	assert_int_equal(
	    uri_parse("https://h.example/#/x", URI_ALLOW_QUERY, &uri, NULL),
	    OAUTH2_ERR_SYNTAX);
	assert_int_equal(
	    uri_parse("https://h.example/#/x", URI_ALLOW_FRAGMENT, &uri, NULL),
	    OAUTH2_ERR_OK);
}

static void
an_uri_has_2048_bytes_and_not_one_more(void **state)
{
	char text[URI_MAX + 2] = "https://h.example/";
	struct uri uri;

	(void)state;
	memset(text + strlen(text), 'a', URI_MAX - strlen(text));
	assert_int_equal(strlen(text), URI_MAX);
	assert_int_equal(uri_parse(text, 0, &uri, NULL), OAUTH2_ERR_OK);
	text[URI_MAX] = 'a';
	assert_int_equal(uri_parse(text, 0, &uri, NULL), OAUTH2_ERR_LIMIT);
}

static void
a_host_of_300_bytes_is_refused(void **state)
{
	char text[400] = "https://";
	struct uri uri;

	(void)state;
	memset(text + strlen(text), 'a', 300);
	assert_int_equal(uri_parse(text, 0, &uri, NULL), OAUTH2_ERR_LIMIT);
}

static void
hosts_are_equal_without_case_and_only_whole(void **state)
{
	AUTO(strlist_free) struct strlist hosts = STRLIST(2);

	(void)state;
	assert_int_equal(strlist_add(&hosts, "API.example"), OAUTH2_ERR_OK);
	assert_true(uri_host_equal("a.example", "A.Example"));
	assert_false(uri_host_equal("a.example", "a.example.org"));
	assert_false(uri_host_equal("a.example", "xa.example"));
	assert_true(uri_host_in("api.example", &hosts));
	assert_false(uri_host_in("x.api.example", &hosts));
	assert_false(uri_host_in("example", &hosts));
	assert_false(uri_host_in("api.example", NULL));
}

static void
a_form_keeps_order_and_encodes_bytes(void **state)
{
	AUTO(buf_free) struct buf b = BUF(200);

	(void)state;
	uri_form_add(&b, "client_id", "c:l i/\xc3\xa9");
	uri_form_add(&b, "code", "c/d+e f");
	uri_form_add(&b, "a b", "AZaz09_.-~*'()!&=%");
	uri_form_add(&b, "empty", "");
	assert_int_equal(buf_err(&b), OAUTH2_ERR_OK);
	assert_string_equal(buf_text(&b),
	    "client_id=c%3Al+i%2F%C3%A9&code=c%2Fd%2Be+f"
	    "&a+b=AZaz09_.-~%2A%27%28%29%21%26%3D%25&empty=");
}

static void
http_is_for_this_host_and_where_it_is_allowed(void **state)
{
	static const struct {
		const char *text, *host;
		unsigned port;
	} rows[] = {
		{ "http://localhost", "localhost", 80 },
		{ "HTTP://LOCALHOST:8080/cb", "localhost", 8080 },
		{ "http://127.0.0.1/cb?x=1", "127.0.0.1", 80 },
		{ "http://[::1]:443/", "[::1]", 443 },
		{ "https://id.example/cb", "id.example", 443 },
		{ "http://id.example/", NULL, 0 },
		{ "http://localhost.evil.example/", NULL, 0 },
		{ "http://localhost./", NULL, 0 },
		{ "http://localhost@evil.example/", NULL, 0 },
		{ "http://user@localhost/", NULL, 0 },
		{ "http://127.0.0.2/", NULL, 0 },
		{ "http://127.1/", NULL, 0 },
		{ "http://[::2]/", NULL, 0 },
		{ "http://localhost/#f", NULL, 0 },
		{ "http:///", NULL, 0 },
		{ "ftp://localhost/", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned allow = URI_ALLOW_QUERY | URI_ALLOW_LOOPBACK;
		struct uri uri = { .port = 7 };
		bool is_taken =
		    uri_parse(rows[i].text, allow, &uri, NULL) == OAUTH2_ERR_OK;

		if (is_taken != (rows[i].host != NULL))
			fail_msg("not as it should be: %s", rows[i].text);
		assert_string_equal(uri.host, is_taken ? rows[i].host : "");
		assert_int_equal(uri.port, is_taken ? rows[i].port : 7);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_uri_is_https_with_host_and_port),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(query_and_fragment_are_taken_where_allowed),
		cmocka_unit_test(http_is_for_this_host_and_where_it_is_allowed),
		cmocka_unit_test(an_uri_has_2048_bytes_and_not_one_more),
		cmocka_unit_test(a_host_of_300_bytes_is_refused),
		cmocka_unit_test(hosts_are_equal_without_case_and_only_whole),
		cmocka_unit_test(a_form_keeps_order_and_encodes_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
