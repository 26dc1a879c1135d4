/*
 * Who a document of the provider is about: userinfo, or whatever says the
 * same. Pure: for this floor, and for whoever has verified such a document.
 */
#ifndef PAM_OAUTH2_OAUTH2_CLAIMS_H
#define PAM_OAUTH2_OAUTH2_CLAIMS_H

#include "base/identity.h"
#include "codec/json.h"
#include "oauth2/providers.h"

/*
 * Read sub, email and email_verified, as the provider writes them; NULL is
 * any OpenID provider.
 *
 * is_text_true  email_verified may also be the text "true".
 * ret           an identity without sub and email. Partly filled on failure.
 *
 * Errors: NOT_FOUND, SYNTAX (d->cause PROTOCOL, d->text names the claim),
 * NOMEM.
 */
enum oauth2_err claims_read(const struct oauth2_provider *provider,
    const struct json *document, bool is_text_true, struct identity *ret,
    struct detail *d) MUST_CHECK;

/* As OpenID Connect has them: what claims_read() does without a provider. */
enum oauth2_err claims_read_openid(const struct json *document,
    bool is_text_true, struct identity *ret, struct detail *d) MUST_CHECK;

/* The parts of it, each for one member. Errors as claims_read(). */

/* 1 to 255 characters of printable ASCII. ret_sub for secret_free(). */
enum oauth2_err claims_sub(const struct json *document, const char *name,
    char **ret_sub, struct detail *d) MUST_CHECK;

/* The same of a number: whole, above 0, below 2^53; its decimal digits. */
enum oauth2_err claims_sub_number(const struct json *document, const char *name,
    char **ret_sub, struct detail *d) MUST_CHECK;

/* The email, not verified; absent, null or "" is none. */
enum oauth2_err claims_email(const struct json *document, const char *name,
    struct identity *ret, struct detail *d) MUST_CHECK;

/* Whether a member is the JSON value true; or the text, where that counts. */
bool claims_is_true(
    const struct json *document, const char *name, bool is_text_true);

/* The failure of a member that is not what it should be. */
enum oauth2_err claims_refuse(
    const char *name, enum json_found found, struct detail *d);

#endif
