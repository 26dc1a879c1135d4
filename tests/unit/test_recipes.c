/* conf/providers: every recipe is settings that are right as they stand. */
#include "settings_case.h"

#include <dirent.h>
#include <fcntl.h>

#include "base/file.h"
#include "login/settings_preset.h"

#define DIRECTORY "conf/providers"

/* A recipe as it is, or with every setting in it taken in earnest. */
static void
read_recipe(const char *name, bool is_all, struct buf *ret)
{
	AUTO(buf_free) struct buf path = BUF(1000), text = BUF(100000);
	struct source_cursor cursor = SOURCE_CURSOR;
	struct source source = { .name = "recipe" };

	buf_printf(&path, DIRECTORY "/%s.conf", name);
	{
		AUTO(file_close)
		int fd = open(buf_text(&path), O_RDONLY | O_CLOEXEC);

		if (fd < 0 || file_read(fd, &text) != OAUTH2_ERR_OK)
			fail_msg("%s is not there", buf_text(&path));
	}
	source.data = buf_text(&text);
	source.len = text.len;
	while (source_next_line(&source, &cursor)) {
		bool is_setting = is_all && cursor.len > 1 &&
				  cursor.line[0] == '#' &&
				  cursor.line[1] != ' ';

		buf_put(ret, cursor.line + is_setting, cursor.len - is_setting);
		buf_putc(ret, '\n');
	}
}

/* Its section and its preset have its name; nothing else is set by it. */
static void
check_recipe(const char *name, bool is_all)
{
	AUTO(buf_free) struct buf text = BUF(100000);
	AUTO(settings_free) struct settings *settings = NULL;
	const struct provider_settings *p;

	read_recipe(name, is_all, &text);
	settings = good(buf_text(&text), "sshd");
	p = &settings->provider;
	assert_string_equal(p->name, name);
	if (strcmp(name, "openid") == 0)
		assert_null(p->preset);
	else
		assert_string_equal(p->preset, name);
	assert_int_equal(
	    settings->flow, !settings_has_device_grant(p) ? SETTINGS_FLOW_CODE
			    : p->redirect_uri != NULL	  ? SETTINGS_FLOW_AUTO
						      : SETTINGS_FLOW_DEVICE);
}

static void
every_preset_has_a_recipe_that_is_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < oauth2_provider_count; i++) {
		check_recipe(oauth2_providers[i].name, false);
		check_recipe(oauth2_providers[i].name, true);
	}
	check_recipe("openid", false);
	check_recipe("openid", true);
}

static void
there_is_no_recipe_for_anybody_else(void **state)
{
	DIR *directory = opendir(DIRECTORY);
	const struct dirent *entry;
	size_t count = 0;

	(void)state;
	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL)
		count += entry->d_name[0] != '.';
	closedir(directory);
	assert_int_equal(count, oauth2_provider_count + 1);
}

/* Whether the text has all of these, wherever. */
static void
check_says(const char *name, const char *const *words)
{
	AUTO(buf_free) struct buf text = BUF(100000);

	read_recipe(name, false, &text);
	for (; *words != NULL; words++)
		if (strstr(buf_text(&text), *words) == NULL)
			fail_msg("%s says nothing of '%s'", name, *words);
}

static void
every_recipe_says_the_way_in_and_who_may(void **state)
{
	static const char *const always[] = { "# Sign in with ", "# Way in ",
		"# Allowlist ", "# 1. ", "# 2. ", "conf/callback", NULL };
	static const char *const never[] = { "sub:", "refuses all logins",
		NULL };

	(void)state;
	check_says("openid", always);
	for (size_t i = 0; i < oauth2_provider_count; i++) {
		check_says(oauth2_providers[i].name, always);
		if (oauth2_providers[i].email == OAUTH2_EMAIL_NEVER)
			check_says(oauth2_providers[i].name, never);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_preset_has_a_recipe_that_is_right),
		cmocka_unit_test(there_is_no_recipe_for_anybody_else),
		cmocka_unit_test(every_recipe_says_the_way_in_and_who_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
