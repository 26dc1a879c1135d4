/*
 * Who someone is, read from claims in JSON: from userinfo and ID tokens alike.
 */
#ifndef PAM_OAUTH2_OAUTH2_CLAIMS_H
#define PAM_OAUTH2_OAUTH2_CLAIMS_H

#include "base/identity.h"
#include "codec/json.h"
#include "oauth2/providers.h"

/* What to read beyond sub, email and email_verified. */
struct oauth2_identity_query {
	/*
	 * The claim with the groups: a key, or a path of keys with dots
	 * (realm_access.roles). NULL: none are read.
	 */
	const char *groups_claim;
	const struct strlist *claims; /* names to read; NULL: none */
	/* How sub and email are written; NULL: as OpenID Connect has them. */
	const struct oauth2_provider *provider;
	/* Whom the verified ID token is about; NULL: there is none. */
	const char *sub;
	bool is_text_true; /* email_verified may also be the text "true" */
};

/*
 * Read sub, email, email_verified, and what query asks for: for this floor
 * only.
 *
 * ret      as of oauth2_get_identity(); the issuer is left as it is. After a
 *          failure it may hold some of the claims.
 *
 * Errors: NOT_FOUND (no sub), SYNTAX (a claim of the wrong type),
 * GROUPS_OVERAGE (more groups than can be checked, or longer ones, or they are
 * elsewhere, as Entra ID has it for many groups), NOMEM. d->cause is PROTOCOL;
 * for GROUPS_OVERAGE it is POLICY.
 */
enum oauth2_err claims_read(const struct json *json,
    const struct oauth2_identity_query *query, struct identity *ret,
    struct detail *d) MUST_CHECK;

#endif
