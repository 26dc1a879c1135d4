#include "login/settings.h"

#include <string.h>

#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"
#include "codec/crypto.h"
#include "login/login_defs.h"
#include "login/settings_build.h"
#include "login/settings_files.h"
#include "login/settings_table.h"

static enum oauth2_err
read_entries(const struct source *sources, size_t count,
    struct settings_entries *ret, struct detail *d)
{
	enum oauth2_err err = OAUTH2_ERR_OK;

	for (size_t i = 0; i < count && err == OAUTH2_ERR_OK; i++)
		err = settings_ini_read(&sources[i], ret, d);
	return err == OAUTH2_ERR_OK ? settings_build_check(ret, d) : err;
}

enum oauth2_err
settings_parse(const struct source *sources, size_t count,
    const struct settings_host *host, struct settings **ret, struct detail *d)
{
	AUTO(settings_entries_free)
	struct settings_entries entries = { .items = NULL };
	enum oauth2_err err = read_entries(sources, count, &entries, d);

	return err == OAUTH2_ERR_OK ? settings_build(&entries, host, ret, d)
				    : err;
}

static enum oauth2_err
check_service(const struct settings_entries *entries, const char *service,
    struct detail *d)
{
	const struct settings_host host = { service, service };
	AUTO(settings_free) struct settings *settings = NULL;

	return settings_build(entries, &host, &settings, d);
}

/* The name of the service that a section begins for, or NULL. */
static const char *
service_of(const struct settings_entry *entry)
{
	return entry->key == NULL && strncmp(entry->section, "service ", 8) == 0
		   ? entry->section + 8
		   : NULL;
}

enum oauth2_err
settings_check_all(const char *path, struct detail *d)
{
	AUTO(settings_entries_free)
	struct settings_entries entries = { .items = NULL };
	AUTO(settings_files_free) struct settings_files files;
	enum oauth2_err err = settings_files_read(path, &files, d);

	if (err == OAUTH2_ERR_OK)
		err = read_entries(files.sources, files.count, &entries, d);
	if (err == OAUTH2_ERR_OK)
		err = check_service(&entries, "", d);
	for (size_t i = 0; i < entries.count && err == OAUTH2_ERR_OK; i++) {
		const char *service = service_of(&entries.items[i]);

		if (service != NULL)
			err = check_service(&entries, service, d);
	}
	return err;
}

enum oauth2_err
settings_load(const char *path, const struct settings_host *host,
    struct settings **ret, struct detail *d)
{
	AUTO(settings_files_free) struct settings_files files;
	AUTO(settings_free) struct settings *settings = NULL;
	enum oauth2_err err;

	err = settings_files_read(path, &files, d);
	if (err == OAUTH2_ERR_OK)
		err = settings_parse(
		    files.sources, files.count, host, &settings, d);
	if (err == OAUTH2_ERR_OK && settings->min_uid == SETTINGS_AUTO)
		err = login_defs_load(LOGIN_DEFS_PATH, &settings->min_uid, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	*ret = TAKE(settings);
	return OAUTH2_ERR_OK;
}

void
settings_free(struct settings *settings)
{
	if (settings == NULL)
		return;
	for (size_t i = 0; i < settings_row_count; i++) {
		const struct settings_row *row = &settings_rows[i];

		settings_value_free(row, row->scope == SETTINGS_SCOPE_PROVIDER
					     ? (void *)&settings->provider
					     : (void *)settings);
	}
	secret_free(settings->provider.name);
	secret_free(settings->section);
	secret_free(settings);
}

static void
dump_rows(const struct settings *settings, bool is_provider, struct buf *ret)
{
	const void *base =
	    is_provider ? (const void *)&settings->provider : settings;

	for (size_t i = 0; i < settings_row_count; i++) {
		const struct settings_row *row = &settings_rows[i];
		AUTO(buf_free) struct buf value = BUF(SOURCE_LINE_MAX);

		if ((row->scope == SETTINGS_SCOPE_PROVIDER) != is_provider ||
		    !settings_value_put(row, base, &value))
			continue;
		buf_printf(ret, "%s = %s\n", row->name, buf_text(&value));
		if (buf_err(&value) != OAUTH2_ERR_OK &&
		    ret->err == OAUTH2_ERR_OK)
			ret->err = buf_err(&value);
	}
}

void
settings_dump(const struct settings *settings, struct buf *ret)
{
	buf_puts(ret, "[pam_oauth2]\n");
	dump_rows(settings, false, ret);
	buf_printf(ret, "\n[provider %s]\n", settings->provider.name);
	dump_rows(settings, true, ret);
}

const struct oauth2_provider *
settings_preset(const struct provider_settings *provider)
{
	return oauth2_provider_find(provider->preset);
}

const char *
settings_auth_method_name(enum settings_auth_method method)
{
	switch (method) {
	case SETTINGS_AUTH_METHOD_AUTO:
		return "auto";
	case SETTINGS_AUTH_METHOD_CLIENT_SECRET_POST:
		return "client_secret_post";
	case SETTINGS_AUTH_METHOD_CLIENT_SECRET_BASIC:
		return "client_secret_basic";
	case SETTINGS_AUTH_METHOD_PRIVATE_KEY_JWT:
		return "private_key_jwt";
	default:
		return "none";
	}
}

enum oauth2_err
settings_read_secret(
    const struct settings *settings, char **ret_secret, struct detail *d)
{
	const char *path = settings->provider.client_secret_file;
	AUTO(buf_free) struct buf content = BUF(SETTINGS_SECRET_MAX + 1);
	AUTO(secret_text_free) char *secret = NULL;
	size_t n;
	enum oauth2_err err;

	if (path == NULL) {
		*ret_secret = NULL;
		return OAUTH2_ERR_OK;
	}
	err = file_read_trusted(path, FILE_TRUST_SECRET, &content, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (content.len > 0 && content.data[content.len - 1] == '\n')
		content.len--;
	n = content.len;
	err = buf_take_text(&content, &secret);
	if (err == OAUTH2_ERR_NOMEM)
		return err;
	if (err != OAUTH2_ERR_OK || n > SETTINGS_SECRET_MAX ||
	    !text_is_printable_ascii(secret))
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s: must be one line of 1 to %d bytes of printable ASCII",
		    path, SETTINGS_SECRET_MAX);
	*ret_secret = TAKE(secret);
	return OAUTH2_ERR_OK;
}

enum oauth2_err
settings_read_key(
    const struct settings *settings, struct crypto_key **ret, struct detail *d)
{
	const char *path = settings->provider.private_key_file;
	AUTO(buf_free) struct buf content = BUF(SETTINGS_KEY_MAX);
	AUTO(crypto_key_free) struct crypto_key *key = NULL;
	struct detail why = { 0 };
	enum oauth2_err err;

	if (path == NULL) {
		*ret = NULL;
		return OAUTH2_ERR_OK;
	}
	err = file_read_trusted(path, FILE_TRUST_SECRET, &content, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	err = crypto_key_parse(buf_text(&content), content.len, &key, &why);
	if (err != OAUTH2_ERR_OK)
		return detail_fail(d, err, "%s: %s", path,
		    why.text[0] != '\0' ? why.text : err_text(err));
	*ret = TAKE(key);
	return OAUTH2_ERR_OK;
}
