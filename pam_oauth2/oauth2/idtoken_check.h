/* The claims that make a token good: for this floor only. */
#ifndef PAM_OAUTH2_OAUTH2_IDTOKEN_CHECK_H
#define PAM_OAUTH2_OAUTH2_IDTOKEN_CHECK_H

#include "codec/json.h"
#include "oauth2/idtoken.h"

/* The audiences; ret has room for OAUTH2_AUD_MAX. */
enum json_found idtoken_read_aud(
    const struct json *claims, struct strlist *ret) MUST_CHECK;

/*
 * Issuer, audience, times, nonce, at_hash, and at a refresh whom it is about:
 * what proves that a token is the provider's answer to our question.
 *
 * Errors: ID_TOKEN, NOMEM.
 */
enum oauth2_err idtoken_check(const struct oauth2_idtoken_expected *expected,
    const struct json *claims, struct detail *d) MUST_CHECK;

/* Whether it was issued within 600 s. */
bool idtoken_is_fresh(const struct oauth2_idtoken_expected *expected,
    const struct json *claims) MUST_CHECK;

/*
 * Of iss, aud, exp and nbf those that are there. Errors: ID_TOKEN, NOMEM.
 */
enum oauth2_err idtoken_check_optional(
    const struct oauth2_idtoken_expected *expected, const struct json *claims,
    struct detail *d) MUST_CHECK;

/*
 * When and how the person signed in. Errors: ID_TOKEN, AUTH_TOO_OLD,
 * ACR_AMR_MISSING.
 */
enum oauth2_err idtoken_check_sign_in(
    const struct oauth2_idtoken_expected *expected,
    const struct oauth2_idtoken_claims *claims, struct detail *d) MUST_CHECK;

#endif
