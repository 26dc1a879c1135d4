/* Email addresses as the allowlist compares them: ASCII, nothing stripped. */
#ifndef PAM_OAUTH2_LOGIN_EMAIL_H
#define PAM_OAUTH2_LOGIN_EMAIL_H

#include <stdbool.h>

#include "base/err.h"
#include "base/text.h"

#define EMAIL_LOCAL_MAX	 64
#define EMAIL_DOMAIN_MAX TEXT_DOMAIN_MAX

struct email {
	char local[EMAIL_LOCAL_MAX + 1];   /* as written */
	char domain[EMAIL_DOMAIN_MAX + 1]; /* folded to lower case */
};

/*
 * Take an address apart: [A-Za-z0-9._%+-]{1,64} @ a domain of letters,
 * digits, hyphens and dots, no empty label, at most 253 bytes.
 *
 * Errors: SYNTAX, LIMIT (a part is too long). ret is untouched on failure.
 */
enum oauth2_err email_parse(const char *text, struct email *ret) MUST_CHECK;

/* Equality; fold_local: A-Z equal a-z in the local part too. */
bool email_is_equal(
    const struct email *a, const struct email *b, bool fold_local);

/* The local part is the user's name; fold_local: once folded. */
bool email_is_of_user(
    const struct email *email, const char *user, bool fold_local);

#endif
