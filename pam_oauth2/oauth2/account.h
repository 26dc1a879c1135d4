/*
 * Who a document of the provider is about: userinfo, or whatever says the
 * same. Pure: for this floor, and for whoever has verified such a document.
 */
#ifndef PAM_OAUTH2_OAUTH2_ACCOUNT_H
#define PAM_OAUTH2_OAUTH2_ACCOUNT_H

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
enum oauth2_err account_read(const struct oauth2_provider *provider,
    const struct json *document, bool is_text_true, struct identity *ret,
    struct detail *d) MUST_CHECK;

/*
 * As OpenID Connect has them: what account_read() does without a provider, and
 * its errors.
 */
enum oauth2_err account_read_openid(const struct json *document,
    bool is_text_true, struct identity *ret, struct detail *d) MUST_CHECK;

/*
 * The parts of it, each for one member.
 *
 * 1 to 255 characters of printable ASCII. ret_sub for secret_free(). Errors
 * as account_read().
 */
enum oauth2_err account_sub(const struct json *document, const char *name,
    char **ret_sub, struct detail *d) MUST_CHECK;

/*
 * The same of a number: whole, above 0, below 2^53; its decimal digits. Errors
 * likewise.
 */
enum oauth2_err account_sub_number(const struct json *document,
    const char *name, char **ret_sub, struct detail *d) MUST_CHECK;

/* The email, not verified; absent, null or "" is none. Errors likewise. */
enum oauth2_err account_email(const struct json *document, const char *name,
    struct identity *ret, struct detail *d) MUST_CHECK;

/* Whether a member is the JSON value true; or the text, where that counts. */
bool account_is_true(
    const struct json *document, const char *name, bool is_text_true);

/* The error of a member that is not what it should be. */
enum oauth2_err account_refuse(
    const char *name, enum json_found found, struct detail *d);

#endif
