/* What the decision about a login is going to ask of an identity. */
#ifndef PAM_OAUTH2_LOGIN_WANTED_H
#define PAM_OAUTH2_LOGIN_WANTED_H

#include <stdbool.h>

#include "login/signin_state.h"

/* Names for anybody: those of rules, email, email_verified, groups, hd, tid. */
#define WANTED_MAX (ALLOWLIST_CLAIMS_MAX + 5)

/* Names of claims: of the allowlist, hd and tid. Errors: LIMIT, NOMEM. */
enum oauth2_err wanted_claims(
    const struct signin *s, struct strlist *ret) MUST_CHECK;

/*
 * Names of claims to have in the ID token, the same for every user name, known
 * or not: the request for them can be seen by anybody. None where the
 * allowlist mentions more than can be named. Errors: NOMEM.
 */
enum oauth2_err wanted_by_anybody(
    const struct signin *s, struct strlist *ret) MUST_CHECK;

/*
 * The claim with the groups; NULL where no rule asks for any. Who has many
 * groups must not fail then.
 */
const char *wanted_groups(const struct signin *s);

/* Also for users who are not listed: they take the same way as others. */
bool wanted_email(const struct signin *s);

#endif
