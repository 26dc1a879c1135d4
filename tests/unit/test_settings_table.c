/* login/settings_table: every row has a range, a default and a dump. */
#include "settings_case.h"

#include <fcntl.h>

#include "base/file.h"
#include "login/settings_table.h"

/* What a row has no effect without, whatever its value is. */
static const struct {
	const char *name, *value; /* NULL: any */
	const char *lines;
} needs[] = {
	{ "token_endpoint_auth_method", "client_secret_post",
	    "client_secret_file = /etc/s\n" },
	{ "token_endpoint_auth_method", "client_secret_basic",
	    "client_secret_file = /etc/s\n" },
	{ "token_endpoint_auth_method", "private_key_jwt",
	    "private_key_file = /etc/k\n" },
	{ "revocation_endpoint_auth_method", "client_secret_post",
	    "client_secret_file = /etc/s\n" },
	{ "revocation_endpoint_auth_method", "client_secret_basic",
	    "client_secret_file = /etc/s\n" },
	{ "revocation_endpoint_auth_method", "private_key_jwt",
	    "private_key_file = /etc/k\n" },
	{ "private_key_file", NULL,
	    "token_endpoint_auth_method = private_key_jwt\n" },
	{ "private_key_id", NULL,
	    "token_endpoint_auth_method = private_key_jwt\n"
	    "private_key_file = /etc/k\n" },
	{ "assertion_audience", "token_endpoint",
	    "token_endpoint_auth_method = private_key_jwt\n"
	    "private_key_file = /etc/k\n"
	    "token_endpoint = https://id.example/t\n" },
	{ "basic_raw", "yes",
	    "token_endpoint_auth_method = client_secret_basic\n"
	    "client_secret_file = /etc/s\n" },
	{ "pkce", "plain", "redirect_uri = https://id.example/cb\n" },
	{ "assume_email_verified", "yes", "hd = corp.example\n" },
	{ "flow", NULL, "redirect_uri = https://id.example/cb\n" },
};

static void
put_needs(struct buf *ret, const struct settings_row *row, const char *value)
{
	for (size_t i = 0; i < COUNT(needs); i++)
		if (strcmp(needs[i].name, row->name) == 0 &&
		    (needs[i].value == NULL ||
			strcmp(needs[i].value, value) == 0))
			buf_puts(ret, needs[i].lines);
}

/* A file with one row set to a value, and all that this needs. */
static void
put_file(struct buf *ret, const struct settings_row *row, const char *value)
{
	bool is_provider = row->scope == SETTINGS_SCOPE_PROVIDER;

	buf_reset(ret);
	if (is_provider)
		buf_puts(ret, "[provider corp]\n");
	else
		buf_puts(ret, "[pam_oauth2]\n");
	buf_printf(ret, "%s = %s\n", row->name, value);
	if (!is_provider)
		buf_puts(ret, "[provider corp]\n");
	if (strcmp(row->name, "issuer") != 0)
		buf_puts(ret, "issuer = https://id.example\n");
	if (strcmp(row->name, "client_id") != 0)
		buf_puts(ret, "client_id = linux\n");
	put_needs(ret, row, value);
}

static void
put_bad(const struct settings_row *row, const char *value)
{
	AUTO(buf_free) struct buf text = BUF(20000);
	char start[100];

	put_file(&text, row, value);
	snprintf(start, sizeof(start), "conf:2: %s must be ", row->name);
	bad(buf_text(&text), start, "");
}

/* Values that are wrong for a type, whatever the row's range. */
static const struct {
	enum settings_type type;
	const char *value;
} wrong[] = {
	{ SETTINGS_TYPE_BOOL, "true" },
	{ SETTINGS_TYPE_BOOL, "Yes" },
	{ SETTINGS_TYPE_BOOL, "1" },
	{ SETTINGS_TYPE_BOOL, "yes no" },
	{ SETTINGS_TYPE_BOOL, "" },
	{ SETTINGS_TYPE_NUMBER, "" },
	{ SETTINGS_TYPE_NUMBER, "-1" },
	{ SETTINGS_TYPE_NUMBER, "+50" },
	{ SETTINGS_TYPE_NUMBER, "0x40" },
	{ SETTINGS_TYPE_NUMBER, "50.0" },
	{ SETTINGS_TYPE_NUMBER, "50 50" },
	{ SETTINGS_TYPE_NUMBER, "99999999999999999999999" },
	{ SETTINGS_TYPE_SECONDS, "" },
	{ SETTINGS_TYPE_SECONDS, "50s" },
	{ SETTINGS_TYPE_SECONDS, "1m" },
	{ SETTINGS_TYPE_CHOICE, "" },
	{ SETTINGS_TYPE_CHOICE, "nonsense" },
	{ SETTINGS_TYPE_CHOICE, "auto device" },
	{ SETTINGS_TYPE_CHOICE, "UTF8" },
	{ SETTINGS_TYPE_TEXT, "a\xe2\x80\xae"
			      "b" },
	{ SETTINGS_TYPE_TEXT, "a\xc2\x9b"
			      "b" },
	{ SETTINGS_TYPE_TEXT, "a\tb" },
	{ SETTINGS_TYPE_PATH, "" },
	{ SETTINGS_TYPE_PATH, "etc/allowlist" },
	{ SETTINGS_TYPE_PATH, "~/allowlist" },
	{ SETTINGS_TYPE_PATH, "/" },
	{ SETTINGS_TYPE_PATH, "/etc/../shadow" },
	{ SETTINGS_TYPE_PATH, "/etc/." },
	{ SETTINGS_TYPE_PATH, "/etc/.." },
	{ SETTINGS_TYPE_PATH, "/etc//x" },
	{ SETTINGS_TYPE_PATH, "/etc/" },
	{ SETTINGS_TYPE_NAME, "" },
	{ SETTINGS_TYPE_NAME, "Corp" },
	{ SETTINGS_TYPE_NAME, "a b" },
	{ SETTINGS_TYPE_PATTERN, "" },
	{ SETTINGS_TYPE_PATTERN, ".*" },
	{ SETTINGS_TYPE_PATTERN, "[a-z]+" },
	{ SETTINGS_TYPE_PATTERN, "[a-z]{1,256}" },
	{ SETTINGS_TYPE_CLIENT_ID, "" },
	{ SETTINGS_TYPE_CLIENT_ID, "caf\xc3\xa9" },
	{ SETTINGS_TYPE_CLIENT_ID, "a\tb" },
	{ SETTINGS_TYPE_ISSUER, "" },
	{ SETTINGS_TYPE_ISSUER, "id.example" },
	{ SETTINGS_TYPE_ISSUER, "http://id.example" },
	{ SETTINGS_TYPE_ISSUER, "HTTPS://id.example" },
	{ SETTINGS_TYPE_ISSUER, "https://" },
	{ SETTINGS_TYPE_ISSUER, "https:///path" },
	{ SETTINGS_TYPE_ISSUER, "https://u@id.example" },
	{ SETTINGS_TYPE_ISSUER, "https://u:p@id.example" },
	{ SETTINGS_TYPE_ISSUER, "https://id.example?x" },
	{ SETTINGS_TYPE_ISSUER, "https://id.example/?x" },
	{ SETTINGS_TYPE_ISSUER, "https://id.example/#x" },
	{ SETTINGS_TYPE_ISSUER, "https://id.example:0" },
	{ SETTINGS_TYPE_ISSUER, "https://id.example:65536" },
	{ SETTINGS_TYPE_ISSUER, "https://id.example:x" },
	{ SETTINGS_TYPE_ISSUER, "https://id example" },
	{ SETTINGS_TYPE_ISSUER, "https://id.example/a b" },
	{ SETTINGS_TYPE_ISSUER, "https://\xc3\xa9.example" },
	{ SETTINGS_TYPE_URL, "" },
	{ SETTINGS_TYPE_URL, "http://id.example/token" },
	{ SETTINGS_TYPE_URL, "https://u@id.example/token" },
	{ SETTINGS_TYPE_URL, "https://id.example/token#x" },
	{ SETTINGS_TYPE_URL, "/token" },
	{ SETTINGS_TYPE_LANDING, "" },
	{ SETTINGS_TYPE_LANDING, "http://id.example/cb" },
	{ SETTINGS_TYPE_LANDING, "https://id.example" },
	{ SETTINGS_TYPE_LANDING, "https://id.example?x=/" },
	{ SETTINGS_TYPE_LANDING, "https://Id.example/cb" },
	{ SETTINGS_TYPE_LANDING, "https://id.example:443/cb" },
	{ SETTINGS_TYPE_LANDING, "https://id.example/cb#x" },
	{ SETTINGS_TYPE_PROXY, "" },
	{ SETTINGS_TYPE_PROXY, "proxy.example:3128" },
	{ SETTINGS_TYPE_PROXY, "http://proxy.example" },
	{ SETTINGS_TYPE_PROXY, "http://proxy.example:" },
	{ SETTINGS_TYPE_PROXY, "http://proxy.example:0" },
	{ SETTINGS_TYPE_PROXY, "http://proxy.example:99999" },
	{ SETTINGS_TYPE_PROXY, "http://proxy.example:003128" },
	{ SETTINGS_TYPE_PROXY, "http://proxy.example:3128/" },
	{ SETTINGS_TYPE_PROXY, "http://u:p@proxy.example:3128" },
	{ SETTINGS_TYPE_PROXY, "socks5://proxy.example:3128" },
	{ SETTINGS_TYPE_CLAIM, "" },
	{ SETTINGS_TYPE_CLAIM, ".groups" },
	{ SETTINGS_TYPE_CLAIM, "groups." },
	{ SETTINGS_TYPE_CLAIM, "a..b" },
	{ SETTINGS_TYPE_CLAIM, "a b" },
	{ SETTINGS_TYPE_HOSTS, "" },
	{ SETTINGS_TYPE_HOSTS, "Corp.example" },
	{ SETTINGS_TYPE_HOSTS, "a.example, b.example" },
	{ SETTINGS_TYPE_HOSTS, "*.example" },
	{ SETTINGS_TYPE_HOSTS, "https://a.example" },
	{ SETTINGS_TYPE_HOSTS, "a.example:443" },
	{ SETTINGS_TYPE_HOSTS, "a.example." },
	{ SETTINGS_TYPE_HOSTS, "a..example" },
	{ SETTINGS_TYPE_HOSTS, "a.example evil.example/x?y=" },
	{ SETTINGS_TYPE_SCOPES, "" },
	{ SETTINGS_TYPE_SCOPES, "openid \"email\"" },
	{ SETTINGS_TYPE_SCOPES, "openid a\\b" },
	{ SETTINGS_TYPE_SCOPES, "openid caf\xc3\xa9" },
	{ SETTINGS_TYPE_PRESET, "" },
	{ SETTINGS_TYPE_PRESET, "openid" },
	{ SETTINGS_TYPE_PRESET, "Google" },
	{ SETTINGS_TYPE_PRESET, "google github" },
	{ SETTINGS_TYPE_DOMAIN, "" },
	{ SETTINGS_TYPE_DOMAIN, "Corp.example" },
	{ SETTINGS_TYPE_DOMAIN, "a.example b.example" },
	{ SETTINGS_TYPE_DOMAIN, "*" },
	{ SETTINGS_TYPE_UUID, "" },
	{ SETTINGS_TYPE_UUID, "common" },
	{ SETTINGS_TYPE_UUID, "0A1B2C3D-0a1b-2c3d-4e5f-0a1b2c3d4e5f" },
	{ SETTINGS_TYPE_UUID, "0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5" },
	{ SETTINGS_TYPE_UUID, "0a1b2c3d00a1b-2c3d-4e5f-0a1b2c3d4e5f" },
	{ SETTINGS_TYPE_ALGS, "" },
	{ SETTINGS_TYPE_ALGS, "none" },
	{ SETTINGS_TYPE_ALGS, "HS256" },
	{ SETTINGS_TYPE_ALGS, "ES256 RS512" },
	{ SETTINGS_TYPE_ALGS, "es256" },
	{ SETTINGS_TYPE_WORDS, "" },
	{ SETTINGS_TYPE_WORDS, "caf\xc3\xa9" },
	{ SETTINGS_TYPE_PARAMETERS, "" },
	{ SETTINGS_TYPE_PARAMETERS, "prompt" },
	{ SETTINGS_TYPE_PARAMETERS, "=login" },
	{ SETTINGS_TYPE_PARAMETERS, "prompt=login x" },
	{ SETTINGS_TYPE_PARAMETERS, "a=b caf\xc3\xa9=x" },
	{ SETTINGS_TYPE_PARAMETERS, "a=b\xc2\x9b" },
	{ SETTINGS_TYPE_PARAMETERS, "a=b state=x" },
	{ SETTINGS_TYPE_REFRESH_PARAMETERS, "" },
	{ SETTINGS_TYPE_REFRESH_PARAMETERS, "scope" },
	{ SETTINGS_TYPE_REFRESH_PARAMETERS, "refresh_token=x" },
	{ SETTINGS_TYPE_FACTORS, "" },
	{ SETTINGS_TYPE_FACTORS, "password" },
	{ SETTINGS_TYPE_FACTORS, "ssh-publickey,same-network" },
};

static void
each_row_refuses_what_its_type_refuses(void **state)
{
	unsigned tried[SETTINGS_TYPE_COUNT] = { 0 };

	(void)state;
	for (size_t i = 0; i < settings_row_count; i++)
		for (size_t j = 0; j < COUNT(wrong); j++)
			if (wrong[j].type == settings_rows[i].type) {
				put_bad(&settings_rows[i], wrong[j].value);
				tried[wrong[j].type]++;
			}
	for (int i = 0; i < SETTINGS_TYPE_COUNT; i++)
		assert_true(tried[i] > 0);
}

/* n bytes that are right for the row's type but for their number. */
static void
put_length(struct buf *ret, const struct settings_row *row, size_t n)
{
	static const char *const starts[SETTINGS_TYPE_COUNT] = {
		[SETTINGS_TYPE_PATH] = "/",
		[SETTINGS_TYPE_ISSUER] = "https://id.example/",
		[SETTINGS_TYPE_URL] = "https://id.example/",
	};
	const char *start = starts[row->type];
	bool has_labels = row->type == SETTINGS_TYPE_DOMAIN;

	if (start != NULL)
		buf_puts(ret, start);
	while (ret->len < n)
		buf_putc(ret, has_labels && ret->len % 60 == 59 ? '.' : 'x');
}

/* One more item that is right for the row's type, and no other's name. */
static void
put_item(struct buf *ret, const struct settings_row *row, uint32_t n)
{
	if (row->type == SETTINGS_TYPE_PARAMETERS ||
	    row->type == SETTINGS_TYPE_REFRESH_PARAMETERS)
		buf_printf(ret, " x%u=1", n);
	else if (row->type == SETTINGS_TYPE_FACTORS)
		buf_puts(ret, " " FACTOR_SSH_PUBLICKEY);
	else if (row->type == SETTINGS_TYPE_ALGS)
		buf_puts(ret, " ES256");
	else
		buf_puts(ret, " x");
}

static bool
is_of_length(const struct settings_row *row)
{
	switch (row->type) {
	case SETTINGS_TYPE_TEXT:
	case SETTINGS_TYPE_PATH:
	case SETTINGS_TYPE_CLIENT_ID:
	case SETTINGS_TYPE_ISSUER:
	case SETTINGS_TYPE_URL:
	case SETTINGS_TYPE_CLAIM:
	case SETTINGS_TYPE_DOMAIN:
		return true;
	default:
		return false;
	}
}

static void
each_row_keeps_to_its_range(void **state)
{
	AUTO(buf_free) struct buf value = BUF(20000), text = BUF(20000);
	char number[32];

	(void)state;
	for (size_t i = 0; i < settings_row_count; i++) {
		const struct settings_row *row = &settings_rows[i];

		buf_reset(&value);
		if (is_of_length(row)) {
			put_length(&value, row, row->max);
			put_file(&text, row, buf_text(&value));
			settings_free(good(buf_text(&text), "sshd"));
			buf_putc(&value, 'x');
			put_bad(row, buf_text(&value));
		} else if (settings_row_is_list(row)) {
			for (uint32_t j = 0; j < row->max; j++)
				put_item(&value, row, j);
			put_file(&text, row, buf_text(&value));
			settings_free(good(buf_text(&text), "sshd"));
			put_item(&value, row, row->max);
			put_bad(row, buf_text(&value));
		} else if (row->type == SETTINGS_TYPE_NUMBER ||
			   row->type == SETTINGS_TYPE_SECONDS) {
			snprintf(number, sizeof(number), "%u", row->max);
			put_file(&text, row, number);
			settings_free(good(buf_text(&text), "sshd"));
			snprintf(number, sizeof(number), "%llu",
			    (unsigned long long)row->max + 1);
			put_bad(row, number);
			snprintf(number, sizeof(number), "%u", row->min);
			put_file(&text, row, number);
			settings_free(good(buf_text(&text), "sshd"));
			snprintf(
			    number, sizeof(number), "%d", (int)row->min - 1);
			put_bad(row, number);
		}
	}
}

/* What a file says comes back from a dump, and from a dump of its parse. */
static void
check_dump(const char *file, const char *service, const char *line)
{
	AUTO(settings_free) struct settings *first = good(file, service);
	AUTO(settings_free) struct settings *second = NULL;
	AUTO(buf_free) struct buf dump = BUF(20000), again = BUF(20000);

	settings_dump(first, &dump);
	assert_int_equal(buf_err(&dump), OAUTH2_ERR_OK);
	if (strstr(buf_text(&dump), line) == NULL)
		fail_msg("no %s in\n%s", line, buf_text(&dump));
	second = good(buf_text(&dump), service);
	settings_dump(second, &again);
	assert_string_equal(buf_text(&dump), buf_text(&again));
	assert_string_equal(first->section, second->section);
	assert_string_equal(first->provider.name, second->provider.name);
}

static void
check_dump_of_row(const struct settings_row *row, const char *value)
{
	static const char *const services[] = { "sshd", "login", "sudo",
		"other" };
	AUTO(buf_free) struct buf text = BUF(20000), line = BUF(20000);

	put_file(&text, row, value);
	buf_printf(&line, "\n%s = %s\n", row->name, value);
	for (size_t i = 0; i < COUNT(services); i++)
		check_dump(buf_text(&text), services[i], buf_text(&line));
}

static void
every_row_survives_dump_and_reparse(void **state)
{
	(void)state;
	for (size_t i = 0; i < settings_row_count; i++) {
		const struct settings_row *row = &settings_rows[i];
		const char *value =
		    row->example != NULL ? row->example : row->fallback;
		char word[64];

		if (row->type == SETTINGS_TYPE_BOOL)
			value = "yes";
		if (row->type != SETTINGS_TYPE_CHOICE) {
			check_dump_of_row(row, value);
			continue;
		}
		for (const char *p = row->choices; *p != '\0';) {
			size_t n = strcspn(p, " ");

			snprintf(word, sizeof(word), "%.*s", (int)n, p);
			if (strcmp(word, "auto") != 0)
				check_dump_of_row(row, word);
			p += n + strspn(p + n, " ");
		}
	}
}

static void
the_defaults_survive_dump_and_reparse(void **state)
{
	(void)state;
	check_dump(PROVIDER, "sshd", "host_limit = 120\n");
	check_dump(PROVIDER, "sudo", "display = text\n");
	check_dump(PROVIDER, "x", "min_uid = auto\n");
	check_dump(PROVIDER, "x", "flow = device\n");
	check_dump(PROVIDER, "x", "token_endpoint_auth_method = none\n");
	check_dump(PROVIDER "client_secret_file = /etc/s\n", "x",
	    "token_endpoint_auth_method = auto\n");
}

static void
no_name_stands_twice_in_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < settings_row_count; i++) {
		const struct settings_row *row = &settings_rows[i];

		assert_ptr_equal(settings_row_find(row->name), row);
		assert_non_null(row->help);
		assert_true(row->fallback != NULL || row->derived != NULL ||
			    row->example != NULL);
	}
	assert_null(settings_row_find(""));
	assert_null(settings_row_find("Provider"));
}

static void
no_message_repeats_a_value(void **state)
{
	(void)state;
	for (size_t i = 0; i < settings_row_count; i++) {
		AUTO(buf_free) struct buf text = BUF(20000);
		struct settings *settings = NULL;
		struct detail d;

		if (settings_rows[i].type == SETTINGS_TYPE_TEXT ||
		    settings_rows[i].type == SETTINGS_TYPE_SCOPES ||
		    settings_rows[i].type == SETTINGS_TYPE_WORDS ||
		    settings_rows[i].type == SETTINGS_TYPE_CLIENT_ID)
			continue;
		put_file(&text, &settings_rows[i], "Hunter2 \"Hunter2\"");
		assert_int_equal(parse(buf_text(&text), "sshd", &settings, &d),
		    OAUTH2_ERR_CONFIG);
		assert_null(strstr(d.text, "unter2"));
	}
}

/* A client has a secret, or else a key. */
static const char *const secret_lines[] = { "client_secret_file =", NULL };
static const char *const key_lines[] = {
	"private_key_file =", "private_key_id =", NULL
};

static bool
is_among(const char *line, const char *const *starts)
{
	for (; *starts != NULL; starts++)
		if (strncmp(line, *starts, strlen(*starts)) == 0)
			return true;
	return false;
}

/* The example with every setting in it taken in earnest, but for some. */
static void
read_example(const char *const *without, const char *method, struct buf *ret)
{
	AUTO(buf_free) struct buf text = BUF(100000);
	AUTO(file_close)
	int fd = open("conf/pam_oauth2.conf.example", O_RDONLY | O_CLOEXEC);
	struct source_cursor cursor = SOURCE_CURSOR;
	struct source source = { .name = "example" };

	assert_int_equal(file_read(fd, &text), OAUTH2_ERR_OK);
	source.data = buf_text(&text);
	source.len = text.len;
	while (source_next_line(&source, &cursor)) {
		const char *line = cursor.line;
		bool is_setting = without != NULL && cursor.len > 1 &&
				  line[0] == '#' && line[1] != ' ' &&
				  !is_among(line + 1, without);

		if (is_setting &&
		    strncmp(line + 1, "token_endpoint_auth_method", 26) == 0)
			buf_printf(
			    ret, "token_endpoint_auth_method = %s\n", method);
		else
			buf_put(
			    ret, line + is_setting, cursor.len - is_setting);
		buf_putc(ret, '\n');
	}
}

static void
assert_all_set(const struct settings *s, const char *const *without)
{
	for (size_t i = 0; i < settings_row_count; i++) {
		const struct settings_row *row = &settings_rows[i];
		AUTO(buf_free) struct buf value = BUF(1000);
		const void *base = row->scope == SETTINGS_SCOPE_PROVIDER
				       ? (const void *)&s->provider
				       : (const void *)s;
		char line[100];

		snprintf(line, sizeof(line), "%s =", row->name);
		assert_int_equal(settings_value_put(row, base, &value),
		    !is_among(line, without));
	}
}

static void
the_example_is_right_as_it_is_and_in_all_its_lines(void **state)
{
	AUTO(buf_free) struct buf plain = BUF(100000);
	AUTO(buf_free) struct buf secret = BUF(100000), key = BUF(100000);
	AUTO(settings_free) struct settings *first = NULL;
	AUTO(settings_free) struct settings *second = NULL;
	AUTO(settings_free) struct settings *third = NULL;

	(void)state;
	read_example(NULL, NULL, &plain);
	first = good(buf_text(&plain), "login");
	assert_int_equal(first->login_timeout, 50);
	assert_null(first->provider.client_secret_file);
	read_example(key_lines, "auto", &secret);
	second = good(buf_text(&secret), "sshd");
	assert_all_set(second, key_lines);
	read_example(secret_lines, "private_key_jwt", &key);
	third = good(buf_text(&key), "sshd");
	assert_all_set(third, secret_lines);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_refuses_what_its_type_refuses),
		cmocka_unit_test(each_row_keeps_to_its_range),
		cmocka_unit_test(every_row_survives_dump_and_reparse),
		cmocka_unit_test(the_defaults_survive_dump_and_reparse),
		cmocka_unit_test(no_name_stands_twice_in_the_table),
		cmocka_unit_test(no_message_repeats_a_value),
		cmocka_unit_test(
		    the_example_is_right_as_it_is_and_in_all_its_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
