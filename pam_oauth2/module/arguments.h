/* What the administrator wrote behind pam_oauth2.so in pam.d. */
#ifndef PAM_OAUTH2_MODULE_ARGUMENTS_H
#define PAM_OAUTH2_MODULE_ARGUMENTS_H

#include <stdbool.h>

/* Borrowed from argv. */
struct arguments {
	const char *config_path; /* NULL: the default */
	const char *section;	 /* NULL: the PAM service's */
	bool is_debug;
	bool has_prior_module; /* one before us has proved who it is */
};

/*
 * Read `config=PATH service=NAME debug prior-module`.
 *
 * Returns NULL, or the first argument that is none of these: a misspelt one
 * must not be taken for its absence.
 */
const char *arguments_parse(int argc, const char **argv, struct arguments *ret);

#endif
