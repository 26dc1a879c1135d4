/* login/settings: the files, and the secret. Runs as root. */
#include "settings_case.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "codec/crypto.h"
#include "crypto_case.h"
#include "login/login_defs.h"

/* Not below /tmp: others can write there. */
static char house[] = "/run/pam_oauth2_test_conf.XXXXXX";

static const char *
at(const char *name)
{
	static char path[4][256];
	static unsigned next;
	char *ret = path[next++ % 4];

	snprintf(ret, sizeof(path[0]), "%s/%s", house, name);
	return ret;
}

static void
put(const char *name, const char *content, mode_t mode)
{
	int fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static enum oauth2_err
load(struct settings **ret, struct detail *d)
{
	settings_free(*ret);
	*ret = NULL;
	d->text[0] = '\0';
	static const struct settings_host sshd = { "sshd", "sshd" };

	return settings_load(at("conf"), &sshd, ret, d);
}

static void
drop_ins_are_read_by_name_and_trusted_alike(void **state)
{
	AUTO(settings_free) struct settings *s = NULL;
	struct detail d;

	(void)state;
	put("conf", PROVIDER, 0640);
	assert_int_equal(load(&s, &d), OAUTH2_ERR_OK);
	assert_int_equal(mkdir(at("conf.d"), 0755), 0);
	put("conf.d/20-b.conf", "[pam_oauth2]\nqr = off\n", 0644);
	put("conf.d/30-c.conf", "# nothing\n", 0644);
	put("conf.d/10-a.conf", "[pam_oauth2]\nlogin_timeout = 20\n", 0644);
	put("conf.d/.hidden.conf", "rubbish", 0666);
	put("conf.d/30-c.conf~", "rubbish", 0644);
	put("conf.d/README", "rubbish", 0644);
	put("conf.d/.conf", "rubbish", 0644);
	assert_int_equal(load(&s, &d), OAUTH2_ERR_OK);
	assert_int_equal(s->qr, SETTINGS_QR_OFF);
	assert_int_equal(s->login_timeout, 20);
	/* Neither the order they were made in, nor its reverse. */
	put("conf.d/30-c.conf", "[pam_oauth2]\nqr = off\n", 0644);
	put("conf.d/10-a.conf", "[pam_oauth2]\n\nqr = utf8\n", 0644);
	assert_int_equal(load(&s, &d), OAUTH2_ERR_CONFIG);
	assert_non_null(strstr(d.text, "conf.d/20-b.conf:2: qr is already"));
	assert_non_null(strstr(d.text, "conf.d/10-a.conf:3"));
	assert_int_equal(unlink(at("conf.d/30-c.conf")), 0);
	put("conf.d/10-a.conf", "", 0664);
	assert_int_equal(load(&s, &d), OAUTH2_ERR_UNTRUSTED);
	put("conf.d/10-a.conf", "", 0644);
	assert_int_equal(load(&s, &d), OAUTH2_ERR_OK);
	assert_int_equal(mkdir(at("conf.d/40.conf"), 0755), 0);
	assert_int_equal(load(&s, &d), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(rmdir(at("conf.d/40.conf")), 0);
}

static void
the_directory_of_drop_ins_is_judged_even_when_empty(void **state)
{
	AUTO(settings_free) struct settings *s = NULL;
	struct detail d;

	(void)state;
	put("conf", PROVIDER, 0640);
	unlink(at("conf.d/20-b.conf"));
	unlink(at("conf.d/10-a.conf"));
	assert_int_equal(chmod(at("conf.d"), 0775), 0);
	assert_int_equal(load(&s, &d), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(chmod(at("conf.d"), 0755), 0);
	assert_int_equal(load(&s, &d), OAUTH2_ERR_OK);
	assert_int_equal(chown(at("conf.d"), 65534, 0), 0);
	assert_int_equal(load(&s, &d), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(chown(at("conf.d"), 0, 0), 0);
	assert_int_equal(rename(at("conf.d"), at("other")), 0);
	assert_int_equal(symlink("other", at("conf.d")), 0);
	assert_int_equal(load(&s, &d), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(unlink(at("conf.d")), 0);
	put("conf.d", "a file", 0644);
	assert_int_equal(load(&s, &d), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(unlink(at("conf.d")), 0);
}

static void
there_are_at_most_64_drop_ins(void **state)
{
	AUTO(settings_free) struct settings *s = NULL;
	struct detail d;
	char name[64];

	(void)state;
	put("conf", PROVIDER, 0640);
	assert_int_equal(mkdir(at("conf.d"), 0755), 0);
	for (int i = 0; i < SETTINGS_DROPINS_MAX; i++) {
		snprintf(name, sizeof(name), "conf.d/%03d.conf", i);
		put(name, "# nothing\n", 0644);
	}
	assert_int_equal(load(&s, &d), OAUTH2_ERR_OK);
	put("conf.d/x.conf", "", 0644);
	assert_int_equal(load(&s, &d), OAUTH2_ERR_LIMIT);
	assert_int_equal(unlink(at("conf.d/x.conf")), 0);
}

static void
a_file_has_256_kibibytes(void **state)
{
	AUTO(settings_free) struct settings *s = NULL;
	AUTO(buf_free) struct buf text = BUF(SETTINGS_FILE_MAX + 1);
	struct detail d;

	(void)state;
	buf_puts(&text, PROVIDER);
	while (text.len < SETTINGS_FILE_MAX)
		buf_putc(&text, '\n');
	put("conf", buf_text(&text), 0640);
	assert_int_equal(load(&s, &d), OAUTH2_ERR_OK);
	buf_putc(&text, '\n');
	put("conf", buf_text(&text), 0640);
	assert_int_equal(load(&s, &d), OAUTH2_ERR_LIMIT);
	put("conf", PROVIDER, 0640);
}

static void
a_file_that_is_missing_or_open_to_others_is_refused(void **state)
{
	AUTO(settings_free) struct settings *s = NULL;
	struct detail d;

	(void)state;
	put("conf", PROVIDER, 0660);
	assert_int_equal(load(&s, &d), OAUTH2_ERR_UNTRUSTED);
	assert_int_equal(unlink(at("conf")), 0);
	assert_int_equal(load(&s, &d), OAUTH2_ERR_NOT_FOUND);
	put("conf", PROVIDER, 0640);
}

static void
min_uid_comes_from_login_defs_unless_set(void **state)
{
	AUTO(settings_free) struct settings *s = NULL;
	struct detail d;
	uint32_t uid_min = 0;

	(void)state;
	assert_int_equal(
	    login_defs_load(LOGIN_DEFS_PATH, &uid_min, NULL), OAUTH2_ERR_OK);
	assert_int_equal(load(&s, &d), OAUTH2_ERR_OK);
	assert_int_equal(s->min_uid, uid_min);
	put("conf", "[pam_oauth2]\nmin_uid = 4321\n" PROVIDER, 0640);
	assert_int_equal(load(&s, &d), OAUTH2_ERR_OK);
	assert_int_equal(s->min_uid, 4321);
}

static enum oauth2_err
read_secret(const char *content, mode_t mode, char **ret)
{
	AUTO(buf_free) struct buf text = BUF(1000);
	AUTO(settings_free) struct settings *s = NULL;
	struct detail d = { .text = "" };

	put("secret", content, mode);
	buf_printf(&text, PROVIDER "client_secret_file = %s\n", at("secret"));
	s = good(buf_text(&text), "sshd");
	return settings_read_secret(s, ret, &d);
}

static void
a_secret_is_one_line_for_roots_eyes(void **state)
{
	static const struct {
		const char *content;
		mode_t mode;
		enum oauth2_err err;
		const char *secret;
	} rows[] = {
		{ "hunter2", 0600, OAUTH2_ERR_OK, "hunter2" },
		{ "hunter2\n", 0400, OAUTH2_ERR_OK, "hunter2" },
		{ " a~\"\\ \n", 0600, OAUTH2_ERR_OK, " a~\"\\ " },
		{ "hunter2\n\n", 0600, OAUTH2_ERR_CONFIG, NULL },
		{ "hunter2\r\n", 0600, OAUTH2_ERR_CONFIG, NULL },
		{ "\nhunter2", 0600, OAUTH2_ERR_CONFIG, NULL },
		{ "hun\tter2", 0600, OAUTH2_ERR_CONFIG, NULL },
		{ "caf\xc3\xa9", 0600, OAUTH2_ERR_CONFIG, NULL },
		{ "", 0600, OAUTH2_ERR_CONFIG, NULL },
		{ "\n", 0600, OAUTH2_ERR_CONFIG, NULL },
		{ "hunter2", 0640, OAUTH2_ERR_UNTRUSTED, NULL },
		{ "hunter2", 0604, OAUTH2_ERR_UNTRUSTED, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(secret_text_free) char *secret = NULL;

		if (read_secret(rows[i].content, rows[i].mode, &secret) !=
		    rows[i].err)
			fail_msg("row %zu", i);
		if (rows[i].secret != NULL)
			assert_string_equal(secret, rows[i].secret);
		else
			assert_null(secret);
	}
}

static void
a_secret_has_4096_bytes(void **state)
{
	char content[4100];
	char *secret = NULL;

	(void)state;
	memset(content, 's', sizeof(content));
	content[4096] = '\n';
	content[4097] = '\0';
	assert_int_equal(read_secret(content, 0600, &secret), OAUTH2_ERR_OK);
	assert_int_equal(strlen(secret), 4096);
	secret_free(TAKE(secret));
	content[4096] = 's';
	assert_int_equal(
	    read_secret(content, 0600, &secret), OAUTH2_ERR_CONFIG);
	content[4097] = 's';
	content[4098] = '\0';
	assert_int_equal(read_secret(content, 0600, &secret), OAUTH2_ERR_LIMIT);
	assert_null(secret);
}

static void
a_public_client_has_no_secret_and_needs_no_file(void **state)
{
	AUTO(settings_free) struct settings *s = good(PROVIDER, "sshd");
	char untouched[] = "x", *secret = untouched;

	(void)state;
	assert_int_equal(settings_read_secret(s, &secret, NULL), OAUTH2_ERR_OK);
	assert_null(secret);
}

static enum oauth2_err
read_key(
    const char *content, mode_t mode, struct crypto_key **ret, struct detail *d)
{
	AUTO(buf_free) struct buf text = BUF(1000);
	AUTO(settings_free) struct settings *s = NULL;

	put("key", content, mode);
	buf_printf(&text,
	    PROVIDER "token_endpoint_auth_method = private_key_jwt\n"
		     "private_key_file = %s\n",
	    at("key"));
	s = good(buf_text(&text), "sshd");
	return settings_read_key(s, ret, d);
}

static void
a_key_is_one_that_can_sign_and_for_roots_eyes(void **state)
{
	static const char pem[] = "/key: not a private key in PEM without a";
	static const struct {
		const char *content;
		mode_t mode;
		enum oauth2_err err;
		const char *alg, *text;
	} rows[] = {
		{ ec, 0600, OAUTH2_ERR_OK, "ES256", "" },
		{ rsa, 0400, OAUTH2_ERR_OK, "RS256", "" },
		{ ec, 0640, OAUTH2_ERR_UNTRUSTED, NULL, "/key: mode 0640" },
		{ ec, 0604, OAUTH2_ERR_UNTRUSTED, NULL, "/key: mode 0604" },
		{ "", 0600, OAUTH2_ERR_CONFIG, NULL, pem },
		{ "hunter2\n", 0600, OAUTH2_ERR_CONFIG, NULL, pem },
		{ public, 0600, OAUTH2_ERR_CONFIG, NULL, pem },
		{ encrypted, 0600, OAUTH2_ERR_CONFIG, NULL, pem },
		{ encrypted_sec1, 0600, OAUTH2_ERR_CONFIG, NULL, pem },
		{ p384, 0600, OAUTH2_ERR_CONFIG, NULL,
		    "/key: the private key is on another curve" },
		{ ed25519, 0600, OAUTH2_ERR_CONFIG, NULL,
		    "/key: the private key is neither RSA nor P-256" },
		{ rsa_1024, 0600, OAUTH2_ERR_CONFIG, NULL,
		    "/key: the private key has not 2048 to 8192 bits" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(crypto_key_free) struct crypto_key *key = NULL;
		struct detail d = { .text = "" };

		if (read_key(rows[i].content, rows[i].mode, &key, &d) !=
			rows[i].err ||
		    strstr(d.text, rows[i].text) == NULL)
			fail_msg("row %zu: %s", i, d.text);
		if (rows[i].alg != NULL)
			assert_string_equal(crypto_key_alg(key), rows[i].alg);
		else
			assert_null(key);
	}
}

static void
a_key_has_16_kibibytes(void **state)
{
	AUTO(crypto_key_free) struct crypto_key *key = NULL;
	struct crypto_key *none = NULL;
	char content[SETTINGS_KEY_MAX + 2];

	(void)state;
	memset(content, '\n', sizeof(content));
	memcpy(content, ec, strlen(ec));
	content[SETTINGS_KEY_MAX] = '\0';
	assert_int_equal(read_key(content, 0600, &key, NULL), OAUTH2_ERR_OK);
	content[SETTINGS_KEY_MAX] = '\n';
	content[SETTINGS_KEY_MAX + 1] = '\0';
	assert_int_equal(
	    read_key(content, 0600, &none, NULL), OAUTH2_ERR_LIMIT);
	assert_null(none);
}

static void
who_needs_no_key_needs_no_file(void **state)
{
	AUTO(settings_free) struct settings *s = good(PROVIDER, "sshd");
	char untouched;
	struct crypto_key *key = (void *)&untouched;

	(void)state;
	assert_int_equal(settings_read_key(s, &key, NULL), OAUTH2_ERR_OK);
	assert_null(key);
}

static int
setup(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		fprintf(stderr, "test_settings_load: needs root\n");
		return 1;
	}
	return mkdtemp(house) == NULL;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int
teardown(void **state)
{
	(void)state;
	return nftw(house, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drop_ins_are_read_by_name_and_trusted_alike),
		cmocka_unit_test(
		    the_directory_of_drop_ins_is_judged_even_when_empty),
		cmocka_unit_test(there_are_at_most_64_drop_ins),
		cmocka_unit_test(a_file_has_256_kibibytes),
		cmocka_unit_test(
		    a_file_that_is_missing_or_open_to_others_is_refused),
		cmocka_unit_test(min_uid_comes_from_login_defs_unless_set),
		cmocka_unit_test(a_secret_is_one_line_for_roots_eyes),
		cmocka_unit_test(a_secret_has_4096_bytes),
		cmocka_unit_test(
		    a_public_client_has_no_secret_and_needs_no_file),
		cmocka_unit_test(a_key_is_one_that_can_sign_and_for_roots_eyes),
		cmocka_unit_test(a_key_has_16_kibibytes),
		cmocka_unit_test(who_needs_no_key_needs_no_file),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
