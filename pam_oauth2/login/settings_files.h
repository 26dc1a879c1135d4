/* The settings file and its drop-ins, read into memory. */
#ifndef PAM_OAUTH2_LOGIN_SETTINGS_FILES_H
#define PAM_OAUTH2_LOGIN_SETTINGS_FILES_H

#include "base/err.h"
#include "base/strlist.h"
#include "login/settings.h"
#include "login/source.h"

/* The sources borrow from names and contents. */
struct settings_files {
	struct source sources[1 + SETTINGS_DROPINS_MAX];
	struct buf contents[1 + SETTINGS_DROPINS_MAX];
	struct strlist names;
	size_t count;
};

/* Errors as settings_load(); ret is for settings_files_free() either way. */
enum oauth2_err settings_files_read(
    const char *path, struct settings_files *ret, struct detail *d) MUST_CHECK;

void settings_files_free(struct settings_files *files);

static inline void
settings_files_free_scope(struct settings_files *files)
{
	settings_files_free(files);
}

#endif
