/* Asking the helper to give a user's refresh token back: it has the worker
 * that speaks to the provider, and the sandbox around it. */
#ifndef PAM_OAUTH2_CLI_REVOCATION_H
#define PAM_OAUTH2_CLI_REVOCATION_H

#include "base/err.h"
#include "base/reason.h"
#include "cli/arguments.h"
#include "cli/rows.h"

/*
 * End what is kept of a row's user, here and at the provider.
 *
 * ret      token_revoked; token_missing: nothing is there any more; another:
 *          it has ended here, unless it is still there, and the provider has
 *          not heard of it.
 *
 * Errors: the helper has not said (it is not there, or has died): as
 * spawn_helper() and session_run().
 */
enum oauth2_err revocation_ask(const struct arguments *args,
    const struct row *row, enum reason *ret) MUST_CHECK;

#endif
