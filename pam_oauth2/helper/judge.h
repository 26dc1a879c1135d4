/*
 * The process that says whether the provider has signed an ID token, and
 * what the token says: no network, no files, no secret of any login. It takes
 * apart what a stranger has made, so the monitor does not have to.
 */
#ifndef PAM_OAUTH2_HELPER_JUDGE_H
#define PAM_OAUTH2_HELPER_JUDGE_H

#include "helper/child.h"

extern const struct child_kind judge_kind;

#endif
