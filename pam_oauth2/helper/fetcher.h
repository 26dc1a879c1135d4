/*
 * The process that fetches the provider's metadata and keys, for everybody's
 * logins: it alone fills their cache, and never sees anything of a login. A
 * worker that was taken over, in this login or in one before, has no say in
 * which keys are trusted.
 */
#ifndef PAM_OAUTH2_HELPER_FETCHER_H
#define PAM_OAUTH2_HELPER_FETCHER_H

#include "helper/child.h"

extern const struct child_kind fetcher_kind;

#endif
