/* The settings and the store, as the commands need them. */
#ifndef PAM_OAUTH2_CLI_KEPT_H
#define PAM_OAUTH2_CLI_KEPT_H

#include "cli/arguments.h"
#include "cli/output.h"
#include "login/settings.h"
#include "login/store.h"

/* Where nothing says which service: the one that logins come through. */
#define KEPT_SERVICE "sshd"

struct kept {
	struct settings *settings; /* NULL: they cannot be read */
	struct store *store;	   /* NULL: nothing was ever kept */
};

void kept_free(struct kept *kept);

static inline void
kept_free_scope(struct kept *kept)
{
	kept_free(kept);
}

/* Errors: as settings_load(). */
enum oauth2_err kept_settings(const struct arguments *args,
    struct settings **ret, struct detail *d) MUST_CHECK;

/*
 * Open the store. Settings that cannot be read are no failure, but are warned
 * of: who has to mend them may have to look here first.
 *
 * ret      of zeroes; kept_free() it, also on failure.
 *
 * Returns CLI_OK, or what output_fail() did.
 */
enum cli_exit kept_open(const struct arguments *args, struct kept *ret,
    struct output *out) MUST_CHECK;

#endif
